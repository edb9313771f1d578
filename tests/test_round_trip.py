"""What was exported comes back: JSON Lines, web archives and pages on disk, imported again, are the same archive."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporters.record import json_of
from parsers.errors import NothingReadableError, UsageError
from parsers.records import Author, Edit, Post
from scraper.archive.database import reading
from scraper.archive.verify import verify
from scraper.demo import Written, life
from scraper.politeness.clock import FakeClock
from scraper.sync.deep_check import verify_deeply
from scraper.sync.importing import ImportJob, ImportReport, import_source
from scraper.sync.reparsing import reparse
from tests.archiving import exported, exported_bytes, failing, rarely
from tests.whole_forum import DAY, Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import CommandLine

FORUMS: dict[str, dict[str, Any]] = {
    "ordinary": {"showcase": True, "topics": 14},
    "threaded": {"threaded": True, "theme": "default"},
    "with the opening post on every page": {"lead": True, "theme": "themed"},
    "as tables": {"theme": "table"},
    "Dutch": {"locale": "nl_NL", "theme": "classic"},
    "German, plain permalinks": {"locale": "de_DE", "plain_permalinks": True},
    "without a zone": {"rest": False},
    "with ages for dates": {"relative_dates": True},
}
OFTEN = ("ordinary", "threaded", "without a zone")
WHEN_AND_WHERE = ("first_seen", "last_seen", "source_url", "source_sha256")


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A forum after a day on which posts were edited, deleted and written, of which a page could not be read."""
    with Site.of(tmp_path_factory.mktemp("aged"), topics=8, posts=17) as made:
        lived(made)
        yield made


@pytest.fixture
def site(aged: Site, tmp_path: Path) -> Iterator[Site]:
    with aged.as_it_is(tmp_path) as made:
        yield made


def lived(site: Site) -> None:
    topic = max(site.forum.topics, key=lambda one: len(one.posts))
    hole = site.topic_paths([topic])[1].removeprefix(site.server.url)
    site.server.intercept = failing(hole)
    site.archive()
    site.server.intercept = None
    others = [one for one in site.forum.topics if one is not topic and len(one.posts) > 8]
    first, second = others[:2]
    site.forum = life.edit_post(
        site.forum, first.posts[-1].post_id, body=Written(html="<p>Anew.</p>", text="Anew.")
    )
    site.forum = life.delete_reply(site.forum, second.posts[-3].post_id)
    site.forum = life.add_reply(site.forum, second.topic_id)
    site.clock.advance(DAY)
    site.server.intercept = failing(hole)
    site.sync(audit=1.0)
    site.server.intercept = None


def record_of(texts: list[str], name: str) -> Post:
    """A post of odd texts."""
    title, role, html, text, date, reason = texts
    return Post(
        site="https://forum.example/",
        forum=(title, role),
        topic_id=7,
        topic_title=title,
        topic_url="https://forum.example/forums/topic/odd/",
        topic_status="open",
        topic_sticky="no",
        topic_tags=(role, text),
        post_id=7,
        kind="topic",
        position=1,
        url="https://forum.example/forums/topic/odd/#post-7",
        author=Author(name=name, is_guest=True),
        role=role,
        role_key=None,
        published_text=date,
        published_local="2026-01-02T03:04",
        published="2026-01-02T02:04:00Z",
        published_source="zone",
        published_earliest=None,
        published_latest=None,
        reply_to=None,
        depth=None,
        body_html=html,
        body_text=text,
        edits=(Edit(text=text, editor=name, reason=reason),),
        first_seen="2026-01-03T00:00:00Z",
        last_seen="2026-01-04T00:00:00Z",
        gone_at=None,
        gone_reason=None,
        revision=1,
        engine="bbpress",
        problems=(f"odd: {text}",),
        source_url="https://forum.example/forums/topic/odd/",
        source_sha256="0" * 64,
    )


def brought_in(source: Path, path: Path) -> ImportReport:
    return import_source(ImportJob(source=source, path=path), FakeClock())


def jsonl_of(path: Path) -> Path:
    exported_bytes(path)
    return path.with_suffix(".jsonl")


def test_a_jsonl_export_imported_again_exports_the_same(site: Site, tmp_path: Path) -> None:
    records = site.records()
    assert {record["revision"] for record in records} >= {1, 2}
    assert any(record["gone_at"] for record in records)
    places = [record["position"] for record in records if record["gone_at"] is None]
    assert len(places) < max(places) * len({record["topic_id"] for record in records})
    brought_in(jsonl_of(site.path), tmp_path / "again.db")
    assert exported(tmp_path / "again.db", "source_sha256") == site.records("source_sha256")


