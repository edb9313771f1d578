"""The contract of an export format; what a format may see is here, and nothing of archives or sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parsers.records import Thread


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """What a user may ask of a format.

    Attributes:
        raw_cells: CSV cells as they are, even where a spreadsheet would run them as a formula.
        with_gone: posts that vanished from the site are included in formats for reading.
    """

    raw_cells: bool = False
    with_gone: bool = False


class Exporter(Protocol):
    """One output format. A format is a module in `exporters/formats` with an `EXPORTER` of this shape.

    Attributes:
        name: what `--format` takes; the module's own.
        suffix: the file name's ending, with its dot.
        description: one line for `--help` and docs.
        is_for_reading: gone posts are left out unless asked for.
    """

    name: str
    suffix: str
    description: str
    is_for_reading: bool

    def write(self, threads: Iterable[Thread], out: BinaryIO, options: ExportOptions) -> int:
        """Write all threads to `out`, post by post, and leave `out` open.

        Deterministic: the same records give the same bytes.

        Returns:
            How many posts were written.

        Raises:
            OSError: `out` cannot take more.
        """
        ...
