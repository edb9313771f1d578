"""Put a topic page together from its landmarks; what differs between bbPress's relatives is the engines' business."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin

from parsers.bbpress.forum_path import ForumPath, read_forum_path
from parsers.bbpress.head import Head, heading, read_head
from parsers.bbpress.landmark import Candidate, Landmarks, class_tokens, find_landmarks
from parsers.bbpress.language import page_language
from parsers.bbpress.pager import read_pager
from parsers.bbpress.part import read_continuation, read_parts
from parsers.bbpress.post import Place, read_post
from parsers.bbpress.revision import read_edits
from parsers.bbpress.text import shown
from parsers.count_sentence import read_count
from parsers.errors import LayoutChangedError
from parsers.records import CountClaim, Pager, Problem, TopicPage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress.body import Body
    from parsers.document import Document
    from parsers.element import Element
    from parsers.locale import Locale
    from parsers.records import Edit, ParsedPost, Stickiness, TopicStatus

_FIRST_NUMBER = re.compile(r"\d+")


def read_topic_page(document: Document, engine: str) -> TopicPage:
    """Read a topic page of bbPress 2.x markup.

    Raises:
        LayoutChangedError: the page shows no posts, or a post has no content.
    """
    root, url = document.root, document.url
    marks = find_landmarks(root)
    if not marks.posts:
        raise LayoutChangedError(
            f"The topic page at {url} shows no posts; it may lie past the topic's end, or its theme is one that "
            "threadkeep does not read.",
            landmark=".post-N.type-reply",
            url=url,
        )
    head = read_head(root, url)
    language, locale = page_language(head.language, marks)
    parts = read_parts(root, marks, url)
    continuation = read_continuation(marks) if parts.current > 1 else None
    path = read_forum_path(root, marks, url)
    pager = read_pager(marks.named.get("pager"), parts.page_url)
    places = _places(marks)
    posts = tuple(_posts(marks, places, url, locale, is_cut=parts.is_cut))
    topic_url = _topic_url(pager, head)
    return TopicPage(
        engine=engine,
        topic_id=_topic_id(marks, head),
        title=heading(root, path.current) or "",
        url=topic_url,
        forum=path.forums,
        status=_status(marks),
        sticky=_sticky(marks),
        tags=_tags(marks),
        posts=posts,
        pager=pager,
        claim=_claim(marks, locale, is_threaded=bool(places)),
        stated_replies=_stated_replies(marks),
        has_lead=marks.lead is not None,
        is_threaded=bool(places),
        part=parts.current,
        part_urls=parts.urls,
        continuation_html=continuation.html if continuation else None,
        continuation_edits=_edits_of(continuation, locale),
        replies_need_login=_needs_login(marks, locale),
        language=language,
        home_url=path.home or head.home_url,
        api_url=head.api_url,
        feed_urls=_feed_urls(topic_url, path),
        problems=(*document.problems, *_problems(head, locale, posts)),
    )


def _edits_of(body: Body | None, locale: Locale | None) -> tuple[Edit, ...]:
    return read_edits(body.log, locale) if body is not None and body.log is not None else ()


def _posts(
    marks: Landmarks, places: dict[int, Place], url: str, locale: Locale | None, *, is_cut: bool
) -> Iterator[ParsedPost]:
    flat = Place()
    last = marks.posts[-1]
    for one in marks.posts:
        yield read_post(
            one, places.get(one.post_id, flat), url, locale, may_be_cut=is_cut and one is last
        )


def _places(marks: Landmarks) -> dict[int, Place]:
    """Where each post stands on a threaded page, by nesting of list items; empty for a flat page."""
    places: dict[int, Place] = {}
    holders: dict[Element, int] = {}
    for one in marks.posts:
        item = _list_item(one)
        if item is None:
            continue
        holders[item] = one.post_id
        parent = next(
            (holders[outer] for outer in item.iterancestors("li") if outer in holders), None
        )
        depth = places[parent].depth if parent is not None else None
        places[one.post_id] = Place(reply_to=parent, depth=0 if depth is None else depth + 1)
    return places


def _list_item(one: Candidate) -> Element | None:
    """The item of a threaded list that holds a post; None on a flat page, whose one item holds them all."""
    item = next(one.element.iterancestors("li"), None)
    return item if item is not None and "bbp-body" not in class_tokens(item) else None


def _topic_id(marks: Landmarks, head: Head) -> int | None:
    opening = next((one.post_id for one in marks.posts if "type-topic" in one.tokens), None)
    return marks.topic_id or head.post_id or opening


def _topic_url(pager: Pager, head: Head) -> str | None:
    urls = dict(pager.urls)
    if 1 in urls:
        return urls[1]
    return head.canonical if pager.current == 1 else None


def _opening(marks: Landmarks) -> Candidate | None:
    return next((one for one in marks.posts if "type-topic" in one.tokens), None)


def _status(marks: Landmarks) -> TopicStatus | None:
    opening = _opening(marks)
    if opening is None:
        return None
    return "closed" if "status-closed" in opening.tokens else "open"


def _sticky(marks: Landmarks) -> Stickiness:
    opening = _opening(marks)
    if opening is None:
        return "no"
    return (
        "super"
        if "super-sticky" in opening.tokens
        else "sticky"
        if "sticky" in opening.tokens
        else "no"
    )


def _tags(marks: Landmarks) -> tuple[str, ...]:
    block = marks.named.get("tags")
    links = block.iter("a") if block is not None else ()
    names = (shown(link) for link in links if "tag" in (link.get("rel") or "").split())
    return tuple(name for name in names if name)


def _claim(marks: Landmarks, locale: Locale | None, *, is_threaded: bool) -> CountClaim | None:
    element = marks.named.get("count")
    text = shown(element)
    return (
        read_count(text, locale, threaded=is_threaded, lead=marks.lead is not None)
        if text
        else None
    )


def _stated_replies(marks: Landmarks) -> int | None:
    """The reply count: the description's first number outside its links (authors and times may hold numbers)."""
    element = marks.named.get("description")
    if element is None:
        return None
    own = " ".join(filter(None, (element.text, *(child.tail for child in element))))
    match = _FIRST_NUMBER.search(own.replace(",", ""))
    return int(match[0]) if match else None


def _needs_login(marks: Landmarks, locale: Locale | None) -> bool:
    if marks.notice is None:
        return False
    if any("bbp-login-form" in class_tokens(form) for form in marks.notice.iter("form")):
        return True
    text = shown(marks.notice)
    known = locale.notices.login_to_reply if locale else ()
    return any(
        notice in text for notice in ("You must be logged in to reply to this topic.", *known)
    )


def _feed_urls(topic_url: str | None, path: ForumPath) -> tuple[str, ...]:
    """Reply-type feeds, the likeliest to hold this topic's posts first. The links that pages advertise are other feeds."""
    bases = (topic_url, path.forums[-1].url if path.forums else None, path.root)
    return tuple(feed_url(base) for base in bases if base)


def feed_url(base: str) -> str:
    """The RSS feed of a topic's, forum's or forum root's address, pretty or plain."""
    address = urldefrag(base).url
    return (
        f"{address}&feed=rss2" if "?" in address else urljoin(f"{address.rstrip('/')}/", "feed/")
    )


def _problems(
    head: Head, locale: Locale | None, posts: tuple[ParsedPost, ...]
) -> Iterator[Problem]:
    if locale is None:
        detail = f"There is no table for the page's language ({head.language or 'none declared'})."
        yield Problem(code="unknown-language", detail=detail)
    for post in posts:
        yield from post.problems
