"""Undo how a body was packed on its way, piece by piece and within a ceiling."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_GZIP_MAGIC = b"\x1f\x8b"


class InflateError(Exception):
    """A compressed body breaks off or is damaged."""


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
