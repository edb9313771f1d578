"""What is erased goes from pages of every kind, and comes in by none: cut pages, other software, files, members' pages, imports."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from exporters.exporter import ExportOptions
from scraper.archive.database import reading
from scraper.demo.forum import DemoAuthor
from scraper.demo.prose import PAGE_BREAK, Written
from scraper.politeness.clock import FakeClock
from scraper.sync.deep_check import verify_deeply
from scraper.sync.erasing import ErasureJob, ErasureReport, erase
from scraper.sync.importing import ImportJob, import_source
from scraper.sync.pipeline import ArchiveJob, archive_topics
from scraper.sync.reparsing import reparse
from tests.archiving import HASTY, SEEN, exported, rarely
from tests.cases import FIXTURES, read_case
from tests.erasing import (
    NAME,
    SENTENCE,
    SLUG,
    TRACES,
    Planted,
    bytes_everywhere,
    planted,
    traces_in,
    written,
)
from tests.gallery import fetch, gallery_world, rows
from tests.membership import Club
from tests.reading import served
from tests.test_sync_standalone import Board
from tests.whole_forum import Site
from threadkeep.exporting import export_archive, plan_export
from threadkeep.page_exporting import export_pages, plan_page_export

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scraper.demo import DemoTopic
    from tests.archiving import World

# Of posts that stay: which page they are from has new bytes, and where there was a name there is none.
CHANGED = ("source_sha256", "position", "edits", "topic_title", "reply_to")


def sound(path: Path, *, exit_code: int = 0) -> None:
    with reading(path) as archive:
        verdict = verify_deeply(archive, FakeClock())
    assert (verdict.damage, verdict.exit_code) == ((), exit_code)


def erased(path: Path, whom: object, **options: Any) -> ErasureReport:  # noqa: ANN401  fields of ErasureJob
    return erase(ErasureJob(path=path, whom=str(whom), **options), FakeClock())


def holders(path: Path, *texts: str) -> set[str]:
    """Those of some texts that are anywhere in an archive."""
    wanted = {text: text.encode() for text in texts}
    return {
        text
        for _, data in bytes_everywhere(path)
        for text, letters in wanted.items()
        if letters in data
    }


def records(path: Path, *without: str) -> list[dict[str, Any]]:
    found = exported(path, *without)
    path.with_suffix(".jsonl").unlink()
    return found


# --- pages that posts cut ---


@pytest.mark.parametrize(
    "settings", [{"theme": "themed"}, *rarely({}, {"theme": "classic"}, {"lead": True})], ids=str
)
def test_a_post_that_cuts_its_page_goes_from_all_parts(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    with Site.of(tmp_path, page_breaks=True, topics=8, posts=12, per_page=15, **settings) as site:
        site.archive()
        posts = [post for topic in site.forum.topics for post in topic.posts]
        cut = [post.post_id for post in posts if PAGE_BREAK in post.body.html]
        assert cut
        before, lines = site.records(*CHANGED), list[str]()
        for number in cut:
            before = site.records(*CHANGED)
            text = next(one["body_text"] for one in before if one["post_id"] == number)
            lines = [line.strip() for line in text.splitlines() if len(line.split()) > 5]
            assert holders(site.path, *lines) == set(lines)
            erased(site.path, number, kind="post")
            assert site.records(*CHANGED) == [one for one in before if one["post_id"] != number]
            assert holders(site.path, *lines) == set()
            sound(site.path)
            assert site.sync().exit_code == 0
        assert reparse(site.path, FakeClock()).exit_code == 0
        assert site.records(*CHANGED) == [one for one in before if one["post_id"] != cut[-1]]
        report = site.archive(*(one.url for one in site.readable()), audit=1.0)
        assert report.exit_code == 0
        assert sum(one.saved.new + one.saved.changed + one.gone for one in report.topics) == 0
        assert holders(site.path, *lines) == set()
        sound(site.path)


def test_names_go_from_posts_that_cut_their_pages(tmp_path: Path) -> None:
    with Site.of(tmp_path, page_breaks=True, topics=8, posts=12, per_page=15) as site:
        forum = planted(site)
        for topic in site.forum.topics:
            site.forum = site.forum.with_topic(_named_at_breaks(topic))
        site.archive()
        forum.erase(with_mentions=True)
        assert traces_in(site.path) == []
        sound(site.path)
        reparse(site.path, FakeClock())
        assert traces_in(site.path) == []
        urls = [one.url for one in site.readable() if one.topic_id not in forum.own[-2:]]
        report = site.archive(*urls, audit=1.0)
        assert report.exit_code == 0
        assert sum(one.saved.new + one.saved.changed + one.gone for one in report.topics) == 0
        assert traces_in(site.path) == []


def _named_at_breaks(topic: DemoTopic) -> DemoTopic:
    around = f"{NAME} before. {PAGE_BREAK}And {NAME} after "
    posts = tuple(
        replace(
            post,
            body=Written(html=post.body.html.replace(PAGE_BREAK, around), text=post.body.text),
        )
        for post in topic.posts
    )
    return replace(topic, posts=posts)


# --- other software ---


@pytest.mark.parametrize("plain", [False, True])
def test_stand_alone_bbpress(tmp_path: Path, *, plain: bool) -> None:
    with Board.of(tmp_path, plain=plain) as board:
        person = DemoAuthor(user_id=777, name=NAME, nicename=SLUG)
        posts = list(board.topic.posts)
        for at in (0, 3, 11, 47):
            posts[at] = replace(posts[at], author=person, body=written(f"{SENTENCE} {at}"))
        own = {posts[at].post_id for at in (0, 3, 11, 47)}
        board.put(*posts)
        authors = (*board.server.forum.authors, person)
        board.server.forum = replace(board.server.forum, authors=authors)
        board.archive()
        left = [one for one in board.live() if one not in own]

        def all_is_gone() -> None:
            assert board.live() == left
            assert traces_in(board.path) == []
            assert holders(board.path, board.topic.title) == set()
            sound(board.path)

        assert holders(board.path, board.topic.title)
        report = erased(board.path, NAME)
        assert (report.posts, report.titles) == (4, 1)
        all_is_gone()
        assert board.archive().exit_code == 0
        all_is_gone()
        assert reparse(board.path, FakeClock()).exit_code == 0
        all_is_gone()
        board.archive(board.forum.url(board.topic, 2))
        all_is_gone()


@pytest.mark.parametrize(
    ("name", "exit_code"),
    [
        ("topic-with-names-of-its-own", 0),
        ("minified", 0),
        ("page-links", 3),
        ("table-two-rows", 0),
    ],
)
def test_unknown_themes(tmp_path: Path, name: str, exit_code: int) -> None:
    case = read_case(FIXTURES / "structural" / f"{name}.html")
    page, path = tmp_path / "page.html", tmp_path / "forum.db"
    page.write_bytes(case.page.body)
    job = ImportJob(source=page, path=path, url=case.page.url)
    import_source(job, FakeClock())
    left = records(path, *CHANGED)
    for who in sorted({one["author"]["url"] for one in left if one["author"]["url"]})[:2]:
        author = next(one["author"]["name"] for one in left if one["author"]["url"] == who)
        left = [one for one in left if one["author"]["url"] != who]
        erased(path, who, with_mentions=True)
        assert records(path, *CHANGED) == left
        assert holders(path, author) == set()
        sound(path, exit_code=exit_code)
        import_source(job, FakeClock())
        assert [one["post_id"] for one in records(path)] == [one["post_id"] for one in left]
        assert holders(path, author) == set()
        sound(path, exit_code=exit_code)


def test_links_that_are_relative_to_a_base_and_a_name_of_one_word_in_a_notice(
    tmp_path: Path,
) -> None:
    """bbPress says who wrote last without a link where it is a guest; a theme's base makes addresses of profiles short."""
    for place, name in enumerate(("base-of-the-site", "moderator-25")):
        case = read_case(FIXTURES / "bbpress" / f"{name}.html")
        page, path = tmp_path / "page.html", tmp_path / f"{place}.db"
        page.write_bytes(case.page.body)
        import_source(ImportJob(source=page, path=path, url=case.page.url), FakeClock())
        who = ("https://forum.test/forums/users/bert/", "guest:Dora")[place]
        gone = (b"users/bert", b"by Dora")[place]
        assert [data for _, data in bytes_everywhere(path) if gone in data]
        erased(path, who)
        assert not [data for _, data in bytes_everywhere(path) if gone in data]
        sound(path, exit_code=(3, 0)[place])


