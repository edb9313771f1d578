"""Where formats put what has to wait until it can be written: beside their output, where there has to be room for it anyway."""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import BinaryIO


def beside(out: BinaryIO) -> str | None:
    """The folder of the file that a format writes to; None, which stands for the system's, where it is a pipe or a device."""
    file = _file_of(out)
    return None if file is None else str(file.parent)


@contextmanager
def folder_beside(out: BinaryIO) -> Generator[Path]:
    """An empty folder, which goes afterwards.

    Raises:
        OSError: it cannot be made.
    """
    file = _file_of(out)
    if file is None:
        with TemporaryDirectory(prefix="threadkeep-") as name:
            yield Path(name)
        return
    # One name an output, so that what a killed export leaves behind goes with the next.
    key = hashlib.sha256(os.fsencode(file.name)).hexdigest()[:16]
    folder = file.with_name(f".threadkeep-{key}.files")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_device(out: BinaryIO) -> bool:
    """Whether a format writes to what has a name and is no file."""
    return hasattr(out, "name") and _file_of(out) is None


def _file_of(out: BinaryIO) -> Path | None:
    name: object = getattr(out, "name", None)
    if not isinstance(name, str | Path):
        return None
    file = Path(name)
    return file if file.is_file() else None
