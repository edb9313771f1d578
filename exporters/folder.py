"""A folder of files that an export renews: what is the same stays untouched, what is no longer part of it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.destination import told_plainly
from parsers.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

# Names the files that an export wrote, one a line: nothing else in the folder is ever touched.
LIST_NAME = "threadkeep-files.txt"
_HEAD = "# Written by threadkeep, which renews and removes these files and no others."


class RenewedFolder:
    """A folder that is being renewed.

    Attributes:
        written: how many files were written, since they are new or differ.
        earlier: the files that the export before this one wrote.
    """

    def __init__(self, folder: Path) -> None:
        """Read what an earlier export left.

        Raises:
            UsageError: there are files that no export wrote.
            ExportError: the folder cannot be read.
        """
        self._folder = folder
        self._made: set[Path] = set()
        self._names: set[str] = set()
        self.written = 0
        with told_plainly(folder):
            self.earlier = check_folder(folder)

    @property
    def files(self) -> int:
        """How many files the export has."""
        return len(self._names)

    def put(self, name: str, data: bytes) -> None:
        """Make a file hold this; one that does already is not touched.

        Args:
            name: from the folder on, with slashes.
            data: what is to be in it.

        Raises:
            ExportError: it cannot be written.
        """
        self._names.add(name)
        path = self._folder / name
        with told_plainly(path):
            if _holds(path, data):
                return
            if path.parent not in self._made:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._made.add(path.parent)
            # What a power cut leaves half written differs, and is written anew by the next export.
            temporary = path.with_name(f".{path.name[:100]}.part")
            temporary.write_bytes(data)
            temporary.replace(path)
            self.written += 1

    def close(self) -> None:
        """Remove what is no longer part of the export, and note down what is.

        Raises:
            ExportError: the folder cannot be written.
        """
        with told_plainly(self._folder):
            for name in self.earlier - self._names:
                path = self._folder / name
                if path.resolve().is_relative_to(self._folder.resolve()):
                    path.unlink(missing_ok=True)
            lines = "\n".join([_HEAD, *sorted(self._names)])
            listed = self._folder / LIST_NAME
            data = f"{lines}\n".encode()
            if not _holds(listed, data):
                listed.write_bytes(data)


def check_folder(folder: Path) -> frozenset[str]:
    """The files that an earlier export wrote into a folder.

    Raises:
        UsageError: there are files, and none of them is an export's.
        OSError: it cannot be read.
    """
    listed = folder / LIST_NAME
    if listed.is_file():
        lines = listed.read_text("utf-8", "replace").splitlines()
        return frozenset(line for line in lines if line and not line.startswith("#"))
    if folder.is_dir() and any(not path.name.startswith(".") for path in folder.iterdir()):
        raise UsageError(
            f"“{folder}” holds files that threadkeep did not write; name an empty folder, or a new one."
        )
    return frozenset()


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except FileNotFoundError:
        return False
