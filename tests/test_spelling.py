"""What is taken for a slip of the keys."""

from __future__ import annotations

import pytest

from scraper.archive.browse.spelling import is_near


@pytest.mark.parametrize(
    "typed",
    ["lantren", "lantrn", "lanntern", "lantarn", "lanterns", "lanter", "latnern", "lantern"],
)
def test_one_letter_apart(typed: str) -> None:
    assert is_near("lantern", typed)
    assert is_near(typed, "lantern")


@pytest.mark.parametrize("typed", ["lentarn", "lant", "lantrens", "netnral", "anterns", ""])
def test_more_than_a_letter_apart(typed: str) -> None:
    assert not is_near("lantern", typed)
    assert not is_near(typed, "lantern")
