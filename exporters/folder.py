"""A folder of files that an export renews: what is the same stays untouched, what is no longer part of it goes."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from exporters.destination import told_plainly
from parsers.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from pathlib import Path
    from typing import Self

# Names the files that an export wrote, one a line: nothing else in the folder is ever touched.
LIST_NAME = "threadkeep-files.txt"
_HEAD = "# Written by threadkeep, which renews and removes these files and no others."


# What is made waits here until all of it is, so that an export that fails leaves what was there.
_MAKING = ".threadkeep.part"


class RenewedFolder:
    """A folder that is being renewed; when it is left, what was put there without `close` is gone.

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
        self._making = folder / _MAKING
        self._made: set[Path] = set()
        self._waiting: list[str] = []
        self._names: set[str] = set()
        self.written = 0
        with told_plainly(folder):
            self.earlier = check_folder(folder)
            shutil.rmtree(self._making, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._making, ignore_errors=True)

    @property
    def files(self) -> int:
        """How many files the export has."""
        return len(self._names)

    def put(self, name: str, data: bytes) -> None:
        """Have a file hold this when the folder is closed; one that does already is not touched.

        Args:
            name: from the folder on, with slashes.
            data: what is to be in it.

        Raises:
            ExportError: it cannot be written.
        """
        self._names.add(name)
        with told_plainly(self._folder / name):
            if not _holds(self._folder / name, data):
                self._stage(name, data)
                self.written += 1

    def close(self) -> None:
        """Put in place what is new, remove what is no longer part of the export, and note down what is.

        Raises:
            ExportError: the folder cannot be written.
        """
        with told_plainly(self._folder):
            waiting, self._waiting = self._waiting, []
            # Killed on the way, the next export still knows of every file that this one or an earlier one wrote.
            self._list(self.earlier | self._names)
            for name in waiting:
                self._place(name)
            for name in self.earlier - self._names:
                path = self._folder / name
                if path.resolve().is_relative_to(self._folder.resolve()):
                    path.unlink(missing_ok=True)
            self._list(self._names)

    def _stage(self, name: str, data: bytes) -> None:
        path = self._making / name
        if path.parent not in self._made:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(path.parent)
        path.write_bytes(data)
        self._waiting.append(name)

    def _place(self, name: str) -> None:
        path = self._folder / name
        if path.parent not in self._made:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(path.parent)
        (self._making / name).replace(path)

    def _list(self, names: AbstractSet[str]) -> None:
        lines = "\n".join([_HEAD, *sorted(names)])
        data = f"{lines}\n".encode()
        if not _holds(self._folder / LIST_NAME, data):
            self._stage(LIST_NAME, data)
            self._place(self._waiting.pop())


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
