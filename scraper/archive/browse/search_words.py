"""Read the full-text index word by word: which posts hold each word, for a search that no server answers."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from scraper.archive.search_index import vocabulary

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from scraper.archive.database import Archive


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
    with vocabulary(connection), closing(connection.cursor()) as rows:
        rows.execute("SELECT term, doc, col FROM temp.vocabulary")
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
