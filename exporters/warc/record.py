"""One WARC record: its named fields, its block, its bytes. The same record always has the same bytes."""

from __future__ import annotations

import base64
import gzip
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

_LEVEL = 9
HTTP_REQUEST = "application/http;msgtype=request"
HTTP_RESPONSE = "application/http;msgtype=response"
FIELDS = "application/warc-fields"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A WARC record.

    Attributes:
        kind: `warcinfo`, `request`, `response`, `revisit`, `resource`.
        record_id: its own URI.
        moment: when it came.
        content_type: of its block.
        block: its bytes.
        url: what it is of.
        fields: further fields, in order.
        indexed: its status, its media type and its payload's digest as the index has them; None: it is not in the index.
    """

    kind: str
    record_id: str
    moment: datetime
    content_type: str
    block: bytes
    url: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    indexed: tuple[str, str, str] | None = None


def record_id(*parts: object) -> str:
    """The URI of a record: the same for the same page of the same archive."""
    return f"<urn:uuid:{uuid5(NAMESPACE_URL, '/'.join(map(str, parts)))}>"


def digest(data: bytes) -> str:
    """A digest as web archives write it; it finds damage and copies, and keeps nobody out."""
    sha1 = hashlib.sha1(data, usedforsecurity=False).digest()
    return f"sha1:{base64.b32encode(sha1).decode()}"


def date(moment: datetime) -> str:
    """A moment as WARC has it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def packed(record: Record, warcinfo_id: str | None) -> bytes:
    """A record as a gzip member of its own, so that it can be read without the rest of the file."""
    fields = [
        ("WARC-Type", record.kind),
        ("WARC-Record-ID", record.record_id),
        ("WARC-Date", date(record.moment)),
        *([("WARC-Target-URI", record.url)] if record.url is not None else []),
        *([("WARC-Warcinfo-ID", warcinfo_id)] if warcinfo_id is not None else []),
        *record.fields,
        ("WARC-Block-Digest", digest(record.block)),
        ("Content-Type", record.content_type),
        ("Content-Length", str(len(record.block))),
    ]
    head = "".join(f"{name}: {_one_line(value)}\r\n" for name, value in fields)
    whole = b"".join((b"WARC/1.1\r\n", head.encode(), b"\r\n", record.block, b"\r\n\r\n"))
    return gzip.compress(whole, _LEVEL, mtime=0)


def _one_line(value: str) -> str:
    return " ".join(value.splitlines())