# --- files ---


@pytest.fixture
def gallery(tmp_path: Path) -> Iterator[World]:
    with gallery_world(tmp_path) as world:
        fetch(world, "all")
        yield world


def test_pictures_that_only_erased_posts_show_go_and_stay_away(
    gallery: World, tmp_path: Path
) -> None:
    links = rows(
        gallery,
        "SELECT post_id, url, sha256 FROM media_links JOIN media_addresses USING (address_key)",
    )
    warc = tmp_path / "all.warc.gz"
    job = plan_page_export(warc, "warc")
    assert job is not None
    export_pages(gallery.path, job)
    for number in sorted({one[0] for one in links}):
        shown = {one[1] for one in links if one[0] == number}
        by_others = {one[1] for one in links if one[0] > number}
        erased(gallery.path, number, kind="post")
        left = {one[0] for one in rows(gallery, "SELECT url FROM media_addresses")}
        assert left.isdisjoint(shown - by_others)
        assert by_others <= left
        sound(gallery.path)
    files = {one[2] for one in links if one[2]}
    assert len(files) > 5

    def kept() -> set[str]:
        return {one[0] for one in rows(gallery, "SELECT sha256 FROM media")}

    assert kept().isdisjoint(files)
    import_source(ImportJob(source=warc, path=gallery.path), gallery.clock)
    assert kept().isdisjoint(files)
    fetch(gallery, "all")
    assert kept().isdisjoint(files)
    sound(gallery.path)


