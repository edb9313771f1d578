"""A forum in a language that no table knows: archived whole, and what is missing is noticed, by links and numbers alone."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from scraper.demo import DemoAnswer
from tests.archiving import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scraper.demo import DemoRequest

# What the forum says, in a tongue that was invented for it.
INVENTED = (
    (r'lang="en-US"', 'lang="qaa"'),
    (r"Viewing (\d+) posts - (\d+) through (\d+) \(of (\d+) total\)", r"Zurt \1 blee - \2 vo \3 (fa \4 om)"),
    (r"Viewing (\d+) post \(of (\d+) total\)", r"Zurt \1 ble (fa \2 om)"),
    (r'(?<=bbp-author-role">)Participant', "Blup"),
    (r'(?<=bbp-author-role">)Moderator', "Ðrom"),
    (r'(?<=bbp-author-role">)Keymaster', "Ŋalat"),
    (r"You must be logged in to reply to this topic\.", "Krel om zurt."),
    (r"(January|February|March|April|May|June|July|August|September|October|November|December) (\d+), (\d+) at", r"\2 ŋoom \3 ut"),
    (r"(?<=>)Author(?=<)", "Ŧuur"),
    (r"(?<=>)Posts(?=<)", "Blee"),
)  # fmt: skip
ROLES = {"Participant": "Blup", "Moderator": "Ðrom", "Keymaster": "Ŋalat"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A topic of three pages, the last of which has one post."""
    with World.of(tmp_path, posts=11) as made:
        made.server.intercept = partial(spoken, made)
        yield made


def spoken(world: World, request: DemoRequest) -> DemoAnswer | None:
    """The page in the invented tongue."""
    answer = world.server.ordinary(request.path)
    if "/feed/" in request.path or b"<html" not in answer.body:
        return answer
    text = answer.body.decode()
    for pattern, said in INVENTED:
        text = re.sub(pattern, said, text)
    return replace(answer, body=text.encode())


def test_it_is_archived_whole_and_as_shown(world: World) -> None:
    report = world.archive()
    assert report.exit_code == 0
    posts, true = world.posts(), world.truth.posts
    assert sorted(post.post_id for post in posts) == sorted(world.ids)
    by_id = {post.post_id: post for post in posts}
    for one in true:
        post = by_id[one.post_id]
        assert post.author.name == one.author_name
        assert post.role == ROLES.get(one.role or "", one.role)
        assert "".join(post.body_text.split()) == "".join(one.body_text.split())
        assert post.published_text is not None
        assert " ŋoom " in post.published_text
    assert {post.role_key for post in posts if post.role in ROLES.values()} == {None}
    assert world.verdict().gaps == ()


def test_the_dates_that_nobody_can_read_are_told_by_its_feed(world: World) -> None:
    world.archive()
    true = {post.post_id: post.published for post in world.truth.posts}
    told = [post for post in world.posts() if post.published is not None]
    assert len(told) == 10, "a topic's feed has its ten oldest posts"
    assert all(post.published == true[post.post_id] for post in told)
    assert {post.published_local for post in world.posts()} == {None}


def test_a_missing_page_is_noticed_by_its_link(world: World) -> None:
    def without_a_page(request: DemoRequest) -> DemoAnswer | None:
        return DemoAnswer(status=404) if request.path == world.page(2) else spoken(world, request)

    world.server.intercept = without_a_page
    assert world.archive().exit_code == 3
    assert "page-missing" in {gap.code for gap in world.verdict().gaps}


def test_missing_posts_are_noticed_by_the_range_of_numbers(world: World) -> None:
    lost = world.ids[3]

    def without_a_post(request: DemoRequest) -> DemoAnswer | None:
        answer = spoken(world, request)
        if answer is None or request.path != world.page(1):
            return answer
        text = re.sub(rf"post-{lost}(?=[\s\"])", f"item-{lost}", answer.body.decode())
        return replace(answer, body=text.encode())

    world.server.intercept = without_a_post
    assert world.archive().exit_code == 3
    assert lost not in {post.post_id for post in world.posts()}
