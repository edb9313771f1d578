"""WXR: a forum for the WordPress importer, which makes a working bbPress forum of it; one file, or several of a size."""

from __future__ import annotations

from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, Self

from exporters.scratch import beside
from exporters.wxr.account import Accounts
from exporters.wxr.forum import Board
from exporters.wxr.moment import Clock, DistinctMoments
from exporters.wxr.part import Again, Parts, head
from exporters.wxr.spool import Spool, Unit
from exporters.wxr.tag import Tags
from exporters.wxr.topic import Site, Topics
from parsers.forum_tree import ForumTree

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from exporters.exporter import ExportOptions, NumberedExporter
    from parsers.records import Thread

_MOST_BYTES = 10 * 2**20


class WxrExporter:
    """Forums, topics, replies and files, with the people who wrote and the tags that topics have."""

    name = "wxr"
    suffix = ".xml"
    description = "for the WordPress importer, to restore a forum; in a folder, files of a size"
    is_for_reading = True
    numbered_files = "forum-*.xml"

    def check(self) -> None:
        """See `FolderExporter.check`. Nothing is needed that threadkeep does not bring."""

    def write(self, threads: Iterable[Thread], out: BinaryIO, options: ExportOptions) -> int:
        """See `Exporter.write`."""
        with _Export(options, beside(out)) as export:
            posts = export.take(threads)
            export.parts().write_one(out, export.stretches)
            return posts

    def write_files(self, threads: Iterable[Thread], folder: Path, options: ExportOptions) -> int:
        """See `FolderExporter.write_files`."""
        with _Export(options, str(folder)) as export, ExitStack() as files:
            posts = export.take(threads)

            def begin_file(number: int) -> BinaryIO:
                files.close()
                return files.enter_context((folder / f"forum-{number:04}.xml").open("wb"))

            most_bytes = options.most_bytes or _MOST_BYTES
            export.parts().write_several(begin_file, export.stretches, export.again, most_bytes)
            return posts


class _Export:
    """All that is known of an export when its last post has come, the items in a file of their own.

    Attributes:
        stretches: where the forums' items are, and where those of what is in them.
        again: each forum's item for a further file.
    """

    def __init__(self, options: ExportOptions, scratch: str | None) -> None:
        self._options = options
        self._scratch = scratch
        self._origin = options.origin
        self._accounts, self._tags = Accounts(), Tags()
        self._spool = Spool(TemporaryFile(dir=scratch))  # noqa: SIM115  closed in __exit__
        self._home = (self._origin.home if self._origin is not None else None) or ""
        self.stretches: list[tuple[int, int]] = []
        self.again: dict[int, Again] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._spool.close()

    def take(self, threads: Iterable[Thread]) -> int:
        """Take all threads.

        Returns:
            How many posts they have.
        """
        clock, moments = Clock(self._origin.timezone if self._origin else None), DistinctMoments()
        made = clock.of_text(self._origin.first_fetched if self._origin else None)
        tree = self._origin.forum_tree() if self._origin else ForumTree()
        board = Board(tree, made, moments, is_whole=not self._options.selection_facts)
        posts = 0
        topics: Topics | None = None
        for thread in threads:
            self._home = self._home or thread.site or ""
            if topics is None:
                topics = Topics(self._site(clock, moments, board), self._spool, self._scratch)
            posts += topics.add(thread)
        self._add_forums(board)
        return posts

    def parts(self) -> Parts:
        """What writes the files."""
        name = (self._origin.name or self._origin.host) if self._origin is not None else ""
        told = {
            "Selection": self._options.selection_facts,
            "Pseudonyms": self._options.pseudonym_facts,
        }
        begin = head(name or self._home or "Forum", self._home, told)
        return Parts(begin, self._spool, self._accounts, self._tags)

    def _site(self, clock: Clock, moments: DistinctMoments, board: Board) -> Site:
        return Site(
            home=self._home,
            clock=clock,
            moments=moments,
            board=board,
            accounts=self._accounts,
            tags=self._tags,
            with_gone=self._options.with_gone,
        )

    def _add_forums(self, board: Board) -> None:
        topics_end = self._spool.end
        for forum, item in board.items():
            self._spool.add(
                Unit(
                    item=item.written(self._home), forum=item.parent, topic=0, number=forum.number
                )
            )
            self.again[forum.number] = Again(parent=item.parent, item=item.again(self._home))
        self.stretches = [(topics_end, self._spool.end), (0, topics_end)]


EXPORTER: NumberedExporter = WxrExporter()
