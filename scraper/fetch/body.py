"""Reading an answer's body: decompressed while it comes, within a ceiling on both sides, complete or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from urllib3.exceptions import HTTPError

from parsers.errors import BodyTooLargeError
from scraper.fetch.inflater import InflateError, Inflater

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

_CHUNK = 64 * 1024
_ENCODINGS = {"": "", "identity": "", "gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}


class UnknownEncodingError(Exception):
    """A body is compressed in a way that threadkeep does not ask for, and so does not read."""


def read_body(raw: BaseHTTPResponse, *, ceiling: int, url: str) -> bytes:
    """The whole body, decompressed.

    Raises:
        BodyTooLargeError: it is larger than the ceiling, as sent or decompressed; no more than that was read.
        InflateError: its compressed data is damaged or incomplete.
        UnknownEncodingError: it is compressed in another way.
        urllib3.exceptions.HTTPError: the connection broke, or the length is not the stated one.
    """
    inflater = Inflater(_encoding_of(raw))
    sent, room = 0, ceiling
    pieces: list[bytes] = []
    _check_size(raw.length_remaining or 0, ceiling, url)
    while chunk := raw.read1(_CHUNK, decode_content=False):
        sent += len(chunk)
        pieces.append(inflater.feed(chunk, room))
        room -= len(pieces[-1])
        _check_size(max(sent, ceiling - room), ceiling, url)
    inflater.finish()
    return b"".join(pieces)


def read_excerpt(raw: BaseHTTPResponse, *, ceiling: int) -> bytes:
    """The beginning of a body whose status already says what matters, as far as it can be read."""
    pieces: list[bytes] = []
    room = ceiling
    try:
        inflater = Inflater(_encoding_of(raw))
        while room > 0 and (chunk := raw.read1(_CHUNK, decode_content=False)):
            pieces.append(inflater.feed(chunk, room)[:room])
            room -= len(pieces[-1])
    except (HTTPError, InflateError, UnknownEncodingError):
        pass  # an error page that breaks off is still an error page
    return b"".join(pieces)


def _encoding_of(raw: BaseHTTPResponse) -> str:
    named = raw.headers.get("Content-Encoding", "").strip().lower()
    if named not in _ENCODINGS:
        raise UnknownEncodingError(f"it is compressed as {named!r}, which was not asked for")
    return _ENCODINGS[named]


def _check_size(size: int, ceiling: int, url: str) -> None:
    if size > ceiling:
        most = f"{ceiling >> 20} MiB" if ceiling >= 1 << 20 else f"{ceiling} bytes"
        raise BodyTooLargeError(
            f"{url} answers with more than {most}, the most that a page may have; it was not read to its end.",
            url=url,
        )
