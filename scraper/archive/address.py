"""Remember which addresses lead to which topic, so that no address is followed twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

_WEB = re.compile(r"https?://(?:www\.)?(?P<rest>[^?]*?)/?(?P<query>\?.*)?")
# WordPress's shortlink names a post by its number, whatever the owner calls things.
_SHORTLINK = re.compile(r"\?(?:post_type=(?:topic|reply)&)?p=(\d{1,18})")


def known_topic(connection: sqlite3.Connection, url: str) -> int | None:
    """The topic that an address leads to, as far as that is known from before.

    Neither the scheme nor `www.` nor a slash at the end makes another topic: sites send on from one to the other.

    Args:
        connection: to the archive.
        url: in normal form.
    """
    match = _WEB.fullmatch(url)
    if match is None:
        return None
    for query, values in _questions(match):
        row = connection.execute(query, values).fetchone()
        if row is not None:
            return int(row[0])
    return None


def remember_addresses(
    connection: sqlite3.Connection, topic_key: int, urls: Iterable[str]
) -> None:
    """Record that addresses have led to a topic."""
    connection.executemany(
        "INSERT OR REPLACE INTO addresses (url, topic_key) VALUES (?, ?)",
        [(url, topic_key) for url in urls],
    )


def believe_address(connection: sqlite3.Connection, topic_key: int, url: str) -> None:
    """Record an address that a topic's page says is its own, unless it has led to another topic."""
    connection.execute(
        "INSERT OR IGNORE INTO addresses (url, topic_key) VALUES (?, ?)", (url, topic_key)
    )


def forget_address(connection: sqlite3.Connection, topic_key: int, url: str) -> None:
    """Forget that an address led to a topic which has another one now: the next topic may have got it."""
    connection.execute("DELETE FROM addresses WHERE url = ? AND topic_key = ?", (url, topic_key))


def topic_id_of(connection: sqlite3.Connection, topic_key: int) -> int | None:
    """The site's number of a topic."""
    query = "SELECT topic_id FROM topics WHERE topic_key = ?"
    topic_id: int | None = connection.execute(query, (topic_key,)).fetchone()[0]
    return topic_id


def own_address(connection: sqlite3.Connection, topic_key: int) -> str | None:
    """The address of a topic's first page, as its own pages have it."""
    query = "SELECT url FROM topics WHERE topic_key = ?"
    url: str | None = connection.execute(query, (topic_key,)).fetchone()[0]
    return url


def is_of_another(connection: sqlite3.Connection, topic_key: int, topic_id: int | None) -> bool:
    """Whether an address has passed from the topic that it is known for to another one, as the site's numbers say."""
    known = topic_id_of(connection, topic_key)
    return None not in {known, topic_id} and known != topic_id


def _questions(match: re.Match[str]) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    shortlink = _SHORTLINK.fullmatch(match["query"] or "")
    if (
        shortlink is not None and "/" not in match["rest"]
    ):  # before addresses: a reply may have moved since
        yield "SELECT topic_key FROM posts WHERE post_id = ?", (int(shortlink[1]),)
    spellings = tuple(_spellings(match["rest"], match["query"] or ""))
    marks = ", ".join("?" * len(spellings))
    for table in ("addresses", "topic_pages"):
        yield f"SELECT topic_key FROM {table} WHERE url IN ({marks})", spellings  # noqa: S608  # names and marks of this function


def _spellings(rest: str, query: str) -> Iterator[str]:
    for start in ("https://", "http://", "https://www.", "http://www."):
        for slash in ("/", ""):
            yield f"{start}{rest}{slash}{query}"
