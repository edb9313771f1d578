"""Atom feeds of an archive: the newest posts, and the newest changes that it saw."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from scraper.archive.browse.lookup import post_lines
from scraper.archive.browse.newest import newest_changes, newest_posts
from threadkeep.reader.author import beginning
from threadkeep.reader.page import xml_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scraper.archive.browse.lookup import PostLine
    from threadkeep.reader.open_archive import Links, OpenArchive

_ENTRIES = 50
# Of these there is a page of its own in a site as well.
_WITH_HISTORY = ("edited", "gone")
_SAID = {"edited": "edited", "gone": "gone from the site", "back": "back", "moved": "moved"}
# XML has no way to write these down.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NEVER = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of a feed.

    Attributes:
        identity: the same for ever, and of no other entry.
        address: where it leads.
        title: of the topic.
        author: who wrote the post.
        updated: in UTC.
        summary: how the post begins.
    """

    identity: str
    address: str
    title: str
    author: str
    updated: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed.

    Attributes:
        address: its own.
        title: its title.
        updated: when the newest of its entries was.
        entries: the newest first.
    """

    address: str
    title: str
    updated: str
    entries: tuple[Entry, ...]


def feed_named(opened: OpenArchive, name: str, base: str) -> bytes:
    """A feed as Atom.

    Args:
        opened: the archive.
        name: one of `FEEDS`.
        base: the address of the reader, with a slash at its end.
    """
    links = opened.links(base)
    title, entries_of = FEEDS[name]
    entries = tuple(entries_of(opened, links))
    site = opened.survey.name or opened.survey.host or "Forum"
    feed = Feed(
        address=f"{base}feeds/{name}.atom",
        title=_fit(f"{site}: {title}"),
        updated=max((entry.updated for entry in entries), default=_NEVER),
        entries=entries,
    )
    return xml_of("feed.xml", feed=feed)


def _posts(opened: OpenArchive, links: Links) -> Iterator[Entry]:
    newest = newest_posts(opened.archive, _most(opened))
    wanted = tuple(islice(filter(links.post_anywhere, newest), _ENTRIES))
    for line in post_lines(opened.archive, wanted):
        when = line.published or line.first_seen
        place = links.post(line.topic_key, line.post_id)
        yield _entry(opened, line, place, when, f"post-{line.post_id}")


def _changes(opened: OpenArchive, links: Links) -> Iterator[Entry]:
    newest = newest_changes(opened.archive, _most(opened))
    shown = (change for change in newest if links.post_anywhere(change.post_id))
    changes = tuple(islice(shown, _ENTRIES))
    wanted = tuple(dict.fromkeys(change.post_id for change in changes))
    lines = {line.post_id: line for line in post_lines(opened.archive, wanted)}
    for change in changes:
        line = lines[change.post_id]
        key = f"post-{change.post_id}/{change.kind}-{change.seen_at}"
        is_told = change.kind in _WITH_HISTORY
        place = (
            links.history(line.post_id) if is_told else links.post(line.topic_key, line.post_id)
        )
        yield _entry(opened, line, place, change.seen_at, key, _SAID[change.kind])


FEEDS: dict[str, tuple[str, Callable[[OpenArchive, Links], Iterator[Entry]]]] = {
    "posts": ("newest posts", _posts),
    "changes": ("newest changes", _changes),
}


def _most(opened: OpenArchive) -> int | None:
    """How many are looked at: a site may leave out any number of the newest."""
    return None if opened.is_site else _ENTRIES


def _entry(  # the parts of an entry
    opened: OpenArchive, line: PostLine, place: str | None, when: str, key: str, change: str = ""
) -> Entry:
    title = opened.survey.topics[line.topic_key].title or "(no title)"
    host = opened.survey.host or "forum"
    return Entry(
        identity=f"tag:{host.partition(':')[0]},2000:{key}",
        address=place or "",
        title=_fit(f"{title}: {change}" if change else title),
        author=_fit(line.author),
        updated=when,
        summary=_fit(beginning(line.text)),
    )


def _fit(text: str) -> str:
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
