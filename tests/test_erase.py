"""Somebody or a post is erased for good: nothing of it is left in any byte, all else stays, and it is kept out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from exporters.exporter import ExportOptions
from parsers.errors import UsageError
from scraper.archive.database import reading
from scraper.politeness.clock import FakeClock
from scraper.sync.deep_check import verify_deeply
from scraper.sync.erasing import ErasureJob, erase
from scraper.sync.importing import ImportJob, import_source
from scraper.sync.reparsing import reparse
from tests.archiving import SEEN, World, dump_of, rarely
from tests.erasing import (
    NAME,
    SENTENCE,
    TRACES,
    Planted,
    bytes_everywhere,
    others,
    planted,
    traces_in,
    written,
)
from tests.whole_forum import Site
from threadkeep.exporting import export_archive, plan_export
from threadkeep.page_exporting import export_pages, plan_page_export

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import CommandLine

# Of posts that stay: which page they are from has new bytes, and where there was a name there is none.
CHANGED = ("source_sha256", "position")


def sound(path: Path) -> None:
    with reading(path) as archive:
        verdict = verify_deeply(archive, FakeClock())
    assert (verdict.damage, verdict.exit_code) == ((), 0)


def test_nothing_of_somebody_is_left_in_any_byte(forum: Planted) -> None:
    assert forum.places > 30
    assert len(traces_in(forum.site.path)) > 30
    report = forum.erase(with_mentions=True)
    assert report.posts == len(forum.own)
    assert report.topics == 2
    assert report.titles == 2
    assert traces_in(forum.site.path) == []
    sound(forum.site.path)
    assert reparse(forum.site.path, FakeClock()).exit_code == 0
    assert traces_in(forum.site.path) == []
    sound(forum.site.path)


def test_posts_of_others_stay_as_they_were(forum: Planted) -> None:
    before = forum.site.records(*CHANGED, "edits", "topic_title")
    forum.erase()
    after = forum.site.records(*CHANGED, "edits", "topic_title")
    assert after == others(before, forum.own)
    reparse(forum.site.path, FakeClock())
    assert forum.site.records(*CHANGED, "edits", "topic_title") == after


def test_it_is_kept_out_of_later_syncs_also_when_it_is_edited(forum: Planted) -> None:
    forum.erase(with_mentions=True)
    before = forum.site.records(*SEEN)
    site = forum.site
    report = site.sync()
    assert report.exit_code == 0
    assert [
        (one.saved.new, one.saved.changed, one.gone) for one in report.topics if one.pages
    ] == []
    for topic in site.forum.topics:
        posts = tuple(
            replace(post, body=written(f"{SENTENCE} Edited by {NAME}."))
            if post.post_id in forum.own
            else post
            for post in topic.posts
        )
        site.forum = site.forum.with_topic(replace(topic, posts=posts))
    urls = [truth.url for truth in site.readable() if truth.topic_id not in forum.own[-2:]]
    report = site.archive(*urls, audit=1.0)
    assert report.exit_code == 0, [one for one in report.topics if one.exit_code]
    assert sum(one.saved.new + one.saved.changed + one.gone for one in report.topics) == 0
    assert traces_in(site.path) == []
    assert site.records(*SEEN) == [
        {**one, "source_sha256": record["source_sha256"]}
        for one, record in zip(before, site.records(*SEEN), strict=True)
    ]
    sound(site.path)


def test_what_others_write_later_is_kept_and_what_she_writes_is_not(forum: Planted) -> None:
    forum.erase()
    site = forum.site
    topic = site.forum.topics[1]
    last = topic.posts[-1]
    number = site.forum.free_id
    hers = replace(
        last, post_id=number, author=forum.person, posted=last.posted + timedelta(hours=1)
    )
    theirs = replace(
        topic.posts[1],
        post_id=number + 1,
        posted=last.posted + timedelta(hours=2),
        body=written("Somebody else goes on."),
        edits=(),
    )
    site.forum = site.forum.with_topic(replace(topic, posts=(*topic.posts, hers, theirs)))
    report = site.sync()
    assert report.exit_code == 0
    assert sum(one.saved.new for one in report.topics) == 1
    assert [one["post_id"] for one in site.records() if one["post_id"] >= number] == [number + 1]
    sound(site.path)


def test_a_topic_of_hers_alone_is_kept_out_when_it_is_asked_for(forum: Planted) -> None:
    forum.erase(with_mentions=True)
    alone = next(one for one in forum.site.readable() if one.topic_id == forum.own[-1])
    report = forum.site.archive(alone.url)
    assert [one.exit_code for one in report.topics] == [5]
    assert "was erased from the archive" in (report.topics[0].error or "")
    assert traces_in(forum.site.path) == []


def test_it_is_kept_out_of_imports(forum: Planted, tmp_path: Path) -> None:
    site = forum.site
    warc = tmp_path / "all.warc.gz"
    job = plan_page_export(warc, "warc")
    assert job is not None
    export_pages(site.path, job)
    folder = tmp_path / "saved"
    folder.mkdir()
    for place, truth in enumerate(site.readable()):
        mark = f"<!-- saved from url=(0042){truth.url} -->\n".encode()
        body = site.server.ordinary(truth.url.removeprefix(site.server.url)).body
        (folder / f"{place}.html").write_bytes(mark + body)
    forum.erase(with_mentions=True)
    before = site.records(*SEEN)
    for source in (warc, folder):
        report = import_source(ImportJob(source=source, path=site.path), site.clock)
        assert report.exit_code == 0, report
        assert traces_in(site.path) == []
        assert [one["post_id"] for one in site.records()] == [one["post_id"] for one in before]
        sound(site.path)


@pytest.mark.parametrize(
    "settings",
    [
        {"threaded": True},
        {"lead": True, "theme": "table"},
        {"plain_permalinks": True, "locale": "de_DE"},
        {"page_breaks": True, "topics": 8},
        *rarely(
            {"lead": True},
            {"theme": "classic"},
            {"theme": "table"},
            {"theme": "themed"},
            {"plain_permalinks": True},
            {"locale": "de_DE"},
        ),
    ],
    ids=str,
)
def test_every_theme_and_setting(tmp_path: Path, settings: dict[str, Any]) -> None:
    with Site.of(tmp_path, **{"topics": 6, **settings}) as site:
        forum = planted(site)
        site.archive()
        before = site.records(*CHANGED, "edits", "topic_title", "reply_to")
        report = forum.erase()
        assert report.pages_as_records == 0
        assert site.records(*CHANGED, "edits", "topic_title", "reply_to") == others(
            before, forum.own
        )
        sound(site.path)
        assert site.sync().exit_code == 0
        forum.site.archive(
            *(one.url for one in site.readable() if one.topic_id not in forum.own[-2:])
        )
        sound(site.path)
        assert [one["post_id"] for one in site.records()] == [
            one["post_id"] for one in others(before, forum.own)
        ]


def test_one_post_goes_and_its_author_stays(forum: Planted) -> None:
    site = forum.site
    number = forum.own[1]
    report = forum.erase(str(number))
    assert (report.kind, report.posts, report.topics, report.titles) == ("post", 1, 0, 0)
    numbers = [one["post_id"] for one in site.records()]
    assert number not in numbers
    assert set(forum.own) - set(numbers) == {number}
    assert NAME in {one["author"]["name"] for one in site.records()}
    sound(site.path)
    assert site.sync().exit_code == 0
    sound(site.path)


def test_a_dry_run_says_what_would_go_and_changes_nothing(forum: Planted) -> None:
    before = forum.site.records(), forum.site.query("SELECT * FROM runs")
    planned = forum.erase(is_dry=True)
    assert (forum.site.records(), forum.site.query("SELECT * FROM runs")) == before
    done = forum.erase()
    assert replace(planned, is_dry=False) == done


def test_erasing_twice_finds_nothing_left(forum: Planted) -> None:
    forum.erase()
    for whom in (forum.profile, NAME, "777", str(forum.own[0])):
        again = forum.erase(whom)
        assert (again.was_erased_before, again.posts, again.exit_code) == (True, 0, 0)


def test_it_is_recorded_that_something_was_erased_and_not_what(forum: Planted) -> None:
    report = forum.erase()
    ((kind, posts, topics, wiped),) = forum.site.query(
        "SELECT kind, posts, topics, is_wiped FROM erasures"
    )
    assert (kind, posts, topics, wiped) == ("author", report.posts, report.topics, 1)
    ways = forum.site.query("SELECT way, count(*) FROM erased_pages GROUP BY way")
    assert ways == [("cut", report.pages_cut)]
    assert forum.site.query("SELECT command FROM runs ORDER BY run_id DESC LIMIT 1") == [
        ("threadkeep erase",)
    ]


def test_mentions_in_what_others_wrote_are_left_unless_they_are_meant(forum: Planted) -> None:
    report = forum.erase()
    assert report.mentions_left > 0
    bodies = "".join(one["body_html"] for one in forum.site.records())
    assert NAME in bodies
    assert SENTENCE in bodies


def test_nobody_is_found_under_a_name_that_nobody_has(forum: Planted) -> None:
    with pytest.raises(UsageError, match="No author or post of this archive is “Nobody”"):
        forum.erase("Nobody")


def test_a_name_that_several_have_is_refused_with_who_they_are(tmp_path: Path) -> None:
    with Site.of(tmp_path, topics=6) as site:
        forum = planted(site)
        twin = replace(forum.person, user_id=778, nicename="another-canary")
        topic = site.forum.topics[0]
        posts = (*topic.posts[:1], replace(topic.posts[1], author=twin), *topic.posts[2:])
        site.forum = replace(
            site.forum.with_topic(replace(topic, posts=posts)),
            authors=(*site.forum.authors, twin),
        )
        site.archive()
        with pytest.raises(UsageError, match=r"can mean 2: .*another-canary/ \(1 post\)"):
            forum.erase(NAME)
        before = site.records(*CHANGED, "edits", "topic_title")
        forum.erase()
        assert site.records(*CHANGED, "edits", "topic_title") == others(before, forum.own)
        assert topic.posts[1].post_id in {one["post_id"] for one in site.records()}
        sound(site.path)


def test_no_export_and_no_page_of_the_reader_has_a_trace(forum: Planted, tmp_path: Path) -> None:
    forum.erase(with_mentions=True)
    for name in ("jsonl", "json", "csv", "markdown"):
        output = tmp_path / f"out.{name}"
        options = ExportOptions(with_gone=name == "markdown")
        export_archive(forum.site.path, plan_export(output, name, options))
        assert not any(trace in output.read_bytes().lower() for trace in TRACES), name
    warc = tmp_path / "out.warc"
    job = plan_page_export(warc, "warc")
    assert job is not None
    export_pages(forum.site.path, job)
    assert not any(trace in warc.read_bytes().lower() for trace in TRACES)
    site = tmp_path / "site"
    export_archive(forum.site.path, plan_export(site, "html", ExportOptions(with_gone=True)))
    pages = [page for page in site.rglob("*") if page.is_file()] if site.is_dir() else [site]
    assert not any(trace in page.read_bytes().lower() for page in pages for trace in TRACES)


def test_the_command_asks_nobody_where_nobody_can_be_asked(
    forum: Planted, threadkeep: CommandLine
) -> None:
    before = forum.site.records()
    refused = threadkeep("erase", forum.profile, "-a", str(forum.site.path))
    assert refused.code == 2
    assert "say --yes" in refused.err
    assert forum.site.records() == before
    done = threadkeep("erase", forum.profile, "-a", str(forum.site.path), "--yes")
    assert done.code == 0
    assert f"{len(forum.own)} posts erased" in done.out


def test_out_of_a_text_dump_a_post_goes_and_the_others_stay(tmp_path: Path) -> None:
    with World.of(tmp_path, posts=5) as world:
        dump = tmp_path / "topic.txt"
        dump.write_text(dump_of(world), "utf-8")
        import_source(ImportJob(source=dump, path=world.path), world.clock)
        before = world.records(*CHANGED)
        gone = before[2]["post_id"]
        text = before[2]["body_text"].split(".")[0]
        report = erase(ErasureJob(path=world.path, whom=str(gone), kind="post"), world.clock)
        assert (report.posts, report.pages_as_records) == (1, 1)
        kept = [one for one in before if one["post_id"] != gone]
        assert world.records(*CHANGED) == kept
        assert not any(text.encode() in data for _, data in bytes_everywhere(world.path))
        reparse(world.path, FakeClock())
        assert world.records(*CHANGED) == kept
        sound(world.path)
        import_source(ImportJob(source=dump, path=world.path), world.clock)
        assert world.records(*CHANGED, *SEEN) == [
            {name: value for name, value in one.items() if name not in SEEN} for one in kept
        ]
