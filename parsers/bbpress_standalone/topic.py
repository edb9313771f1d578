"""Put a topic page of stand-alone bbPress together from its landmarks."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from parsers.bbpress.head import read_head
from parsers.bbpress_standalone.address import first_page_of, topic_key_of
from parsers.bbpress_standalone.feed_link import read_feed_links, topic_in_feed
from parsers.bbpress_standalone.heading import (
    offers_reply,
    read_count,
    read_crumbs,
    read_status,
    read_stickiness,
    read_tags,
    read_title,
)
from parsers.bbpress_standalone.landmark import find_landmarks
from parsers.bbpress_standalone.pager import read_pager
from parsers.bbpress_standalone.post import read_post
from parsers.bbpress_standalone.soundness import find_doubts
from parsers.errors import LayoutChangedError
from parsers.locale import locale_for
from parsers.records import CountClaim, Problem, TopicPage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress_standalone.landmark import Landmarks
    from parsers.document import Document
    from parsers.records import Pager, ParsedPost

_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_TOPIC_LINK = re.compile(r"[?&]topic_id=([1-9][0-9]{0,17})(?=[&#]|$)")


def read_topic_page(document: Document, engine: str) -> TopicPage:
    """Read a topic page.

    Raises:
        LayoutChangedError: the page shows no posts, or one without a body or a number.
    """
    root, url = document.root, document.url
    marks = find_landmarks(root)
    is_torn = not marks.is_closed and b"</html" not in document.page.body[-4096:].lower()
    _refuse_unreadable(marks, url, is_torn=is_torn)
    language = read_head(document).language
    locale = locale_for(language)
    title, is_shown = read_title(root, marks)
    pager = read_pager(root, marks, url)
    crumbs = read_crumbs(marks, url)
    posts = tuple(
        read_post(
            one,
            url,
            locale,
            is_opening=_is_opening(one.place, index, pager),
            is_torn=is_torn and one is marks.items[-1],
        )
        for index, one in enumerate(marks.items)
    )
    doubts = tuple(find_doubts(document, marks, posts, is_torn=is_torn))
    posts = tuple(_doubted(post, doubts) for post in posts)
    numbers = {post.post_id for post in posts}
    feeds = read_feed_links(root, marks, first_page_of(url), crumbs)
    return TopicPage(
        engine=engine,
        topic_id=_topic_id(marks, document, feeds),
        title=title,
        url=dict(pager.urls).get(1),
        forum=crumbs.forums,
        status=read_status(marks),
        sticky=read_stickiness(marks),
        tags=read_tags(marks),
        posts=posts,
        pager=pager,
        claim=_claim(marks, pager),
        replies_need_login=offers_reply(marks) == "login",
        language=language,
        home_url=crumbs.home,
        feed_urls=feeds,
        problems=(
            *document.problems,
            *_problems(marks, language, is_known=locale is not None, is_shown=is_shown),
            *(doubt for doubt in doubts if doubt.post_id not in numbers),
            *(problem for post in posts for problem in post.problems),
        ),
    )


def _doubted(post: ParsedPost, doubts: tuple[Problem, ...]) -> ParsedPost:
    own = tuple(doubt for doubt in doubts if doubt.post_id == post.post_id)
    return replace(post, problems=(*post.problems, *own)) if own else post


def _refuse_unreadable(marks: Landmarks, url: str, *, is_torn: bool) -> None:
    if not marks.items and not marks.lost and not marks.nameless:
        raise LayoutChangedError(
            f"The topic page at {url} shows no posts; it may lie past the topic's end, or its theme is one that "
            "threadkeep does not read.",
            landmark="#thread .threadpost",
            url=url,
        )
    if marks.nameless:
        raise LayoutChangedError(
            f"A post at {url} has no number, neither its own nor in a link; its theme is one that threadkeep does not "
            "read, since posts without numbers cannot be told apart.",
            landmark="#post-N",
            url=url,
        )
    if marks.lost and not (is_torn and marks.items):
        raise LayoutChangedError(
            f"Post {marks.lost[0]} at {url} has no .threadpost; its theme is one that threadkeep does not read.",
            landmark=".threadpost",
            url=url,
        )


def _is_opening(place: int | None, index: int, pager: Pager) -> bool:
    """Whether a post is the topic's first: by its place, else because it is the first of the first page."""
    return place == 1 if place is not None else index == 0 and pager.current == 1


def _topic_id(marks: Landmarks, document: Document, feeds: tuple[str, ...]) -> int | None:
    """The topic's number: in forms and links that carry it, else in addresses, where it stands unless topics have names there."""
    keys = (
        *_numbers_in_forms(marks, document),
        topic_key_of(first_page_of(document.url)),
        topic_in_feed(feeds),
    )
    return next((int(key) for key in keys if key and _NUMBER.fullmatch(key)), None)


def _numbers_in_forms(marks: Landmarks, document: Document) -> Iterator[str]:
    for element in document.root.iter("input", "a"):
        if element.tag == "input":
            found = element.get("value") if element.get("name") == "topic_id" else None
        else:
            match = _TOPIC_LINK.search(element.get("href") or "")
            found = match[1] if match else None
        if found and not marks.contents.encloses(element):
            yield found


def _claim(marks: Landmarks, pager: Pager) -> CountClaim | None:
    """What the page claims to show, for want of a sentence: the topic's count of posts, and the places of its own."""
    count = read_count(marks)
    first, last = _range(marks, pager)
    if count is None and first is None:
        return None
    text, total = count or ("", None)
    return CountClaim(text=text, first=first, last=last, total=total)


def _range(marks: Landmarks, pager: Pager) -> tuple[int, int] | tuple[None, None]:
    """The places of the first and the last post.

    Two people who write at once may be given the same place: where places do not rise, or do not fit the page's number,
    they claim nothing.
    """
    places = [one.place for one in marks.items if one.place is not None]
    is_rising = all(before < after for before, after in pairwise(places))
    if not places or len(places) < len(marks.items) or not is_rising:
        return None, None
    before = pager.current - 1
    is_fitting = places[0] == 1 or (before > 0 and (places[0] - 1) % before == 0)
    return (places[0], places[-1]) if is_fitting else (None, None)


def _problems(
    marks: Landmarks, language: str | None, *, is_known: bool, is_shown: bool
) -> Iterator[Problem]:
    if not is_known:
        detail = f"There is no table for the page's language ({language or 'none declared'})."
        yield Problem(code="unknown-language", detail=detail)
    for number in marks.lost:
        detail = "The page has the post's number, but its body was not found."
        yield Problem(code="lost-post", detail=detail, post_id=number)
    if marks.hidden:
        detail = (
            f"{marks.hidden} deleted posts, which the page shows to moderators, were left out."
        )
        yield Problem(code="deleted-posts", detail=detail)
    if not is_shown:
        detail = "The page shows no title; it was taken from its head."
        yield Problem(code="title-from-head", detail=detail)
