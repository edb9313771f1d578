"""What is missing: gaps that count, gaps that somebody accepted, addresses that could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.html.shown_post import ShownTime, seen_time
from exporters.markdown.address import EMBEDDED, safe_address
from scraper.archive.browse.missing import missing_things, unread_addresses
from threadkeep.reader.frame import Frame, Link, frame

if TYPE_CHECKING:
    from scraper.archive.browse.missing import MissingThing
    from threadkeep.reader.open_archive import Links, OpenArchive


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
        open: gaps that count.
        accepted: gaps that somebody accepted.
        unread: addresses that could not be read, or are still to be.
    """

    frame: Frame
    open: tuple[ShownGap, ...]
    accepted: tuple[ShownGap, ...]
    unread: tuple[UnreadPage, ...]


def missing_page(opened: OpenArchive) -> MissingPage:
    """Make the page of what is missing."""
    links = opened.links("")
    things = missing_in(opened)
    unread = () if opened.survey.is_part else unread_addresses(opened.archive)
    return MissingPage(
        frame=frame(opened, "missing", "missing", "What is missing"),
        open=tuple(_shown(one, links) for one in things if one.accepted_at is None),
        accepted=tuple(_shown(one, links) for one in things if one.accepted_at is not None),
        unread=tuple(
            UnreadPage(
                link=Link(text=one.title or one.url, address=_address(one.url)), error=one.error
            )
            for one in unread
        ),
    )


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
