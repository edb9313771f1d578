"""Holds what an archive kept of a demo forum's topic against what the forum itself knows of it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from lxml import html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.records import Author, Post
    from scraper.demo import ExpectedPost, ExpectedTopic

_AS_SHOWN = ("kind", "role", "role_key", "published_text", "reply_to", "depth")
# What the place of a post on its page decides, and so what happens to other posts.
_BY_PLACE = ("url", "position")
# To the minute: pages tell no seconds, and a zone makes none of them.
_MINUTE = len("2019-10-12T11:45")


def unfaithful(
    posts: list[Post], truth: ExpectedTopic, *, may_have_moved: bool = False
) -> list[str]:
    """What is wrong with posts that were kept of a topic, a line each: fields that differ, posts that are invented or out of place.

    That posts are missing is not wrong as such: whoever calls this knows how many there should be.

    Args:
        posts: what was kept, gone posts not among them.
        truth: what the forum knows.
        may_have_moved: posts were deleted, and not every page has been read since.
    """
    expected = {post.post_id: post for post in truth.posts}
    lines = [f"{post.post_id} is invented" for post in posts if post.post_id not in expected]
    known = [post for post in posts if post.post_id in expected]
    order = [expected[post.post_id].position for post in known]
    if order != sorted(set(order)):
        lines.append(f"the order is {order}")
    fields = _AS_SHOWN if may_have_moved else (*_AS_SHOWN, *_BY_PLACE)
    for post in known:
        differences = _differences(post, expected[post.post_id], fields)
        lines += [f"{post.post_id}: {line}" for line in differences]
    return lines


def _differences(post: Post, truth: ExpectedPost, fields: tuple[str, ...]) -> Iterator[str]:
    for name in fields:
        found, true = getattr(post, name), getattr(truth, name)
        if found != true:
            yield f"{name} is {found!r}, not {true!r}"
    yield from _author_differences(post.author, truth)
    yield from _time_differences(post, truth)
    yield from _body_differences(post, truth)
    if [edit.editor for edit in post.edits] != [edit.editor for edit in truth.edits]:
        yield "its edits differ"


def _author_differences(author: Author, truth: ExpectedPost) -> Iterator[str]:
    found = (author.name, author.url, author.slug)
    true = (truth.author_name, truth.author_url, truth.author_slug)
    if found != true:
        yield f"the author is {found!r}, not {true!r}"


def _time_differences(post: Post, truth: ExpectedPost) -> Iterator[str]:
    """A time that is not known is no mistake; one that is wrong is."""
    for name in ("published", "published_local"):
        found, true = getattr(post, name), getattr(truth, name)
        if found is not None and found[:_MINUTE] != true[:_MINUTE]:
            yield f"{name} is {found!r}, not {true!r}"


def _body_differences(post: Post, truth: ExpectedPost) -> Iterator[str]:
    """A body that says of itself that it is torn may be the beginning of the whole."""
    found, true = _letters(post.body_text), _letters(truth.body_text)
    if any(problem.startswith("torn-post") for problem in post.problems):
        if not true.startswith(found):
            yield f"its torn text is {post.body_text!r}"
        return
    if found != true:
        yield f"its text is {post.body_text!r}, not {truth.body_text!r}"
    elif _tree(post.body_html) != _tree(truth.body_html):
        yield f"its HTML is {post.body_html!r}, not {truth.body_html!r}"


def _letters(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


def _tree(source: str) -> str:
    """HTML in one way of writing it."""
    element = html.fragment_fromstring(source.strip(), create_parent="div")
    return str(html.tostring(element, encoding="unicode"))
