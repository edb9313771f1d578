"""What is taken for a slip of the keys, and what is offered for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scraper.archive.browse.spelling import is_near, respelled
from scraper.archive.database import reading
from tests.archiving import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.archive.database import Archive


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


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Some posts with words of which some are near each other."""
    with World.of(tmp_path_factory.mktemp("spelling"), posts=4) as world:
        for place, text in enumerate(("a lantern or cats", "lanterns nota", "lanterns again"), 1):
            world.edit(place, text)
        world.archive()
        with reading(world.path) as opened:
            yield opened


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("lanternz", "lanterns"),  # and not the rarer “lantern”
        ("cat lanternz", "cat lanterns"),  # short words are near too many
        ("again OR lanternz NOT again", "again OR lanterns NOT again"),
        ("lantern", None),
        ("mantern", None),
    ],
)
def test_the_most_frequent_word_near_is_offered(
    archive: Archive, typed: str, offered: str | None
) -> None:
    assert respelled(archive, typed) == offered
