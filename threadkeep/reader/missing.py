"""What is missing: gaps that count, gaps that somebody accepted, addresses that could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.html.shown_post import ShownTime, seen_time
from exporters.markdown.address import EMBEDDED, safe_address
from scraper.archive.browse.missing import count_unread, missing_things, unread_addresses
from threadkeep.reader.frame import Frame, Link, Pager, frame, pager, pages_for

if TYPE_CHECKING:
    from scraper.archive.browse.missing import MissingThing
    from threadkeep.reader.open_archive import Links, OpenArchive

THINGS_PER_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownGap:
    """Something that is missing.

    Attributes:
        of: the topic or the list.
        code: a short stable name.
        detail: one sentence.
        missing: how many posts or topics, where known.
        first_seen: when it was found.
    """

    of: Link
    code: str
    detail: str
    missing: int | None
    first_seen: ShownTime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadPage:
    """An address that could not be read, or is still to be.

    Attributes:
        link: what should be there, and the address.
        error: how it failed; None: it was not tried yet.
    """

    link: Link
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPage:
    """What is missing.

    Attributes:
        is_complete: no gap counts, and nothing is left to be read.
        open: gaps that count, some of them where there are several pages.
        accepted: gaps that somebody accepted, likewise.
        unread: addresses that could not be read, or are still to be, likewise.
        pager: which page it is.
    """

    frame: Frame
    is_complete: bool
    open: tuple[ShownGap, ...]
    accepted: tuple[ShownGap, ...]
    unread: tuple[UnreadPage, ...]
    pager: Pager | None


def missing_page(opened: OpenArchive, page: int) -> MissingPage | None:
    """Make a page of what is missing, each with its share of gaps and of addresses; None where there is none."""
    links = opened.links("")
    things = missing_in(opened)
    open_ones = [one for one in things if one.accepted_at is None]
    accepted = [one for one in things if one.accepted_at is not None]
    unread = unread_in(opened)
    last = _pages(len(open_ones), len(accepted), unread)
    if page > last:
        return None
    first = (page - 1) * THINGS_PER_PAGE
    part = slice(first, first + THINGS_PER_PAGE)
    addresses = unread_addresses(opened.archive, first, THINGS_PER_PAGE) if unread else ()
    return MissingPage(
        frame=frame(opened, "missing", missing_name(page), "What is missing"),
        is_complete=not open_ones and not unread,
        open=tuple(_shown(one, links) for one in open_ones[part]),
        accepted=tuple(_shown(one, links) for one in accepted[part]),
        unread=tuple(
            UnreadPage(
                link=Link(text=one.title or one.url, address=_address(one.url)), error=one.error
            )
            for one in addresses
        ),
        pager=pager(page, last, lambda number: links.named(missing_name(number))),
    )


def missing_name(page: int) -> str:
    """The name of a page of what is missing."""
    return "missing" if page == 1 else f"missing.page-{page}"


def missing_pages(opened: OpenArchive) -> int:
    """How many pages it takes to tell what is missing."""
    things = missing_in(opened)
    accepted = sum(one.accepted_at is not None for one in things)
    return _pages(len(things) - accepted, accepted, unread_in(opened))


def _pages(*counts: int) -> int:
    return pages_for(max(counts), THINGS_PER_PAGE)


def unread_in(opened: OpenArchive) -> int:
    """How many addresses could not be read, or are still to be; those of a part of the archive are not told apart."""
    return 0 if opened.survey.is_part else count_unread(opened.archive)


def missing_in(opened: OpenArchive) -> list[MissingThing]:
    """What is missing of the topics that are shown; of lists as well where all topics are."""
    topics, is_part = opened.survey.topics, opened.survey.is_part
    return [
        thing
        for thing in missing_things(opened.archive)
        if thing.topic_key in topics or (thing.topic_key is None and not is_part)
    ]


def _shown(thing: MissingThing, links: Links) -> ShownGap:
    address = _address(thing.url) if thing.topic_key is None else links.topic(thing.topic_key)
    return ShownGap(
        of=Link(text=thing.of or "(no title)", address=address),
        code=thing.code,
        detail=thing.detail,
        missing=thing.missing,
        first_seen=seen_time(thing.first_seen),
    )


def _address(url: str | None) -> str | None:
    return safe_address(url or "", "", EMBEDDED) or None
