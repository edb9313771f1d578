"""Compare a harvest with a loop by hand over the same files, its filter with only reading, and two workers with one.

python -m bench harvesting [--sites N] [--files N] [--noise N] [--rounds N]

By hand means: fastwarc reads, lxml makes trees, XPath takes ten fields of each post, pyarrow writes them. Rates are by
seconds of the processor, so that other programs count little. The speed-up is by the clock, as whoever waits has it, the
start of the workers included: so it takes an idle machine, and a harvest long enough that the start is a small part, as
it is of real ones. What the machine lets two be is measured beside it: two harvests that know nothing of each other.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import multiprocessing
import statistics
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, cast

from lxml import etree, html

from parsers.records import Page
from scraper.demo import DemoSettings, generate
from scraper.demo.site import DemoSite
from scraper.demo.truth import expected_topics
from scraper.politeness.clock import SystemClock
from scraper.sync.page_kind import understood
from threadkeep.cli.harvest_progress import QuietHarvest
from threadkeep.harvest.harvesting import HarvestJob, harvest
from threadkeep.harvest.options import ReadOptions
from threadkeep.harvest.place import HarvestFolder
from threadkeep.harvest.source import find_inputs
from threadkeep.harvest.staging import harvest_input
from threadkeep.harvest.workers import WorkerChoice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from threadkeep.harvest.report import HarvestReport

_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=UTF-8\r\nServer: nginx\r\nDate: Wed, 01 Jan 2020 00:00:00 GMT\r\n\r\n"
_MOMENT = datetime(2020, 1, 1, tzinfo=UTC)
_SITES_A_FILE = 8
_POSTS = ".//div[contains(concat(' ', @class, ' '), ' type-reply ') or contains(concat(' ', @class, ' '), ' type-topic ')]"


def record(url: str, body: bytes) -> bytes:
    block = _HEAD.encode() + body
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2020-01-01T00:00:00Z\r\n"
    head += (
        f"Content-Type: application/http;msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n", 6, mtime=0)


def topic_pages(host: str, seed: int) -> Iterator[tuple[str, bytes]]:
    base = f"http://{host}"
    forum = generate(DemoSettings(seed=seed, showcase=False, topics=20, posts=30))
    site = DemoSite(forum, base)
    for topic in expected_topics(forum, base):
        path = topic.url.removeprefix(base)
        for number in range(1, topic.pages + 1):
            one = path if number == 1 else f"{path}page/{number}/"
            yield f"{base}{one}", site.answer(one).body


def write_sites(path: Path, numbers: Iterable[int]) -> None:
    with path.open("wb") as file:
        for number in numbers:
            for url, body in topic_pages(f"forum{number}.example", number + 1):
                file.write(record(url, body))


def noise_page(random: Random, words: list[str]) -> bytes:
    """A page of a diary with comments, of about 60 KB, as large as pages of the web are on average."""
    parts = (
        f'<article id="post-{random.randint(1, 99999)}" class="post type-post hentry category-{random.choice(words)}">'
        f'<h2><a href="/{random.choice(words)}/{random.choice(words)}/">{" ".join(random.choices(words, k=6))}</a></h2>'
        f"<p>{' '.join(random.choices(words, k=60))}</p>"
        f'<div class="reply"><a rel="nofollow" class="comment-reply-link" href="#comment-{random.randint(1, 9999)}">Reply</a></div></article>\n'
        for _ in range(80)
    )
    return f"<!DOCTYPE html><html><head><title>Diary</title></head><body class='home blog'>{''.join(parts)}</body></html>".encode()


def write_noise(path: Path, count: int) -> None:
    random = Random(1)
    # Of as many words as a language has in use, as long as its words are.
    words = [
        "".join(random.choices("etaoinshrdlucm", k=random.randint(2, 10))) for _ in range(3000)
    ]
    with path.open("wb") as file:
        for number in range(count):
            file.write(
                record(f"http://diary{number % 50}.example/{number}/", noise_page(random, words))
            )


def records_of(path: Path) -> Iterator[Any]:
    warc = cast("Any", importlib.import_module("fastwarc.warc"))
    with path.open("rb") as file:
        yield from warc.ArchiveIterator(file, record_types=warc.WarcRecordType.response)


def only_read(path: Path) -> int:
    return sum(bool(one.reader.read()) for one in records_of(path))


def text_of(element: Any, path: str) -> str:  # noqa: ANN401  an element of lxml
    found = element.xpath(path)
    return found[0].text_content().strip() if found else ""


def by_hand(path: Path, output: Path) -> int:
    """What somebody would write who wants the posts of these pages, and knows that they are of bbPress."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for one in records_of(path):
        body = one.reader.read()
        url = one.headers.get("WARC-Target-URI")
        if b"bbp-" not in body:
            continue
        tree = html.document_fromstring(body)
        title = text_of(tree, ".//h1")
        for post in tree.xpath(_POSTS):
            content = post.xpath(".//div[contains(@class, '-content')]")
            header = post.getprevious()
            if not content or header is None:
                continue
            number = next(c for c in post.get("class").split() if c.startswith("post-"))
            rows[(url, number)] = {
                "url": url,
                "title": title,
                "number": number,
                "kind": "topic" if "type-topic" in post.get("class") else "reply",
                "author": text_of(post, ".//*[contains(@class, 'bbp-author-name')]"),
                "role": text_of(post, ".//div[contains(@class, 'bbp-author-role')]"),
                "date": text_of(header, ".//span[contains(@class, 'post-date')]"),
                "link": next(iter(header.xpath(".//a[contains(@class, 'permalink')]/@href")), ""),
                "html": etree.tostring(content[0], encoding="unicode"),
                "text": content[0].text_content(),
            }
    arrow = cast("Any", importlib.import_module("pyarrow"))
    parquet = cast("Any", importlib.import_module("pyarrow.parquet"))
    parquet.write_table(arrow.Table.from_pylist(list(rows.values())), output, compression="zstd")
    return len(rows)