def test_a_persons_picture_goes_and_stays_away(gallery: World) -> None:
    people = rows(
        gallery,
        "SELECT DISTINCT url, avatar_url FROM authors WHERE avatar_url IS NOT NULL AND url IS NOT NULL",
    )
    assert people
    for who, picture in people:
        assert holders(gallery.path, picture)
        erased(gallery.path, who)
        assert holders(gallery.path, picture) == set()
    sound(gallery.path)
    fetch(gallery, "all")
    assert holders(gallery.path, *(picture for _, picture in people)) == set()


# --- profiles, members, readers ---


def test_profiles_and_what_somebody_started(forum: Planted) -> None:
    site = forum.site
    site.archive(site.links.started(forum.person), site.links.view("popular"))
    forum.erase(with_mentions=True)
    assert traces_in(site.path) == []
    sound(site.path)
    refused = site.archive(site.links.started(forum.person))
    assert refused.exit_code != 0
    assert traces_in(site.path) == []


def test_what_only_members_see(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club:
        person = DemoAuthor(user_id=777, name=NAME, nicename=SLUG)
        forum = club.server.forum
        forum = replace(forum, authors=(*forum.authors, person))
        own: list[int] = []
        for topic in forum.topics:
            post = replace(topic.posts[1], author=person, body=written(SENTENCE))
            own.append(post.post_id)
            posts = (topic.posts[0], post, *topic.posts[2:])
            forum = forum.with_topic(replace(topic, posts=posts))
        club.server.forum = forum
        path = tmp_path / "club.db"
        job = ArchiveJob(
            urls=(club.url("/forums/"),), path=path, fetch=HASTY, login=club.cookies()
        )
        archive_topics(job, clock=club.clock)
        before = records(path, *CHANGED)
        assert len({one["post_id"] for one in before} & set(own)) > 2
        erased(path, f"{club.url('/forums/users/')}{SLUG}/")
        left = [one for one in before if one["post_id"] not in own]
        assert records(path, *CHANGED) == left
        assert traces_in(path) == []
        sound(path)
        club.clock.advance(60)
        report = archive_topics(replace(job, login=club.cookies()), clock=club.clock)
        assert sum(one.saved.new + one.saved.changed + one.gone for one in report.topics) == 0
        assert records(path, *CHANGED, *SEEN) == [
            {name: value for name, value in one.items() if name not in SEEN} for one in left
        ]
        assert traces_in(path) == []


def test_the_reader_has_no_trace(forum: Planted) -> None:
    site = forum.site
    number = next(one["post_id"] for one in site.records() if one["post_id"] not in forum.own)
    forum.erase(with_mentions=True)
    with served(site.path) as reader:
        pages = ["", "people/", f"post/{number}/", "search/?q=wilhelmina", "search/?q=yellow"]
        pages += [f"topic/{one.topic_id}/" for one in site.forum.topics]
        answers = [reader.get(page) for page in pages]
        assert answers[0].status_code == 200
        shown = [one.content.lower() for one in answers if "search" not in one.url]
        assert [trace for trace in TRACES if any(trace in page for page in shown)] == []
        for page in answers[3:5]:
            assert b"seven quiet" not in page.content.lower()


@pytest.mark.parametrize(("answer", "code"), [("n\n", 2), ("y\n", 0)])
def test_a_terminal_is_asked(forum: Planted, answer: str, code: int) -> None:
    path = forum.site.path
    ours, theirs = os.openpty()
    command = (sys.executable, "-m", "threadkeep", "erase", forum.profile, "-a", path)
    os.write(ours, answer.encode())
    ran = subprocess.run(
        command, stdin=theirs, capture_output=True, text=True, timeout=120, check=False
    )
    os.close(ours)
    os.close(theirs)
    assert ran.returncode == code, ran.stderr
    assert f"{len(forum.own)} posts would be erased" in ran.stderr
    assert "Erase it for good?" in ran.stderr
    left = {one["post_id"] for one in records(path)} & set(forum.own)
    assert len(left) == (len(forum.own) if code else 0)


# --- what is taken back ---


def test_an_export_that_is_taken_back_brings_nothing_in(forum: Planted, tmp_path: Path) -> None:
    site = forum.site
    lines = tmp_path / "all.jsonl"
    export_archive(site.path, plan_export(lines, "jsonl", ExportOptions()))
    forum.erase(with_mentions=True)
    before = site.records(*CHANGED, *SEEN)
    import_source(ImportJob(source=lines, path=site.path), site.clock)
    assert traces_in(site.path) == []
    assert site.records(*CHANGED, *SEEN) == before
    sound(site.path)
    reparse(site.path, FakeClock())
    assert traces_in(site.path) == []
    assert site.records(*CHANGED, *SEEN) == before


def test_an_archive_that_was_erased_from_is_handed_on_as_it_is(tmp_path: Path) -> None:
    with Board.of(tmp_path, plain=True) as board:
        board.archive()
        erased(board.path, board.ids[7], kind="post")
        warc, other = tmp_path / "all.warc.gz", tmp_path / "other.db"
        job = plan_page_export(warc, "warc")
        assert job is not None
        export_pages(board.path, job)
        import_source(ImportJob(source=warc, path=other), board.clock)
        assert records(other) == records(board.path)
        sound(other)


# --- histories ---


def test_revisions_that_differed_by_a_name_alone_become_one(tmp_path: Path) -> None:
    with Site.of(tmp_path, topics=6) as site:
        forum = planted(site)
        topic = site.forum.topics[1]
        url = next(one.url for one in site.readable() if one.topic_id == topic.topic_id)
        for text in (
            "Thanks to you.",
            f"Thanks to {NAME}.",
            "Thanks to [erased].",
            "Thanks to all.",
        ):
            now = site.forum.topic(topic.slug)
            said = replace(now.posts[1], body=written(text), edits=())
            posts = (now.posts[0], said, *now.posts[2:])
            site.forum = site.forum.with_topic(replace(now, posts=posts))
            site.archive(url, audit=1.0)
        number = topic.posts[1].post_id
        query = "SELECT revision, body_text FROM revisions WHERE post_id = ? ORDER BY revision"
        assert len(site.query(query, number)) == 4
        forum.erase(with_mentions=True)
        left = [(1, "Thanks to you."), (2, "Thanks to [erased]."), (3, "Thanks to all.")]
        assert site.query(query, number) == left
        sound(site.path)
        assert reparse(site.path, FakeClock()).exit_code == 0
        assert site.query(query, number) == left
