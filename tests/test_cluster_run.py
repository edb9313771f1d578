"""`threadkeep run` on workers: one host is one unit of work, archives are published, and nothing else differs from a single process."""

from __future__ import annotations

import json
import pickle
import signal
import sys
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from parsers.errors import UsageError
from scraper.archive.database import writing
from scraper.archive.snapshot import copy_archive
from scraper.demo import DemoAnswer
from scraper.sync.pipeline import archive_topics
from tests.archiving import readable_topics, redirecting
from tests.clustering import THREADS, Shown, forums, posts_of, run_in_threads
from tests.membership import MEMBER, Club
from tests.object_store import made_known
from threadkeep.cluster.claim import read_claim
from threadkeep.cluster.host_unit import unit_of
from threadkeep.cluster.on_worker import runs_here
from threadkeep.cluster.run import run_jobs_on_cluster
from threadkeep.home import home_at
from threadkeep.jobs.jobs_file import read_jobs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scraper.demo import DemoRequest, DemoServer
    from scraper.fetch.address import Address
    from tests.conftest import CommandLine

_PATIENCE = 20


@pytest.fixture
def sites() -> Iterator[list[DemoServer]]:
    with forums(2) as made:
        yield made


def topic_urls(site: DemoServer) -> list[str]:
    return [topic.url for topic in readable_topics(site)]


def written(*jobs: tuple[str, list[str]], archive: str = "{name}.db", more: str = "") -> Path:
    path = Path("JOBS.toml")
    head = f'[defaults]\narchive = "{archive}"\ndelay = 0\n{more}\n'
    parts = [f"[jobs.{name}]\nurls = {json.dumps(urls)}\n" for name, urls in jobs]
    path.write_text("\n".join([head, *parts]), "utf-8")
    return path


def of_each(sites: list[DemoServer], **options: str) -> Path:
    names = ("lantern", "harbour")
    return written(
        *((name, topic_urls(site)) for name, site in zip(names, sites, strict=True)), **options
    )


# --- what comes of it ---


