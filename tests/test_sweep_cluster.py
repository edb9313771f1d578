"""A scheduler and two workers in processes of their own read twenty hosts, one worker is killed half-way, and nothing but its latest requests is lost."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.clustering import Processes, Shown, forums, posts_of
from threadkeep.cluster.connection import ClusterChoice
from threadkeep.cluster.run import run_jobs_on_cluster
from threadkeep.jobs.jobs_file import read_jobs
from threadkeep.jobs.run import run_jobs

if TYPE_CHECKING:
    from scraper.demo import DemoRequest, DemoServer
    from threadkeep.jobs.report import JobReport, RunReport

pytestmark = pytest.mark.sweep

_HOSTS = 20
_PATIENCE = 120.0


class OnlyEnds:
    """Shows nothing of a run in this process."""

    def of_job(self, name: str) -> OnlyEnds:
        del name
        return self

    def job_ended(self, report: JobReport) -> None: ...

    def stopping(self, hosts: int) -> None: ...

    def page_saved(self, event: object) -> None: ...

    def page_failed(self, url: str, error: str) -> None: ...

    def waiting(self, wait: object) -> None: ...


def written(folder: Path, sites: list[DemoServer], *, more: str = "") -> Path:
    folder.mkdir()
    jobs = "\n".join(
        f'[jobs.forum-{number:02}]\nurls = ["{site.url}/forums/"]'
        for number, site in enumerate(sites)
    )
    path = folder / "JOBS.toml"
    path.write_text(
        f'[defaults]\narchive = "{{name}}.db"\ndelay = 0.02\n{more}\n{jobs}\n', "utf-8"
    )
    return path


def run_alone(path: Path) -> RunReport:
    return run_jobs(read_jobs(path), OnlyEnds())


class HalfWay:
    """Counts what all forums answer, and has somebody wait for the half of it."""

    def __init__(self, sites: list[DemoServer], half: int) -> None:
        self.is_there = threading.Event()
        self._half = half
        self._count = 0
        self._lock = threading.Lock()
        for site in sites:
            site.intercept = self._noted

    def _noted(self, _request: DemoRequest) -> None:
        with self._lock:
            self._count += 1
            if self._count == self._half:
                self.is_there.set()


@pytest.mark.parametrize("slice_seconds", [60.0, 0.5])
def test_a_worker_that_is_killed_costs_the_requests_since_its_last_publication(
    slice_seconds: float, tmp_path: Path, tried: Counter[str]
) -> None:
    with forums(_HOSTS, topics=5, posts=12) as sites:
        alone = written(tmp_path / "alone", sites)
        assert run_alone(alone).exit_code == 0
        usual = [len(site.requests) for site in sites]
        for site in sites:
            site.forget_requests()
        half_way = HalfWay(sites, sum(usual) // 2)
        path = written(tmp_path / "cluster", sites, more="publish_every = 0.3")
        with Processes(tmp_path, workers=2, threads=5) as cluster:
            killed = Killed(half_way, cluster, sites, path.parent)
            report = run_jobs_on_cluster(
                read_jobs(path),
                ClusterChoice(address=cluster.address),
                Shown(),
                slice_seconds=slice_seconds,
            )
            killed.join(_PATIENCE)
        assert report.exit_code == 0, [job.problems for job in report.jobs]
        assert [site.max_in_flight for site in sites] == [1] * _HOSTS
        lost = killed.lost
        for number, site in enumerate(sites):
            assert len(site.requests) - usual[number] <= lost[number], site.url
            name = f"forum-{number:02}.db"
            assert posts_of(path.parent / name) == posts_of(alone.parent / name)
        again = sum(len(site.requests) for site in sites) - sum(usual)
        tried["hosts read on two workers"] += _HOSTS
        tried["requests that a worker's death cost"] += again
        assert [job.posts for job in report.jobs] == [job.new for job in report.jobs]
        assert not list(path.parent.glob("*.claim"))
        assert not list(path.parent.glob(".*.part"))


def test_a_scheduler_that_is_killed_ends_the_run_and_the_next_one_goes_on(
    tmp_path: Path, tried: Counter[str]
) -> None:
    with forums(4, topics=5, posts=12) as sites:
        path = written(tmp_path / "cluster", sites, more="publish_every = 0.3")
        half_way = HalfWay(sites, 30)
        with Processes(tmp_path, workers=2, threads=2) as cluster:

            def end_scheduler() -> None:
                half_way.is_there.wait(_PATIENCE)
                cluster.scheduler.end()

            end = threading.Thread(target=end_scheduler)
            end.start()
            report = run_jobs_on_cluster(
                read_jobs(path), ClusterChoice(address=cluster.address), Shown()
            )
            end.join(_PATIENCE)
        assert report.exit_code == 4
        assert all(
            "cluster has lost" in job.problems[-1] or "lost its scheduler" in job.problems[-1]
            for job in report.jobs
        )
        for claim in path.parent.glob("*.claim"):  # else the next run waits until they run out
            claim.unlink()
        asked = [len(site.requests) for site in sites]
        assert run_alone(path).exit_code == 0
        assert all(len(site.requests) >= before for site, before in zip(sites, asked, strict=True))
        assert all(posts_of(path.parent / f"forum-{number:02}.db") for number in range(4))
    tried["schedulers killed in a run"] += 1


class Killed(threading.Thread):
    """Kills a worker half-way, and notes what of each host was asked and not published by then.

    Attributes:
        lost: of each host, how many requests at most have to be made again.
    """

    def __init__(
        self, half_way: HalfWay, cluster: Processes, sites: list[DemoServer], folder: Path
    ) -> None:
        super().__init__(daemon=True)
        self.lost: list[int] = []
        self._half_way, self._cluster = half_way, cluster
        self._sites, self._folder = sites, folder
        self.start()

    def run(self) -> None:
        assert self._half_way.is_there.wait(_PATIENCE)
        published = [
            requests_in(self._folder / f"forum-{number:02}.db") for number in range(_HOSTS)
        ]
        self._cluster.kill(0)
        answered = [len(site.requests) for site in self._sites]
        # The other worker goes on meanwhile, so that this is more than what is lost; one is in flight.
        self.lost = [asked - kept + 1 for asked, kept in zip(answered, published, strict=True)]


def requests_in(path: Path) -> int:
    """How many requests the archive knows of."""
    if not path.exists():
        return 0
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM requests").fetchone()[0])
