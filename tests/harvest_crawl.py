"""Web archives of invented sites for tests of harvests: written here byte by byte, pages of demo forums and noise in them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import importlib
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, cast

from scraper.demo import DemoSettings, generate
from scraper.demo.site import DemoSite
from scraper.demo.truth import expected_topics
from scraper.politeness.clock import FakeClock
from threadkeep.cli.harvest_progress import QuietHarvest
from threadkeep.harvest.harvesting import HarvestJob, harvest

if TYPE_CHECKING:
    from threadkeep.harvest.report import HarvestReport

HTML = ("Content-Type", "text/html; charset=UTF-8")
MOMENT = "2020-01-01T00:00:00Z"
_WORDS = ("plank", "stove", "hinge", "lever", "wool", "clamp", "groove", "bench", "rope", "vice")


@dataclass(frozen=True, slots=True)
class Site:
    """A forum at an address of its own; nothing serves it."""

    host: str
    settings: DemoSettings = field(
        default_factory=lambda: DemoSettings(showcase=False, topics=2, posts=7, per_page=5)
    )
    scheme: str = "http"

    @property
    def base(self) -> str:
        return f"{self.scheme}://{self.host}"

    def pages(self) -> list[tuple[str, bytes]]:
        """Every page of every topic that a guest can read."""
        forum = generate(self.settings)
        site = DemoSite(forum, self.base)
        found: list[tuple[str, bytes]] = []
        for topic in expected_topics(forum, self.base):
            path = topic.url.removeprefix(self.base)
            numbered = [path, *(f"{path}page/{number}/" for number in range(2, topic.pages + 1))]
            found += [(f"{self.base}{one}", site.answer(one).body) for one in numbered]
        return found

    def page(self, path: str) -> tuple[str, bytes]:
        """The page at a path."""
        return f"{self.base}{path}", DemoSite(generate(self.settings), self.base).answer(path).body

    def posts(self) -> dict[int, str]:
        """Every post by its number, with its text without blanks."""
        topics = expected_topics(generate(self.settings), self.base)
        return {
            post.post_id: "".join(post.body_text.split()) for one in topics for post in one.posts
        }


class Crawl:
    """A file of records."""

    def __init__(self, *, is_packed: bool = True) -> None:
        self.is_packed = is_packed
        self.records: list[bytes] = []

    def put(
        self,
        url: str,
        body: bytes,
        moment: str = MOMENT,
        *,
        headers: tuple[tuple[str, str], ...] = (HTML,),
        kind: str = "response",
        fields: tuple[tuple[str, str], ...] = (),
        status: str = "200 OK",
        length: int | None = None,
        is_proved: bool = False,
    ) -> bytes:
        """Write a record; gives its bytes as they stand in the file."""
        block = body
        if kind in {"response", "revisit"}:
            head = "".join(f"{name}: {value}\r\n" for name, value in headers)
            block = f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body
        if is_proved:
            sha1 = base64.b32encode(hashlib.sha1(block).digest()).decode()
            fields = (*fields, ("WARC-Block-Digest", f"sha1:{sha1}"))
        named = (
            ("WARC-Type", kind),
            ("WARC-Target-URI", url),
            ("WARC-Date", moment),
            ("WARC-Record-ID", f"<urn:test:{len(self.records)}>"),
            *fields,
            ("Content-Length", str(len(block) if length is None else length)),
        )
        text = "".join(f"{name}: {value}\r\n" for name, value in named)
        record = f"WARC/1.0\r\n{text}\r\n".encode() + block + b"\r\n\r\n"
        self.records.append(gzip.compress(record, mtime=0) if self.is_packed else record)
        return self.records[-1]

    def site(self, site: Site, moment: str = MOMENT) -> None:
        """Write all pages of topics of a site."""
        for url, body in site.pages():
            self.put(url, body, moment)

    def noise(self, count: int, seed: int = 1, host: str = "noise.example") -> None:
        """Write pages of sites that are no forums."""
        random = Random(seed)
        for number in range(count):
            self.put(f"http://{host}/{random.choice(_WORDS)}/{number}.html", noise_page(random))

    def offset(self, number: int) -> int:
        """Where a record begins."""
        return sum(map(len, self.records[:number]))

    def save(self, path: Path) -> Path:
        """Write the file."""
        path.write_bytes(b"".join(self.records))
        return path


def noise_page(random: Random, paragraphs: int = 20) -> bytes:
    """A page of a shop or a diary, with numbers and comments as such pages have them."""
    parts = "".join(
        f'<div class="entry post-{random.randint(1, 9999)}"><h2>{random.choice(_WORDS)}</h2>'
        f"<p>{' '.join(random.choices(_WORDS, k=30))}</p><a class='comment-reply-link' href='#'>Reply</a></div>"
        for _ in range(paragraphs)
    )
    page = f"<!DOCTYPE html><html><head><title>Shop</title></head><body class='home blog'>{parts}</body></html>"
    return page.encode()


def harvested(*sources: Path | str, output: Path, **options: Any) -> HarvestReport:  # noqa: ANN401  fields of HarvestJob
    """Harvest without a word."""
    job = HarvestJob(sources=tuple(map(str, sources)), output=output, **options)
    return harvest(job, FakeClock(), QuietHarvest())


def posts_of(output: Path) -> list[dict[str, Any]]:
    """The rows of the table of posts, each with its host."""
    return _rows(output / "posts")


def pages_of(output: Path) -> list[dict[str, Any]]:
    """The rows of the table of pages."""
    return _rows(output / "pages")


def _rows(folder: Path) -> list[dict[str, Any]]:
    dataset = cast("Any", importlib.import_module("pyarrow.dataset"))
    found = dataset.dataset(folder, partitioning="hive", format="parquet")
    return cast("list[dict[str, Any]]", found.to_table().to_pylist())


def files_of(output: Path) -> dict[str, bytes]:
    """Every file of both tables, by its name in the folder."""
    return {
        str(path.relative_to(output)): path.read_bytes()
        for name in ("posts", "pages")
        for path in sorted((output / name).rglob("*.parquet"))
    }
