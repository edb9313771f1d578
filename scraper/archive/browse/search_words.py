"""Read the full-text index word by word: which posts hold each word, for a search that no server answers."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Container, Generator, Iterator

    from scraper.archive.database import Archive

_WORDS = "CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search_index, {kind})"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedWord:
    """A word with the posts that it is in.

    Attributes:
        word: folded.
        in_body: numbers of the posts that have it in their text, from the lowest on.
        in_title: likewise of the opening posts whose topics have it in their title.
    """

    word: str
    in_body: tuple[int, ...]
    in_title: tuple[int, ...]


def indexed_words(archive: Archive, shown: Container[int]) -> Iterator[IndexedWord]:
    """Every word of the index, in the order of their letters; a word at a time is in memory.

    Args:
        archive: opened to be read.
        shown: numbers of the posts that may be among those of a word.
    """
    connection = archive.connection
    entries = connection.execute("SELECT entry_id, post_id FROM search_entries")
    post_of = {row[0]: row[1] for row in entries if row[1] in shown}
    with vocabulary(connection, "instance") as words, closing(connection.cursor()) as rows:
        rows.execute(f"SELECT term, doc, col FROM {words}")  # noqa: S608  a name of our own
        for word, instances in groupby(rows, key=lambda row: row[0]):
            found: dict[str, set[int]] = {"body": set(), "title": set()}
            for _, entry_id, column in instances:
                if entry_id in post_of:
                    found[column].add(post_of[entry_id])
            if found["body"] or found["title"]:
                yield IndexedWord(
                    word=word,
                    in_body=tuple(sorted(found["body"])),
                    in_title=tuple(sorted(found["title"])),
                )


@contextmanager
def vocabulary(connection: sqlite3.Connection, kind: Literal["row", "instance"]) -> Generator[str]:
    """The name of a table of the index's words, see https://sqlite.org/fts5.html#the_fts5vocab_virtual_table_module.

    It is temporary: nothing is written to the archive.
    """
    connection.execute("PRAGMA query_only = OFF")
    connection.execute(_WORDS.format(kind=kind))
    connection.execute("PRAGMA query_only = ON")
    try:
        yield "temp.words"
    finally:
        connection.execute("PRAGMA query_only = OFF")
        connection.execute("DROP TABLE temp.words")
        connection.execute("PRAGMA query_only = ON")
