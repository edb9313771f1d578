"""Harvests on a real scheduler with two real workers, one of which is killed; and of a large file in little memory."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from random import Random
from typing import TYPE_CHECKING, Any, cast

import pytest

from parsers.errors import ClusterError, NothingReadableError, UsageError
from scraper.demo import DemoSettings
from scraper.politeness.clock import FakeClock
from tests.clustering import Processes
from tests.harvest_crawl import Crawl, Site, files_of, harvested, noise_page, posts_of
from tests.test_harvest_source import of_rows
from threadkeep.cli.harvest_progress import QuietHarvest
from threadkeep.harvest.harvesting import HarvestJob, harvest
from threadkeep.harvest.options import ReadOptions
from threadkeep.harvest.place import HarvestFolder
from threadkeep.harvest.progress import silent
from threadkeep.harvest.source import find_inputs
from threadkeep.harvest.workers import WorkerChoice, open_workers

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable
    from pathlib import Path

    from threadkeep.harvest.report import HostReport, InputReport

FILES, SITES = 54, 12


class Killer(QuietHarvest):
    """Kills a worker once, half-way through the inputs or through the sites."""

    def __init__(self, moment: str, kill: Callable[[], None]) -> None:
        self._moment = moment
        self._kill = kill
        self.seen = 0

    def input_done(self, report: InputReport) -> None:  # noqa: ARG002  a listener is called so
        self._count("inputs", FILES // 2)

    def host_done(self, report: HostReport) -> None:  # noqa: ARG002  likewise
        self._count("sites", 1)

    def _count(self, moment: str, wanted: int) -> None:
        if moment == self._moment:
            self.seen += 1
            if self.seen == wanted:
                self._kill()


@pytest.fixture(scope="module")
def crawls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files with pages of some sites each, captured over and over, and noise between."""
    folder = tmp_path_factory.mktemp("crawls")
    sites = [
        Site(
            f"forum{number}.example",
            DemoSettings(seed=number + 1, showcase=False, topics=3, posts=12, per_page=5),
        )
        for number in range(SITES)
    ]
    random = Random(1)
    for number in range(FILES):
        made = Crawl()
        made.noise(5, seed=number)
        for site in random.sample(sites, 3):
            made.site(site, f"20{10 + number % 10}-01-{1 + number % 28:02d}T00:00:00Z")
        made.save(folder / f"{number:02d}.warc.gz")
    return folder


