"""Reading an answer's body: decompressed while it comes, within a ceiling on both sides, complete or not at all."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from urllib3.exceptions import HTTPError

from parsers.errors import BodyTooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from urllib3.response import BaseHTTPResponse

_CHUNK = 64 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_ENCODINGS = {"": "", "identity": "", "gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}


class InflateError(Exception):
    """A compressed body breaks off or is damaged."""


class UnknownEncodingError(Exception):
    """A body is compressed in a way that threadkeep does not ask for, and so does not read."""


class Inflater:
    """Undoes one `Content-Encoding` (`gzip`, `deflate` or none), giving out no more than it is allowed to."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._stream = zlib.decompressobj()
        self._is_open = False
        self._held = b""

    def feed(self, data: bytes, room: int) -> bytes:
        """Decompress what came; stops one byte beyond `room`, which tells the caller that there is more.

        Raises:
            InflateError: it is no such data.
        """
        if not self._encoding:
            return data
        try:
            return b"".join(self._pieces(self._held + data, room))
        except zlib.error as error:
            raise InflateError(f"its {self._encoding} data is damaged ({error})") from error

    def finish(self) -> None:
        """Say that the body has ended.

        Raises:
            InflateError: the compressed data has not.
        """
        if self._is_open or (self._held and not self._stream.eof):
            raise InflateError(f"its {self._encoding} data breaks off")

    def _pieces(self, data: bytes, room: int) -> Iterator[bytes]:
        self._held = b""
        while data and room >= 0:
            if not self._is_open and not self._opened(data):
                return
            piece = self._stream.decompress(data, room + 1)
            room -= len(piece)
            yield piece
            self._is_open = not self._stream.eof
            data = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail

    def _opened(self, data: bytes) -> bool:
        """Begin a stream, and after it any further gzip member; what follows without being one is padding."""
        if len(data) < 2:  # which kind it is shows in two bytes
            self._held = data
            return False
        if self._stream.eof and not data.startswith(_GZIP_MAGIC):
            return False
        self._stream = zlib.decompressobj(self._window(data))
        return True

    def _window(self, data: bytes) -> int:
        if self._encoding == "gzip":
            return 16 + zlib.MAX_WBITS
        # “deflate” means a zlib stream, but some servers send the bare deflate data.
        is_zlib = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
        return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS


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
