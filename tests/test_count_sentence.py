"""Count sentences: every translation there is, and what holds without words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.count_sentence import (
    count_languages,
    read_count,
    read_count_words,
    read_list_count,
)
from parsers.locale import Locale, all_locales, locale_for
from parsers.records import CountClaim, CountUnit

OF_LISTS: set[CountUnit] = {"topics", "results"}
SMALL = {"1": 15, "2": 31, "3": 45, "4": 137}
LARGE = {"1": 1015, "2": 2031, "3": 3045, "4": 123137}
NAMES = {"1": "count", "2": "first", "3": "last", "4": "total"}
# What their two numbers, or the one, mean is not what they mean elsewhere: only the words tell.
NOT_BY_NUMBERS = {"ar", "fa", "sr"}


def in_digits(zero: str) -> Callable[[int], str]:
    """Write numbers in the digits of another script."""
    return lambda number: "".join(chr(ord(zero) + int(digit)) for digit in str(number))


WRITINGS: dict[str, tuple[dict[str, int], Callable[[int], str]]] = {
    "plain": (SMALL, str),
    "arabic": (SMALL, in_digits("٠")),
    "persian": (SMALL, in_digits("۰")),
    "devanagari": (SMALL, in_digits("०")),
    "comma": (LARGE, lambda number: f"{number:,}"),
    "point": (LARGE, lambda number: f"{number:,}".replace(",", ".")),
    "no-break space": (LARGE, lambda number: f"{number:,}".replace(",", "\u00a0")),
    "narrow space": (LARGE, lambda number: f"{number:,}".replace(",", "\u202f")),
    "apostrophe": (LARGE, lambda number: f"{number:,}".replace(",", "’")),
    "indian": (LARGE, lambda number: re.sub(r"(?<=\d)(?=\d\d,)", ",", f"{number:,}") if number > 99999 else f"{number:,}"),
}  # fmt: skip


def sentences(table: Locale) -> Iterator[tuple[CountUnit, str]]:
    for unit in get_args(CountUnit):
        for template in getattr(table.counts, unit):
            yield unit, template


def numbers(claim: CountClaim | None) -> dict[str, int]:
    return {
        name: value
        for name in NAMES.values()
        if claim is not None and (value := getattr(claim, name)) is not None
    }


def filled(template: str, writing: str) -> tuple[str, dict[str, int]]:
    """A sentence as a page prints it, and what it says."""
    values, write = WRITINGS[writing]
    slots = re.findall(r"%([1-4])\$s", template)
    text = re.sub(r"%([1-4])\$s", lambda match: write(values[match[1]]), template)
    return text, {NAMES[slot]: values[slot] for slot in slots}


def read(text: str, locale: Locale | None, unit: CountUnit) -> CountClaim | None:
    """Read a sentence as on the pages that have it."""
    if unit in OF_LISTS:
        return read_list_count(text, locale, unit)
    return read_count(text, locale, threaded=unit == "threads", lead=unit == "replies")


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("table", all_locales(), ids=lambda table: table.language)
def test_every_translation(table: Locale, writing: str) -> None:
    for unit, template in sentences(table):
        text, says = filled(template, writing)
        if " 0 " in text:
            # A translation for no replies at all; another has the same words with a number.
            says = {"count": 0, **says} if "total" not in says else says
        for locale in (table, None):
            claim = read(text, locale, unit)
            assert claim is not None
            assert claim.unit == unit
            assert numbers(claim) == says, text


@pytest.mark.parametrize("table", all_locales(), ids=lambda table: table.language)
def test_numbers_alone_say_nothing_wrong(table: Locale) -> None:
    for unit, template in sentences(table):
        if unit in OF_LISTS:
            continue  # in these, some translations give one number another meaning
        text, says = filled(template, "plain")
        # No language has these words, so that only the numbers speak.
        unknown = re.sub(r"[^\W\d]+", "ŋŋ", text)
        if table.language not in NOT_BY_NUMBERS:
            assert numbers(read_count(unknown, None)).items() <= says.items()
        known = numbers(read_count(unknown, table))
        assert {name: value for name, value in known.items() if value}.items() <= says.items()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Prikaz 15 objava - 1 do 15 (od ukupno 31)", {"count": 15, "first": 1, "last": 15, "total": 31}),
        ("ŋ 16 – 30 (ŋ 31)", {"first": 16, "last": 30, "total": 31}),
        ("ŋ 31 (ŋ 31)", {"first": 31, "total": 31}),
        ("ŋ 17 ŋ", {"count": 17}),
        # The first number in the place of the count, as in Serbian and Polish.
        ("ŋ 16 ŋ - 16 ŋ 30 (ŋ 31)", {"first": 16, "last": 30, "total": 31}),
        ("ŋ 15 - 31 ŋ 15 (ŋ 10)", {}),
        ("ŋ 40 (ŋ 31)", {}),
        ("ŋ 0 (ŋ 31)", {"total": 31}),
        ("1 2 ŋ 3 ŋ 4 ŋ 5", {}),
        ("ŋ", {}),
        ("", {}),
        ("9" * 400, {}),
        ("ŋ 99999999999999 ŋ", {}),
        ("ŋ " * 200 + "1 ŋ 2", {}),
        # A placeholder that was let through is no number, and those that are left are not the first ones.
        ("ŋ 15 ŋ - 1 ŋ %3$s (ŋ 137)", {}),
        ("ŋ 5 ŋ - 16 ŋ %3$s (ŋ 137)", {}),
        # A lone number in brackets is a total that lost the others.
        ("ŋ ŋ (ŋ 31 ŋ)", {}),
    ],
)  # fmt: skip
def test_numbers_without_words(text: str, says: dict[str, int]) -> None:
    claim = read_count(text, None)
    assert (claim is not None) == bool(says)
    assert numbers(claim) == says


@pytest.mark.parametrize(
    ("threaded", "lead", "unit"),
    [(True, False, "threads"), (False, True, "replies"), (False, False, "posts")],
)
def test_the_page_settles_the_unit_where_words_do_not(
    threaded: bool, lead: bool, unit: str
) -> None:
    claim = read_count("ŋ 17 ŋ", locale_for("nl"), threaded=threaded, lead=lead)
    assert claim is not None
    assert claim.unit == unit


def test_words_settle_the_unit_before_the_page_does() -> None:
    claim = read_count("Viewing 17 reply threads", None)
    assert claim is not None
    assert (claim.unit, claim.count) == ("threads", 17)
    claim = read_count("Viewing 2 replies - 1 through 2 (of 2 total)", None, threaded=True)
    assert claim is not None
    assert claim.unit == "replies"


def test_the_singular_prints_the_number_of_the_post() -> None:
    claim = read_count("Viewing 31 post (of 31 total)", locale_for("en"))
    assert claim == CountClaim(text="Viewing 31 post (of 31 total)", first=31, total=31)


def test_words_with_numbers_that_contradict_each_other_say_nothing() -> None:
    text = "Viewing 15 posts - 31 through 15 (of 10 total)"
    assert read_count(text, locale_for("en")) == CountClaim(text=text)


@pytest.mark.parametrize("text", ["Page 1 of 3", "Seite 1 von 3", "Page 1 sur 3"])
def test_a_number_of_pages_is_no_count(text: str) -> None:
    assert read_count(text, None) is None


@pytest.mark.parametrize(
    "text",
    [
        "Viewing 10 posts &#8211; 1 through 10 (of 12 total)",
        "viewing 10 posts — 1 through 10 (of 12 total)",
        " Viewing\u00a010 posts\n- 1 through 10 (of 12 total) ",
        "Affichage de 10 messages - 1 &agrave; 10 (sur 12 au total)",
        "Affichage de 10 messages - 1 &amp;agrave; 10 (sur 12 au total)",
    ],
)
def test_dashes_blanks_case_and_entities_do_not_matter(text: str) -> None:
    claim = read_count(text, locale_for("nl"))
    assert numbers(claim) == {"count": 10, "first": 1, "last": 10, "total": 12}


def test_words_alone() -> None:
    assert read_count_words("ŋ 1 - 15 (ŋ 31)", None) is None
    assert read_count_words("Viewing 17 reply threads", locale_for("nl")) is not None
    assert count_languages("3 berichten aan het bekijken - 1 tot 3 (van in totaal 5)") == {"nl"}
    assert count_languages("nothing") == frozenset()


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    claim = read_count(text, None)
    assert claim is None or numbers(claim) or not claim.count


@given(
    st.sampled_from([chr(c) for c in range(0x110000) if unicodedata.decimal(chr(c), None) == 0])
)
def test_digits_of_any_script(zero: str) -> None:
    text = f"Viewing {in_digits(zero)(31)} post (of {in_digits(zero)(31)} total)"
    assert numbers(read_count(text, None)) == {"first": 31, "total": 31}
