"""Turn a fetched page into a topic page: recognise it, follow a reply to its topic, refuse what is none. No archive."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from parsers.document import read_document
from parsers.erasure import topic_of_record
from parsers.errors import (
    LayoutChangedError,
    NoArchiveError,
    NotFoundError,
    NothingReadableError,
    UnknownForumError,
)
from parsers.post_record import topic_of_posts
from parsers.records import Pager
from parsers.registry import parse_topic, recognise
from scraper.politeness.permission import forbids_archiving
from scraper.sync.own_address import own_address_elsewhere

if TYPE_CHECKING:
    from parsers.records import Page, TopicPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """The page is a reply's own; its topic is at `url`."""

    url: str


def read_topic_page(
    page: Page, *, topic_id: int | None = None, may_archive: bool = False
) -> TopicPage | Elsewhere:
    """Read a page that should be a topic's.

    Args:
        page: what came.
        topic_id: the topic it must belong to, where that is known.
        may_archive: the user has the site's permission, so `noarchive` does not count.

    Raises:
        NoArchiveError: it asks not to be archived.
        LoginRequiredError: it is behind a password.
        NothingReadableError: it is no topic page, or another topic's.
    """
    reason = None if may_archive else forbids_archiving(page)
    if reason:
        raise NoArchiveError(
            f"{reason[:-1]}; with the owner's permission, say --my-site.", url=page.final_url
        )
    kept = topic_of_record(page) or topic_of_posts(page)
    if kept is not None:
        _refuse_other_topic(kept, topic_id, page.final_url)
        return kept
    document = read_document(page)
    engine, kind = recognise(document)
    if kind == "topic":
        found = parse_topic(engine, document)
        _refuse_other_topic(found, topic_id, page.final_url)
        _refuse_past_the_end(found, page.final_url)
        return _whole(found, page.final_url)
    if kind == "missing":
        raise NotFoundError(
            f"The site says that there is nothing at {page.final_url}; check the address.",
            url=page.final_url,
        )
    target = engine.topic_link(document) if kind == "reply" else None
    if target is not None:
        return Elsewhere(url=target)
    raise UnknownForumError(
        f"{page.final_url} is a page of a forum, but no topic; give the address of a topic.",
        url=page.final_url,
    )


def leads_to_the_forum(page: Page) -> bool:
    """Whether what was asked for redirects to a list of the forum, or to the site's home: so do some for what is gone."""
    if not page.redirects:
        return False
    if urlsplit(page.final_url).path in {"", "/"} and not urlsplit(page.final_url).query:
        return True
    try:
        return recognise(read_document(page))[1] in {"forum", "list"}
    except NothingReadableError:
        return False


def refuse_other_address(found: TopicPage, url: str) -> None:
    """Refuse a topic that is not the one whose address it came from, where nobody knows the topic's number yet.

    Raises:
        NothingReadableError: it says itself that it is another one.
    """
    own = own_address_elsewhere(found, url)
    if own is not None:
        raise NothingReadableError(
            f"{url} answered with another topic, {own.partition('#')[0]}; it was not kept: try again later, or give "
            "that address if it is the one you mean.",
            url=url,
        )


def _refuse_other_topic(found: TopicPage, topic_id: int | None, url: str) -> None:
    if topic_id is not None and found.topic_id not in (topic_id, None):
        raise LayoutChangedError(
            f"{url} answered with topic {found.topic_id}, not with topic {topic_id}; it was not kept.",
            landmark=f"topic {topic_id}",
            url=url,
        )


def _refuse_past_the_end(found: TopicPage, url: str) -> None:
    """An opening post that stands above the replies is shown on pages that the topic does not have as well."""
    is_bare = found.has_lead and all(post.kind == "topic" for post in found.posts)
    is_bare = is_bare and not found.erased
    if is_bare and found.pager.current > 1:
        raise LayoutChangedError(
            f"The topic page at {url} shows no replies; it lies past the topic's end.",
            landmark=".post-N.type-reply",
            url=url,
        )


def read_page_of_topic(
    page: Page, number: int, part: int, *, topic_id: int | None, may_archive: bool
) -> TopicPage:
    """Read a page that should be a certain one of a certain topic.

    Args:
        page: what came.
        number: the page of the topic.
        part: the part of the page.
        topic_id: the topic, where its number is known.
        may_archive: see `read_topic_page`.

    Raises:
        NoArchiveError: it asks not to be archived.
        LoginRequiredError: it is behind a password.
        NothingReadableError: it is another one, or no topic page.
    """
    found = read_topic_page(page, topic_id=topic_id, may_archive=may_archive)
    if (
        isinstance(found, Elsewhere)
        or (found.pager.current, found.part) != (number, part)
        or _counts_from_elsewhere(found)
    ):
        raise NothingReadableError(
            f"{page.final_url} answered with another page than page {number} of the topic; it was not kept.",
            url=page.final_url,
        )
    return found


def _counts_from_elsewhere(found: TopicPage) -> bool:
    """Whether a page's count sentence is another page's, as where a cache mixes them up.

    All pages before a page are full and of one size, so what stands before it is a multiple of how many they are.
    """
    claim, before = found.claim, found.pager.current - 1
    if claim is None or claim.first is None or claim.unit == "threads":
        return False
    if before == 0:
        return claim.first > 1
    return claim.first == 1 or (claim.first - 1) % before != 0


def _whole(found: TopicPage, url: str) -> TopicPage:
    """A topic that nests its replies shows all of them at every one of its page addresses: they are all its first page."""
    pager = found.pager
    if not found.is_threaded or pager.current == 1 or len(pager.urls) > 1:
        return found
    return replace(found, pager=Pager(urls=((1, found.url or url),)))
