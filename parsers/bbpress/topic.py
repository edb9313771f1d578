"""Put a topic page together from its landmarks; what differs between bbPress's relatives is the engines' business."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from parsers.bbpress.address import first_page_of, without_fragment
from parsers.bbpress.body import read_body
from parsers.bbpress.forum_path import ForumPath, read_forum_path
from parsers.bbpress.head import Head, read_head
from parsers.bbpress.hidden import (
    erased_opening,
    find_erased,
    is_in_lead,
    read_hidden,
)
from parsers.bbpress.inset import with_insets
from parsers.bbpress.landmark import find_landmarks
from parsers.bbpress.language import page_language
from parsers.bbpress.pager import find_theme_links, read_pager
from parsers.bbpress.part import find_continuation, read_parts
from parsers.bbpress.post import read_post
from parsers.bbpress.repetition import lone_copies
from parsers.bbpress.revision import read_edits
from parsers.bbpress.soundness import find_doubts
from parsers.bbpress.state import (
    kept_back,
    needs_login,
    read_claim,
    read_status,
    read_stickiness,
    read_tags,
    stated_replies,
)
from parsers.bbpress.thread import FLAT, find_places, is_on_top
from parsers.bbpress.title import read_title
from parsers.errors import LayoutChangedError
from parsers.markup import MOST_LEVELS
from parsers.records import Pager, Problem, TopicPage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress.body import Body
    from parsers.bbpress.landmark import Landmarks
    from parsers.bbpress.part import Parts
    from parsers.bbpress.thread import Place
    from parsers.document import Document
    from parsers.element import Element
    from parsers.locale import Locale
    from parsers.records import CountClaim, ParsedPost


def read_topic_page(document: Document, engine: str) -> TopicPage:
    """Read a topic page of bbPress 2.x markup.

    Raises:
        LayoutChangedError: the page shows no posts, or a post has no content.
    """
    root, url = document.root, document.url
    marks = find_landmarks(root, document.page.viewer)
    parts = read_parts(document, marks)
    hidden = read_hidden(root, marks, url)
    erased = find_erased(root, marks)
    if not (marks.posts or hidden or erased) and parts.current == 1:
        raise _no_posts(url)
    head = read_head(document)
    language, locale = page_language(head.language, marks)
    path = read_forum_path(root, marks, url, locale)
    places = find_places(marks.posts, is_whole=parts.current == 1, erased=erased)
    pager = _pager(document, marks, parts, is_threaded=bool(places))
    posts = tuple(_posts(document, marks, places, parts, locale))
    claim = read_claim(marks, locale, is_threaded=bool(places))
    doubts = tuple(
        find_doubts(document, marks, posts, is_threaded=bool(places), parts=parts, claim=claim)
    )
    copies = _copies(document, marks, pager)
    posts = tuple(_doubted(post, doubts) for post in posts if post.post_id not in copies)
    if copies and not posts:
        raise _no_posts(url)
    shown = {post.post_id for post in posts}
    continuation = _continuation(root, marks, parts)
    log = continuation.log if continuation is not None else None
    topic_url = own_url(pager, head, url)
    topic_id = _topic_id(marks, head)
    title, is_shown = read_title(root, marks, path.current)
    return TopicPage(
        engine=engine,
        topic_id=topic_id,
        title=title,
        url=topic_url,
        forum=path.forums,
        status=read_status(marks, locale, erased_opening(erased)),
        sticky=read_stickiness(marks, erased_opening(erased)),
        tags=read_tags(marks),
        posts=posts,
        pager=pager,
        claim=claim,
        stated_replies=stated_replies(marks),
        has_lead=_has_lead(marks, claim),
        is_threaded=bool(places),
        hidden=hidden,
        erased=_erased(erased, marks, claim),
        part=parts.current,
        part_urls=parts.urls,
        continuation_html=continuation.html if continuation is not None else None,
        continuation_edits=read_edits(log, locale) if log is not None else (),
        replies_need_login=needs_login(marks, locale),
        language=language,
        home_url=path.home or head.home_url,
        api_url=head.api_url,
        feed_urls=_feed_urls(topic_url, path),
        problems=(
            *document.problems,
            *_problems(head, locale, marks, is_shown=is_shown),
            *(() if erased else _lost_opening(posts, topic_id, pager, parts)),
            *map(_copied, sorted(copies)),
            *(doubt for doubt in doubts if doubt.post_id not in shown),
            *_of_posts(posts),
        ),
    )


def _posts(
    document: Document,
    marks: Landmarks,
    places: dict[int, Place],
    parts: Parts,
    locale: Locale | None,
) -> Iterator[ParsedPost]:
    url, is_flattened = document.url, document.is_flattened
    is_torn = _is_torn(document, marks)
    posts = with_insets(marks.posts, is_torn=is_torn)
    for place, one in enumerate(posts, start=1):
        is_last = place == len(posts)
        post = read_post(
            one,
            places.get(one.post_id, FLAT),
            url,
            locale,
            is_page_link=parts.is_link if parts.is_cut and is_last else None,
        )
        if is_flattened and one.content is not None and _is_deep(one.content):
            post = _flattened(post)
        yield _torn(post) if is_last and is_torn else post


def _is_deep(content: Element) -> bool:
    """Whether elements lie in a post as deep as they can."""
    level, depth = [content], sum(1 for _ in content.iterancestors())
    while level and depth < MOST_LEVELS - 1:
        level, depth = [child for element in level for child in element], depth + 1
    return bool(level)


def _flattened(post: ParsedPost) -> ParsedPost:
    detail = "Elements lie so deep in one another in this post that only the text of the deepest was read."
    problem = Problem(code="deep-markup", detail=detail, post_id=post.post_id)
    return replace(post, problems=(*post.problems, problem))


def _doubted(post: ParsedPost, doubts: tuple[Problem, ...]) -> ParsedPost:
    own = [doubt for doubt in doubts if doubt.post_id == post.post_id]
    return replace(post, problems=(*post.problems, *own)) if own else post


def _no_posts(url: str) -> LayoutChangedError:
    return LayoutChangedError(
        f"The topic page at {url} shows no posts; it may lie past the topic's end, or its theme is one that "
        "threadkeep does not read.",
        landmark=".post-N.type-reply",
        url=url,
    )


def _copies(document: Document, marks: Landmarks, pager: Pager) -> frozenset[int]:
    """The posts of which this page shows a copy alone, unless it is all of the topic: then it is the post."""
    has_end = _has_end(document)
    if pager.last == 1 and has_end:
        return frozenset()
    return lone_copies(marks.posts, is_whole=has_end)


def _copied(post_id: int) -> Problem:
    detail = "The page shows a copy of this post alone; the post itself is read on another page."
    return Problem(code="copy-alone", detail=detail, post_id=post_id)


def _torn(post: ParsedPost) -> ParsedPost:
    detail = "The page ends in the middle of this post."
    problem = Problem(code="torn-post", detail=detail, post_id=post.post_id)
    return replace(post, is_cut=True, problems=(*post.problems, problem))


def _is_torn(document: Document, marks: Landmarks) -> bool:
    """Whether the page ends in the middle of its last post: a server that died leaves neither the list's end nor its own."""
    return not (marks.is_closed or _has_end(document))


