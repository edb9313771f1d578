"""Turn a stored page into WARC records: the request as it is known, redirects as they are known, the answer as it came."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from exporters.warc.record import (
    HTTP_REQUEST,
    HTTP_RESPONSE,
    Record,
    date,
    digest,
    record_id,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.page_records import Asked, FirstCopy, StoredMedia, StoredPage
    from parsers.records import Page

# What described the body on its way, and no longer does: it was unpacked when it came.
_OF_THE_WAY = frozenset({"content-encoding", "transfer-encoding", "content-length"})
KEPT_PREFIX = "X-Archive-Orig-"
_REASONS = {
    200: "OK",
    203: "Non-Authoritative Information",
    301: "Moved Permanently",
    302: "Found",
    303: "See Other",
    307: "Temporary Redirect",
    308: "Permanent Redirect",
    403: "Forbidden",
    404: "Not Found",
    410: "Gone",
}
_SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hop:
    asked: Asked
    target: str


def records_of_page(stored: StoredPage, host: str) -> Iterator[Record]:
    """The records of one page: redirects on the way to it, its answer, its request."""
    page = stored.page
    if not page.final_url.startswith(("http://", "https://")):
        yield _resource(stored, host)
        return
    for place, hop in enumerate(_hops(stored)):
        key = (host, stored.number, "redirect", place)
        yield _redirect(hop, record_id(*key))
        yield _request(hop.asked, record_id(*key, "request"), record_id(*key))
    answer = _answer(stored, host)
    yield answer
    last = [one for one in stored.asked if one.url == page.final_url]
    if last:
        yield _request(last[-1], record_id(host, stored.number, "request"), answer.record_id)


def page_id(host: str, number: int) -> str:
    """The URI of the record that holds a page's answer."""
    return record_id(host, number, "page")


def _hops(stored: StoredPage) -> Iterator[_Hop]:
    """The redirects whose status was written down."""
    page = stored.page
    chain = (page.url, *page.redirects, page.final_url)
    asked = {one.url: one for one in stored.asked}
    for url, target in pairwise(chain):
        if url != target and url in asked and 300 <= asked[url].status < 400:
            yield _Hop(asked=asked[url], target=target)


def _redirect(hop: _Hop, key: str) -> Record:
    status = hop.asked.status
    block = _head(status, (("Location", hop.target), ("Content-Length", "0")))
    return Record(
        kind="response",
        record_id=key,
        moment=hop.asked.asked_at,
        content_type=HTTP_RESPONSE,
        block=block,
        url=hop.asked.url,
        fields=(("WARC-Payload-Digest", digest(b"")),),
        indexed=(str(status), "unk", digest(b"")),
    )


def _request(asked: Asked, key: str, answer_id: str) -> Record:
    parts = urlsplit(asked.url)
    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    block = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    return Record(
        kind="request",
        record_id=key,
        moment=asked.asked_at,
        content_type=HTTP_REQUEST,
        block=block,
        url=asked.url,
        fields=(("WARC-Concurrent-To", answer_id),),
    )


def _answer(stored: StoredPage, host: str) -> Record:
    page = stored.page
    payload = digest(page.body)
    head = _head(page.status, _headers(page))
    first = stored.first
    return Record(
        kind="response" if first is None else "revisit",
        record_id=page_id(host, stored.number),
        moment=page.fetched_at,
        content_type=HTTP_RESPONSE,
        block=head + page.body if first is None else head,
        url=page.final_url,
        fields=(
            ("WARC-Payload-Digest", payload),
            *(_refers(first, host) if first is not None else ()),
            *_own_fields(stored),
        ),
        indexed=(
            str(page.status),
            _media_type(page) if first is None else "warc/revisit",
            payload,
        ),
    )


def _refers(first: FirstCopy, host: str) -> tuple[tuple[str, str], ...]:
    return (
        ("WARC-Profile", _SAME_PAYLOAD),
        ("WARC-Refers-To", page_id(host, first.number)),
        ("WARC-Refers-To-Target-URI", first.url),
        ("WARC-Refers-To-Date", date(first.fetched_at)),
    )


def _resource(stored: StoredPage, host: str) -> Record:
    """A page that no site sent: a file without an address, a text dump."""
    page = stored.page
    return Record(
        kind="resource",
        record_id=page_id(host, stored.number),
        moment=page.fetched_at,
        content_type="text/plain" if stored.kind == "dump" else "text/html",
        block=page.body,
        url=page.final_url or "urn:threadkeep:dump",
        fields=(("WARC-Payload-Digest", digest(page.body)), *_own_fields(stored)),
    )


def record_of_media(stored: StoredMedia, host: str) -> Record:
    """A picture or a file that posts show; of its answer nothing but the body was kept, so that it is written as none."""
    payload = digest(stored.body)
    return Record(
        kind="resource",
        record_id=record_id(host, "media", stored.url),
        moment=stored.fetched_at,
        content_type=stored.media_type,
        block=stored.body,
        url=stored.url,
        fields=(("WARC-Payload-Digest", payload), ("Threadkeep-Media", stored.kind)),
        indexed=("200", stored.media_type, payload),
    )


def _own_fields(stored: StoredPage) -> tuple[tuple[str, str], ...]:
    """What WARC has no field for, so that an archive can be made of it again; others pass over these fields."""
    page = stored.page
    fields = [("Threadkeep-Kind", stored.kind), ("Threadkeep-Viewer", page.viewer)]
    if page.url != page.final_url:
        fields.append(("Threadkeep-Asked-For", page.url))
    if page.redirects:
        fields.append(("Threadkeep-Redirects", json.dumps(page.redirects)))
    return tuple(fields)


def _headers(page: Page) -> tuple[tuple[str, str], ...]:
    kept = tuple(
        (f"{KEPT_PREFIX}{name}" if name.lower() in _OF_THE_WAY else name, value)
        for name, value in page.headers
    )
    return (*kept, ("Content-Length", str(len(page.body))))


def _head(status: int, headers: tuple[tuple[str, str], ...]) -> bytes:
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, '')}".rstrip()]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _media_type(page: Page) -> str:
    return (page.header("Content-Type") or "unk").partition(";")[0].strip().lower() or "unk"
