"""Search an archive's posts by their words, and by where, when and by whom they were written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scraper.archive.forum import forum_titles
from scraper.archive.post_filter import (
    MOMENT,
    first_moment,
    forum_ids,
    is_author,
    is_role,
    last_moment,
)
from scraper.archive.search_query import parse_query
from scraper.archive.search_text import folded, storable
from scraper.archive.snippet import snippet

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from scraper.archive.database import Archive
    from scraper.archive.search_query import Query


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
    skip: int = 0,
) -> SearchReport:
    """Search the newest body of every post ever seen, and the titles of topics.

    Args:
        archive: opened to be read.
        text: words, all of which must be there; see docs/search.md.
        only: which posts.
        newest_first: in the order of their times; else by how well they match.
        limit: hits at most.
        skip: how many of the first hits are left out.

    Raises:
        UsageError: there is nothing to search for, or a filter names what the archive does not hold.
    """
    query = parse_query(text)
    condition, values = _condition(archive.connection, query, only or SearchFilter())
    narrowed = _NARROWED if condition or newest_first else ""
    found = f"{_FOUND}{narrowed} WHERE search_index MATCH :query{condition}"
    total = archive.connection.execute(f"SELECT count(*) {found}", values).fetchone()[0]
    order = "moment IS NULL, moment DESC, post_id DESC" if newest_first else "rank, post_id"
    moment = MOMENT if newest_first else "NULL"
    rows = archive.connection.execute(
        _HITS.format(moment=moment, found=found, order=order),
        {**values, "limit": limit, "skip": skip},
    )
    return SearchReport(
        archive=archive.path,
        query=storable(text),
        total=total,
        hits=tuple(_hit(archive.connection, row, query) for row in rows.fetchall()),
    )


_FOUND = "FROM search_index JOIN search_entries ON entry_id = search_index.rowid"
# What filters and times are looked up in; reading it for every post that has a word takes longer than finding the word.
_NARROWED = (
    " JOIN posts USING (post_id) JOIN topics USING (topic_key) JOIN authors USING (author_id)"
)
# A word in a title weighs as much as five in the text.
_HITS = """
WITH found AS MATERIALIZED (
    SELECT post_id, bm25(search_index, 5.0, 1.0) AS rank, {moment} AS moment {found}
    ORDER BY {order} LIMIT :limit OFFSET :skip
)
SELECT post_id, topic_id, topics.title, forum_id, name, role, published, published_text, posts.url, gone_at, body_text
FROM found JOIN posts USING (post_id) JOIN revisions USING (post_id, revision) JOIN topics USING (topic_key)
    JOIN authors USING (author_id)
ORDER BY {order}
"""


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
        inside = ", ".join(map(str, forum_ids(connection, only.forum)))
        parts.append(f"forum_id IN ({inside})")
    if only.author is not None:
        parts.append(is_author(":author"))
        values["author"] = storable(only.author)
    if only.role is not None:
        parts.append(is_role(":role"))
        values["role"] = storable(only.role)
    if only.since is not None:
        parts.append(f"{MOMENT} >= :since")
        values["since"] = first_moment(only.since)
    if only.until is not None:
        parts.append(f"{MOMENT} < :until")
        values["until"] = last_moment(only.until)
    return " AND ".join(parts), values


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
