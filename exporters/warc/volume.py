"""The files of a WARC export: when one is full the next begins, with a description of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from exporters.warc.record import packed

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporters.page_exporter import PageExportOptions
    from exporters.warc.index import Index
    from exporters.warc.record import Record

_SUFFIX = ".warc.gz"


class Volumes:
    """The files, one after the other.

    Attributes:
        names: of the files begun so far.
    """

    def __init__(
        self,
        out: BinaryIO,
        options: PageExportOptions,
        index: Index,
        describe: Callable[[str], Record],
    ) -> None:
        self._options = options
        self._index = index
        self._describe = describe
        self.names: tuple[str, ...] = ()
        self._begin(out, options.name)

    def put(self, record: Record, *, may_begin_a_file: bool = False) -> None:
        """Write a record.

        Args:
            record: what is written.
            may_begin_a_file: it may stand first in a further file, where this one is full.
        """
        begin_file = self._options.begin_file
        if may_begin_a_file and begin_file is not None and self._size >= self._options.most_bytes:
            name = f"{self._options.name.removesuffix(_SUFFIX)}-{len(self.names) + 1:05}{_SUFFIX}"
            self._begin(begin_file(name), name)
        self._write(record, self._description_id)

    def _begin(self, out: BinaryIO, name: str) -> None:
        self._out, self._size = out, 0
        self.names = (*self.names, name)
        description = self._describe(name)
        self._description_id = description.record_id
        self._write(description, None)

    def _write(self, record: Record, description_id: str | None) -> None:
        data = packed(record, description_id)
        if record.indexed is not None:
            self._index.add(record, self.names[-1], self._size, len(data))
        self._out.write(data)
        self._size += len(data)
