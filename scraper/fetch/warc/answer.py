"""The HTTP answer in a record: its status, its headers, its body, undone of what packed it on its way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

import zstandard

from parsers.errors import NothingReadableError
from scraper.fetch.inflater import InflateError, Inflater
from scraper.fetch.warc.record import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})(?: [^\r\n]*)?\r?\n")
_END = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(r"\r?\n[ \t]+")
_CHUNK_HEAD = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_MOST_OF_A_HEAD = 256 * 1024
_ORIGINAL = "x-archive-orig-"
_GZIP = (b"\x1f\x8b",)


class _Brotli(Protocol):
    def decompress(self, data: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """An HTTP answer.

    Attributes:
        status: the HTTP status.
        headers: as sent.
        payload: the body as it stands in the record.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    payload: bytes

    def header(self, name: str) -> str:
        """The first value of a header; empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")


def http_answer(block: bytes) -> HttpAnswer | None:
    """The answer in a block; None where there is none."""
    match = _STATUS.match(block)
    if match is None:
        return None
    end = _END.search(block, match.end() - 2, _MOST_OF_A_HEAD)
    head = block[match.end() : end.start() if end else len(block)]
    payload = block[end.end() :] if end else b""
    return HttpAnswer(status=int(match[1]), headers=tuple(_headers(head)), payload=payload)


def _headers(head: bytes) -> Iterator[tuple[str, str]]:
    try:
        text = head.decode()
    except UnicodeDecodeError:
        text = head.decode("latin-1")
    for line in _FOLD.sub(" ", text).splitlines():
        name, colon, value = line.partition(":")
        if colon and name.strip():
            yield name.strip(), value.strip()


def body_of(answer: HttpAnswer, most_bytes: int = MOST_BYTES) -> bytes:
    """The body, unpacked; many programs unpack before they write a record and leave the headers as they were.

    Args:
        answer: as it stands in the record.
        most_bytes: that it may unpack to.

    Raises:
        NothingReadableError: it breaks off, is damaged, or packed in a way that cannot be undone here.
    """
    body = answer.payload
    if "chunked" in answer.header("transfer-encoding").lower():
        body = _without_chunks(body)
    else:
        _check_length(answer, body)
    for encoding in reversed(answer.header("content-encoding").lower().split(",")):
        body = _unpacked(encoding.strip(), body, most_bytes)
    return body


def original_headers(answer: HttpAnswer, *, is_ours: bool) -> tuple[tuple[str, str], ...]:
    """The headers as the site sent them, where whoever wrote the record gave them other names.

    Args:
        answer: as it stands in the record.
        is_ours: threadkeep wrote the record, and set the length of its body.
    """
    kept = [one for one in answer.headers if one[0].lower().startswith(_ORIGINAL)]
    replaced = {name.lower().removeprefix(_ORIGINAL) for name, _ in kept}
    if is_ours:
        replaced.add("content-length")
    return tuple(
        (name[len(_ORIGINAL) :] if name.lower().startswith(_ORIGINAL) else name, value)
        for name, value in answer.headers
        if name.lower() not in replaced
    )


def _check_length(answer: HttpAnswer, body: bytes) -> None:
    stated = answer.header("content-length")
    is_packed = answer.header("content-encoding") not in {"", "identity"}
    if not is_packed and stated.isdecimal() and len(stated) < 16 and int(stated) > len(body):
        raise NothingReadableError(f"its body breaks off after {len(body)} of {stated} bytes")


def _without_chunks(body: bytes) -> bytes:
    pieces: list[bytes] = []
    place = 0
    while True:
        match = _CHUNK_HEAD.match(body, place)
        if match is None:
            if place == 0:
                return body  # whoever wrote the record has undone the chunks
            raise NothingReadableError("its chunks are damaged")
        size = int(match[1], 16)
        if size == 0:
            return b"".join(pieces)
        piece = body[match.end() : match.end() + size]
        if len(piece) < size:
            raise NothingReadableError("its last chunk breaks off")
        pieces.append(piece)
        place = match.end() + size
        place += 2 if body[place : place + 2] == b"\r\n" else 1


def _unpacked(encoding: str, body: bytes, most_bytes: int) -> bytes:
    if encoding in {"", "identity", "none", "utf-8"} or not body:
        return body
    if encoding in {"gzip", "x-gzip", "deflate"}:
        return _inflated("deflate" if encoding == "deflate" else "gzip", body, most_bytes)
    if encoding == "br":
        return _checked(_without_brotli(body), most_bytes)
    if encoding == "zstd":
        return _without_zstd(body, most_bytes)
    raise NothingReadableError(f"its body is packed as {encoding}, which threadkeep does not read")


def _is_markup(body: bytes) -> bool:
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"<", b"{"}


def _checked(unpacked: bytes, most_bytes: int) -> bytes:
    if len(unpacked) > most_bytes:
        raise NothingReadableError(f"its body is larger than {most_bytes // 2**20} MiB")
    return unpacked


def _inflated(encoding: str, body: bytes, most_bytes: int) -> bytes:
    if (encoding == "gzip" and not body.startswith(_GZIP)) or _is_markup(body):
        return body
    inflater = Inflater(encoding)
    try:
        unpacked = _checked(inflater.feed(body, most_bytes), most_bytes)
        inflater.finish()
    except InflateError as error:
        raise NothingReadableError(str(error)) from error
    return unpacked


def _without_brotli(body: bytes) -> bytes:
    if _is_markup(body):
        return body
    try:
        brotli = cast("_Brotli", import_module("brotli"))
    except ModuleNotFoundError as error:
        raise NothingReadableError(
            "its body is packed as br: install threadkeep[warc], which reads that"
        ) from error
    try:
        return brotli.decompress(body)
    except cast("type[Exception]", getattr(brotli, "error")) as error:  # noqa: B009  it has no types
        raise NothingReadableError(f"its br data is damaged ({error})") from error


def _without_zstd(body: bytes, most_bytes: int) -> bytes:
    if _is_markup(body):
        return body
    try:
        with zstandard.ZstdDecompressor().stream_reader(body) as reader:
            unpacked = reader.read(most_bytes + 1)
    except zstandard.ZstdError as error:
        raise NothingReadableError(f"its zstd data is damaged ({error})") from error
    return _checked(unpacked, most_bytes)
