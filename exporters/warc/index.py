"""A CDXJ index: which page stands where, sorted by address and time, so that programs that replay pages find them."""

from __future__ import annotations

import heapq
import json
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from exporters.warc.record import Record

_LINES_AT_A_TIME = 50_000
_DEFAULT_PORTS = {"http": "80", "https": "443"}


class Index:
    """The lines of an index; beyond so many they are on the disk, sorted in part."""

    def __init__(self, scratch: str | None) -> None:
        """Keep them in a folder, or in the system's."""
        self._scratch = scratch
        self._lines: list[bytes] = []
        self._sorted: list[BinaryIO] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for part in self._sorted:
            part.close()

    def add(self, record: Record, name: str, offset: int, length: int) -> None:
        """Note where a record stands."""
        if record.url is None or record.indexed is None:
            return
        status, media_type, payload = record.indexed
        entry = {
            "url": record.url,
            "mime": media_type,
            "status": status,
            "digest": payload.partition(":")[2],
            "length": str(length),
            "offset": str(offset),
            "filename": name,
        }
        moment = record.moment.strftime("%Y%m%d%H%M%S")
        self._lines.append(f"{sort_key(record.url)} {moment} {json.dumps(entry)}\n".encode())
        if len(self._lines) >= _LINES_AT_A_TIME:
            self._put_away()

    def write(self, out: BinaryIO) -> None:
        """Write the whole index, sorted."""
        self._lines.sort()
        out.writelines(heapq.merge(self._lines, *self._sorted))

    def _put_away(self) -> None:
        self._lines.sort()
        part: BinaryIO = TemporaryFile(dir=self._scratch)  # noqa: SIM115  closed with the index
        part.writelines(self._lines)
        part.seek(0)
        self._sorted.append(part)
        self._lines = []


def sort_key(url: str) -> str:
    """An address so that pages of one site stand together: `https://www.forum.example/a?b` is `example,forum)/a?b`."""
    parts = urlsplit(url)
    name, _, port = parts.netloc.rpartition("@")[2].lower().partition(":")
    host = ",".join(reversed(name.removeprefix("www.").split(".")))
    shown = f":{port}" if port and port != _DEFAULT_PORTS.get(parts.scheme) else ""
    path = parts.path.rstrip("/") or "/"
    query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    return f"{host}{shown}){path}{'?' if query else ''}{query}".lower().replace(" ", "%20")
