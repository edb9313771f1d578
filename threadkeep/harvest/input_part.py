"""What an input is made of: a file of records, those in a WACZ, or the parts of files that rows of an index name."""

from __future__ import annotations

import importlib
import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

from parsers.errors import NothingReadableError
from parsers.wayback import archived_address
from scraper.fetch.warc.capture import host_of
from threadkeep.harvest.evidence import may_be_address_of_topic
from threadkeep.harvest.source import INDEX_COLUMNS, opened, read_range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from threadkeep.harvest.options import ReadOptions
    from threadkeep.harvest.source import Input

_IN_A_WACZ = (".warc", ".warc.gz")
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


class _Wanted(NamedTuple):
    file: str
    offset: int
    length: int


def parts_of(one: Input, options: ReadOptions) -> Iterator[Part]:
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


def _of_wacz(name: str, file: BinaryIO) -> Iterator[Part]:
    try:
        package = zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        raise NothingReadableError(f"it is no whole WACZ file ({error}).") from error
    with package:
        inside = [one for one in package.namelist() if one.lower().endswith(_IN_A_WACZ)]
        if not inside:
            raise NothingReadableError("it is a ZIP file without a WARC file in it.")
        for one in sorted(inside):
            with package.open(one) as packed:
                yield Part(name=f"{name}:{one}", stream=cast("BinaryIO", packed))


def _of_index(one: Input, options: ReadOptions) -> Iterator[Part]:
    wanted = sorted(set(_rows(one, options)))
    for group in _neighbours(wanted):
        first, last = group[0], group[-1]
        length = last.offset + last.length - first.offset
        location = _joined(one.base, first.file)
        data = read_range(location, first.offset, length)
        for row in group:
            start = row.offset - first.offset
            record = data[start : start + row.length]
            yield Part(name=row.file, stream=io.BytesIO(record), offset=row.offset)


def _rows(one: Input, options: ReadOptions) -> Iterator[_Wanted]:
    parquet = cast("Any", importlib.import_module("pyarrow.parquet"))
    with opened(one.location) as file:
        batches = parquet.ParquetFile(file).iter_batches(
            _ROWS_AT_A_TIME, row_groups=[one.group], columns=list(INDEX_COLUMNS)
        )
        for batch in batches:
            columns = (batch.column(name).to_pylist() for name in INDEX_COLUMNS)
            for url, name, offset, length in zip(*columns, strict=True):
                if _is_wanted(url or "", options) and name and length <= options.most_bytes:
                    yield _Wanted(name, int(offset), int(length))


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
    if not base or "://" in name:
        return name
    return f"{base.rstrip('/')}/{name.lstrip('/')}"