@pytest.mark.parametrize("name", [*OFTEN, *rarely(*(one for one in FORUMS if one not in OFTEN))])
def test_whatever_the_forum(name: str, tmp_path: Path) -> None:
    with Site.of(tmp_path, **FORUMS[name]) as site:
        site.archive()
        brought_in(jsonl_of(site.path), tmp_path / "again.db")
        assert exported(tmp_path / "again.db", "source_sha256") == site.records("source_sha256")


def test_a_folder_with_a_file_a_topic_imported_again_exports_the_same(
    site: Site, tmp_path: Path, threadkeep: CommandLine
) -> None:
    folder = tmp_path / "topics"
    export = ("export", "-a", site.path, "--per-topic", "-f", "jsonl", "-o", folder)
    assert threadkeep(*export).code == 0
    assert len(list(folder.iterdir())) == len(site.forum.topics)
    brought_in(folder, tmp_path / "again.db")
    assert exported(tmp_path / "again.db", "source_sha256") == site.records("source_sha256")


def test_it_lasts_when_the_pages_are_read_anew(site: Site, tmp_path: Path) -> None:
    brought_in(jsonl_of(site.path), tmp_path / "again.db")
    before = exported(tmp_path / "again.db")
    reparse(tmp_path / "again.db", FakeClock())
    assert exported(tmp_path / "again.db") == before
    with reading(tmp_path / "again.db") as archive:
        assert verify_deeply(archive, FakeClock()).damage == ()


def test_what_was_missing_is_missing(site: Site, tmp_path: Path) -> None:
    report = brought_in(jsonl_of(site.path), tmp_path / "again.db")
    assert report.exit_code == 3
    with reading(tmp_path / "again.db") as archive:
        (topic,) = [one for one in verify(archive).topics if one.is_open]
    lacking = {gap.code: gap.missing for gap in topic.gaps}
    assert lacking == {"page-missing": None, "posts-missing": 5}


def test_twice_is_once(site: Site, tmp_path: Path) -> None:
    source = jsonl_of(site.path)
    brought_in(source, tmp_path / "again.db")
    before = exported(tmp_path / "again.db")
    again = brought_in(source, tmp_path / "again.db")
    assert exported(tmp_path / "again.db") == before
    assert sum(one.saved.new + one.saved.changed for one in again.topics) == 0


def test_into_the_archive_that_it_is_of_it_changes_nothing(site: Site) -> None:
    before = site.records("source_sha256")
    brought_in(jsonl_of(site.path), site.path)
    assert site.records("source_sha256") == before


@pytest.mark.parametrize("is_first", [True, False], ids=["older first", "newer first"])
def test_two_exports_are_two_captures(is_first: bool, tmp_path: Path) -> None:
    with Site.of(tmp_path, topics=3) as site:
        site.archive()
        earlier = tmp_path / "earlier.jsonl"
        earlier.write_bytes(exported_bytes(site.path))
        topic = site.forum.topics[0]
        edited = topic.posts[-1].post_id
        body = Written(html="<p>Anew.</p>", text="Anew.")
        site.forum = life.edit_post(site.forum, edited, body=body)
        written = site.forum.free_id
        site.forum = life.add_reply(site.forum, topic.topic_id)
        site.clock.advance(DAY)
        site.sync(audit=1.0)
        wanted = site.records("source_sha256")
        later = jsonl_of(site.path)
        order = (earlier, later) if is_first else (later, earlier)
        for source in order:
            brought_in(source, tmp_path / "again.db")
        assert exported(tmp_path / "again.db", "source_sha256") == wanted
        again = Site(server=site.server, path=tmp_path / "again.db")
        bodies = again.query("SELECT body_text FROM revisions WHERE post_id = ?", edited)
        assert len(bodies) == 2
        assert written in again.held()


def test_the_site_goes_on_where_an_export_ended(tmp_path: Path) -> None:
    with Site.of(tmp_path, topics=4) as site:
        site.archive()
        again = Site(server=site.server, path=tmp_path / "again.db", clock=site.clock)
        brought_in(jsonl_of(site.path), again.path)
        site.forum = life.add_reply(site.forum, site.forum.topics[0].topic_id)
        again.clock.advance(DAY)
        assert again.archive().exit_code == 0
        assert again.mistakes() == []


def test_reading_an_archives_own_pages_anew_changes_nothing(site: Site) -> None:
    before = site.records()
    reparse(site.path, FakeClock())
    assert site.records() == before


