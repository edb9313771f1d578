"""The topic pages that are measured: of the demo forum, or of a recorded one."""

from __future__ import annotations

import gzip
import json
import tarfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from parsers.records import Page
from scraper.demo import DemoSettings, expected_topics, generate
from scraper.demo.site import DemoSite

if TYPE_CHECKING:
    from pathlib import Path

_BASE = "http://127.0.0.1:8000"


def demo_pages() -> list[Page]:
    """Every topic page of a demo forum of 200 topics."""
    forum = generate(DemoSettings(topics=200, posts=40))
    site = DemoSite(forum, _BASE)
    topics = [topic for topic in expected_topics(forum, _BASE) if not topic.is_protected]
    paths = [topic.url.removeprefix(_BASE) for topic in topics]
    urls = [
        path if number == 1 else f"{path}page/{number}/"
        for path, topic in zip(paths, topics, strict=True)
        for number in range(1, topic.pages + 1)
    ]
    return [_page(f"{_BASE}{url}", site.answer(url).body) for url in urls]


def recorded_pages(recording: Path) -> list[Page]:
    """Every topic page of a recorded forum: a `.tar.xz` with `index.jsonl`, a line a response, and `pages/`."""
    with tarfile.open(recording, "r:xz") as tar:
        files = {
            member.name.split("/", 1)[1]: file.read()
            for member in tar
            if (file := tar.extractfile(member)) is not None
        }
    rows = [json.loads(line) for line in files["index.jsonl"].decode().splitlines()]
    shown = [row for row in rows if row["kind"] == "topic" and row["status"] == 200]
    pages = [_page(row["url"], _unpacked(files[row["file"]])) for row in shown]
    return [page for page in pages if b"-replies" in page.body]


def _unpacked(body: bytes) -> bytes:
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


def _page(url: str, body: bytes) -> Page:
    headers = (("Content-Type", "text/html; charset=UTF-8"),)
    return Page(
        url=url,
        final_url=url,
        status=200,
        headers=headers,
        body=body,
        fetched_at=datetime.now(UTC),
    )
