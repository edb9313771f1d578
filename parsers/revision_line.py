"""Read one line of a revision log ("This reply was modified 3 years ago by Anna. Reason: typo"); words only, no pages."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from parsers.locale import english, template_pattern
from parsers.records import Edit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from parsers.locale import Locale

# Longer text is no line of a log; the patterns take the square of its length at worst.
_LONGEST = 1000
_GROUPS = {"1$s": r"(?P<time>.+?)", "2$s": r"(?P<editor>.+?)", "3$s": r"(?P<reason>.*)"}
# In every known language a label with a colon comes before a reason, and after a name and a full stop nothing else does.
_LABELLED = re.compile(r"[.。] ?[^\W\d_]+(?: [^\W\d_]+){0,2} ?[:：] ?(?P<reason>.+)")


def read_reason(tail: str, locale: Locale | None) -> str | None:
    """Read why a post was edited.

    Args:
        tail: the line's text after the editor's name (`. Reason: typo`), or the whole line where no name is marked.
        locale: the page's language; English is always known besides.

    Returns:
        The reason as written; None where the line gives none, or where that cannot be told for certain.
    """
    text = " ".join(tail.split())
    return _reason(text, locale) if len(text) <= _LONGEST else None


# Most lines give no reason, in the same words.
@lru_cache(maxsize=1024)
def _reason(text: str, locale: Locale | None) -> str | None:
    tables = [english()] if locale is None else [locale, english()]
    patterns = [pattern for table in tables for pattern in (*_tails(table), *_revised(table))]
    matches = (pattern.fullmatch(text) for pattern in (*patterns, _LABELLED))
    match = next((match for match in matches if match), None)
    return match["reason"].strip() or None if match else None


def read_edit(line: str, locales: Iterable[Locale]) -> Edit | None:
    """Read a whole line of a revision log, or None where it is none in these languages."""
    text = " ".join(line.split())
    if len(text) > _LONGEST:
        return None
    for table in locales:
        for pattern in (*_revised(table), *_edited(table)):
            if match := pattern.fullmatch(text):
                found = match.groupdict()
                reason = (found.get("reason") or "").strip() or None
                return Edit(text=text, editor=found["editor"].strip(), reason=reason)
    return None


def time_in(line: str, locales: Iterable[Locale]) -> tuple[int, int] | None:
    """Where a line of a revision log, its blanks single, tells the time; None where it is none in these languages."""
    if len(line) > _LONGEST:
        return None
    for table in locales:
        for pattern in (*_revised(table), *_edited(table)):
            if match := pattern.fullmatch(line):
                return match.span("time")
    return None


@cache
def _tails(locale: Locale) -> tuple[re.Pattern[str], ...]:
    """What follows the editor's name in lines with a reason."""
    return _compiled([one.partition("%2$s")[2] for one in locale.notices.revised], locale)


@cache
def _revised(locale: Locale) -> tuple[re.Pattern[str], ...]:
    return _compiled(locale.notices.revised, locale)


@cache
def _edited(locale: Locale) -> tuple[re.Pattern[str], ...]:
    return _compiled(locale.notices.edited, locale)


def _compiled(templates: Sequence[str], locale: Locale) -> tuple[re.Pattern[str], ...]:
    """Patterns for some templates, the longest first: a shorter one may take a part of its words for a name."""
    longest_first = sorted(templates, key=len, reverse=True)
    strict = {**_GROUPS, "1$s": _time(locale)}
    sources = [template_pattern(one, strict) for one in longest_first]
    # Pages mix languages, so a time may be in any; but between a time and a name only words can part the two.
    parted = (one for one in longest_first if "%1$s %2$s" not in one)
    sources += [template_pattern(one, _GROUPS) for one in parted]
    return tuple(re.compile(source, re.IGNORECASE) for source in dict.fromkeys(sources))


def _time(locale: Locale) -> str:
    """A time in a language's own words or in English."""
    dates = (locale.dates, english().dates)
    times = [template_pattern(ago, {"s": ".+?"}) for words in dates for ago in words.ago]
    times += [template_pattern(now, {}) for words in dates for now in words.now]
    return f"(?P<time>{'|'.join(times)})"