def test_workers_do_what_a_single_process_does(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    alone = threadkeep("run", of_each(sites, archive="alone/{name}.db"), "--json")
    asked = [len(site.requests) for site in sites]
    for site in sites:
        site.forget_requests()
    ran = threadkeep("run", of_each(sites), "--workers", "1", "--hosts-per-worker", "2", "--json")
    assert ran.code == 0, ran.err
    assert "dashboard: http://127.0.0.1:" in ran.err
    assert [len(site.requests) for site in sites] == asked
    assert [site.max_in_flight for site in sites] == [1, 1]
    assert [told(one) for one in ran.report["jobs"]] == [told(one) for one in alone.report["jobs"]]
    for name in ("lantern", "harbour"):
        assert posts_of(Path(f"{name}.db")) == posts_of(Path(f"alone/{name}.db"))
    left = {path.name for path in Path().iterdir()} - {"alone"}
    assert {one for one in left if not one.endswith((".db", ".jsonl"))} == {
        "JOBS.toml",
        "JOBS.last-run.json",
    }


def told(report: dict[str, Any]) -> dict[str, Any]:
    """What a job did, but for when and where; single requests are in the archive."""
    left_out = ("archive", "started_at", "seconds", "asked")
    return {key: value for key, value in report.items() if key not in left_out}


def test_what_follows_a_job_follows_here(sites: list[DemoServer], threadkeep: CommandLine) -> None:
    del threadkeep  # only for its folder
    made_known(Counter())
    more = (
        'exports = [{ path = "out/{name}.jsonl" }]\nretention = { folder = "copies" }\n'
        'report = "reports/{name}.md"'
    )
    report = run_in_threads(of_each(sites, archive="objects://homes/{name}.db", more=more))
    assert report.exit_code == 0, report
    assert [
        len(Path(f"out/{one.name}.jsonl").read_text().splitlines()) for one in report.jobs
    ] == [26, 26]
    assert len(list(Path("copies").glob("*.db"))) == 2
    assert "objects://homes/lantern.db" in Path("reports/lantern.md").read_text("utf-8")
    assert report.jobs[0].archive == "objects://homes/lantern.db"


def test_status_reads_what_was_published(sites: list[DemoServer], threadkeep: CommandLine) -> None:
    path = of_each(sites, archive="memory://status/{name}.db")
    never = threadkeep("status", path, "--json")
    assert [one["posts"] for one in never.report["archives"]] == [0, 0]
    run_in_threads(path)
    for place in (path, "memory://status"):
        found = threadkeep("status", place, "--json").report["archives"]
        assert {one["archive"]: one["posts"] for one in found} == {
            "memory://status/lantern.db": 26,
            "memory://status/harbour.db": 26,
        }
    assert "26" in threadkeep("status", "memory://status/lantern.db").out


def test_a_failing_site_stops_nobody(sites: list[DemoServer], threadkeep: CommandLine) -> None:
    del threadkeep
    path = of_each(sites)
    sites[0].stop()
    shown = Shown()
    report = run_in_threads(path, shown)
    assert report.exit_code == 4
    assert [job.exit_code for job in report.jobs] == [4, 0]
    assert "refuses connections" in report.jobs[0].problems[0]
    assert sorted(shown.ended) == ["harbour", "lantern"]
    assert not Path("lantern.db").exists()


def test_a_bug_of_one_host_is_exit_code_1(
    sites: list[DemoServer],
    threadkeep: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    del threadkeep

    def stumble(one: Any, **options: Any) -> Any:  # noqa: ANN401  handed on as they are
        if one.path.name == "lantern.db":
            raise RuntimeError("a bug")
        return archive_topics(one, **options)

    monkeypatch.setattr("threadkeep.jobs.job_run.archive_topics", stumble)
    report = run_in_threads(of_each(sites))
    assert report.exit_code == 1
    assert [job.exit_code for job in report.jobs] == [1, 0]
    assert "RuntimeError: a bug" in capfd.readouterr().err


# --- one host, one unit ---


def test_jobs_of_one_host_take_turns(sites: list[DemoServer], threadkeep: CommandLine) -> None:
    del threadkeep
    first, second = topic_urls(sites[0])
    report = run_in_threads(written(("first", [first]), ("second", [second])))
    assert report.exit_code == 0
    assert [job.posts for job in report.jobs] == [13, 13]
    assert sites[0].max_in_flight == 1


def test_slices_end_with_the_same_archive_and_the_same_requests(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    del threadkeep
    whole = run_in_threads(of_each(sites, archive="whole/{name}.db"))
    asked = [request.path for request in sites[0].requests]
    sites[0].forget_requests()
    path = of_each(sites)
    # More hosts than the cluster has hands for, so that slices end.
    report = run_jobs_on_cluster(read_jobs(path), one_hand(), Shown(), slice_seconds=0.0)
    assert report.exit_code == 0
    assert [request.path for request in sites[0].requests] == asked
    for before, now in zip(whole.jobs, report.jobs, strict=True):
        assert (now.new, now.posts, now.pages) == (before.new, before.posts, before.pages)
        assert (now.requests, now.ledger) == (before.requests, before.ledger)
    assert posts_of(Path("lantern.db")) == posts_of(Path("whole/lantern.db"))
    assert commands_in(Path("lantern.db")) > 1


def one_hand() -> Any:  # noqa: ANN401  a ClusterChoice
    return type(THREADS)(workers=0, threads=1, with_dashboard=False)


def commands_in(path: Path) -> int:
    import sqlite3

    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM runs").fetchone()[0])


def test_jobs_that_are_led_to_another_jobs_host_wait_for_it(
    sites: list[DemoServer], threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    del threadkeep
    lantern, harbour = sites
    # Between two ports of this machine nobody is led otherwise.
    monkeypatch.setattr("scraper.fetch.live.LiveFetcher._open_host", anywhere)
    moved = topic_urls(lantern)[0]
    there = topic_urls(harbour)[0]
    lantern.intercept = redirecting(urlsplit(moved).path, there)
    meeting = Meeting(harbour, threading.Event())
    harbour.intercept = meeting.wait_for_the_other
    lantern_asked = lantern.intercept

    def note(request: DemoRequest) -> DemoAnswer | None:
        answer = lantern_asked(request)
        if answer is not None:
            meeting.is_led.set()
        return answer

    lantern.intercept = note
    report = run_in_threads(written(("moved", [moved]), ("harbour", topic_urls(harbour))))
    assert harbour.max_in_flight == 1
    assert report.jobs[1].exit_code == 0
    assert report.jobs[1].posts == 26
    asked_for_it = [one.path for one in harbour.requests if one.path == urlsplit(there).path]
    assert len(asked_for_it) == 2, "both jobs have read it, one after the other"


def anywhere(_fetcher: object, hops: Sequence[Address]) -> tuple[str, int]:
    return hops[-1].host, hops[-1].port


class Meeting:
    """Has a site answer its first request only when another has led somebody to it."""

    def __init__(self, site: DemoServer, is_led: threading.Event) -> None:
        self._site = site
        self.is_led = is_led

    def wait_for_the_other(self, request: DemoRequest) -> None:
        if request.number == 1:
            assert self.is_led.wait(_PATIENCE)


def test_a_host_that_another_run_on_the_cluster_reads_is_left_alone(
    sites: list[DemoServer], threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    del threadkeep
    monkeypatch.setattr("threadkeep.cluster.work._PATIENCE", 0.0)
    path = of_each(sites)
    host = sites[0].url.removeprefix("http://")

    def open_with_lock(choice: Any) -> Any:  # noqa: ANN401  handed on
        from distributed import Lock

        from threadkeep.cluster.connection import open_cluster

        class Opened:
            def __enter__(self) -> Any:  # noqa: ANN401  handed on
                self._opened = open_cluster(choice)
                cluster = self._opened.__enter__()
                with cluster.client.as_current():  # type: ignore[attr-defined]
                    assert Lock(f"threadkeep-{host}").acquire(timeout=1)  # type: ignore[no-untyped-call]
                return cluster

            def __exit__(self, *error: Any) -> Any:  # noqa: ANN401, PYI036  handed on
                return self._opened.__exit__(*error)

        return Opened()

    monkeypatch.setattr("threadkeep.cluster.run.open_cluster", open_with_lock)
    report = run_in_threads(path)
    assert [job.exit_code for job in report.jobs] == [7, 0]
    assert "Another run on this cluster reads" in report.jobs[0].problems[0]
    assert sites[0].requests == []


# --- stopping ---


def test_ctrl_c_publishes_what_was_read_and_the_next_run_goes_on(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    del threadkeep
    pressed = threading.Event()

    def stop(request: DemoRequest) -> None:
        if request.number >= 4:
            if not pressed.is_set():
                pressed.set()
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            (run,) = runs_here()
            assert run.stop.wait(_PATIENCE)

    sites[0].intercept = stop
    path = of_each(sites, archive="memory://stopped/{name}.db")
    report = run_in_threads(path)
    assert (report.exit_code, report.interrupted) == (130, True)
    assert [job.problems for job in report.jobs] == [(), ()]
    assert report.jobs[0].pages > 0
    assert posts_of(copy_of(report.jobs[0].archive)), "it was published"
    sites[0].intercept = None
    asked = [request.path for request in sites[0].requests]
    again = run_in_threads(path)
    assert again.exit_code == 0
    assert again.jobs[0].posts == 26
    paths = [request.path for request in sites[0].requests]
    assert len(paths) == len(set(paths)), asked
    assert [read_claim(home_at(one.archive)) for one in again.jobs] == [None, None]


def copy_of(place: str) -> Path:
    path = Path("copy.db")
    assert home_at(place).fetch(path)
    return path


# --- what cannot be meant, or done ---


def test_a_home_elsewhere_takes_workers(sites: list[DemoServer], threadkeep: CommandLine) -> None:
    ran = threadkeep("run", of_each(sites, archive="memory://away/{name}.db"))
    assert ran.code == 2
    assert "--workers 1 or --cluster" in ran.sentence


def test_a_home_of_no_known_kind_is_told(sites: list[DemoServer], threadkeep: CommandLine) -> None:
    ran = threadkeep("run", of_each(sites, archive="nowhere://away/{name}.db"), "--check")
    assert ran.code == 2
    assert "of no kind that fsspec knows" in ran.sentence


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--cluster", "tcp://10.0.0.1:8786", "--workers", "2"), "choose one"),
        (("--hosts-per-worker", "3"), "goes with --workers"),
        (("--cluster", "here"), "no address of a scheduler"),
        (("--cluster", "tcp://127.0.0.1"), "names no port"),
        (("--cluster", "http://127.0.0.1:80"), "no address of a scheduler"),
        (("--cluster", "tls://127.0.0.1:80"), "takes certificates"),
    ],
)
def test_what_cannot_be_meant_is_told(
    options: tuple[str, ...], words: str, sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    ran = threadkeep("run", of_each(sites), *options)
    assert ran.code == 2
    assert words in ran.sentence
    assert sites[0].requests == []


@pytest.mark.parametrize("options", [("--workers", "1"), ("--cluster", "tcp://127.0.0.1:1")])
def test_without_the_extra_one_sentence_says_what_to_install(
    options: tuple[str, ...],
    sites: list[DemoServer],
    threadkeep: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    ran = threadkeep("run", of_each(sites), *options)
    assert ran.code == 2
    assert ran.sentence == "Work on a cluster takes dask.distributed: install threadkeep[cluster]."


def test_where_nobody_answers_is_told(
    sites: list[DemoServer], threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("threadkeep.cluster.connection._CONNECT_SECONDS", 0.2)
    sites[0].stop()  # its port is free, and nobody takes it
    address = sites[0].url.replace("http", "tcp")
    ran = threadkeep("run", of_each(sites), "--cluster", address)
    assert ran.code == 4
    assert "No scheduler answers at" in ran.sentence


def test_where_something_else_answers_is_told(
    sites: list[DemoServer], threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("threadkeep.cluster.connection._CONNECT_SECONDS", 0.5)
    ran = threadkeep("run", of_each(sites), "--cluster", sites[0].url.replace("http", "tcp"))
    assert ran.code == 4
    assert "No scheduler answers at" in ran.sentence


def test_workers_with_another_threadkeep_are_told(
    sites: list[DemoServer], threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    del threadkeep
    monkeypatch.setattr("threadkeep.cluster.connection.version_here", lambda: "9.9")
    with pytest.raises(
        UsageError, match=r"this is threadkeep 9\.9: install the same version there"
    ):
        run_in_threads(of_each(sites))
    assert sites[0].requests == []


def test_a_home_that_cannot_be_written_is_told_and_stops_nobody(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    del threadkeep
    path = written(("lantern", topic_urls(sites[0])), ("harbour", topic_urls(sites[1])))
    text = path.read_text("utf-8").replace(
        "[jobs.lantern]", '[jobs.lantern]\narchive = "taken/lantern.db"'
    )
    path.write_text(text, "utf-8")
    Path("taken").write_text("a file", "utf-8")
    report = run_in_threads(path)
    assert [job.exit_code for job in report.jobs] == [8, 0]
    assert sites[0].requests == []


def test_two_jobs_whose_homes_are_one_do_not_mix(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    """Two addresses can name one place, which nobody can know of any kind of address."""
    del threadkeep
    path = of_each(sites, archive="memory://twice/forum.db")
    head, _, tail = path.read_text("utf-8").rpartition("[jobs.harbour]")
    path.write_text(f'{head}[jobs.harbour]\narchive = "memory:///twice/forum.db"{tail}', "utf-8")
    report = run_in_threads(path)
    (kept,) = [job for job in report.jobs if job.exit_code == 0]
    (refused,) = [job for job in report.jobs if job.exit_code != 0]
    assert refused.exit_code in {2, 7}
    assert refused.pages == 0
    assert {post["site"] for post in posts_of(copy_of(kept.archive))} == {
        site.url for job, site in zip(report.jobs, sites, strict=True) if job is kept
    }


def test_an_archive_that_a_command_holds_fails_alone(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    del threadkeep
    path = of_each(sites)
    run_in_threads(path)
    with writing(Path("lantern.db"), command="somebody else"):
        report = run_in_threads(path)
    assert [job.exit_code for job in report.jobs] == [7, 0]
    assert "somebody else" in report.jobs[0].problems[0]


# --- secrets ---


def test_a_password_is_found_where_the_work_is_done_and_goes_nowhere(
    threadkeep: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del threadkeep
    with Club.of(tmp_path) as club:
        secret = club.password().password
        monkeypatch.setenv("LOUNGE", secret)
        path = written(("lounge", [club.url("/forums/topic/keys-to-the-workshop/")]))
        login = f'login = {{ user = "{MEMBER}", password_env = "LOUNGE" }}\n'
        path.write_text(path.read_text("utf-8") + login, "utf-8")
        report = run_in_threads(path)
    assert report.exit_code == 0, report.jobs[0].problems
    assert len(posts_of(Path("lounge.db"))) == 4
    sent = pickle.dumps(unit_of("a", list(read_jobs(path).jobs)))
    assert b"LOUNGE" in sent
    assert secret.encode() not in sent


# --- the archive in its home ---


def test_a_worker_begins_with_what_its_home_has(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    path = of_each(sites)
    threadkeep("run", path, "-q")
    Path("home").mkdir()
    for name in ("lantern", "harbour"):
        copy_archive(Path(f"{name}.db"), Path(f"home/{name}.db"))
    for site in sites:
        site.forget_requests()
    report = run_in_threads(of_each(sites, archive="home/{name}.db"))
    assert [(job.new, job.posts) for job in report.jobs] == [(0, 26), (0, 26)]
    assert not any("/page/2" in request.path for request in sites[0].requests)
