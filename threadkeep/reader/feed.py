"""Atom feeds of an archive: the newest posts, and the newest changes that it saw."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scraper.archive.browse.lookup import post_lines
from scraper.archive.browse.newest import newest_changes, newest_posts
from threadkeep.reader.author import beginning
from threadkeep.reader.page import xml_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scraper.archive.browse.lookup import PostLine
    from threadkeep.reader.open_archive import OpenArchive

_ENTRIES = 50
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


def feed_named(opened: OpenArchive, name: str, base: str) -> bytes | None:
    """A feed as Atom; None where there is none of this name.

    Args:
        opened: the archive.
        name: `posts` or `changes`.
        base: the address of the reader, with a slash at its end.
    """
    if name == "posts":
        title, entries = "newest posts", tuple(_posts(opened, base))
    elif name == "changes":
        title, entries = "newest changes", tuple(_changes(opened, base))
    else:
        return None
    site = opened.survey.name or opened.survey.host or "Forum"
    feed = Feed(
        address=f"{base}feeds/{name}.atom",
        title=_fit(f"{site}: {title}"),
        updated=max((entry.updated for entry in entries), default=_NEVER),
        entries=entries,
    )
    return xml_of("feed.xml", feed=feed)


def _posts(opened: OpenArchive, base: str) -> Iterator[Entry]:
    for line in _shown(opened, newest_posts(opened.archive, _ENTRIES)):
        when = line.published or line.first_seen
        yield _entry(opened, line, base, when, f"post-{line.post_id}")


def _changes(opened: OpenArchive, base: str) -> Iterator[Entry]:
    changes = newest_changes(opened.archive, _ENTRIES)
    lines = {line.post_id: line for line in _shown(opened, [one.post_id for one in changes])}
    for change in changes:
        if change.post_id in lines:
            line = lines[change.post_id]
            key = f"post-{change.post_id}/{change.kind}-{change.seen_at}"
            yield _entry(opened, line, base, change.seen_at, key, _SAID[change.kind])


def _shown(opened: OpenArchive, post_ids: Iterable[int]) -> Iterator[PostLine]:
    wanted = tuple(dict.fromkeys(post_ids))
    for line in post_lines(opened.archive, wanted):
        if line.topic_key in opened.survey.topics:
            yield line


def _entry(  # the parts of an entry
    opened: OpenArchive, line: PostLine, base: str, when: str, key: str, change: str = ""
) -> Entry:
    links = opened.links(base)
    place = links.history(line.post_id) if change else links.post(line.topic_key, line.post_id)
    title = opened.survey.topics[line.topic_key].title or "(no title)"
    host = opened.survey.host or "forum"
    return Entry(
        identity=f"tag:{host.partition(':')[0]},2000:{key}",
        address=place or base,
        title=_fit(f"{title}: {change}" if change else title),
        author=_fit(line.author),
        updated=when,
        summary=_fit(beginning(line.text)),
    )


def _fit(text: str) -> str:
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
