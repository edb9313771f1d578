"""Hold an archive's records against its stored pages: these are read anew into a copy, and the copy is compared."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from parsers.errors import DamagedArchiveError
from scraper.archive.content import digest
from scraper.archive.damage import Damage
from scraper.archive.database import Archive
from scraper.archive.search_index import words_of_posts
from scraper.archive.site import site_zone
from scraper.archive.thread_reader import threads
from scraper.archive.verify import verdict_of, verify
from scraper.sync.reparsing import rebuild
from scraper.sync.site_time import settle_times

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from parsers.records import Post
    from scraper.archive.verify import Verdict
    from scraper.politeness.clock import Clock

_NAMED = 5


def verify_deeply(archive: Archive, clock: Clock) -> Verdict:
    """Check an archive as `verify` does, and what is recorded of every post against the stored pages.

    Args:
        archive: it is only read.
        clock: dates what is stored in the copy.

    Raises:
        DamagedArchiveError: it is damaged so that it cannot be checked any further.
    """
    verdict = verify(archive)
    if verdict.damage:
        return verdict
    try:
        damage = tuple(_differences(archive, clock))
    except DamagedArchiveError as error:
        damage = (Damage(sentence=str(error), is_rebuildable=True),)
    return verdict_of(archive, damage) if damage else verdict


def _differences(archive: Archive, clock: Clock) -> Iterator[Damage]:
    # Without a name, SQLite keeps it on disk as far as it does not fit into memory, and removes it by itself.
    with closing(sqlite3.connect("", isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        archive.connection.backup(connection)
        copy = Archive(path=archive.path, connection=connection, command="verify")
        with copy.transaction():
            rebuild(copy, connection)
        # A run that was stopped had not come to settle the times.
        is_settled = not site_zone(archive.connection).has_new_times
        if is_settled:
            settle_times(copy, None, clock)
        compared = _as_it_is if is_settled else _without_times
        # Reading anew leaves the topics as they are, so that both have the same.
        both = zip(threads(archive), threads(copy), strict=True)
        posts = [
            post_id
            for stored, read in both
            for post_id in _differing(map(compared, stored.posts), map(compared, read.posts))
        ]
        yield from _described("post", posts)
        yield from _misindexed(archive.connection, connection, known=posts)
        pages = _pages(archive.connection) ^ _pages(connection)
        yield from _described("page", sorted({number for number, _ in pages}))


def _misindexed(
    stored: sqlite3.Connection, read: sqlite3.Connection, known: list[int]
) -> Iterator[Damage]:
    """Posts that are found by other words than those that were read; of those that differ anyway nothing more is said."""
    found, wanted = words_of_posts(stored), words_of_posts(read)
    wrong = {number for number in found.keys() & wanted.keys() if found[number] != wanted[number]}
    if numbers := sorted(wrong.difference(known)):
        who = f"{len(numbers)} posts ({_named(numbers)}) are"
        yield Damage(
            sentence=f"In the full-text index {who} found by other words than theirs.",
            is_rebuildable=True,
        )


def _named(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:_NAMED])) + (", …" if len(numbers) > _NAMED else "")


def _described(what: str, differing: list[int]) -> Iterator[Damage]:
    if differing:
        yield Damage(
            sentence=f"Of {len(differing)} {what}s ({_named(differing)}) something else is recorded than what the stored pages say.",
            is_rebuildable=True,
        )


def _as_it_is(post: Post) -> Post:
    return post


def _without_times(post: Post) -> Post:
    return replace(
        post,
        position=0,
        published_local=None,
        published=None,
        published_source="none",
        published_earliest=None,
        published_latest=None,
    )


def _pages(connection: sqlite3.Connection) -> set[tuple[int, str]]:
    """By their numbers, a digest of what is recorded of each page of a topic."""
    rows = connection.execute("SELECT * FROM topic_pages")
    return {(row["page_id"], digest(repr(tuple(row)).encode())) for row in rows}


def _differing(stored: Iterable[Post], read: Iterable[Post]) -> Iterator[int]:
    wanted = {post.post_id: post for post in read}
    for post in stored:
        if wanted.pop(post.post_id, None) != post:
            yield post.post_id
    yield from wanted
