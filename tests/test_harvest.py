"""Harvests: the posts that sites have, each once, whatever else is in the files, and the same result each time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import pytest

from parsers.errors import ArchiveLockedError, ClusterError, ExportError, UsageError
from parsers.selection import Selection
from scraper.archive.lock import locked
from scraper.demo import DemoSettings
from scraper.politeness.clock import FakeClock
from tests.archiving import World
from tests.harvest_crawl import (
    Crawl,
    Site,
    files_of,
    harvested,
    pages_of,
    posts_of,
)
from tests.test_pseudonym_canary import texts_of
from threadkeep.cli.harvest_progress import QuietHarvest
from threadkeep.harvest.harvesting import HarvestJob, harvest
from threadkeep.harvest.options import ReadOptions, WriteOptions
from threadkeep.harvest.place import HarvestFolder
from threadkeep.harvest.source import find_inputs
from threadkeep.harvest.staging import harvest_input
from threadkeep.harvest.workers import WorkerChoice, result_of
from threadkeep.page_exporting import export_pages, plan_page_export

if TYPE_CHECKING:
    from pathlib import Path

    from threadkeep.harvest.progress import InputProgress

ONE, TWO = (
    Site("one.example"),
    Site("two.example", DemoSettings(seed=2, showcase=False, topics=1, posts=4)),
)


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    made = Crawl()
    made.noise(3)
    made.site(ONE)
    made.noise(2, seed=2)
    made.site(TWO)
    return made.save(tmp_path / "crawl.warc.gz")


def texts(output: Path) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = {}
    for row in posts_of(output):
        found.setdefault(row["host"], {})[row["post_id"]] = "".join(row["body_text"].split())
    return found


def test_every_post_of_every_site_is_there_once(crawl: Path, tmp_path: Path) -> None:
    report = harvested(crawl, output=tmp_path / "out")
    assert texts(tmp_path / "out") == {"one.example": ONE.posts(), "two.example": TWO.posts()}
    assert (report.hosts, report.posts, report.exit_code) == (
        2,
        len(ONE.posts()) + len(TWO.posts()),
        0,
    )


def test_noise_is_passed_over_without_being_parsed(crawl: Path, tmp_path: Path) -> None:
    report = harvested(crawl, output=tmp_path / "out")
    assert report.passed == {"no-marks": 5}
    assert report.counts.candidates == len(ONE.pages()) + len(TWO.pages())


def test_pages_are_told_with_where_they_stand(crawl: Path, tmp_path: Path) -> None:
    harvested(crawl, output=tmp_path / "out")
    seen = {row["url"]: row for row in pages_of(tmp_path / "out")}
    url, _ = ONE.pages()[0]
    assert seen[url]["outcome"] == "read"
    assert (seen[url]["source"], seen[url]["host"]) == (str(crawl), "one.example")
    assert crawl.read_bytes()[seen[url]["offset"] :].startswith(b"\x1f\x8b")


def test_a_page_that_is_no_topic_is_refused_with_a_reason(tmp_path: Path) -> None:
    crawl = Crawl()
    crawl.put(
        "http://one.example/about/",
        b"<html><body class='bbp-free'>About the forum</body></html>",
    )
    crawl.put(*ONE.page("/forums/"))
    crawl.site(ONE)
    harvested(crawl.save(tmp_path / "a.warc.gz"), output=tmp_path / "out")
    told = {row["url"]: (row["outcome"], row["reason"]) for row in pages_of(tmp_path / "out")}
    outcome, reason = told["http://one.example/about/"]
    assert outcome == "other"
    assert "no page of a forum" in reason
    assert told["http://one.example/forums/"][0] == "other"


def test_a_post_captured_twice_is_one_row_with_both_times(tmp_path: Path) -> None:
    crawl = Crawl()
    crawl.site(ONE, "2020-01-01T00:00:00Z")
    crawl.site(ONE, "2021-01-01T00:00:00Z")
    harvested(crawl.save(tmp_path / "a.warc.gz"), output=tmp_path / "out")
    rows = posts_of(tmp_path / "out")
    assert len(rows) == len(ONE.posts())
    assert {tuple(one.isoformat()[:4] for one in row["captures"]) for row in rows} == {
        ("2020", "2021")
    }


def test_another_body_is_another_row_and_one_that_came_back_is_not(tmp_path: Path) -> None:
    url, body = TWO.pages()[0]
    text = next(iter(posts_of_text(tmp_path)))
    edited = body.replace(text.encode(), b"Edited since.")
    assert edited != body
    crawl = Crawl()
    for day, page in enumerate((body, edited, body), 1):
        crawl.put(url, page, f"2020-01-0{day}T00:00:00Z")
    harvested(crawl.save(tmp_path / "a.warc.gz"), output=tmp_path / "out")
    changed = [row for row in posts_of(tmp_path / "out") if len(row["captures"]) < 3]
    assert [[one.day for one in row["captures"]] for row in changed] == [[1, 3], [2]]
    assert len({row["post_id"] for row in changed}) == 1
    assert len({row["body_sha256"] for row in changed}) == 2


def posts_of_text(folder: Path) -> list[str]:
    """First words of a post, as they stand in the page."""
    made = Crawl()
    made.site(TWO)
    harvested(made.save(folder / "words.warc.gz"), output=folder / "words")
    return [row["body_html"][3:40] for row in posts_of(folder / "words") if row["kind"] == "reply"]


def test_a_second_run_does_only_what_is_missing(crawl: Path, tmp_path: Path) -> None:
    first = harvested(crawl, output=tmp_path / "out")
    more = Crawl()
    more.site(TWO, "2022-01-01T00:00:00Z")
    added = more.save(tmp_path / "more.warc.gz")
    before = files_of(tmp_path / "out")
    again = harvested(crawl, output=tmp_path / "out")
    both = harvested(crawl, added, output=tmp_path / "out")
    assert (first.inputs_done, again.inputs_done, both.inputs_done) == (1, 0, 1)
    assert (first.hosts_written, again.hosts_written, both.hosts_written) == (2, 0, 1)
    assert {
        name for name, data in files_of(tmp_path / "out").items() if before.get(name) != data
    } == {
        "posts/host=two.example/posts.parquet",
        *(files_of(tmp_path / "out").keys() - before.keys()),
    }


def test_more_files_than_may_be_open_at_a_time_give_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        made = Crawl()
        made.site((ONE, TWO)[number % 2], f"202{number}-01-01T00:00:00Z")
        made.save(tmp_path / f"{number}.warc.gz")
    pattern = f"{tmp_path}/?.warc.gz"
    harvested(pattern, output=tmp_path / "at-once")
    monkeypatch.setattr("threadkeep.harvest.merging.MOST_FILES", 2)
    harvested(pattern, output=tmp_path / "merged")
    assert files_of(tmp_path / "at-once") == files_of(tmp_path / "merged")


def test_the_order_of_inputs_does_not_matter(tmp_path: Path) -> None:
    for name, moment in (("a", "2020-01-01T00:00:00Z"), ("b", "2021-01-01T00:00:00Z")):
        made = Crawl()
        made.site(ONE, moment)
        made.save(tmp_path / f"{name}.warc.gz")
    harvested(tmp_path / "a.warc.gz", tmp_path / "b.warc.gz", output=tmp_path / "one")
    harvested(tmp_path / "b.warc.gz", output=tmp_path / "two")
    harvested(tmp_path / "a.warc.gz", tmp_path / "b.warc.gz", output=tmp_path / "two")
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_what_was_stopped_is_gone_on_with(crawl: Path, tmp_path: Path) -> None:
    harvested(crawl, output=tmp_path / "whole")
    out = tmp_path / "out"
    harvested(crawl, output=out)
    (out / "posts" / "host=one.example" / "posts.parquet").unlink()
    next((out / "work" / "staged").iterdir()).unlink()
    (out / "work" / "temporary").mkdir()
    (out / "work" / "temporary" / "half.partial").write_bytes(b"half")
    harvested(crawl, output=out)
    assert files_of(out) == files_of(tmp_path / "whole")
    assert not (out / "work" / "temporary").exists()


def test_a_run_that_ended_while_it_made_its_folder_is_gone_on_with(
    crawl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    for name, ending in (("Path.replace", "the manifest"), ("Path.mkdir", "the folders")):
        with monkeypatch.context() as patch:
            patch.setattr(f"threadkeep.harvest.place.{name}", _killed(ending))
            with pytest.raises(KeyboardInterrupt):
                harvested(crawl, output=out)
    harvested(crawl, output=out)
    assert texts(out) == {"one.example": ONE.posts(), "two.example": TWO.posts()}


def _killed(ending: str) -> Any:  # noqa: ANN401  stands for any function
    def end(*_: object, **__: object) -> None:
        raise KeyboardInterrupt(ending)

    return end


def test_what_others_put_into_the_folder_stays_and_hinders_nothing(
    crawl: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    harvested(crawl, output=out)
    mine = [out / name for name in ("posts/.DS_Store", "posts/_metadata", "pages/.DS_Store")]
    for path in mine:
        path.write_text("mine")
    (out / "pages" / "mine").mkdir()
    crawl.write_bytes(crawl.read_bytes() + Crawl().put("http://noise.example/", b"<p>more</p>"))
    assert harvested(crawl, output=out).inputs_done == 1
    assert all(path.exists() for path in mine)
    assert len(list((out / "pages").glob("*.parquet"))) == 1


def test_two_harvests_never_mix(crawl: Path, tmp_path: Path) -> None:
    harvested(crawl, output=tmp_path / "out")
    with pytest.raises(UsageError, match="other options"):
        harvested(crawl, output=tmp_path / "out", read=ReadOptions(hosts=("one.example",)))
    other = Crawl()
    other.site(TWO)
    with pytest.raises(UsageError, match=r"crawl\.warc\.gz, too, which is not named now"):
        harvested(other.save(tmp_path / "other.warc.gz"), output=tmp_path / "out")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="is no harvest"):
        harvested(crawl, output=tmp_path / "full")


def test_a_folder_that_another_run_writes_is_left_alone(crawl: Path, tmp_path: Path) -> None:
    with (
        locked(tmp_path / "out", "harvest"),
        pytest.raises(ArchiveLockedError, match="Another run"),
    ):
        harvested(crawl, output=tmp_path / "out")


def test_only_wanted_hosts_are_read(crawl: Path, tmp_path: Path) -> None:
    report = harvested(crawl, output=tmp_path / "out", read=ReadOptions(hosts=("two.example",)))
    assert set(texts(tmp_path / "out")) == {"two.example"}
    assert report.counts.candidates == len(TWO.pages())


def test_selections_are_those_of_an_export(crawl: Path, tmp_path: Path) -> None:
    harvested(crawl, output=tmp_path / "all")
    everybody = posts_of(tmp_path / "all")
    name = everybody[0]["author_name"]
    wanted = Selection(author=(name,), since="2000")
    harvested(crawl, output=tmp_path / "out", write=WriteOptions(selection=wanted))
    chosen = {(row["host"], row["post_id"]) for row in posts_of(tmp_path / "out")}
    assert chosen == {
        (row["host"], row["post_id"]) for row in everybody if row["author_name"] == name
    }


def test_a_selection_that_makes_no_sense_is_refused_at_once(crawl: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="until 2001"):
        harvested(
            crawl,
            output=tmp_path / "out",
            write=WriteOptions(selection=Selection(since="2002", until="2001")),
        )
    assert not (tmp_path / "out").exists()


def test_with_pseudonyms_nothing_names_anybody(crawl: Path, tmp_path: Path) -> None:
    harvested(crawl, output=tmp_path / "all")
    names = {row["author_name"] for row in posts_of(tmp_path / "all")}
    some = Selection(author=tuple(names))
    write = WriteOptions(key=tmp_path / "secret.key", dates="month", selection=some)
    read = ReadOptions(is_nameless=True)
    report = harvested(crawl, output=tmp_path / "out", write=write, read=read)
    rows = posts_of(tmp_path / "out")
    assert len(rows) == report.posts > 0
    assert names.isdisjoint({row["author_name"] for row in rows})
    assert {one.day for row in rows for one in row["captures"]} == {1}
    assert {row["url"] for row in pages_of(tmp_path / "out")} == {None}
    assert not (tmp_path / "out" / "work").exists()
    told = " ".join(texts_of(tmp_path / "out"))
    assert not [name for name in names if name in told]
    assert harvested(crawl, output=tmp_path / "out", write=write, read=read).posts == report.posts


def test_an_archive_that_was_exported_as_warc_is_harvested_as_it_was(tmp_path: Path) -> None:
    with World.of(tmp_path, topics=2, posts=22, per_page=5) as world:
        world.archive()
        world.edit(2, "Written anew.")
        world.delete(4)
        world.add(2)
        world.archive()
        source = tmp_path / "forum.warc.gz"
        export_pages(world.path, cast("Any", plan_page_export(source, None)))
        archived = {one["post_id"]: one for one in world.records()}
    harvested(source, output=tmp_path / "out")
    rows = {row["post_id"]: row for row in posts_of(tmp_path / "out")}
    assert rows.keys() == archived.keys()
    assert sum(post["gone_at"] is not None for post in archived.values()) == 1
    for number, post in archived.items():
        assert {name: told(rows[number], name) for name in post} == post


def told(row: dict[str, Any], name: str) -> object:
    """A field of a row as the record format has it."""
    if name == "author":
        names = ("name", "url", "slug", "user_id", "avatar_url", "is_guest", "is_deleted")
        return {one: row[f"author_{one}"] for one in names}
    value = row[name]
    if not isinstance(value, datetime):
        return value
    return value.strftime("%Y-%m-%dT%H:%M:%S") + ("Z" if value.tzinfo else "")


def test_two_workers_give_what_one_gives(tmp_path: Path) -> None:
    for number in range(4):
        made = Crawl()
        made.noise(2, seed=number)
        made.site(ONE, f"202{number}-01-01T00:00:00Z")
        made.save(tmp_path / f"{number}.warc.gz")
    pattern = f"{tmp_path}/?.warc.gz"
    harvested(pattern, output=tmp_path / "one")
    inside = WorkerChoice(count=0, with_dashboard=False)  # threads of this process
    job = HarvestJob(sources=(pattern,), output=tmp_path / "two", workers=inside)
    watcher = Watcher()
    report = harvest(job, FakeClock(), watcher)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")
    assert report.inputs_done == 4
    assert watcher.told <= {f"{tmp_path}/{number}.warc.gz" for number in range(4)}
    assert watcher.told


class Watcher(QuietHarvest):
    """Notes down which inputs told how they are getting on."""

    def __init__(self) -> None:
        self.told: set[str] = set()

    def input_going_on(self, progress: InputProgress) -> None:
        self.told.add(progress.name)


class Lost:
    """A piece of work whose scheduler is gone, as dask tells it."""

    status = "cancelled"


def test_a_scheduler_that_is_gone_is_told_with_what_to_do() -> None:
    with pytest.raises(ClusterError, match="the same command goes on from there"):
        result_of(cast("Any", Lost()))


class Ended:
    """A piece of work that no worker survived, as dask tells it."""

    status = "error"

    class KilledWorker(Exception):  # noqa: N818  its own name
        pass

    def exception(self) -> Exception:
        return self.KilledWorker()


def test_work_that_ends_its_workers_is_told_with_what_to_do() -> None:
    with pytest.raises(ClusterError, match="raise --memory, or lower --max-record"):
        result_of(cast("Any", Ended()))


def test_an_output_in_no_folder_is_refused(crawl: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="there is no folder"):
        harvested(crawl, output=tmp_path / "none" / "out")


def test_a_worker_that_does_not_see_the_folder_says_so(crawl: Path, tmp_path: Path) -> None:
    (one,) = find_inputs([str(crawl)])
    elsewhere = HarvestFolder(path=tmp_path / "elsewhere")
    with pytest.raises(ExportError, match="all workers have to see"):
        harvest_input(elsewhere, one, ReadOptions())


def test_pages_of_the_same_second_are_taken_in_the_order_of_the_file(tmp_path: Path) -> None:
    """An opening post that every page repeats is known from the last of them."""
    lead = Site(
        "lead.example",
        DemoSettings(showcase=False, topics=1, posts=60, per_page=5, lead=True),
    )
    made = Crawl()
    made.site(lead)
    harvested(made.save(tmp_path / "a.warc.gz"), output=tmp_path / "out")
    (opening,) = [row for row in posts_of(tmp_path / "out") if row["kind"] == "topic"]
    assert len(lead.pages()) > 10
    assert opening["source_url"] == lead.pages()[-1][0]
