"""The contract of an export format; what a format may see is here, and nothing of archives or sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from exporters.pseudonym.transformation import Transformation
    from parsers.local_media import Place
    from parsers.origin import Origin
    from parsers.records import Thread
    from parsers.selection import Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """What a user may ask of a format.

    Attributes:
        raw_cells: CSV cells as they are, even where a spreadsheet would run them as a formula.
        with_gone: posts that vanished from the site are included in formats for reading.
        place: tells formats for reading where the files lie that posts show, so that bodies lead there
            (`parsers.localised_body.localised`); None: bodies lead where they did on the site.
        selection: which posts were asked for, to be told in what is written; None: all.
        origin: where the posts come from, for formats that tell it; None: it is not known.
        most_bytes: how large a file may be, of formats that write as many as it takes; None: as the format thinks best.
        licence: under which licence the posts are passed on, for formats that tell it; None: it is not known.
        site_url: the address where a site will stand, with a slash at its end; None: it is not known.
        pseudonyms: what gave the posts pseudonyms or coarser dates, for formats that tell it; None: they are as they were.
    """

    raw_cells: bool = False
    with_gone: bool = False
    place: Place | None = None
    selection: Selection | None = None
    origin: Origin | None = None
    most_bytes: int | None = None
    licence: str | None = None
    site_url: str | None = None
    pseudonyms: Transformation | None = None

    @property
    def pseudonym_settings(self) -> dict[str, object]:
        """What is known of pseudonyms before the first post; nothing where there are none."""
        return {} if self.pseudonyms is None else {"pseudonyms": self.pseudonyms.settings}

    @property
    def pseudonym_facts(self) -> dict[str, object]:
        """What is known of pseudonyms behind the last post: what was replaced, and what could not be."""
        return {} if self.pseudonyms is None else {"pseudonyms": self.pseudonyms.facts}

    @property
    def selection_facts(self) -> dict[str, object]:
        """What was asked for, by name; nothing where all posts were."""
        return {} if self.selection is None else self.selection.facts


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


@runtime_checkable
class FolderExporter(Exporter, Protocol):
    """A format of several files, which `write` puts into one: a ZIP archive, or the file that matters most.

    A file named with the format's suffix is written by `write`; any other name is that of a folder.
    """

    def check(self) -> None:
        """Find out, before anything is done, whether the format can be written here.

        Raises:
            UsageError: a library that it needs is not installed.
        """
        ...

    def write_files(self, threads: Iterable[Thread], folder: Path, options: ExportOptions) -> int:
        """Write all files into an empty folder, post by post; no other process reads it meanwhile.

        Deterministic: the same records give the same files.

        Returns:
            How many posts were written.

        Raises:
            OSError: the folder cannot take more.
        """
        ...


@runtime_checkable
class NumberedExporter(FolderExporter, Protocol):
    """A format that writes as many files into a folder as it takes, none larger than `ExportOptions.most_bytes`.

    Attributes:
        numbered_files: their names, as a pattern; those that an earlier export wrote and this one does not are removed.
    """

    numbered_files: str
