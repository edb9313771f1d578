"""`threadkeep status`: how the archives of a JOBS.toml or of a folder stand, at a glance."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scraper.demo import DemoServer, DemoSettings, generate
from scraper.politeness.clock import SystemClock
from tests.archiving import failing, readable_topics

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import CommandLine, Ran


class Sites:
    """Two forums of one topic each, and the jobs that archive them."""

    def __init__(self, stack: ExitStack) -> None:
        forums = [
            generate(DemoSettings(seed=seed, showcase=False, topics=1, posts=7, per_page=5))
            for seed in (1, 2)
        ]
        self.servers = [stack.enter_context(DemoServer(forum)) for forum in forums]
        self.urls = [readable_topics(site)[0].url for site in self.servers]

    def write_jobs(self) -> Path:
        path = Path("JOBS.toml")
        jobs = "".join(
            f'[jobs.{name}]\nurls = ["{url}"]\narchive = "{name}.db"\ndelay = 0\n'
            for name, url in zip(("lantern", "harbour"), self.urls, strict=True)
        )
        path.write_text(jobs, "utf-8")
        return path

    def lose_page_two(self, number: int) -> None:
        site = self.servers[number]
        page = f"{self.urls[number].removeprefix(site.url)}page/2/"
        site.intercept = failing(page, status=404)


@pytest.fixture
def sites() -> Iterator[Sites]:
    with ExitStack() as stack:
        yield Sites(stack)


def rows(ran: Ran) -> dict[str, list[str]]:
    """The table's rows by their first cell; cells are two blanks apart."""
    lines = [line.split("  ") for line in ran.out.splitlines()[1:] if "  " in line]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    return {one[0]: one[1:] for one in cells}