def _has_end(document: Document) -> bool:
    return b"</html" in document.page.body[-4096:].lower()


def _continuation(root: Element, marks: Landmarks, parts: Parts) -> Body | None:
    """The rest of the post that the part before cut; links to parts are in it where nothing else is on this part."""
    rest = find_continuation(root, marks, parts) if parts.current > 1 else None
    if rest is None:
        return None
    return read_body(rest, None, is_page_link=None if marks.posts else parts.is_link)


def _pager(document: Document, marks: Landmarks, parts: Parts, *, is_threaded: bool) -> Pager:
    """The page links; a threaded topic without any is whole on this page, whatever number its address has."""
    links = marks.named.get("pager")
    is_elsewhere = links is None and b"page-numbers" in document.page.body
    if is_elsewhere:
        links = find_theme_links(document.root, marks, parts.page_url)
    is_whole = is_threaded and (links is None or next(links.iter("a"), None) is None)
    return read_pager(links, first_page_of(parts.page_url) if is_whole else parts.page_url)


def _has_lead(marks: Landmarks, claim: CountClaim | None) -> bool:
    """Whether the opening post stands above the replies and is none of what is counted."""
    if marks.lead is not None:
        return True
    return marks.opening is not None and (claim is None or claim.unit != "posts")


def _erased(erased: tuple[Element, ...], marks: Landmarks, claim: CountClaim | None) -> int:
    """How many of the posts that were erased from a page its count sentence holds."""
    counted = [mark for mark in erased if not is_in_lead(mark, marks)]
    if claim is not None and claim.unit == "threads":
        counted = [mark for mark in counted if is_on_top(mark)]
    return len(counted)


