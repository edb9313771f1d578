"""Posts that page breaks cut: joined whole, also when they change, or when one of their parts could not be read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from scraper.archive.contents_list import post_history
from scraper.archive.database import reading
from scraper.demo import Written
from scraper.demo.prose import PAGE_BREAK
from scraper.sync.reparsing import reparse
from tests.archiving import World, exported_bytes, failing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TORN = "a-break-in-the-middle"
STORY = "a-story-in-three-parts"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path, page_breaks=True, topics=4, per_page=15) as made:
        made.slug = STORY
        yield made


def words(world: World) -> list[str]:
    return ["".join(post.body_text.split()) for post in world.posts() if post.gone_at is None]


def true_words(world: World) -> list[str]:
    return ["".join(post.body_text.split()) for post in world.truth.posts]


def part(world: World, number: int) -> str:
    return f"{world.page(1)}{number}/"


def tell(world: World, *parts: str) -> None:
    """Change the words of the post that is cut."""
    text = f"<p>{f'</p>{PAGE_BREAK}<p>'.join(parts)}</p>"
    posts = list(world.topic.posts)
    posts[0] = replace(posts[0], body=Written(html=text, text="\n".join(parts)))
    world.put(*posts)


@pytest.mark.parametrize("slug", [TORN, STORY])
def test_a_cut_post_is_whole(slug: str, world: World) -> None:
    world.slug = slug
    report = world.archive()
    assert report.exit_code == 0
    assert words(world) == true_words(world)
    assert world.live() == world.ids
    world.archive()
    assert words(world) == true_words(world)
    assert {post.revision for post in world.posts()} == {1}


@pytest.mark.parametrize("lost", [2, 3])
def test_a_part_that_cannot_be_read_leaves_the_post_cut_and_is_repaired(
    lost: int, world: World
) -> None:
    world.server.intercept = failing(part(world, lost), status=404)
    report = world.archive()
    assert report.exit_code == 3
    codes = [gap.code for gap in report.topics[0].gaps]
    assert codes[:2] == ["part-missing", "post-cut"]
    assert world.verdict().is_open
    world.server.intercept = None
    report = world.archive()
    assert report.exit_code == 0
    assert words(world) == true_words(world)
    assert {post.revision for post in world.posts()} == {1}
    assert not world.verdict().is_open


@pytest.mark.parametrize(
    "parts",
    [
        ("The end is another.", "In the middle.", "And this is the new end."),
        ("Changed at the beginning.", "In the middle.", "The end."),
        ("The beginning.", "Changed in the middle.", "The end."),
        ("Now there are two parts only.", "The end."),
        ("Now it is whole.",),
        ("One", "two", "three", "four."),
    ],
    ids=["end", "beginning", "middle", "fewer parts", "one part", "more parts"],
)
def test_a_change_in_any_part_is_a_second_revision(parts: tuple[str, ...], world: World) -> None:
    tell(world, "The beginning.", "In the middle.", "The end.")
    world.archive()
    assert words(world) == true_words(world)
    tell(world, *parts)
    report = world.archive(refresh=True)
    assert report.exit_code == 0
    assert words(world) == true_words(world)
    assert world.posts()[0].body_text.split() == " ".join(parts).split()
    with reading(world.path) as archive:
        history = post_history(archive, world.ids[0])
    first = [line for line in history[0].body_text.splitlines() if line]
    assert first == ["The beginning.", "In the middle.", "The end."]
    assert world.posts()[0].revision == len(history) > 1
    before = exported_bytes(world.path)
    assert reparse(world.path, world.clock).exit_code == 0
    assert exported_bytes(world.path) == before
