"""`threadkeep run`: hosts side by side, each at its own pace; what fails stops nobody else; Ctrl-C keeps what was read."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scraper.archive.database import writing
from scraper.demo import DemoAnswer, DemoServer, DemoSettings, generate
from scraper.politeness.clock import FakeClock
from scraper.sync.pipeline import archive_topics
from tests.archiving import exported, failing, readable_topics, twice
from tests.documents import ROOT
from threadkeep.jobs.jobs_file import read_jobs
from threadkeep.jobs.run import run_jobs
from threadkeep.jobs.stop import StoppableClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scraper.demo import DemoRequest
    from tests.conftest import CommandLine
    from threadkeep.jobs.report import JobReport, RunReport

_PATIENCE = 20


@pytest.fixture
def sites() -> Iterator[list[DemoServer]]:
    """Two forums, on two ports, of a topic with three pages and one with two."""
    with ExitStack() as stack:
        forums = [
            generate(DemoSettings(seed=seed, showcase=False, topics=2, posts=13, per_page=5))
            for seed in (1, 2)
        ]
        yield [stack.enter_context(DemoServer(forum)) for forum in forums]


def topic_urls(site: DemoServer) -> list[str]:
    return [topic.url for topic in readable_topics(site)]


def job(name: str, urls: list[str], *lines: str) -> str:
    own = "\n".join(lines)
    return f"[jobs.{name}]\nurls = {json.dumps(urls)}\n{own}\n"


def written(*parts: str, defaults: str = "delay = 0") -> Path:
    path = Path("JOBS.toml")
    head = f'[defaults]\narchive = "{{name}}.db"\n{defaults}\n'
    path.write_text("\n".join((head, *parts)), "utf-8")
    return path


def two_jobs(sites: list[DemoServer], *lines: str) -> Path:
    lantern, harbour = sites
    return written(
        job("lantern", topic_urls(lantern), *lines), job("harbour", topic_urls(harbour))
    )


class Watch:
    """Shows nothing, and notes which jobs have ended."""

    def __init__(self) -> None:
        self.ended: list[str] = []

    def of_job(self, name: str) -> Watch:
        del name
        return self

    def job_ended(self, report: JobReport) -> None:
        self.ended.append(report.name)

    def stopping(self, hosts: int) -> None: ...

    def page_saved(self, event: object) -> None: ...

    def page_failed(self, url: str, error: str) -> None: ...

    def waiting(self, wait: object) -> None: ...


def run_with(clock: FakeClock, path: Path) -> RunReport:
    return run_jobs(read_jobs(path), Watch(), clock=clock)


# --- what comes of it ---


def test_every_job_has_a_line_and_its_archive(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    ran = threadkeep("run", two_jobs(sites))
    assert ran.code == 0
    lines = sorted(ran.out.splitlines())
    assert [line.partition(" (")[0] for line in lines] == [
        "harbour: 26 posts, complete",
        "lantern: 26 posts, complete",
    ]
    assert "lantern: page 1 of 3, 5 posts: " in ran.err
    for name, site in zip(("lantern", "harbour"), sites, strict=True):
        wanted = {post.post_id for topic in readable_topics(site) for post in topic.posts}
        assert {post["post_id"] for post in exported(Path(f"{name}.db"))} == wanted


def test_quiet_shows_results_and_no_progress(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    ran = threadkeep("run", two_jobs(sites), "--quiet")
    assert (len(ran.out.splitlines()), ran.err) == (2, "")


def test_a_second_run_has_nothing_new(sites: list[DemoServer], threadkeep: CommandLine) -> None:
    path = two_jobs(sites)
    threadkeep("run", path)
    ran = threadkeep("run", path, "--json")
    assert ran.code == 0
    for one in ran.report["jobs"]:
        assert (one["new"], one["changed"], one["gone"], one["posts"]) == (0, 0, 0, 26)


def test_the_report_counts_what_the_server_counts(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    ran = threadkeep("run", two_jobs(sites), "--json")
    assert (ran.code, ran.report["exit_code"], ran.report["interrupted"]) == (0, 0, False)
    for one, site in zip(ran.report["jobs"], sites, strict=True):
        asked = [site.url + request.path for request in site.requests]
        assert one["requests"] == len(asked)
        assert [request["url"] for request in one["asked"]] == asked
        assert sum(line["requests"] for line in one["ledger"]) == len(asked)
        assert {line["host"] for line in one["ledger"]} == {site.url.removeprefix("http://")}
        assert one["body_bytes"] == sum(line["body_bytes"] for line in one["ledger"]) > 0
        assert (one["new"], one["new_gaps"], one["known_gaps"]) == (26, [], 0)


# --- side by side, and in turn ---


def test_hosts_are_read_side_by_side(sites: list[DemoServer], threadkeep: CommandLine) -> None:
    both = threading.Barrier(2)

    def meet(request: DemoRequest) -> None:
        if request.number == 1:
            both.wait(_PATIENCE)  # breaks where the other is not being asked meanwhile

    for site in sites:
        site.intercept = meet
    assert threadkeep("run", two_jobs(sites)).code == 0
    assert not both.broken
    assert [site.max_in_flight for site in sites] == [1, 1]


def times_of(site: DemoServer, clock: FakeClock) -> list[tuple[str, float]]:
    """Notes when each page is asked for, on the clock that the run waits on."""
    noted: list[tuple[str, float]] = []

    def note(request: DemoRequest) -> None:
        noted.append((request.path, clock.monotonic()))

    site.intercept = note
    return noted


def two_on_one_host(site: DemoServer, defaults: str) -> Path:
    first, second = topic_urls(site)
    return written(job("first", [first]), job("second", [second]), defaults=defaults)


def test_two_jobs_on_one_host_take_turns_and_keep_the_pace(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    del threadkeep  # only for its folder
    site, clock = sites[0], FakeClock()
    noted = times_of(site, clock)
    report = run_with(clock, two_on_one_host(site, "delay = 4"))
    assert report.exit_code == 0
    assert site.max_in_flight == 1
    assert [path for path, _ in noted].count("/robots.txt") == 2
    assert all(after - before >= 4 for (_, before), (_, after) in pairwise(noted))


def test_a_crawl_delay_is_kept_from_job_to_job(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    del threadkeep
    site, clock = sites[0], FakeClock()
    noted: list[float] = []

    def slow_down(request: DemoRequest) -> DemoAnswer | None:
        noted.append(clock.monotonic())
        if request.path != "/robots.txt":
            return None
        return DemoAnswer(
            headers=(("Content-Type", "text/plain"),), body=b"User-agent: *\nCrawl-delay: 9\n"
        )

    site.intercept = slow_down
    assert run_with(clock, two_on_one_host(site, "delay = 2")).exit_code == 0
    assert all(after - before >= 9 for before, after in pairwise(noted))


# --- what fails ---


def test_a_failing_site_does_not_stop_the_others(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    lantern, harbour = sites
    path = two_jobs(sites)
    lantern.stop()
    ran = threadkeep("run", path)
    assert ran.code == 4
    assert "lantern: 0 posts, FAILED" in ran.out
    assert "harbour: 26 posts, complete" in ran.out
    told = [line for line in ran.err.splitlines() if line.startswith("threadkeep: ")]
    assert len(told) == 1
    assert "refuses connections" in told[0]
    assert {post["post_id"] for post in exported(Path("harbour.db"))} == {
        post.post_id for topic in readable_topics(harbour) for post in topic.posts
    }


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ((404, 503), 4),  # nothing readable; the site failed
        ((404, 403), 6),  # access refused
        ((404, 200), 5),
        ((200, 200), 0),
    ],
)
def test_the_exit_code_is_the_first_in_order_that_any_met(
    statuses: tuple[int, int], code: int, sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    for site, status in zip(sites, statuses, strict=True):
        site.intercept = refusing(status)
    assert threadkeep("run", two_jobs(sites)).code == code


def refusing(status: int) -> Callable[[DemoRequest], DemoAnswer | None]:
    def refuse(request: DemoRequest) -> DemoAnswer | None:
        return DemoAnswer(status=status) if status != 200 and "/topic/" in request.path else None

    return refuse


def test_new_gaps_are_told_apart_from_known_ones(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    path = two_jobs(sites)
    lantern = sites[0]
    missing = next(iter(readable_topics(lantern))).url.removeprefix(lantern.url) + "page/2/"
    lantern.intercept = failing(missing, status=404)
    first = threadkeep("run", path, "--json")
    assert first.code == 3
    codes = {gap["code"] for gap in first.report["jobs"][0]["new_gaps"]}
    assert "page-missing" in codes
    assert first.report["jobs"][0]["known_gaps"] == 0
    again = threadkeep("run", path, "--json")
    assert again.code == 3
    assert again.report["jobs"][0]["new_gaps"] == []
    assert again.report["jobs"][0]["known_gaps"] == len(codes)


def test_an_archive_that_another_run_holds_fails_alone(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    path = two_jobs(sites)
    threadkeep("run", path)
    with writing(Path("lantern.db"), command="somebody else"):
        ran = threadkeep("run", path)
    assert ran.code == 7
    assert "somebody else" in ran.err
    assert "harbour: 26 posts, complete" in ran.out


def test_a_damaged_archive_does_not_stop_the_next_job_on_its_host(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    path = two_on_one_host(sites[0], "delay = 0")
    threadkeep("run", path, "-q")
    Path("first.db").write_bytes(Path("first.db").read_bytes()[:5000])
    ran = threadkeep("run", path)
    assert ran.code == 7
    assert "first: 0 posts, FAILED" in ran.out
    assert "second: 13 posts, complete" in ran.out


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug_in_one_job_is_exit_code_1_and_stops_no_other_host(
    sites: list[DemoServer], threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:

    def stumble(one: Any, **options: Any) -> Any:  # noqa: ANN401  handed on as they are
        if one.path.name == "lantern.db":
            raise RuntimeError("a bug")
        return archive_topics(one, **options)

    monkeypatch.setattr("threadkeep.jobs.job_run.archive_topics", stumble)
    ran = threadkeep("run", two_jobs(sites))
    assert ran.code == 1
    assert "harbour: 26 posts, complete" in ran.out
    assert "threadkeep: lantern: a bug of threadkeep's ended it" in ran.err


# --- what follows ---


def test_exports_have_pseudonyms_of_a_key_that_is_made_once(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    hidden = 'pseudonymize = "keys/research.key", dates = "month"'
    path = two_jobs(sites, f'exports = [{{ path = "{{name}}.jsonl", {hidden} }}]')
    ran = threadkeep("run", path, "--json")
    assert ran.code == 0
    key = Path("keys/research.key")
    secret = key.read_bytes()
    assert key.stat().st_mode & 0o777 == 0o600
    told = ran.report["jobs"][0]["exports"][0]["pseudonyms"]
    assert (told["dates"], told["replaced"]["authors"]) == ("month", 26)
    first = Path("lantern.jsonl").read_bytes()
    posts = list(map(json.loads, first.splitlines()))
    assert all(re.fullmatch(r"person[a-z2-7]{16}", one["author"]["name"]) for one in posts)
    assert all(one["published"].endswith("-01T00:00:00Z") for one in posts)
    threadkeep("run", path)
    assert key.read_bytes() == secret
    assert [one["author"] for one in posts] == [
        json.loads(line)["author"] for line in Path("lantern.jsonl").read_bytes().splitlines()
    ]


def test_exports_and_copies_follow_a_run_that_came_to_its_end(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    path = two_jobs(
        sites,
        'exports = [{ path = "out/{name}.jsonl" }, { path = "posts.txt", format = "markdown", media_dir = "shown" },'
        ' { path = "out/{name}.warc.gz" }]',
        'retention = { folder = "copies", keep_daily = 2, keep_weekly = 0, keep_monthly = 0 }',
    )
    ran = threadkeep("run", path, "--json")
    assert ran.code == 0
    lantern = ran.report["jobs"][0]
    assert [one["posts"] for one in lantern["exports"]] == [26, 26, 0]
    assert lantern["exports"][2]["pages"] > 1
    assert gzip.decompress(Path("out/lantern.warc.gz").read_bytes()).startswith(b"WARC/1.1")
    assert Path("out/lantern.cdxj").exists()
    assert Path("shown/index.jsonl").exists()
    lines = Path("out/lantern.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 26
    assert Path("posts.txt").read_text("utf-8").startswith("---")
    (copy,) = Path("copies").glob("*.db")
    assert lantern["snapshot"] == str(copy.absolute())
    assert exported(copy) == exported(Path("lantern.db"))


def test_a_run_that_failed_replaces_no_export(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    path = two_jobs(sites, 'exports = [{ path = "posts.jsonl" }]', "retention = { folder = 'c' }")
    Path("posts.jsonl").write_text("of yesterday", "utf-8")
    sites[0].stop()
    assert threadkeep("run", path).code == 4
    assert Path("posts.jsonl").read_text("utf-8") == "of yesterday"
    assert not Path("c").exists()


def test_an_export_that_cannot_be_written_is_told_and_loses_nothing(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    path = two_jobs(sites, 'exports = [{ path = "taken/posts.csv" }, { path = "posts.csv" }]')
    Path("taken").write_text("a file", "utf-8")
    ran = threadkeep("run", path)
    assert ran.code == 8
    assert "taken" in ran.err
    assert Path("posts.csv").exists()
    assert len(exported(Path("lantern.db"))) == 26


def test_a_job_writes_its_own_report(sites: list[DemoServer], threadkeep: CommandLine) -> None:
    path = two_jobs(sites, 'report = "reports/{name}-{date}.json"')
    ran = threadkeep("run", path, "--json")
    day = ran.report["jobs"][0]["started_at"][:10]
    told = json.loads(Path(f"reports/lantern-{day}.json").read_text("utf-8"))
    assert told["jobs"] == ran.report["jobs"][:1]


def test_a_report_that_cannot_be_written_is_told_beside_what_was_done(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    Path("taken").write_text("a file", "utf-8")
    ran = threadkeep("run", two_jobs(sites), "--json", "--report", "taken/run.md")
    assert (ran.code, ran.report["exit_code"]) == (8, 8)
    assert "taken" in ran.report["problems"][0]
    assert [one["posts"] for one in ran.report["jobs"]] == [26, 26]


def test_how_it_ended_is_written_beside_the_jobs_without_single_requests(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    path = two_jobs(sites)
    ran = threadkeep("run", path, "--json")
    kept = json.loads(Path("JOBS.last-run.json").read_text("utf-8"))
    assert kept == {**ran.report, "jobs": [{**one, "asked": []} for one in ran.report["jobs"]]}
    Path("JOBS.last-run.json").unlink()
    Path("JOBS.last-run.json").mkdir()
    again = threadkeep("run", path, "-q")
    assert again.code == 0, "what was archived is archived"
    assert "JOBS.last-run.json" in again.err


# --- stopping ---


def press_ctrl_c() -> None:
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def test_ctrl_c_stops_all_and_each_keeps_what_it_read(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    lantern, harbour = sites
    at_two = threading.Barrier(2)
    stopped = threading.Event()

    def stop(request: DemoRequest) -> None:
        """Both have read two pages when Ctrl-C is pressed; both go on once it was heard."""
        if request.number == 4 and not stopped.is_set():
            if at_two.wait(_PATIENCE) == 0:
                press_ctrl_c()
                stopped.set()
            stopped.wait(_PATIENCE)

    for site in sites:
        site.intercept = stop
    path = two_jobs(sites, 'exports = [{ path = "posts.csv" }]')
    ran = threadkeep("run", path, "--json")
    assert ran.code == 130
    assert ran.report["interrupted"]
    assert [one["exit_code"] for one in ran.report["jobs"]] == [130, 130]
    assert not Path("posts.csv").exists()
    read = [{request.path for request in site.requests} for site in sites]
    posts = [len(exported(Path(f"{name}.db"))) for name in ("lantern", "harbour")]
    assert all(count >= 10 for count in posts)
    assert "Run the same command again to go on" in ran.err
    for site in (lantern, harbour):
        site.forget_requests()
    assert threadkeep("run", path, "--quiet").code == 0
    for name, site, before in zip(("lantern", "harbour"), sites, read, strict=True):
        assert len(exported(Path(f"{name}.db"))) == 26
        again = before & {request.path for request in site.requests}
        assert len(again) <= 2, "only what was in flight is asked for again"
        assert not twice([request.path for request in site.requests])


def test_ctrl_c_before_the_exports_leaves_them_as_they_were(
    sites: list[DemoServer], threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    del threadkeep
    heard = threading.Event()

    class Heard(Watch):
        def stopping(self, hosts: int) -> None:
            del hosts
            heard.set()

    def then_stop(one: Any, **options: Any) -> Any:  # noqa: ANN401  handed on as they are
        report = archive_topics(one, **options)
        press_ctrl_c()
        assert heard.wait(_PATIENCE)
        return report

    monkeypatch.setattr("threadkeep.jobs.job_run.archive_topics", then_stop)
    path = written(job("lantern", topic_urls(sites[0]), 'exports = [{ path = "posts.csv" }]'))
    report = run_jobs(read_jobs(path), Heard(), clock=FakeClock())
    assert (report.exit_code, report.interrupted, report.jobs[0].posts) == (130, True, 26)
    assert not Path("posts.csv").exists()


def test_a_stop_wakes_who_waits_and_lets_the_time_be_told() -> None:
    stop, clock = threading.Event(), FakeClock()
    stoppable = StoppableClock(clock, stop)
    stoppable.sleep(1.2)
    assert sum(clock.sleeps) == pytest.approx(1.2)
    assert max(clock.sleeps) <= 0.5, "nobody waits longer for a stop to be heard"
    stop.set()
    with pytest.raises(KeyboardInterrupt):
        stoppable.sleep(60)
    with pytest.raises(KeyboardInterrupt):
        stoppable.monotonic()
    assert stoppable.now() == clock.now()
    assert sum(clock.sleeps) == pytest.approx(1.2)


def test_jobs_that_were_not_begun_are_told_as_interrupted(
    sites: list[DemoServer], threadkeep: CommandLine
) -> None:
    site = sites[0]
    first, second = topic_urls(site)

    def stop(request: DemoRequest) -> None:
        if request.number == 2:
            press_ctrl_c()

    site.intercept = stop
    path = written(job("first", [first]), job("second", [second]))
    ran = threadkeep("run", path, "--json")
    assert ran.code == 130
    assert [one["exit_code"] for one in ran.report["jobs"]] == [130, 130]
    assert ran.report["jobs"][1]["started_at"] is None
    assert not Path("second.db").exists()


def test_ctrl_c_while_hosts_are_begun_leaves_those_that_were_not(
    sites: list[DemoServer], threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []

    class Interrupted(threading.Thread):
        def start(self) -> None:
            if begun:
                raise KeyboardInterrupt
            begun.append(self.name)
            super().start()

    monkeypatch.setattr("threadkeep.jobs.run.Thread", Interrupted)
    path = written(job("first", topic_urls(sites[0])), job("second", topic_urls(sites[1])))
    ran = threadkeep("run", path, "--json")
    assert (ran.code, ran.report["interrupted"]) == (130, True)
    second = ran.report["jobs"][1]
    assert (second["exit_code"], second["started_at"]) == (130, None)
    assert sites[1].requests == []


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no POSIX signals")
def test_ctrl_c_pressed_again_ends_at_once(
    sites: list[DemoServer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = two_jobs(sites)
    hanging = threading.Event()

    def hang(request: DemoRequest) -> DemoAnswer | None:
        if request.number < 4:
            return None
        hanging.set()
        return DemoAnswer(delay=600)

    sites[0].intercept = hang
    child = subprocess.Popen(
        [sys.executable, "-m", "threadkeep", "run", str(path), "--quiet"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert hanging.wait(_PATIENCE)
        child.send_signal(signal.SIGINT)
        assert child.stderr is not None
        assert "Ctrl-C again ends at once" in child.stderr.readline()
        child.send_signal(signal.SIGINT)
        assert child.wait(_PATIENCE) == 130
    finally:
        child.kill()
        child.wait()
        if child.stderr is not None:
            child.stderr.close()
    assert len(exported(Path("lantern.db"))) == 10


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_on_a_terminal_each_job_has_a_line_that_changes_and_goes(
    sites: list[DemoServer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pty

    monkeypatch.chdir(tmp_path)
    path = two_jobs(sites)
    missing = topic_urls(sites[0])[0].removeprefix(sites[0].url) + "page/2/"
    sites[0].intercept = failing(missing, status=404)
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "threadkeep", "run", str(path)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "120"},
        stderr=theirs,
        stdout=subprocess.PIPE,
        text=True,
    )
    os.close(theirs)
    screen = b""
    try:
        while piece := _read(ours):
            screen += piece
        out, _ = child.communicate(timeout=_PATIENCE)
    finally:
        os.close(ours)
        child.kill()
        child.wait()
    assert child.returncode == 3
    assert sorted(line.partition(":")[0] for line in out.splitlines()) == ["harbour", "lantern"]
    shown = screen.decode("utf-8", "replace")
    assert "harbour" in shown
    assert "pages" in shown
    assert "lantern: failed: " in shown
    assert "lantern: page 1 of 3" not in shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end is closed
        return b""