def harvested(sources: list[Path], output: Path, workers: int = 1) -> HarvestReport:
    job = HarvestJob(
        sources=tuple(map(str, sources)),
        output=output,
        workers=WorkerChoice(count=workers, with_dashboard=False),
    )
    return harvest(job, SystemClock(), QuietHarvest())


def only_parse(pages: Iterable[tuple[str, bytes]]) -> None:
    for url, body in pages:
        understood(Page(url=url, final_url=url, status=200, body=body, fetched_at=_MOMENT))


def processor_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def compare_by_hand(folder: Path, sites: int, rounds: int) -> None:
    path = folder / "forums.warc.gz"
    write_sites(path, range(sites))
    posts = harvested([path], folder / "warm").posts
    if by_hand(path, folder / "warm.parquet") != posts:
        sys.exit("the loop by hand finds other posts")
    pages = [
        page for seed in range(sites) for page in topic_pages(f"forum{seed}.example", seed + 1)
    ]
    theirs: list[float] = []
    ours: list[float] = []
    engines: list[float] = []
    for turn in range(rounds):
        theirs.append(processor_seconds(lambda: by_hand(path, folder / "hand.parquet")))
        place = folder / f"harvest-{turn}"
        ours.append(processor_seconds(partial(harvested, [path], place)))
        engines.append(processor_seconds(lambda: only_parse(pages)))
    hand, mine = posts / statistics.median(theirs), posts / statistics.median(ours)
    engine = posts / statistics.median(engines)
    print(
        f"by hand          {hand:9,.0f} posts a second of a core, {posts:,} posts of {sites} sites"
    )
    print(
        f"threadkeep       {mine:9,.0f} posts a second of a core, {mine / hand:.2f} times the rate by hand"
    )
    print(
        f"  its engines    {engine:9,.0f} posts a second of a core: {mine / engine:.0%} of the time; the rest is all around them"
    )


def compare_filter(folder: Path, count: int, rounds: int) -> None:
    path = folder / "noise.warc.gz"
    write_noise(path, count)
    (one,) = find_inputs([str(path)])
    theirs: list[float] = []
    ours: list[float] = []
    for turn in range(rounds + 1):
        place = HarvestFolder(path=folder / f"noise-{turn}")
        place.make()
        theirs.append(processor_seconds(lambda: only_read(path)))
        ours.append(processor_seconds(partial(harvest_input, place, one, ReadOptions())))
    ratio = statistics.median(
        mine / their for mine, their in zip(ours[1:], theirs[1:], strict=True)
    )
    read, sifted = count / statistics.median(theirs[1:]), count / statistics.median(ours[1:])
    print(
        f"only reading     {read:9,.0f} pages a second of a core, {path.stat().st_size / count / 1024:.0f} KiB a page as stored"
    )
    print(
        f"with the filter  {sifted:9,.0f} pages a second of a core, {ratio:.2f} times the time of only reading"
    )


def compare_workers(folder: Path, files: int, rounds: int) -> None:
    sources = [folder / f"part-{number}.warc.gz" for number in range(files)]
    for number, path in enumerate(sources):
        write_sites(path, range(number * _SITES_A_FILE, (number + 1) * _SITES_A_FILE))
    halves = (sources[::2], sources[1::2])
    context = multiprocessing.get_context("spawn")
    ours: list[float] = []
    most: list[float] = []
    with ProcessPoolExecutor(max_workers=2, mp_context=context) as pool:
        side_by_side(pool, ([sources[0]], [sources[1]]), folder / "warm-up")
        for turn in range(rounds):
            alone = seconds(partial(harvested, sources, folder / f"alone-{turn}"))
            two = seconds(partial(harvested, sources, folder / f"two-{turn}", workers=2))
            apart = seconds(partial(side_by_side, pool, halves, folder / f"apart-{turn}"))
            ours.append(alone / two)
            most.append(alone / apart)
            print(
                f"  one worker {alone:.2f} s, two workers {two:.2f} s, two harvests of half each {apart:.2f} s",
                flush=True,
            )
    print(
        f"two workers      {statistics.median(ours):9.2f} times as fast as one, {files * _SITES_A_FILE} sites in {files} files"
    )
    print(f"the machine      {statistics.median(most):9.2f} times, by two harvests of half each")


def side_by_side(pool: ProcessPoolExecutor, parts: Iterable[list[Path]], output: Path) -> None:
    """Harvest parts at the same time, each by a process of its own."""
    outputs = (output.with_name(f"{output.name}-{number}") for number in (1, 2))
    list(pool.map(harvested, parts, outputs))


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench harvesting", description=__doc__)
    parser.add_argument("--sites", type=int, default=6, help="forums in the file for the rate")
    parser.add_argument(
        "--files", type=int, default=16, help="files of eight forums each for the speed-up"
    )
    parser.add_argument("--noise", type=int, default=3000, help="pages without a forum")
    parser.add_argument(
        "--rounds", type=int, default=5, help="how often each is measured, in turn"
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        compare_by_hand(folder, options.sites, options.rounds)
        compare_filter(folder, options.noise, options.rounds)
        compare_workers(folder, options.files, max(1, options.rounds // 2))


if __name__ == "__main__":
    main(sys.argv[1:])
