"""Tell a page's language from what it declares and from the sentences it speaks; the sentences weigh more."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from parsers.bbpress.text import shown
from parsers.count_sentence import count_languages
from parsers.locale import all_locales, fold, locale_for

if TYPE_CHECKING:
    from parsers.bbpress.landmark import Landmarks
    from parsers.locale import Locale

_NUMBERLESS = str.maketrans("123456789", "000000000")


def page_language(declared: str | None, marks: Landmarks) -> tuple[str | None, Locale | None]:
    """The page's language tag, as declared where that can be, and the table for it.

    A theme may declare a language that the forum does not speak, and a half translated forum speaks English here and
    there: a sentence in another language than English overrides what is declared, if only one language says it so.
    """
    table = locale_for(declared)
    spoken = _spoken(marks)
    foreign = spoken - {"en"}
    if table is not None and (table.language in spoken or not foreign):
        return declared, table
    if len(foreign) == 1:
        (language,) = foreign
        return language, locale_for(language)
    if table is None and not foreign and "en" in spoken:
        return declared or "en", locale_for("en")
    return declared, table


def _spoken(marks: Landmarks) -> frozenset[str]:
    languages = _count_languages(shown(marks.named.get("count")).translate(_NUMBERLESS))
    if languages or marks.notice is None:
        return languages
    words = fold(shown(marks.notice))
    return frozenset(language for sentence, language in _login_sentences() if sentence in words)


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
