"""Tell a page's language from what it declares and from the words of its frame; the words weigh more."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.post_part import find_parts
from parsers.bbpress.text import shown, squeeze
from parsers.count_sentence import count_languages
from parsers.locale import all_locales, fold, locale_for, template_pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from parsers.bbpress.landmark import Landmarks
    from parsers.element import Element
    from parsers.locale import Locale

_NUMBERLESS = str.maketrans("123456789", "000000000")
_WORD = re.compile(r"[^\W\d_]+")
# Posts whose roles and dates are looked at where no sentence tells the language.
_MOST_POSTS = 5
# One word may be a site's own, or a name: two are what a page says.
_ENOUGH = 2
# Tags of what some tables have in common, where nothing on a page tells these apart.
_IN_COMMON: dict[frozenset[str], str] = {
    frozenset(("pt-br", "pt-pt")): "pt",
    frozenset(("zh-hk", "zh-tw")): "zh-hant",
}

# What is said, and where: a `role`, a `heading`, a word of a `date`.
_Text = tuple[str, str]


def page_language(declared: str | None, marks: Landmarks) -> tuple[str | None, Locale | None]:
    """The page's language tag, as declared where that can be, and the table for it.

    A theme may declare a language that the forum does not speak, and a half translated forum speaks English here and
    there: a sentence in another language than English overrides what is declared, if only one language says it so. Where
    there is no sentence, roles, headings and names of months tell, if there are enough of them.
    """
    table = locale_for(declared)
    spoken = _spoken(marks) or _by_words(declared, marks)
    if table is not None and (table.language in spoken or not spoken - {"en"}):
        return declared, table
    # Some catalogues hold English sentences as they are.
    foreign = frozenset[str]() if "en" in spoken else spoken
    language = _only(foreign, marks)
    if language is not None:
        return language, locale_for(language)
    if table is None and "en" in spoken:
        return declared or "en", locale_for("en")
    return declared, table


def _only(foreign: frozenset[str], marks: Landmarks) -> str | None:
    """The language that is meant, of some that say the same."""
    if len(foreign) < 2:
        return next(iter(foreign), None)
    counts = _explained(foreign, _frame_texts(marks))
    return _best(counts) or _IN_COMMON.get(foreign)


def _spoken(marks: Landmarks) -> frozenset[str]:
    languages = _count_languages(shown(marks.named.get("count")).translate(_NUMBERLESS))
    if languages or marks.notice is None:
        return languages
    said = shown(marks.notice)
    words = fold(said)
    asking = (language for sentence, language in _login_sentences() if sentence in words)
    closing = (language for one, language in _closing_sentences() if one.search(said))
    return frozenset((*asking, *closing))


# A forum's pages count in the same words.
@lru_cache(maxsize=256)
def _count_languages(sentence: str) -> frozenset[str]:
    return count_languages(sentence)


@cache
def _login_sentences() -> tuple[tuple[str, str], ...]:
    return tuple(
        (fold(text), table.language)
        for table in all_locales()
        for text in table.notices.login_to_reply
    )


@cache
def _closing_sentences() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(template_pattern(text, {"s": ".+", "1$s": ".+"}), re.IGNORECASE), one.language)
        for one in all_locales()
        for text in one.notices.topic_closed
    )


def _by_words(declared: str | None, marks: Landmarks) -> frozenset[str]:
    """The language that explains more of the frame's words than any other, English aside, which stands everywhere."""
    texts = _frame_texts(marks)
    is_english = _vocabulary("en").explains
    counts = _explained(
        (one.language for one in all_locales()), [one for one in texts if not is_english(one)]
    )
    best = _best(counts)
    if best is not None and counts[best] >= (1 if declared is None else _ENOUGH):
        return frozenset((best,))
    english = sum(map(is_english, texts))
    return frozenset(("en",)) if declared is None and english >= _ENOUGH else frozenset()


def _explained(languages: Iterable[str], texts: Collection[_Text]) -> Counter[str]:
    return Counter({one: sum(map(_vocabulary(one).explains, texts)) for one in languages})


def _best(counts: Counter[str]) -> str | None:
    """What explains most, if only one does and it explains anything."""
    (best, most), *others = counts.most_common(2) or [("", 0)]
    return best if most and all(count < most for _, count in others) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vocabulary:
    """The words by which a language is known, folded, by where they stand."""

    words: dict[str, frozenset[str]]

    def explains(self, text: _Text) -> bool:
        """Whether the language says so in that place."""
        place, words = text
        return words in self.words[place]


@cache
def _vocabulary(language: str) -> _Vocabulary:
    table = locale_for(language)
    if table is None:
        return _Vocabulary(
            words={"role": frozenset(), "heading": frozenset(), "date": frozenset()}
        )
    words = {
        "role": (name for names in table.roles.values() for name in names),
        "heading": (*table.labels.author, *table.labels.posts),
        "date": (name for row in (*table.dates.months, *table.dates.months_short) for name in row),
    }
    return _Vocabulary(
        words={
            place: frozenset(fold(one).rstrip(".") for one in said)
            for place, said in words.items()
        }
    )


def _frame_texts(marks: Landmarks) -> frozenset[_Text]:
    """The roles, headings and words of dates that a page shows, each once."""
    texts = {("heading", fold(text)) for text in _headings(marks.replies)}
    for one in islice(marks.posts, _MOST_POSTS):
        parts = find_parts(one)
        texts.add(("role", fold(shown(parts.get("role")))))
        texts |= {("date", word) for word in _WORD.findall(fold(shown(parts.get("date"))))}
    return frozenset(texts)


def _headings(replies: Element | None) -> Iterator[str]:
    """The headings above the list of posts; links that stand beside them are left out."""
    rows = replies.iterdescendants("li", "tr") if replies is not None else iter(())
    row = next((row for row in rows if row.tag == "tr" or "bbp-header" in class_tokens(row)), None)
    for cell in row.iterchildren("div", "th", "td") if row is not None else ():
        yield squeeze(cell.text)