def _topic_id(marks: Landmarks, head: Head) -> int | None:
    known = marks.topic_id or head.post_id
    return known or next((one.post_id for one in marks.posts if one.is_opening), None)


def own_url(pager: Pager, head: Head, url: str) -> str | None:
    """A topic's or list's own address: that of the first page; where no link tells it, as the head names this page.

    The head is not believed where it names another site or its home: some sites' heads say so on every page.
    """
    first = dict(pager.urls).get(1)
    if pager.last > 1 or head.canonical is None:
        return first
    return first_page_of(head.canonical) if _is_of_site(head.canonical, url) else first


def _is_of_site(named: str, url: str) -> bool:
    """Whether an address that a page names is one of the page's site, and not its home's."""
    try:
        parts = urlsplit(named)
    except ValueError:  # brackets that are no IPv6 address
        return False
    return parts.netloc == urlsplit(url).netloc and bool(parts.path.strip("/") or parts.query)


def _feed_urls(topic_url: str | None, path: ForumPath) -> tuple[str, ...]:
    """Reply-type feeds, the likeliest to hold this topic's posts first. The links that pages advertise are other feeds."""
    bases = (topic_url, path.forums[-1].url if path.forums else None, path.root)
    return tuple(feed_url(base) for base in bases if base)


def feed_url(base: str) -> str:
    """The RSS feed of a topic's, forum's or forum root's address, pretty or plain."""
    address = without_fragment(base)
    return f"{address}&feed=rss2" if "?" in address else f"{address.rstrip('/')}/feed/"


def _problems(
    head: Head, locale: Locale | None, marks: Landmarks, *, is_shown: bool
) -> Iterator[Problem]:
    if locale is None:
        detail = f"There is no table for the page's language ({head.language or 'none declared'})."
        yield Problem(code="unknown-language", detail=detail)
    behind = kept_back(marks)
    if behind is not None:
        detail = f"The page keeps answers behind a button ({behind or 'it does not say how many'}); they were not read."
        yield Problem(code="kept-back", detail=detail)
    for number in marks.lost:
        detail = "The page has the post's header, but its body was not found."
        yield Problem(code="lost-post", detail=detail, post_id=number)
    if not is_shown:
        detail = "The page shows no title; it was taken from its head."
        yield Problem(code="title-from-head", detail=detail)


def _lost_opening(
    posts: tuple[ParsedPost, ...], topic_id: int | None, pager: Pager, parts: Parts
) -> Iterator[Problem]:
    """Say so where a topic's first page does not show its opening post; some sites' lists lose it."""
    is_first = pager.current == 1 and parts.current == 1
    if posts and is_first and all(post.kind == "reply" for post in posts):
        detail = "The topic's first page does not show its opening post."
        yield Problem(code="lost-post", detail=detail, post_id=topic_id)


def _of_posts(posts: tuple[ParsedPost, ...]) -> Iterator[Problem]:
    for post in posts:
        yield from post.problems
