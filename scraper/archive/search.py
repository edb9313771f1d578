"""Search an archive's posts by their words, and by where, when and by whom they were written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.errors import UsageError
from scraper.archive.forum import forum_titles, forums_inside
from scraper.archive.search_query import parse_query
from scraper.archive.search_text import folded, storable
from scraper.archive.snippet import snippet

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from scraper.archive.database import Archive
    from scraper.archive.search_query import Query

_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFilter:
    """Which posts are searched; names are compared without regard to case and diacritics.

    Attributes:
        topic_id: of this topic.
        forum: in the forum of this title, or in one inside it.
        author: by this display name, or this name in the profile's address.
        role: shown with this role (`Bijdrager`), or one that means it (`participant`).
        since: a year, month or day, the first one.
        until: a year, month or day, the last one.
    """

    topic_id: int | None = None
    forum: str | None = None
    author: str | None = None
    role: str | None = None
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """A post that was found.

    Attributes:
        post_id: the WordPress post id.
        topic_id: its topic's number; None where no page shows it.
        topic_title: its topic's title.
        forum: titles from the root down.
        author: who wrote it, as displayed.
        role: the author's role as displayed.
        published: when it was published, in UTC; None where that is not known.
        published_text: the date exactly as displayed.
        url: the permalink as shown.
        gone_at: when it was found to have vanished, in UTC; None where it is there.
        snippet: a piece of its text, on one line.
        found: where in that the words are: first character, and the one after the last.
    """

    post_id: int
    topic_id: int | None
    topic_title: str
    forum: tuple[str, ...]
    author: str
    role: str | None
    published: str | None
    published_text: str | None
    url: str | None
    gone_at: str | None
    snippet: str
    found: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchReport:
    """What a search found.

    Attributes:
        archive: the file.
        query: the words that were searched for.
        total: all posts that match.
        hits: the first of them.
    """

    archive: Path
    query: str
    total: int
    hits: tuple[SearchHit, ...]


def search(
    archive: Archive,
    text: str,
    only: SearchFilter | None = None,
    *,
    newest_first: bool = False,
    limit: int = 20,
) -> SearchReport:
    """Search the newest body of every post ever seen, and the titles of topics.

    Args:
        archive: opened to be read.
        text: words, all of which must be there; see docs/search.md.
        only: which posts.
        newest_first: in the order of their times; else by how well they match.
        limit: hits at most.

    Raises:
        UsageError: there is nothing to search for, or a filter names what the archive does not hold.
    """
    query = parse_query(text)
    condition, values = _condition(archive.connection, query, only or SearchFilter())
    total = archive.connection.execute(f"SELECT count(*) {_FROM}{condition}", values).fetchone()[0]
    order = "moment IS NULL, moment DESC, post_id DESC" if newest_first else "rank, post_id"
    rows = archive.connection.execute(
        f"{_HITS}{_FROM}{condition} ORDER BY {order} LIMIT :limit", {**values, "limit": limit}
    )
    return SearchReport(
        archive=archive.path,
        query=storable(text),
        total=total,
        hits=tuple(_hit(archive.connection, row, query) for row in rows.fetchall()),
    )


_FROM = """
FROM search_index JOIN search_entries ON entry_id = search_index.rowid JOIN posts USING (post_id)
    JOIN revisions USING (post_id, revision) JOIN topics USING (topic_key) JOIN authors USING (author_id)
WHERE search_index MATCH :query"""
# A word in a title weighs as much as five in the text.
_HITS = """
SELECT post_id, topic_id, topics.title, forum_id, name, role, published, published_text, posts.url, gone_at, body_text,
    bm25(search_index, 5.0, 1.0) AS rank, coalesce(published, published_local) AS moment"""


def _condition(
    connection: sqlite3.Connection, query: Query, only: SearchFilter
) -> tuple[str, dict[str, object]]:
    connection.create_function("folded", 1, folded, deterministic=True)
    values: dict[str, object] = {"query": query.expression}
    parts = [""]
    if only.topic_id is not None:
        parts.append("topic_id = :topic")
        values["topic"] = only.topic_id
    if only.forum is not None:
        parts.append(f"forum_id IN ({_forum_ids(connection, only.forum)})")
    if only.author is not None:
        parts.append("folded(:author) IN (folded(name), folded(coalesce(slug, '')))")
        values["author"] = storable(only.author)
    if only.role is not None:
        parts.append(
            "folded(:role) IN (folded(coalesce(role, '')), folded(coalesce(role_key, '')))"
        )
        values["role"] = storable(only.role)
    if only.since is not None:
        parts.append("coalesce(published, published_local) >= :since")
        values["since"] = _day(only.since, "since")
    if only.until is not None:
        parts.append("coalesce(published, published_local) < :until")
        values["until"] = f"{_day(only.until, 'until')}~"  # sorts after all that begins so
    return " AND ".join(parts), values


def _day(text: str, name: str) -> str:
    if not _DAY.fullmatch(text):
        raise UsageError(
            f"{name} takes a year, month or day such as 2019, 2019-03 or 2019-03-17, not “{text}”."
        )
    return text


def _forum_ids(connection: sqlite3.Connection, title: str) -> str:
    forum_ids = forums_inside(connection, storable(title))
    if not forum_ids:
        raise UsageError(
            f"No forum of this archive is called “{title}”; `threadkeep show ID` prints the forums of a topic."
        )
    return ", ".join(map(str, forum_ids))


def _hit(connection: sqlite3.Connection, row: sqlite3.Row, query: Query) -> SearchHit:
    piece = snippet(row["body_text"], query.terms)
    return SearchHit(
        post_id=row["post_id"],
        topic_id=row["topic_id"],
        topic_title=row["title"],
        forum=forum_titles(connection, row["forum_id"]),
        author=row["name"],
        role=row["role"],
        published=row["published"],
        published_text=row["published_text"],
        url=row["url"],
        gone_at=row["gone_at"],
        snippet=piece.text,
        found=piece.found,
    )
