"""Web archives as files: what is in them in order, where it stands, and how to get at it again."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, Self

from parsers.errors import NothingReadableError, UsageError
from scraper.fetch.warc.packed import MAGIC, Member, begins_well, is_whole, member_at, members
from scraper.fetch.warc.record import MOST_BYTES, Broken, Record, records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUFFIXES = (".warc", ".warc.gz", ".arc", ".arc.gz", ".wacz")
_WARC = b"WARC/"
_ZIP_MAGIC = b"PK\x03\x04"
_IN_A_WACZ = (".warc", ".warc.gz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a record stands.

    Attributes:
        offset: in the file.
        within: in the unpacked gzip member; 0 where the record has one of its own, or the file is not packed.
    """

    offset: int
    within: int = 0


class WarcFile:
    """One file of records, packed or not."""

    def __init__(self, name: str, file: BinaryIO) -> None:
        self.name = name
        self._file = file
        file.seek(0)
        self._is_packed = file.read(len(MAGIC)) == MAGIC
        self._kept: Member | None = None

    def close(self) -> None:
        """Close it."""
        self._forget()
        self._file.close()

    def records(
        self, start: int = 0, most_bytes: int = MOST_BYTES
    ) -> Iterator[tuple[Location, Record | Broken]]:
        """Every record with its place; what is broken is there as well.

        Args:
            start: where the first one begins, or the gzip member that it is in.
            most_bytes: of a record; a larger one has no block.
        """
        if not self._is_packed:
            for one in records(self._file, start, most_bytes):
                yield Location(offset=one.start), one
            return
        for member in members(self._file, start):
            for one in _records_of(member, most_bytes):
                yield Location(offset=member.start, within=one.start), one

    def is_start(self, offset: int) -> bool:
        """Whether a record, or a gzip member with one at its head, begins at a place."""
        if self._is_packed:
            return begins_well(self._file, offset)
        self._file.seek(offset)
        return self._file.read(len(_WARC)) == _WARC

    def ends_well(self) -> bool:
        """Whether the gzip data, where it is packed, goes on to its end."""
        return not self._is_packed or is_whole(self._file)

    def record_at(self, location: Location) -> Record:
        """A record that `records` has found.

        Raises:
            NothingReadableError: the file is no longer what it was.
        """
        file, start = self._file, location.offset
        if self._is_packed:
            file, start = self._unpacked(location.offset), location.within
        one = next(records(file, start), None)
        if not isinstance(one, Record):
            raise NothingReadableError(f"{self.name} has changed while it was read: try again.")
        return one

    def _unpacked(self, offset: int) -> BinaryIO:
        """A member; the last one is kept, for some files are one member as a whole."""
        if self._kept is None or self._kept.start != offset:
            self._forget()
            self._kept = member_at(self._file, offset)
        return self._kept.data

    def _forget(self) -> None:
        if self._kept is not None:
            self._kept.data.close()
            self._kept = None


def _records_of(member: Member, most_bytes: int) -> Iterator[Record | Broken]:
    is_empty = True
    for one in records(member.data, 0, most_bytes):
        is_empty = False
        # Where unpacking failed, what came before the failure may be wrong already.
        if member.is_damaged and isinstance(one, Record) and not one.is_proved:
            yield Broken(start=one.start, reason="cannot be unpacked")
        else:
            yield one
    if is_empty and member.is_damaged:
        yield Broken(start=0, reason="cannot be unpacked")
    elif is_empty and not member.is_whole:
        yield Broken(start=0, reason="breaks off")


class WarcFiles:
    """The files of records that a path stands for: one, or those in a WACZ."""

    def __init__(self, path: Path) -> None:
        """Open them.

        Raises:
            UsageError: the file cannot be read.
            NothingReadableError: it is no web archive.
        """
        try:
            self.files = tuple(_opened(path))
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error
        except zipfile.BadZipFile as error:
            raise NothingReadableError(f"{path} is no whole WACZ file ({error}).") from error
        if not self.files:
            raise NothingReadableError(f"{path} is a ZIP file without a WARC file in it.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self.files:
            file.close()


def is_web_archive(path: Path) -> bool:
    """Whether a file's name is one of a web archive."""
    return path.name.lower().endswith(SUFFIXES)


def web_archives(folder: Path) -> list[Path]:
    """The web archives below a folder, sorted so that the files of one that was split come in their order."""
    found = (path for path in folder.rglob("*") if is_web_archive(path) and path.is_file())
    return sorted(found, key=lambda path: (path.parent, _stem(path.name), path.name))


def _stem(name: str) -> str:
    longest_first = sorted(SUFFIXES, key=len, reverse=True)
    return name[: -len(next(one for one in longest_first if name.lower().endswith(one)))]


def _opened(path: Path) -> Iterator[WarcFile]:
    file = path.open("rb")
    if file.read(len(_ZIP_MAGIC)) != _ZIP_MAGIC:
        yield WarcFile(path.name, file)
        return
    with file, zipfile.ZipFile(file) as package:
        for info in sorted(package.infolist(), key=lambda one: one.filename):
            if info.filename.lower().endswith(_IN_A_WACZ):
                # A file in a ZIP file cannot be sought in without reading it from its start.
                copy: BinaryIO = TemporaryFile()  # noqa: SIM115  closed with the others
                with package.open(info) as packed:
                    shutil.copyfileobj(packed, copy)
                yield WarcFile(f"{path.name}:{info.filename}", copy)
