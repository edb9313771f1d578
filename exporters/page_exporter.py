"""The contract of a format that takes pages as they came, not posts: web archives. It knows nothing of archives or sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from parsers.page_records import PageCollection


@dataclass(frozen=True, slots=True, kw_only=True)
class PageExportOptions:
    """What a user may ask of such a format.

    Attributes:
        name: of the first file, as records name it.
        begin_file: begins a further file of the export by its name, when the one before it is complete; None: all goes into
            the first one, without an index.
        most_bytes: a file that is larger than this gets nothing more.
        software: what writes it, with its version.
    """

    name: str
    begin_file: Callable[[str], BinaryIO] | None = None
    most_bytes: int = 10**9
    software: str = "threadkeep"


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesWritten:
    """What such an export wrote.

    Attributes:
        pages: how many pages.
        repeated: how many of them only name an earlier one, since their bodies are the same.
        media: how many pictures and files that posts show.
        files: the names of the files that hold them, without the index.
    """

    pages: int
    repeated: int
    media: int
    files: tuple[str, ...]


class PageExporter(Protocol):
    """One format of pages. It is a module in `exporters/page_formats` with an `EXPORTER` of this shape.

    Attributes:
        name: what `--format` takes; the module's own.
        suffix: the file name's ending, with its dot.
        description: one line for `--help` and docs.
    """

    name: str
    suffix: str
    description: str

    def write(
        self, collection: PageCollection, out: BinaryIO, options: PageExportOptions
    ) -> PagesWritten:
        """Write all pages, one by one, then what posts show, and leave `out` open.

        Deterministic: the same pages give the same bytes.

        Raises:
            OSError: an output cannot take more.
        """
        ...
