"""Find what changed between two archives of a site, or between two moments of one, topic by topic.

Only what differs reaches Python, and is held no longer than its topic: neither the size of the archives nor that of the
difference matters to whoever goes through it.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from parsers.errors import UsageError
from scraper.archive.database import Archive, address_to_read, reading, translated_errors
from scraper.archive.difference import (
    ListGapDifference,
    PersonDifference,
    PostDifference,
    TopicDifference,
)
from scraper.archive.gap import Gap
from scraper.archive.period import period
from scraper.archive.two_archives import ARCHIVES
from scraper.archive.two_moments import MOMENTS
from scraper.archive.word_difference import changed_words, difference

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from scraper.archive.difference import PostChangeKind, TopicChangeKind
    from scraper.archive.question import Question

_END_OF_TIME = "9999-12-31T23:59:59Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two states of an archive that are open to be compared.

    Attributes:
        old: the earlier archive.
        new: the later one, or the same.
        site: the site's home; its host where no page links that.
        since: the first moment of what is compared; None between two archives.
        until: the first moment after it; None between two archives, and where it goes on till now.
        with_text: the differences between bodies are wanted, not only how many words they are.
        connection: to the later archive, the earlier one attached, in a transaction.
        question: what is asked.
    """

    old: Path
    new: Path
    site: str
    since: str | None
    until: str | None
    with_text: bool
    connection: sqlite3.Connection
    question: Question

    def ask(self, query: str, **values: object) -> sqlite3.Cursor:
        """Ask one of the question's queries."""
        moments = {"since": self.since, "until": self.until or _END_OF_TIME}
        return self.connection.execute(query, {**moments, **values})


@contextmanager
def comparing_archives(old: Path, new: Path, *, with_text: bool = False) -> Generator[Comparison]:
    """Open two archives of a site, each as it is at this moment.

    Args:
        old: the earlier one.
        new: the later one.
        with_text: see `Comparison`.

    Raises:
        UsageError: they are of two sites, or one is not there.
        ArchiveError: one cannot be used.
    """
    with reading(old) as earlier:
        old_host, _ = _site(earlier)
    with reading(new) as later, _told_whose(old, later.connection):
        host, home = _site(later)
        if host and old_host and host != old_host:
            raise UsageError(
                f"{old} is the archive of {old_host} and {new} that of {host}; only archives of one site can be compared."
            )
        later.connection.execute("ATTACH ? AS earlier", (address_to_read(old),))
        with _one_moment(later.connection):
            yield Comparison(
                old=old,
                new=new,
                site=home,
                since=None,
                until=None,
                with_text=with_text,
                connection=later.connection,
                question=ARCHIVES,
            )


@contextmanager
def comparing_moments(
    path: Path, since: str, until: str | None = None, *, with_text: bool = False
) -> Generator[Comparison]:
    """Open an archive to compare what it held before a moment with what it held after another.

    Args:
        path: the archive.
        since: the first year, month, day or moment of what is compared, in UTC.
        until: the last one; till now where it is None.
        with_text: see `Comparison`.

    Raises:
        UsageError: they are no such moments, or in the wrong order, or there is no archive.
        ArchiveError: it cannot be used.
    """
    begin, _ = period(since, "since")
    _, end = period(until, "until") if until is not None else (None, None)
    if end is not None and end <= begin:
        raise UsageError(f"until {until} is before since {since}; give the earlier one to since.")
    with reading(path) as archive, _one_moment(archive.connection):
        yield Comparison(
            old=path,
            new=path,
            site=_site(archive)[1],
            since=begin,
            until=end,
            with_text=with_text,
            connection=archive.connection,
            question=MOMENTS,
        )


def _site(archive: Archive) -> tuple[str, str]:
    """The site's host, and its home as far as a page linked it."""
    row = archive.connection.execute("SELECT host, coalesce(home, host) FROM site").fetchone()
    return row[0], row[1]


