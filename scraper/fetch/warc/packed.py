"""Gzip files of records: member by member, unpacked one at a time, and past what is broken to the next good one."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = b"\x1f\x8b\x08"
_CHUNK = 64 * 1024
_SEARCH_CHUNK = 2**20
# Beyond this a member is unpacked onto the disk.
_IN_MEMORY = 8 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A gzip member.

    Attributes:
        start: where it begins.
        data: what is in it, as far as it could be unpacked.
        end: where it ends.
        is_damaged: what was unpacked may be wrong.
        is_whole: nothing is missing at its end.
    """

    start: int
    data: BinaryIO
    end: int
    is_damaged: bool = False
    is_whole: bool = True


def members(file: BinaryIO, start: int = 0) -> Iterator[Member]:
    """Every member of a file from a place on; what is no member at all comes as one that is damaged and has nothing in it."""
    place: int | None = start
    while place is not None:
        member = member_at(file, place)
        with member.data:
            yield member
        place = _next(file, member)


def is_whole(file: BinaryIO) -> bool:
    """Whether every member of a file goes on to its own end."""
    file.seek(0)
    stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
    chunk = file.read(_CHUNK)
    try:
        while chunk:
            if stream.eof:
                stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
            stream.decompress(chunk, _SEARCH_CHUNK)
            chunk = stream.unconsumed_tail or stream.unused_data or file.read(_CHUNK)
    except zlib.error:
        return False
    return stream.eof


def member_at(file: BinaryIO, start: int) -> Member:
    """The member that begins at a place."""
    file.seek(start)
    data: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  closed by who asked for it
    stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
    is_damaged, read = False, 0
    try:
        while not stream.eof and (chunk := file.read(_CHUNK)):
            read += len(chunk)
            while chunk:  # a few bytes can hold gigabytes: some are unpacked at a time
                data.write(stream.decompress(chunk, _SEARCH_CHUNK))
                chunk = stream.unconsumed_tail
    except zlib.error:
        is_damaged = True
    data.seek(0)
    return Member(
        start=start,
        data=cast("BinaryIO", data),
        end=start + read - len(stream.unused_data),
        is_damaged=is_damaged,
        is_whole=stream.eof,
    )


def _next(file: BinaryIO, member: Member) -> int | None:
    """Where the next member begins; None where there is none."""
    if not member.is_damaged and not member.is_whole:
        # The file ends here, or damage makes a member swallow all that follows.
        return _search(file, member.start + 1)
    if member.is_damaged:
        return _search(file, member.start + 1)
    file.seek(member.end)
    head = file.read(_CHUNK)
    rest = head.lstrip(b"\0\r\n")
    if not rest:
        return None if len(head) < _CHUNK else _search(file, member.end)
    return member.end + len(head) - len(rest)


def _search(file: BinaryIO, position: int) -> int | None:
    """Where something begins that unpacks as a record does."""
    file.seek(position)
    held = b""
    while chunk := file.read(_SEARCH_CHUNK):
        window = held + chunk
        place = file.tell() - len(window)
        found = window.find(MAGIC)
        while found >= 0:
            if begins_well(file, place + found):
                return place + found
            found = window.find(MAGIC, found + 1)
        file.seek(place + len(window))
        held = window[-len(MAGIC) + 1 :]
    return None


def begins_well(file: BinaryIO, position: int) -> bool:
    """Whether something begins at a place that unpacks as a record does."""
    file.seek(position)
    try:
        start = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(file.read(_CHUNK), 16)
    except zlib.error:
        return False
    return start.startswith((b"WARC/", b"http://", b"https://", b"filedesc:", b"dns:"))
