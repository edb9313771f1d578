"""Write formats of several files: into a folder, or as one ZIP archive where there is room for one file only."""

from __future__ import annotations

import io
import shutil
import zipfile
from typing import TYPE_CHECKING, BinaryIO

from exporters.destination import Written, staged_folder, told_plainly
from exporters.exporter import NumberedExporter
from exporters.scratch import folder_beside, is_device

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from _typeshed import ReadableBuffer

    from exporters.exporter import ExportOptions, FolderExporter
    from parsers.records import Thread

# The earliest that a ZIP archive can say: what is the same has the same bytes, whenever it is written.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16


def write_dataset(
    folder: Path, exporter: FolderExporter, threads: Iterable[Thread], options: ExportOptions
) -> Written:
    """Write a format's files into a folder, which is made where there is none; other files in it stay.

    Files of an earlier export are replaced when all new ones are complete.

    Raises:
        ExportError: the folder cannot be written; files of an earlier export are as they were.
    """
    with told_plainly(folder):
        with staged_folder(folder) as making:
            posts = exporter.write_files(threads, making, options)
            names = {path.name for path in making.iterdir()}
        if isinstance(exporter, NumberedExporter):
            for path in folder.glob(exporter.numbered_files):
                if path.name not in names:
                    path.unlink()
    return Written(posts=posts, files=len(names))


def write_zip(
    out: BinaryIO, exporter: FolderExporter, threads: Iterable[Thread], options: ExportOptions
) -> int:
    """Write a format's files as a ZIP archive, uncompressed.

    Returns:
        How many posts were written.

    Raises:
        OSError: `out` or the folder beside it cannot take more.
    """
    with folder_beside(out) as folder:
        posts = exporter.write_files(threads, folder, options)
        with zipfile.ZipFile(_Forwards(out) if is_device(out) else out, "w") as bundle:
            for path in sorted(folder.iterdir()):
                _put(bundle, path)
    return posts


class _Forwards(io.RawIOBase):
    """A device that is not asked where it is: `/dev/null` is always at its beginning."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, data: ReadableBuffer) -> int:
        """See `io.RawIOBase.write`."""
        return self._out.write(data)


def _put(bundle: zipfile.ZipFile, path: Path) -> None:
    entry = zipfile.ZipInfo(path.name, _NO_TIME)
    entry.external_attr = _READABLE
    entry.create_system = 3  # Unix, whatever this is
    with path.open("rb") as source, bundle.open(entry, "w", force_zip64=True) as target:
        shutil.copyfileobj(source, target, 1 << 20)