@pytest.mark.sweep
@pytest.mark.parametrize("moment", ["inputs", "sites"])
def test_a_worker_that_is_killed_changes_nothing(
    crawls: Path, tmp_path: Path, moment: str, tried: Counter[str]
) -> None:
    whole = harvested(crawls, output=tmp_path / "one")
    with Processes(tmp_path, workers=2, threads=1) as processes:
        killer = Killer(moment, lambda: processes.kill(1))
        job = HarvestJob(
            sources=(str(crawls),),
            output=tmp_path / "two",
            workers=WorkerChoice(address=processes.address),
        )
        report = harvest(job, FakeClock(), killer)
    assert killer.seen >= (FILES // 2 if moment == "inputs" else 1)
    assert processes.workers[1].poll() is not None
    assert (report.inputs_done, report.posts, report.hosts) == (FILES, whole.posts, SITES)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")
    tried["files harvested by two workers, one of them killed"] += FILES


@pytest.mark.sweep
def test_a_scheduler_that_is_killed_costs_what_was_in_hand(
    crawls: Path, tmp_path: Path, tried: Counter[str]
) -> None:
    harvested(crawls, output=tmp_path / "one")
    with Processes(tmp_path, workers=2, threads=1) as processes:
        job = HarvestJob(
            sources=(str(crawls),),
            output=tmp_path / "two",
            workers=WorkerChoice(address=processes.address),
        )
        with pytest.raises(ClusterError, match="lost its scheduler"):
            harvest(job, FakeClock(), Killer("inputs", processes.scheduler.end))
    report = harvested(crawls, output=tmp_path / "two")
    assert report.inputs_done <= FILES // 2 + 2
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")
    tried["schedulers killed in a harvest"] += 1


@pytest.mark.sweep
def test_two_processes_of_this_machine_give_what_one_gives(
    crawls: Path, tmp_path: Path, tried: Counter[str]
) -> None:
    harvested(crawls, output=tmp_path / "one")
    ours = WorkerChoice(count=2, with_dashboard=False)
    harvested(crawls, output=tmp_path / "two", workers=ours)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")
    tried["files harvested by two processes"] += FILES


@pytest.mark.sweep
def test_processes_of_this_machine_load_no_pandas(crawls: Path, tmp_path: Path) -> None:
    folder = HarvestFolder(path=tmp_path / "out")
    folder.make()
    with open_workers(WorkerChoice(count=2, with_dashboard=False)) as workers:
        list(workers.inputs(folder, ReadOptions(), find_inputs([str(crawls)]), silent))
        client = cast("Any", workers).cluster.client
        loaded = client.run(eval, "{'pandas', 'pyarrow'} & set(__import__('sys').modules)")
    assert list(loaded.values()) == [{"pyarrow"}, {"pyarrow"}]


def _flipped(data: bytes, random: Random) -> bytes:
    """A file in which some bytes are others, or whose end is lost."""
    made = bytearray(data)
    for _ in range(random.randint(1, 6)):
        made[random.randrange(len(made))] = random.randrange(256)
    return bytes(made[: random.randrange(len(made))] if random.random() < 0.2 else made)


@pytest.mark.sweep
@pytest.mark.parametrize("ending", [".warc", ".warc.gz", ".wacz", ".parquet"])
def test_whatever_is_damaged_is_told_and_ends_nothing(
    tmp_path: Path, ending: str, tried: Counter[str]
) -> None:
    site, made = Site("one.example"), Crawl(is_packed=ending != ".warc")
    made.site(site)
    source = made.save(tmp_path / "a.warc.gz")
    if ending == ".wacz":
        with zipfile.ZipFile(tmp_path / "a.wacz", "w", zipfile.ZIP_DEFLATED) as package:
            package.write(source, "archive/a.warc.gz")
    if ending == ".parquet":
        rows = [
            (url, "a.warc.gz", made.offset(number), len(made.records[number]))
            for number, (url, _) in enumerate(site.pages())
        ]
        of_rows(tmp_path / "a.parquet", *rows)
    data = (
        tmp_path / f"a{ending if ending in {'.wacz', '.parquet'} else '.warc.gz'}"
    ).read_bytes()
    base = str(tmp_path) if ending == ".parquet" else ""
    for seed in range(150):
        path = tmp_path / f"damaged{ending}"
        path.write_bytes(_flipped(data, Random(seed)))
        try:
            report = harvested(path, output=tmp_path / str(seed), base=base)
            assert report.exit_code in {0, 2, 3, 4, 5}
            posts = posts_of(tmp_path / str(seed)) if report.posts else []
            assert {row["post_id"] for row in posts if row["host"] == site.host} <= set(
                site.posts()
            ), seed
        except (NothingReadableError, UsageError):
            assert ending == ".parquet"
        tried["damaged files harvested"] += 1


# As a user runs it: through the command's own entrance, which has Arrow load no pandas.
_RUN = """
import pathlib, re, sys
from threadkeep.cli.main import main
try:
    main()
except SystemExit as end:
    status = pathlib.Path("/proc/self/status").read_text()  # ru_maxrss counts the parent, too
    print(end.code, int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) // 1024)
"""


@pytest.mark.sweep
@pytest.mark.alone
def test_a_large_file_is_harvested_in_little_memory(tmp_path: Path, tried: Counter[str]) -> None:
    site = Site("big.example", DemoSettings(showcase=False, topics=40, posts=30))
    pages = site.pages()
    random = Random(1)
    path = tmp_path / "a.warc.gz"
    with path.open("wb") as file:
        for number in range(6000):
            url, body = pages[number % len(pages)]
            made = Crawl()
            moment = f"20{10 + number % 10}-{1 + number % 12:02d}-{1 + number % 28:02d}T00:00:00Z"
            made.put(f"{url}?seen={number}", body + noise_page(random, 30), moment)
            file.write(made.records[0])
    held = {}
    for memory in (256, 4096):
        output = tmp_path / str(memory)
        options = ("-o", output, "-q", "--memory", str(memory))
        done = subprocess.run(
            [sys.executable, "-c", _RUN, "harvest", path, *options],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "TMPDIR": str(tmp_path)},
        )
        code, held[memory] = map(int, done.stdout.split()[-2:])
        assert code == 0
    assert files_of(tmp_path / "256") == files_of(tmp_path / "4096")
    assert len(posts_of(tmp_path / "256")) >= len(site.posts())
    assert held[256] < 256, held
    tried["pages harvested in 256 MiB"] += 6000
