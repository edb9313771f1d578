"""Records of a WARC or ARC file that is not packed: one after the other, and past what is broken to the next good one."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 64 * 2**20
_MOST_OF_A_LINE = 64 * 1024
_MOST_LINES = 1000
_CHUNK = 2**20
_OVERLAP = 4096
# Address, IP address, time, media type, in later versions more, length.
_ARC_LINE = rb"[a-z][a-z0-9+.-]*:[^\s]+ [0-9A-Fa-f.:]+ \d{8,14} [^\r\n]{0,2000}?\d{1,15}\r?\n"
_ARC = re.compile(_ARC_LINE)
_ARC_PARTS = re.compile(r"(\S+) (\S+) (\d{8,14}) (?:(.*) )?(\d+)")
_START = re.compile(rb"(?:\A|(?<=\n))(?:WARC/[01]\.\d+\r?\n|" + _ARC_LINE + rb")")
_VERSION = re.compile(rb"WARC/[01]\.\d+\s*")
_DIGESTS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "md5": hashlib.md5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A whole record.

    Attributes:
        start: where in the file, or in the unpacked member, it begins.
        fields: its named fields, their names in small letters; those of ARC records by the names that WARC has for them.
        block: its bytes; null where they are more than any page has.
        is_proved: its digest is there and right.
    """

    start: int
    fields: dict[str, str]
    block: bytes | None
    is_proved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A record that cannot be read, or something between records that is none.

    Attributes:
        start: where it begins.
        reason: what is wrong with it, to go on “the record at offset N”.
    """

    start: int
    reason: str


class _BrokenError(Exception):
    """A record cannot be read; never leaves this module."""


def records(
    file: BinaryIO, start: int = 0, most_bytes: int = MOST_BYTES
) -> Iterator[Record | Broken]:
    """Every record from a place on.

    Args:
        file: what can be read and sought in.
        start: where the first one begins.
        most_bytes: of a record; a larger one has no block.
    """
    position = _next_line(file, start)
    while position is not None:
        file.seek(position)
        try:
            fields, length = _head(file)
        except _BrokenError as error:
            yield Broken(start=position, reason=str(error))
            position = _next_start(file, position + 1)
            continue
        block_start = file.tell()
        try:
            record = _whole(
                file, Record(start=position, fields=fields, block=None), length, most_bytes
            )
            following = _next_line(file, block_start + length)
            _check_length(file, record, following)
        except _BrokenError as error:
            yield Broken(start=position, reason=str(error))
            # Its length may be what is wrong: the next record can begin anywhere behind its head.
            position = _next_start(file, block_start)
            continue
        yield record
        position = following


def _head(file: BinaryIO) -> tuple[dict[str, str], int]:
    first = file.readline(_MOST_OF_A_LINE)
    if _VERSION.fullmatch(first):
        fields = _fields(file)
    elif _ARC.fullmatch(first):
        fields = _arc_fields(first)
    else:
        raise _BrokenError("does not begin as a record does")
    length = fields.get("content-length", "")
    if not re.fullmatch(r"\d{1,15}", length):
        raise _BrokenError("does not say how long it is")
    return fields, int(length)


def _fields(file: BinaryIO) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for _ in range(_MOST_LINES):
        line = file.readline(_MOST_OF_A_LINE)
        if not line.endswith(b"\n"):
            raise _BrokenError("breaks off")
        text = _text(line).rstrip("\r\n")
        if not text:
            return fields
        if text[0] in " \t" and name:
            fields[name] += f" {text.strip()}"
            continue
        name, colon, value = text.partition(":")
        name = name.strip().lower()
        if not colon:
            raise _BrokenError("has a line among its fields that is none")
        fields[name] = value.strip()
    raise _BrokenError("has more fields than a record can have")


def _arc_fields(line: bytes) -> dict[str, str]:
    match = _ARC_PARTS.fullmatch(_text(line).strip())
    if match is None:
        raise _BrokenError("does not begin as a record does")
    url, _, moment, _, length = match.groups()
    is_head = url.startswith("filedesc:")
    return {
        "warc-type": "warcinfo" if is_head else "response",
        "warc-target-uri": url,
        "warc-date": moment,
        "content-type": "application/http" if url.startswith("http") else "",
        "content-length": length,
    }


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _whole(file: BinaryIO, head: Record, length: int, most_bytes: int) -> Record:
    if length > most_bytes:
        file.seek(length - 1, os.SEEK_CUR)
        if not file.read(1):
            raise _BrokenError("breaks off")
        return head
    block = file.read(length)
    if len(block) < length:
        raise _BrokenError("breaks off")
    is_right = digest_is_right(head.fields.get("warc-block-digest", ""), block)
    if is_right is False:
        raise _BrokenError("is not what its digest says")
    return replace(head, block=block, is_proved=bool(is_right))


def digest_is_right(stated: str, block: bytes) -> bool | None:
    """Whether a digest fits; None where there is none that can be held against the block."""
    name, _, value = stated.partition(":")
    method = _DIGESTS.get(name.lower().replace("-", ""))
    if method is None:
        return None
    found = method(block, usedforsecurity=False).digest()
    if len(value) == 2 * len(found):
        return value.lower() == binascii.hexlify(found).decode()
    return value.upper().rstrip("=") == base64.b32encode(found).decode().rstrip("=")


def _check_length(file: BinaryIO, record: Record, following: int | None) -> None:
    """Where no record follows, this one is longer or shorter than it says, unless its digest proves that it is not."""
    if following is None or record.is_proved:
        return
    file.seek(following)
    if not _START.match(file.readline(_MOST_OF_A_LINE)):
        raise _BrokenError("is not as long as it says")


def _next_line(file: BinaryIO, position: int) -> int | None:
    """The first place from one on that is no end of a line and no padding; None where the file ends before."""
    file.seek(position)
    while chunk := file.read(_CHUNK):
        rest = chunk.lstrip(b"\r\n\0")
        if rest:
            return position + len(chunk) - len(rest)
        position += len(chunk)
    return None


def _next_start(file: BinaryIO, position: int) -> int | None:
    """Where something begins as a record does; None where nothing does any more."""
    # What is before is read along, since a record begins behind the end of a line; the file's first record was looked at.
    place = max(0, position - 1)
    file.seek(place)
    held = b""
    while chunk := file.read(_CHUNK):
        window = held + chunk
        for match in _START.finditer(window, 1):
            return place + match.start()
        held = window[-_OVERLAP:]
        place += len(window) - len(held)
    return None
