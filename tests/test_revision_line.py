"""Revision logs: every translation of a line, with its editor and its reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.locale import Locale, all_locales, english, locale_for
from parsers.records import Edit
from parsers.revision_line import read_edit, read_reason

REASONS = ("typo", "see “x” – y: a’s z", "Reason: b. Reason: c")
EDITOR = "Anna: “B.” de Vries"


def lines(table: Locale, reason: str) -> list[tuple[str, str | None]]:
    """Every line that a language can print, the editor's name between NULs, and its reason."""
    ago = (table.dates.ago or ("%s ago",))[0].replace("%s", "3 jaar, 2 maanden")
    templates: list[tuple[str, str | None]] = [(text, reason) for text in table.notices.revised]
    templates += [(text, None) for text in table.notices.edited]
    return [
        (
            text.replace("%1$s", ago).replace("%2$s", f"\0{EDITOR}\0").replace("%3$s", reason),
            expected,
        )
        for text, expected in templates
    ]


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("table", all_locales(), ids=lambda table: table.language)
def test_every_translation(table: Locale, reason: str) -> None:
    for line, expected in lines(table, reason):
        _, _, tail = line.split("\0")
        whole = line.replace("\0", "")
        assert read_reason(tail, table) == expected
        assert read_reason(whole, table) == expected
        assert read_edit(whole, (table,)) == Edit(text=whole, editor=EDITOR, reason=expected)


@pytest.mark.parametrize("table", all_locales(), ids=lambda table: table.language)
def test_an_unknown_language_gives_the_reason_or_none(table: Locale) -> None:
    for line, expected in lines(table, "typo"):
        reason = read_reason(line.split("\0")[2], None)
        # Indonesian ends the line with a full stop, which only its words tell from the reason's own.
        assert reason in {expected, None} or (table.language, reason) == ("id", "typo.")


@pytest.mark.parametrize(
    ("tail", "reason"),
    [
        (". Raison: typo", "typo"),
        (". Moja wola : a : b", "a : b"),
        ("。理由：誤字", "誤字"),
        (".", None),
        (". Reason: ", None),
        ("", None),
        (" 3 years ago. Label 2: x", None),
        (". One two three four: x", None),
        (" wrote: x", None),
    ],
)
def test_without_words_a_label_tells_the_reason(tail: str, reason: str | None) -> None:
    assert read_reason(tail, None) == reason


def test_other_languages_mix_english_in() -> None:
    dutch = locale_for("nl")
    assert read_reason(". Reason: typo", dutch) == "typo"
    line = "This reply was modified 3 jaar geleden by Anna. Reason: typo"
    assert dutch is not None
    assert read_edit(line, (dutch, english())) == Edit(text=line, editor="Anna", reason="typo")


def test_what_is_no_line_of_a_log() -> None:
    assert read_edit("This reply was helpful.", (english(),)) is None
    assert read_edit("This reply was modified by " * 100, (english(),)) is None
    assert read_reason("." * 5000, None) is None


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert read_reason(text, locale_for("nl")) != ""
    assert read_edit(text, all_locales()) is None