@contextmanager
def _one_moment(connection: sqlite3.Connection) -> Generator[None]:
    """Whoever writes an archive meanwhile, what is read of it from here on is of one moment."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@contextmanager
def _told_whose(old: Path, connection: sqlite3.Connection) -> Generator[None]:
    """Where SQLite finds something broken, say so of the attached archive if it is that one."""
    try:
        yield
    except sqlite3.DatabaseError:
        with translated_errors(old, doing="read"):
            if _is_broken(connection):
                raise
        raise


def _is_broken(connection: sqlite3.Connection) -> bool:
    attached = {row["name"] for row in connection.execute("PRAGMA database_list")}
    if "earlier" not in attached:
        return False
    return bool(connection.execute("PRAGMA earlier.quick_check(1)").fetchone()[0] != "ok")


# What differs


def topic_differences(comparison: Comparison) -> Iterator[TopicDifference]:
    """The topics of which something differs, by number; those that only the earlier archive holds come last."""
    met: set[int] = set()
    for row in comparison.ask(comparison.question.topics):
        met.add(row["old_key"])
        topic = _topic(comparison, row)
        if _differs(topic):
            yield topic
    for row in comparison.ask(comparison.question.absent_topics):
        if row["topic_key"] not in met:
            posts = _absent_posts(comparison, row["topic_key"])
            yield TopicDifference(
                topic_id=row["topic_id"],
                title=row["title"],
                url=row["url"],
                changes=("absent",),
                absent_posts=sum(1 for _ in posts),
            )


def person_differences(comparison: Comparison) -> Iterator[PersonDifference]:
    """What changed of people."""
    rows = comparison.ask(comparison.question.people)
    return (PersonDifference(**dict(row)) for row in rows)


def list_gap_differences(comparison: Comparison) -> Iterator[ListGapDifference]:
    """What is missing of lists of topics in one state and not in the other."""
    for row in comparison.ask(comparison.question.list_gaps):
        yield ListGapDifference(
            url=row["url"],
            title=row["title"],
            is_closed=bool(row["is_closed"]),
            gap=_gap(row),
        )


def _differs(topic: TopicDifference) -> bool:
    found = (
        topic.changes,
        topic.posts,
        topic.new_posts,
        topic.gaps_opened,
        topic.gaps_closed,
    )
    return any(found)


def _topic(comparison: Comparison, row: sqlite3.Row) -> TopicDifference:
    keys = {"key": row["topic_key"], "old_key": row["old_key"]}
    changes = tuple(_topic_changes(row))
    posts = [_post(comparison, one) for one in comparison.ask(comparison.question.posts, **keys)]
    new = sum("new" in one.changes for one in posts)
    listed = [one for one in posts if "new" not in changes or one.changes != ("new",)]
    absent = list(_absent_posts(comparison, row["old_key"]))
    question = comparison.question
    return TopicDifference(
        topic_id=row["topic_id"],
        title=row["title"],
        url=row["url"],
        changes=changes,
        old_title=row["old_title"] if "renamed" in changes else None,
        forum=row["forum"] if "forum" in changes else None,
        old_forum=row["old_forum"] if "forum" in changes else None,
        gone_reason=row["gone_reason"],
        new_posts=new,
        absent_posts=len(absent),
        posts=(*listed, *absent),
        gaps_opened=tuple(map(_gap, comparison.ask(question.gaps_opened, **keys))),
        gaps_closed=tuple(map(_gap, comparison.ask(question.gaps_closed, **keys))),
    )


def _topic_changes(row: sqlite3.Row) -> Iterator[TopicChangeKind]:
    is_gone, was_gone = row["gone_reason"] is not None, row["old_gone_reason"] is not None
    if row["old_key"] is None:
        yield "new"
        if is_gone:
            yield "gone"
        return
    if row["title"] != row["old_title"]:
        yield "renamed"
    if None not in {row["status"], row["old_status"]} and row["status"] != row["old_status"]:
        yield "closed" if row["status"] == "closed" else "opened"
    if _is_in_another_forum(row):
        yield "forum"
    if is_gone != was_gone:
        yield "gone" if is_gone else "returned"


def _is_in_another_forum(row: sqlite3.Row) -> bool:
    """A forum that only got another name, or another address, has all its topics still."""
    is_same_address = row["forum_url"] is not None and row["forum_url"] == row["old_forum_url"]
    are_known = None not in {row["forum"], row["old_forum"]}
    return are_known and not is_same_address and bool(row["forum"] != row["old_forum"])


def _post(comparison: Comparison, row: sqlite3.Row) -> PostDifference:
    pieces = difference(row["old_text"], row["text"]) if row["is_changed"] else None
    added, removed = changed_words(pieces or ())
    return PostDifference(
        post_id=row["post_id"],
        changes=tuple(_post_changes(row)),
        author=row["author"],
        url=row["url"],
        published=row["published"],
        gone_reason=(row["gone_reason"] or None) if row["is_gone"] else None,
        from_topic_id=row["from_topic_id"] if row["is_moved"] else None,
        from_title=row["from_title"] if row["is_moved"] else None,
        words_added=added,
        words_removed=removed,
        difference=pieces if comparison.with_text else None,
    )


def _post_changes(row: sqlite3.Row) -> Iterator[PostChangeKind]:
    if row["is_new"]:
        yield "new"
    if row["is_moved"]:
        yield "moved"
    if row["is_changed"]:
        yield "changed"
    if row["is_gone"] != row["was_gone"]:
        yield "gone" if row["is_gone"] else "returned"


def _absent_posts(comparison: Comparison, old_key: int | None) -> Iterator[PostDifference]:
    if old_key is not None:
        for row in comparison.ask(comparison.question.absent_posts, old_key=old_key):
            yield PostDifference(**dict(row), changes=("absent",))


def _gap(row: sqlite3.Row) -> Gap:
    return Gap(**{field.name: row[field.name] for field in fields(Gap)})