def age_by(delta: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    def later(clock: SystemClock) -> datetime:
        del clock
        return datetime.now(UTC) + delta

    monkeypatch.setattr(SystemClock, "now", later)


def test_archives_of_jobs_are_shown_in_their_order(
    sites: Sites, threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites.lose_page_two(1)
    path = sites.write_jobs()
    assert threadkeep("run", path, "-q").code == 3
    age_by(timedelta(days=3), monkeypatch)
    ran = threadkeep("status", path)
    assert ran.code == 0
    assert [line.split()[0] for line in ran.out.splitlines()[1:3]] == ["lantern", "harbour"]
    lantern, harbour = rows(ran)["lantern"], rows(ran)["harbour"]
    assert lantern[:3] == ["3 days ago", "7", "1"]
    assert harbour[:3] == ["never", "5", "1"]
    assert (lantern[-1], harbour[-1]) == ("0", "3")
    assert "harbour: There is nothing at" in ran.out


def test_json_says_it_all(sites: Sites, threadkeep: CommandLine) -> None:
    sites.lose_page_two(1)
    path = sites.write_jobs()
    threadkeep("run", path, "-q")
    ran = threadkeep("status", path, "--json")
    lantern, harbour = ran.report["archives"]
    host = sites.servers[0].url.removeprefix("http://")
    assert (lantern["host"], lantern["posts"], lantern["topics"]) == (host, 7, 1)
    assert (lantern["gaps"], lantern["last_exit_code"], lantern["error"]) == (0, 0, None)
    assert lantern["size"] >= Path("lantern.db").stat().st_size > 0
    assert lantern["last_complete"] >= lantern["last_run"]
    assert 0 <= lantern["age"] < 600
    assert harbour["last_exit_code"] == 3
    assert (harbour["gaps"] > 0, harbour["last_complete"], harbour["age"]) == (True, None, None)
    assert ran.report["exit_code"] == 0


def test_check_exits_with_the_worst(sites: Sites, threadkeep: CommandLine) -> None:
    path = sites.write_jobs()
    threadkeep("run", path, "-q")
    assert threadkeep("status", path, "--check").code == 0
    sites.lose_page_two(1)
    Path("harbour.db").unlink()
    threadkeep("run", path, "-q")
    assert threadkeep("status", path).code == 0
    ran = threadkeep("status", path, "--check", "--quiet")
    assert ran.code == 3
    assert list(rows(ran)) == ["harbour"], "quiet shows what needs a look"
    assert threadkeep("status", path, "--check", "--json").code == 3


def test_a_site_that_was_never_reached_is_told(sites: Sites, threadkeep: CommandLine) -> None:
    path = sites.write_jobs()
    sites.servers[1].stop()
    assert threadkeep("run", path, "-q").code == 4
    ran = threadkeep("status", path, "--check")
    assert ran.code == 4
    assert rows(ran)["harbour"][0] == "never"
    assert "harbour: " in ran.out
    assert "refuses connections" in ran.out


def test_a_site_that_went_away_keeps_the_age_of_its_archive(
    sites: Sites, threadkeep: CommandLine
) -> None:
    path = sites.write_jobs()
    threadkeep("run", path, "-q")
    sites.servers[1].stop()
    threadkeep("run", path, "-q")
    _, harbour = threadkeep("status", path, "--json").report["archives"]
    assert harbour["last_exit_code"] == 4
    assert "refuses connections" in harbour["error"]
    assert (harbour["posts"], harbour["last_complete"] is not None) == (7, True)


def test_jobs_that_never_ran_are_told(sites: Sites, threadkeep: CommandLine) -> None:
    path = sites.write_jobs()
    ran = threadkeep("status", path)
    assert (ran.code, ran.out.count("it was never run")) == (0, 2)
    assert threadkeep("status", path, "--check").code == 3, "there is no backup"
    assert not Path("lantern.db").exists()


def test_a_folder_and_an_archive(sites: Sites, threadkeep: CommandLine) -> None:
    threadkeep("run", sites.write_jobs(), "-q")
    with closing(sqlite3.connect("another.db")) as connection:
        connection.execute("CREATE TABLE mine (x)")
    shutil.copy("lantern.db", "lantern-2026-01-14T030000Z.db")  # as a snapshot is called
    for arguments in ((), (".",), (Path().absolute(),)):
        assert list(rows(threadkeep("status", *arguments))) == ["harbour", "lantern"]
    assert list(rows(threadkeep("status", "lantern.db"))) == ["lantern"]


def test_a_damaged_archive_hides_no_other(sites: Sites, threadkeep: CommandLine) -> None:
    threadkeep("run", sites.write_jobs(), "-q")
    with closing(sqlite3.connect("lantern.db")) as connection:
        connection.execute("DROP TABLE gaps")
    ran = threadkeep("status")
    assert ran.code == 0
    assert rows(ran)["harbour"][1] == "7"
    assert "lantern: The archive lantern.db is damaged" in ran.out
    assert threadkeep("status", "--check").code == 7


def test_a_run_without_an_end_is_told(sites: Sites, threadkeep: CommandLine) -> None:
    threadkeep("run", sites.write_jobs(), "-q")
    with closing(sqlite3.connect("lantern.db")) as connection, connection:
        connection.execute(
            "INSERT INTO runs (command, process_id, started_at) VALUES ('killed', 1, '2099-01-01T00:00:00Z')"
        )
    assert rows(threadkeep("status"))["lantern"][-1] == "0, unfinished"
    (_, lantern) = threadkeep("status", "--json").report["archives"]
    assert lantern["is_unfinished"]


def test_accepting_a_gap_is_no_visit(sites: Sites, threadkeep: CommandLine) -> None:
    sites.lose_page_two(0)
    threadkeep("archive", sites.urls[0], "--delay", "0", "-q", "-a", "lantern.db")
    threadkeep("verify", "-a", "lantern.db", "--accept-gap")
    (lantern,) = threadkeep("status", "--json").report["archives"]
    assert (lantern["last_complete"], lantern["gaps"], lantern["last_exit_code"]) == (None, 0, 3)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (".", "There is no archive in .; name a folder with some, or a JOBS.toml."),
        ("JOBS.toml", "JOBS.toml: the file cannot be read"),
    ],
)
def test_there_is_nothing(place: str, said: str, threadkeep: CommandLine) -> None:
    ran = threadkeep("status", place)
    assert (ran.code, said in ran.sentence) == (2, True)
