"""Web archives of ours in pywb, which replays them in a process and an environment of its own: `make replay` sets it up.

pywb wants libraries of years ago, so that it is not in the environment of the other tests.
"""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from contextlib import contextmanager
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from scraper.archive.database import reading
from scraper.archive.page_collection import page_collection
from tests.archiving import World, redirecting
from tests.documents import ROOT
from tests.gallery import fetch, gallery_world
from threadkeep.page_exporting import export_pages, plan_page_export

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Generator, Iterator
    from pathlib import Path

PROGRAMS = ROOT / ".venv-replay" / "bin"
pytestmark = [
    pytest.mark.sweep,
    pytest.mark.alone,
    pytest.mark.skipif(
        not (PROGRAMS / "wayback").exists(), reason="pywb is not there: say make replay"
    ),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An archive with a redirect, pages that did not change, pages that did, pictures and files."""
    with gallery_world(tmp_path_factory.mktemp("world")) as made:
        short = f"/?p={made.topic.topic_id}"
        made.server.intercept = redirecting(short, made.page(1))
        made.archive(f"{made.server.url}{short}")
        made.server.intercept = None
        fetch(made, "all")
        made.archive(refresh=True)
        made.edit(1, "Better words.")
        made.archive(refresh=True)
        made.archive(refresh=True)
        yield made


@pytest.fixture(scope="module")
def collection(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as pywb has it, with the web archive in several files and our own index."""
    folder = tmp_path_factory.mktemp("replay")
    archive, indexes = (folder / "collections" / "forum" / name for name in ("archive", "indexes"))
    for one in (archive, indexes):
        one.mkdir(parents=True)
    job = plan_page_export(archive / "forum.warc.gz", None, most_bytes=9_000)
    assert job is not None
    assert len(export_pages(world.path, job).files) > 1
    (archive / "forum.cdxj").rename(indexes / "index.cdxj")
    return folder


@contextmanager
def replayed(folder: Path) -> Generator[str]:
    """pywb at work on a folder; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(PROGRAMS / "wayback"), "-b", "127.0.0.1", "-p", str(port), "-d", str(folder)]
    log = folder / "pywb.log"
    with (
        log.open("wb") as out,
        subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT) as process,
    ):
        watchdog = threading.Timer(300, process.kill)
        watchdog.start()
        try:
            yield f"http://127.0.0.1:{port}/forum"
        finally:
            watchdog.cancel()
            process.kill()


def patient() -> requests.Session:
    """Asks again until pywb has started."""
    session = requests.Session()
    session.mount("http://", HTTPAdapter(max_retries=Retry(connect=12, backoff_factor=0.1)))
    session.trust_env = False
    return session


def test_every_page_and_file_is_replayed_as_it_was_stored(
    world: World, collection: Path, tried: Counter[str]
) -> None:
    with reading(world.path) as archive, page_collection(archive) as found:
        pages, media = list(found.pages), list(found.media)
    assert any(one.first is not None for one in pages), "nothing is repeated"
    assert any(one.page.redirects or one.page.url != one.page.final_url for one in pages)
    with replayed(collection) as address, patient() as session:
        for url, moment, status, body in (
            *(
                (one.page.final_url, one.page.fetched_at, one.page.status, one.page.body)
                for one in pages
            ),
            *((one.url, one.fetched_at, 200, one.body) for one in media),
        ):
            # The ending asks for what was stored, without pywb's own banner and links.
            stamp = moment.strftime("%Y%m%d%H%M%S")
            answer = session.get(f"{address}/{stamp}id_/{url}", timeout=60)
            assert answer.status_code == status, (url, (collection / "pywb.log").read_text())
            assert answer.content == body, url
            assert answer.headers["Memento-Datetime"] == format_datetime(moment, usegmt=True)
            tried["pages and files that pywb replayed as they were stored"] += 1


def test_a_redirect_is_replayed_as_one(
    world: World, collection: Path, tried: Counter[str]
) -> None:
    short = f"{world.server.url}/?p={world.topic.topic_id}"
    with replayed(collection) as address, patient() as session:
        answer = session.get(f"{address}/2026id_/{short}", timeout=60, allow_redirects=False)
        assert answer.status_code == 301
        assert answer.headers["Location"].endswith(world.url)
    tried["redirects that pywb replayed"] += 1


def test_its_own_index_says_what_ours_says(collection: Path, tried: Counter[str]) -> None:
    archive = collection / "collections" / "forum" / "archive"
    files = map(str, sorted(archive.glob("*.gz")))
    command = [str(PROGRAMS / "cdx-indexer"), "-j", "-s", *files]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=120)
    ours = (archive.parent / "indexes" / "index.cdxj").read_text().splitlines()
    theirs = {line for line in done.stdout.splitlines() if "urn:" not in line}
    assert {_entry(line) for line in ours} == {_entry(line) for line in theirs}
    tried["lines of an index that pywb's own has too"] += len(ours)


def _entry(line: str) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """A line of an index; a status is not counted, since pywb gives none to what is no answer."""
    key, stamp, entry = line.split(" ", 2)
    facts: dict[str, str] = json.loads(entry)
    facts.pop("status", None)
    return key, stamp, tuple(sorted(facts.items()))