def test_a_web_archive_imported_again_exports_the_same(
    site: Site, tmp_path: Path, threadkeep: CommandLine
) -> None:
    assert (
        threadkeep("export", "-a", site.path, "-f", "warc", "-o", tmp_path / "web.warc.gz").code
        == 0
    )
    brought_in(tmp_path / "web.warc.gz", tmp_path / "again.db")
    assert exported(tmp_path / "again.db") == site.records()


def test_records_in_a_web_archive_come_back_too(
    site: Site, tmp_path: Path, threadkeep: CommandLine
) -> None:
    brought_in(jsonl_of(site.path), tmp_path / "again.db")
    command = ("export", "-a", tmp_path / "again.db", "-f", "warc", "-o", tmp_path / "web.warc.gz")
    assert threadkeep(*command).code == 0
    brought_in(tmp_path / "web.warc.gz", tmp_path / "third.db")
    assert exported(tmp_path / "third.db") == exported(tmp_path / "again.db")


# What is no export


def spoilt(record: dict[str, Any]) -> dict[str, bytes]:
    author = {**record["author"], "mood": "merry"}
    return {
        "a half": json.dumps(record).encode()[:-20],
        "nothing": b"",
        "a number": b"7",
        "other letters": b'"\xff"',
        "a field less": json.dumps({**record, "kind": None}).encode(),
        "a field more": json.dumps({**record, "mood": "merry"}).encode(),
        "an author with more": json.dumps({**record, "author": author}).encode(),
        "another kind of value": json.dumps({**record, "post_id": "seven"}).encode(),
        "a problem without a code": json.dumps({**record, "problems": ["odd"]}).encode(),
    }


@pytest.mark.parametrize("what", list(spoilt({"author": {}})))
def test_a_broken_line_is_named_and_nothing_is_kept(what: str, tmp_path: Path) -> None:
    with Site.of(tmp_path, topics=2) as site:
        site.archive()
        lines = exported_bytes(site.path).splitlines()
    lines[3] = spoilt(json.loads(lines[3]))[what]
    source = tmp_path / "broken.jsonl"
    source.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(NothingReadableError, match=r"Line 4 of .*nothing was imported"):
        brought_in(source, tmp_path / "again.db")
    assert not (tmp_path / "again.db").exists()


def test_another_sites_posts_are_refused(tmp_path: Path) -> None:
    with Site.of(tmp_path, topics=2) as site:
        site.archive()
        data = exported_bytes(site.path)
        before = site.records()
        other = tmp_path / "other.jsonl"
        other.write_bytes(data.replace(b"127.0.0.1", b"forum.example"))
        with pytest.raises(UsageError, match="is the archive of"):
            brought_in(other, site.path)
        assert site.records() == before


def test_where_it_is_from_is_not_asked_for(site: Site, tmp_path: Path) -> None:
    job = ImportJob(
        source=jsonl_of(site.path), path=tmp_path / "again.db", url="https://x.example/"
    )
    with pytest.raises(UsageError, match="leave --url out"):
        import_source(job, FakeClock())


def test_the_command_takes_it(site: Site, threadkeep: CommandLine) -> None:
    ran = threadkeep("import", jsonl_of(site.path), "-a", "again.db")
    assert ran.code == 3
    assert f"again.db: {len(site.held())} posts" in ran.out


def test_an_empty_export_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_bytes(b"")
    with pytest.raises(NothingReadableError):
        brought_in(tmp_path / "empty.jsonl", tmp_path / "again.db")


# Any text

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(texts=st.lists(_TEXTS, min_size=6, max_size=6), name=_TEXTS, is_gone=st.booleans())
@settings(max_examples=25)
def test_any_text_comes_back(
    texts: list[str], name: str, is_gone: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    first = record_of(texts, name)
    second = replace(
        first,
        post_id=8,
        kind="reply",
        position=2,
        gone_at="2026-02-01T00:00:00Z" if is_gone else None,
        gone_reason="deleted" if is_gone else None,
        revision=4,
        reply_to=7,
        published_local="2026-01-02T03:05",
    )
    source = folder / "any.jsonl"
    source.write_bytes(json_of(first) + b"\n" + json_of(second) + b"\n")
    brought_in(source, folder / "any.db")
    digests = ("source_sha256",)
    assert exported(folder / "any.db", *digests) == [
        {key: value for key, value in json.loads(json_of(one)).items() if key not in digests}
        for one in (first, second)
    ]
