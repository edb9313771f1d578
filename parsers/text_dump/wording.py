"""What the frame of a page can say, in the languages that a dump may be in; finds out which those are."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from parsers.count_sentence import count_languages
from parsers.locale import all_locales, english, fold, template_pattern
from parsers.text_dump.date_text import date_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from parsers.locale import Locale

_ANY = {"s": r"(.+?)", "1$s": r"(.+?)", "2$s": r".+?", "3$s": r".+?", "4$s": r".+?"}
# A sentence tells a language apart from others, a word that several share tells less.
_SENTENCE, _WORD = 5, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a page's frame says, in all languages that the page may be in, the words folded.

    Attributes:
        locales: the languages, English last.
        roles: names of roles.
        headings: the two headings of a table of posts, in one string.
        homes: the first step of a breadcrumb.
        forums: the second.
        actions: links beside a post's number.
        bylines: words between a name and a date or number, by how many they are.
        anonymous: names of deleted authors.
        logins: sentences that ask for a login.
        dates: words of dates.
        closed, described, posted_in, reply_title, tagged: patterns of whole lines.
    """

    locales: tuple[Locale, ...]
    roles: frozenset[str]
    headings: frozenset[str]
    homes: frozenset[str]
    forums: frozenset[str]
    actions: frozenset[str]
    bylines: frozenset[str]
    anonymous: frozenset[str]
    logins: frozenset[str]
    dates: frozenset[str]
    closed: re.Pattern[str]
    described: re.Pattern[str]
    posted_in: re.Pattern[str]
    reply_title: re.Pattern[str]
    tagged: re.Pattern[str]


@lru_cache(maxsize=4096)
def phrase(text: str) -> str:
    """A line as it is looked up: folded, without the mark at its end that a copy may have lost."""
    return fold(text).rstrip(".,!。:： ")


@cache
def wording(locales: tuple[Locale, ...]) -> Wording:
    """Join the words of some languages, and English."""
    tables = tuple(dict.fromkeys((*locales, english())))
    notices = [table.notices for table in tables]
    labels = [table.labels for table in tables]
    return Wording(
        locales=tables,
        roles=_phrases(
            name for table in tables for names in table.roles.values() for name in names
        ),
        headings=_phrases(
            f"{author} {posts}" for one in labels for author in one.author for posts in one.posts
        ),
        homes=_phrases(text for one in labels for text in one.home),
        forums=_phrases(text for one in labels for text in one.forums),
        actions=_phrases(text for one in labels for text in one.reply),
        bylines=_phrases(text for one in labels for text in one.byline),
        anonymous=_phrases(text for one in notices for text in one.anonymous),
        logins=_phrases(text for one in notices for text in one.login_to_reply),
        dates=frozenset[str]().union(*map(date_words, tables)),
        closed=_pattern(text for one in notices for text in one.topic_closed),
        described=_pattern((text for one in notices for text in one.described), end=""),
        posted_in=_pattern(text for one in notices for text in one.posted_in),
        reply_title=_pattern(text for one in notices for text in one.reply_title),
        tagged=_pattern(f"{text}%s" for one in notices for text in one.tagged),
    )


def detect(texts: Iterable[str]) -> tuple[Locale, ...]:
    """Find the languages that most of the known words among some lines belong to; none where no word is known."""
    index = _languages_by_phrase()
    scores: Counter[str] = Counter()
    for text in {phrase(text) for text in texts}:
        for language, weight in index.get(text, {}).items():
            scores[language] += weight
        for language in count_languages(text):
            scores[language] += _SENTENCE
    best = max(scores.values(), default=0)
    return tuple(table for table in all_locales() if best and scores[table.language] == best)


@cache
def _languages_by_phrase() -> dict[str, dict[str, int]]:
    index: dict[str, dict[str, int]] = defaultdict(dict)
    for table in all_locales():
        for text in _single_words(table):
            index[phrase(text)][table.language] = _WORD
        for text in table.notices.login_to_reply:
            index[phrase(text)][table.language] = _SENTENCE
    return dict(index)


def _single_words(table: Locale) -> Iterator[str]:
    for names in table.roles.values():
        yield from names
    labels, dates = table.labels, table.dates
    for texts in (
        labels.author,
        labels.posts,
        labels.byline,
        *dates.months,
        *dates.units.values(),
    ):
        yield from texts
    for text in dates.ago:
        yield text.replace("%s", "")


def _phrases(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(map(phrase, texts))


def _pattern(templates: Iterable[str], *, end: str = r"\s*[.。]?") -> re.Pattern[str]:
    """One pattern for all templates, the longest tried first; the mark at a line's end may be missing."""
    longest_first = sorted(set(templates), key=lambda text: (-len(text), text))
    sources = [
        template_pattern(text.rstrip(". ") if end else text, _ANY) for text in longest_first
    ]
    return re.compile(rf"(?:{'|'.join(sources) or '(?!)'}){end}", re.IGNORECASE)
