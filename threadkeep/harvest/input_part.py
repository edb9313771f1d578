"""What an input is made of: a file of records, those in a WACZ, or the parts of files that rows of an index name."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

from parsers.errors import NothingReadableError
from parsers.wayback import archived_address
from scraper.fetch.warc.capture import host_of
from threadkeep.harvest.evidence import may_be_address_of_topic
from threadkeep.harvest.source import INDEX_COLUMNS, index_at, opened, read_range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from _typeshed import WriteableBuffer

    from threadkeep.harvest.options import ReadOptions
    from threadkeep.harvest.source import Input

_IN_A_WACZ = (".warc", ".warc.gz")
# What Python's reader of ZIP files raises: the last for what is encrypted, or packed in a way that it does not know.
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError)
_ROWS_AT_A_TIME = 20_000
# Records that are near each other are read at once: a request costs more than what lies between them.
_NEAR = 64 * 1024
_MOST_AT_ONCE = 8 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stream of records.

    Attributes:
        name: of the file, for sentences and tables.
        stream: what can be read and sought in.
        offset: where it begins in the file.
        waited: seconds that were spent on getting it.
    """

    name: str
    stream: BinaryIO
    offset: int = 0
    waited: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BadPart:
    """What should be a part, and is none, or only up to somewhere.

    Attributes:
        name: of the file, or of the index whose row names no record; for sentences and tables.
        reason: a sentence.
    """

    name: str
    reason: str


class _Wanted(NamedTuple):
    file: str
    offset: int
    length: int


def parts_of(one: Input, options: ReadOptions) -> Iterator[Part | BadPart]:
    """The parts of an input, each to be read before the next.

    Raises:
        UsageError: a path names no file that can be read.
        FetchError: an address does not answer.
        NothingReadableError: it is no such file as its name says.
    """
    if one.kind == "index":
        yield from _of_index(one, options)
        return
    with opened(one.location) as file:
        if one.kind == "wacz":
            yield from _of_wacz(one.name, file)
        else:
            yield Part(name=one.name, stream=file)


def _of_wacz(name: str, file: BinaryIO) -> Iterator[Part | BadPart]:
    try:
        package = zipfile.ZipFile(file)
    except _ZIP_ERRORS as error:
        raise NothingReadableError(f"it is no whole WACZ file ({error}).") from error
    with package:
        inside = [one for one in package.namelist() if one.lower().endswith(_IN_A_WACZ)]
        if not inside:
            raise NothingReadableError("it is a ZIP file without a WARC file in it.")
        for one in sorted(inside):
            yield from _of_member(package, one, f"{name}:{one}")


def _of_member(package: zipfile.ZipFile, member: str, name: str) -> Iterator[Part | BadPart]:
    try:
        with package.open(member) as packed:
            whole = _Member(packed)
            yield Part(name=name, stream=io.BufferedReader(whole))
        reason = whole.reason
    except _ZIP_ERRORS as error:
        reason = str(error)
    if reason is not None:
        yield BadPart(name=name, reason=f"It is damaged in its ZIP file ({reason}).")


class _Member(io.RawIOBase):
    """A file in a ZIP file, which ends where that is damaged.

    Attributes:
        reason: what is wrong with it; None as long as nothing was found.
    """

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self.reason: str | None = None

    def readable(self) -> bool:
        """See `io.RawIOBase`."""
        return True

    def seekable(self) -> bool:
        """See `io.RawIOBase`."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """See `io.RawIOBase`."""
        return self._tried(lambda: cast("io.BufferedIOBase", self._file).readinto(buffer))

    def seek(self, offset: int, whence: int = 0) -> int:
        """See `io.RawIOBase`; it reads all that lies between."""
        self._tried(lambda: self._file.seek(offset, whence))
        return self._file.tell()

    def _tried(self, do: Callable[[], int]) -> int:
        try:
            return do()
        except _ZIP_ERRORS as error:
            self.reason = str(error)
            return 0


def _of_index(one: Input, options: ReadOptions) -> Iterator[Part | BadPart]:
    wanted: set[_Wanted] = set()
    for number, (url, *place) in enumerate(_rows(one)):
        if not _is_wanted(url or "", options):
            continue
        reason = _reason_against(*place, base=one.base)
        if reason is not None:
            yield BadPart(name=one.title, reason=f"Row {number} names {reason}.")
        elif place[2] <= options.most_bytes:
            wanted.add(_Wanted(*place))
    for group in _neighbours(sorted(wanted)):
        first, last = group[0], group[-1]
        length = last.offset + last.length - first.offset
        data = read_range(_joined(one.base, first.file), first.offset, length)
        for row in group:
            start = row.offset - first.offset
            record = data[start : start + row.length]
            yield Part(name=row.file, stream=io.BytesIO(record), offset=row.offset)


def _rows(one: Input) -> Iterator[tuple[Any, ...]]:
    """The rows, in order of `INDEX_COLUMNS`."""
    with index_at(one.location) as index:
        batches = index.iter_batches(
            _ROWS_AT_A_TIME, row_groups=[one.group], columns=list(INDEX_COLUMNS)
        )
        for batch in batches:
            columns = (batch.column(name).to_pylist() for name in INDEX_COLUMNS)
            yield from zip(*columns, strict=True)


def _reason_against(
    file: str | None, offset: int | None, length: int | None, *, base: str
) -> str | None:
    """What a row names instead of a record."""
    if not file or offset is None or length is None or offset < 0 or length < 0:
        return "no place in a file"
    # An index is made by others: what it names must not be a file of this machine's.
    if base and ("://" in file or ".." in file.split("/")):
        return "a file that is not below --base"
    return None


def _is_wanted(url: str, options: ReadOptions) -> bool:
    if options.hosts and not options.is_wanted(host_of(archived_address(url) or url)):
        return False
    return options.is_unsifted or may_be_address_of_topic(url)


def _neighbours(rows: list[_Wanted]) -> Iterator[list[_Wanted]]:
    """Rows that are read at once: of one file, near each other, and not too much together."""
    group: list[_Wanted] = []
    for row in rows:
        if group and not _goes_with(group, row):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _goes_with(group: list[_Wanted], row: _Wanted) -> bool:
    first, last = group[0], group[-1]
    is_near = row.offset <= last.offset + last.length + _NEAR
    return (
        row.file == first.file
        and is_near
        and row.offset + row.length - first.offset <= _MOST_AT_ONCE
    )


def _joined(base: str, name: str) -> str:
    if not base:
        return name
    return f"{base.rstrip('/')}/{name.lstrip('/')}"
