"""What changed between two archives, or two moments of one: everything that did, and nothing else."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from parsers.errors import DamagedArchiveError, UsageError
from scraper.archive.database import reading, writing
from scraper.archive.difference_report import compare_archives, compare_moments
from scraper.archive.period import period
from scraper.archive.run import ensure_run
from scraper.demo import Written, life, life_site
from scraper.demo.life_chance import live
from tests.archiving import World, dump_of, failing, rarely
from tests.visiting import Diary

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from scraper.archive.difference import DifferenceReport, TopicDifference
    from tests.conftest import CommandLine


@pytest.fixture(scope="module")
def first_visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Diary]:
    with World.of(tmp_path_factory.mktemp("visited"), posts=13, topics=4) as world:
        made = Diary(world)
        made.visit()
        yield made


@pytest.fixture
def diary(first_visit: Diary, tmp_path: Path) -> Iterator[Diary]:
    with first_visit.as_it_is(tmp_path) as made:
        yield made


def both_ways(diary: Diary, first: int = 0, second: int = -1) -> list[DifferenceReport]:
    """The difference between two visits, by copies and by dates."""
    dated = compare_moments(
        diary.world.path, diary.since(first), diary.since(second), with_text=True
    )
    return [
        compare_archives(diary.copies[first], diary.copies[second], with_text=True),
        dated,
    ]


def posts_by_kind(report: DifferenceReport) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for topic in report.topics:
        for post in topic.posts:
            for kind in post.changes:
                found.setdefault(kind, set()).add(post.post_id)
    return found


def topics_by_kind(report: DifferenceReport) -> dict[str, set[int | None]]:
    found: dict[str, set[int | None]] = {}
    for topic in report.topics:
        for kind in topic.changes:
            found.setdefault(kind, set()).add(topic.topic_id)
    return found


def edited(text: str) -> dict[str, Any]:
    return {"body": Written(html=f"<p>{text}</p>", text=text)}


# --- what changed ---


def test_where_nothing_changed_nothing_differs(diary: Diary) -> None:
    diary.visit()
    for report in both_ways(diary):
        assert (report.is_same, report.topics, report.people) == (True, (), ())
        assert not any(asdict(report.totals).values())


def test_a_scripted_day(diary: Diary) -> None:
    forum = diary.world.server.forum
    first, second, third, fourth = forum.topics
    changed, gone, kept = first.posts[3], first.posts[5], second.posts[-1]
    diary.change(life.edit_post, changed.post_id, **edited("Said in other words."))
    diary.change(life.delete_reply, gone.post_id)
    diary.change(life.close_topic, second.topic_id)
    diary.change(life.rename_topic, second.topic_id, title="Under another title")
    diary.change(life.split_topic, kept.post_id, title="A thread of its own")
    reply = diary.world.server.forum.free_id
    diary.change(life.add_reply, third.topic_id)
    topic = diary.world.server.forum.free_id
    diary.change(life.add_topic, third.board.slug, "News")
    diary.change(life.merge_topics, fourth.topic_id, third.topic_id)
    diary.visit()
    merged = {post.post_id for post in fourth.posts}
    for report in both_ways(diary):
        assert posts_by_kind(report) == {
            "changed": {changed.post_id},
            "gone": {gone.post_id},
            "new": {reply},
            "moved": {kept.post_id, *merged},
        }
        assert topics_by_kind(report) == {
            "closed": {second.topic_id},
            "renamed": {second.topic_id},
            "new": {kept.post_id, topic},
            "gone": {fourth.topic_id},
        }
        assert report.totals.new == 2, "the reply, and the opening post of the new topic"
        assert (report.totals.new_topics, report.totals.gone_topics) == (2, 1)
        assert not report.is_same


def test_a_changed_body_is_told_by_its_words(diary: Diary) -> None:
    post = diary.world.topic.posts[3]
    diary.change(life.edit_post, post.post_id, **edited("One two three."))
    diary.visit()
    diary.change(life.edit_post, post.post_id, **edited("One too three four."))
    diary.visit()
    for report in both_ways(diary, 1, 2):
        ((found,),) = [topic.posts for topic in report.topics]
        assert (found.words_added, found.words_removed) == (3, 2)
        assert found.difference is not None
        assert [piece.text for piece in found.difference] == [
            "One",
            " two three.",
            " too three four.",
        ]
    silent = compare_archives(diary.copies[1], diary.copies[2])
    assert silent.topics[0].posts[0].difference is None
    assert silent.topics[0].posts[0].words_added == 3


def test_edited_and_edited_back_nothing_differs(diary: Diary) -> None:
    post = diary.world.topic.posts[3]
    diary.change(life.edit_post, post.post_id, is_logged=False, **edited("Rashly said."))
    diary.visit()
    diary.change(life.edit_post, post.post_id, is_logged=False, body=post.body)
    diary.visit()
    archives, dates = both_ways(diary, 0, 2)
    assert archives.is_same
    assert dates.is_same
    assert not compare_archives(*diary.copies[:2]).is_same


def test_gone_and_back(diary: Diary) -> None:
    post, topic_id = diary.world.topic.posts[3], diary.world.topic.topic_id
    diary.change(life.delete_reply, post.post_id)
    diary.visit()
    diary.change(life.restore_reply, topic_id, post)
    diary.visit()
    for report in both_ways(diary, 0, 1):
        assert posts_by_kind(report) == {"gone": {post.post_id}}
        assert report.topics[0].posts[0].gone_reason == "no longer on the topic's pages"
    for report in both_ways(diary, 1, 2):
        assert posts_by_kind(report) == {"returned": {post.post_id}}
        assert report.topics[0].posts[0].gone_reason is None
    for report in both_ways(diary, 0, 2):
        assert report.is_same


def test_people_are_told_apart_from_posts(diary: Diary) -> None:
    authors = {
        post.author: post.author.name
        for post in diary.world.topic.posts
        if post.author.has_profile and '"' not in post.author.name  # which WordPress makes curly
    }
    who, other, *_ = authors
    diary.change(life_site.rename_author, who.user_id, "Ilse Brandt")
    diary.change(life_site.delete_author, other.user_id)
    diary.visit()
    for report in both_ways(diary):
        assert report.topics == ()
        assert {(one.name, one.field, one.old, one.new) for one in report.people} == {
            (who.name, "name", who.name, "Ilse Brandt"),
            (other.name, "is_deleted", "0", "1"),
        }
        assert report.totals.people == 2


def test_gaps_open_and_close(diary: Diary) -> None:
    diary.world.add(10)
    diary.world.server.intercept = failing(diary.world.page(4))
    diary.visit()
    diary.world.server.intercept = None
    diary.visit()
    for report in both_ways(diary, 0, 1):
        (topic,) = report.topics
        assert {gap.code for gap in topic.gaps_opened} == {"page-missing", "posts-missing"}
        assert (topic.gaps_closed, report.totals.gaps_opened) == ((), 2)
    for report in both_ways(diary, 1, 2):
        (topic,) = report.topics
        assert {gap.code for gap in topic.gaps_closed} == {"page-missing", "posts-missing"}
        assert (topic.gaps_opened, report.totals.gaps_closed) == ((), 2)
    for report in both_ways(diary, 0, 2):
        assert not report.totals.gaps_opened + report.totals.gaps_closed


def test_gaps_of_lists_open_and_close(diary: Diary, threadkeep: CommandLine) -> None:
    with closing(sqlite3.connect(diary.world.path)) as connection, connection:
        connection.execute(
            "INSERT INTO lists (list_key, url, kind, title, is_scope, is_due) VALUES (1, 'u', 'forum', 'Workshop', 1, 0)"
        )
        connection.execute(
            "INSERT INTO list_gaps (list_key, code, place, detail, first_seen) VALUES (1, 'page-missing', '', 'Page 2.', ?)",
            (diary.since(0),),
        )
    diary.visit()
    reports = [
        compare_archives(*diary.copies),
        compare_moments(diary.world.path, diary.since(0)),
        compare_archives(*diary.copies[::-1]),
    ]
    for report in reports:
        (found,) = report.list_gaps
        assert (found.url, found.title, found.gap.code) == ("u", "Workshop", "page-missing")
        assert not report.is_same
    assert [report.list_gaps[0].is_closed for report in reports] == [False, False, True]
    assert [report.totals.gaps_opened for report in reports] == [1, 1, 0]
    ran = threadkeep("diff", diary.copies[0], diary.world.path)
    assert "List “Workshop” (u)\n  now missing: Page 2." in ran.out


def test_a_topic_that_stands_in_another_forum(diary: Diary) -> None:
    topic = diary.world.topic
    boards = [board for board in diary.world.server.forum.boards if not board.is_category]
    there = next(board for board in boards if board.slug != topic.board.slug)
    before = " › ".join(diary.world.truth.forum)
    diary.change(life.move_topic, topic.topic_id, there.slug)
    diary.visit()
    for report in both_ways(diary):
        (found,) = report.topics
        assert found.changes == ("forum",)
        assert (found.old_forum, found.forum) == (before, " › ".join(diary.world.truth.forum))


def test_what_only_the_earlier_archive_holds_is_absent(diary: Diary, tmp_path: Path) -> None:
    """Another archive of the site, made of two topics only; one of them has lost a post before it was ever read."""
    world = diary.world
    lost = world.topic.posts[3]
    diary.change(life.delete_reply, lost.post_id)
    other = World(server=world.server, path=tmp_path / "other.db", slug=world.slug)
    other.archive()
    report = compare_archives(diary.copies[0], other.path)
    assert posts_by_kind(report) == {"absent": {lost.post_id}}
    absent = topics_by_kind(report)["absent"]
    assert absent == {topic.topic_id for topic in world.server.forum.topics[:-1]}
    sizes = sum(len(topic.posts) for topic in world.server.forum.topics[:-1])
    assert report.totals.absent == sizes + 1


def test_a_topic_without_a_number_is_the_one_that_holds_its_posts(tmp_path: Path) -> None:
    from scraper.sync.importing import ImportJob, import_source

    with World.of(tmp_path, posts=8, topics=1) as world:
        world.archive()
        (tmp_path / "dump.txt").write_text(dump_of(world), "utf-8")
        job = ImportJob(source=tmp_path / "dump.txt", path=tmp_path / "dump.db")
        import_source(job, world.clock)
        report = compare_archives(tmp_path / "dump.db", world.path)
        (topic,) = report.topics
        assert "new" not in topic.changes
        assert topic.topic_id == world.topic.topic_id
        assert topic.new_posts == 5, "the dump has the last page only"


# --- against the forum's own truth, whatever happened ---


@pytest.mark.parametrize("seed", [1, 2, *rarely(*range(3, 15))])
def test_whatever_happened_all_of_it_is_found_and_nothing_else(
    seed: int, tmp_path: Path, tried: Counter[str]
) -> None:
    with World.of(tmp_path, posts=9, topics=6, seed=seed) as world:
        diary = Diary(world)
        diary.visit()
        for visit in range(3):
            world.server.forum = live(world.server.forum, seed=seed * 100 + visit, changes=15)
            diary.visit()
            tried["random lives of a forum whose differences were found"] += 1
        for first in range(3):
            for second in range(first + 1, 4):
                archives, dates = both_ways(diary, first, second)
                check_against_truth(diary, first, second, archives)
                assert plain(dates) == plain(archives)


def check_against_truth(diary: Diary, first: int, second: int, report: DifferenceReport) -> None:
    before, after = diary.posts(first), diary.posts(second)
    known = {post_id for visit in range(first + 1) for post_id in diary.posts(visit)}
    found = posts_by_kind(report)
    both = before.keys() & after.keys()
    assert report.totals.new >= len(after.keys() - known)
    assert found.get("gone", set()) & known == before.keys() - after.keys()
    assert found.get("returned", set()) == (after.keys() & known) - before.keys()
    assert found.get("moved", set()) & both == {
        post_id for post_id in both if before[post_id][0] != after[post_id][0]
    }
    assert found.get("changed", set()) & both == {
        post_id for post_id in both if before[post_id][1].body_html != after[post_id][1].body_html
    }
    check_topics(diary, first, second, report)


def check_topics(diary: Diary, first: int, second: int, report: DifferenceReport) -> None:
    old = {topic.topic_id: topic for topic in diary.truths[first]}
    new = {topic.topic_id: topic for topic in diary.truths[second]}
    both = old.keys() & new.keys()
    found = topics_by_kind(report)
    assert {one for one in found.get("renamed", set()) if one in both} == {
        number for number in both if old[number].title != new[number].title
    }
    changed = {number for number in both if old[number].status != new[number].status}
    assert (found.get("closed", set()) | found.get("opened", set())) & both == changed
    assert found.get("gone", set()) & old.keys() == old.keys() - new.keys()


def plain(report: DifferenceReport) -> list[tuple[Any, ...]]:
    """What a report says, without what is told by how things are called now."""
    return [
        (
            topic.topic_id,
            topic.title,
            topic.changes,
            topic.old_title,
            topic.forum,
            topic.gone_reason,
            topic.new_posts,
            [(post.post_id, post.changes, post.from_topic_id, post.difference, post.gone_reason) for post in topic.posts],
            topic.gaps_opened,
            topic.gaps_closed,
        )
        for topic in sorted(report.topics, key=number_of)
    ]  # fmt: skip


def number_of(topic: TopicDifference) -> int:
    return topic.topic_id or 0


# --- what can be compared ---


def test_archives_of_two_sites_cannot_be_compared(
    diary: Diary, tmp_path: Path, threadkeep: CommandLine
) -> None:
    path = tmp_path / "other.db"
    with (
        writing(path, command="test", host="other.example") as archive,
        archive.transaction() as connection,
    ):
        ensure_run(connection, archive, "2026-01-01T00:00:00Z")
    ran = threadkeep("diff", path, diary.world.path)
    assert ran.code == 2
    assert "only archives of one site can be compared" in ran.sentence


@pytest.mark.parametrize("which", ["old", "new"])
def test_the_archive_that_is_damaged_is_named(which: str, diary: Diary) -> None:
    diary.visit()
    old, new = diary.copies
    broken = {"old": old, "new": new}[which]
    with closing(sqlite3.connect(broken)) as connection:
        root, size = (
            connection.execute(query).fetchone()[0]
            for query in (
                "SELECT rootpage FROM sqlite_schema WHERE name = 'posts'",
                "PRAGMA page_size",
            )
        )
    data = bytearray(broken.read_bytes())
    data[(root - 1) * size : root * size] = b"\xff" * size
    broken.write_bytes(data)
    with pytest.raises(DamagedArchiveError, match=broken.name):
        compare_archives(old, new)


def test_an_archive_that_is_being_written_is_compared_as_of_one_moment(diary: Diary) -> None:
    path = diary.world.path
    with writing(path, command="test") as archive, archive.transaction() as connection:
        connection.execute("UPDATE topics SET title = 'Not decided yet'")
        assert compare_archives(diary.copies[0], path).is_same


def test_comparing_writes_nothing(diary: Diary) -> None:
    before = {path: path.read_bytes() for path in (diary.world.path, diary.copies[0])}
    compare_archives(diary.copies[0], diary.world.path)
    compare_moments(diary.world.path, "2026")
    assert {path: path.read_bytes() for path in before} == before
    with reading(diary.world.path):
        pass


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("2026", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("2024-02-29", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
        ("2026-11-24T03:59Z", "2026-11-24T03:59:00Z", "2026-11-24T04:00:00Z"),
        ("2026-11-24T03:59:59Z", "2026-11-24T03:59:59Z", "2026-11-24T04:00:00Z"),
    ],
)
def test_a_period_has_a_beginning_and_an_end(text: str, begin: str, end: str) -> None:
    assert period(text, "since") == (begin, end)


@pytest.mark.parametrize(
    "text",
    ["", "now", "2026-13", "2026-02-30", "2026-11-24T25:00Z", "2026-11-24T03:00", "9999", "٢٠٢٦", "24.11.2026"],
)  # fmt: skip
def test_what_is_no_date_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="since takes a year"):
        period(text, "since")


# --- the command ---


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--until", "2026"),
        ("old.db", "--since", "2026"),
        ("old.db", "--until", "2026"),
        ("--since", "2027", "--until", "2026"),
        ("--since", "yesterday"),
        ("none.db", "forum.db"),
    ],
)
def test_what_cannot_be_meant_is_wrong_use(
    arguments: tuple[str, ...], diary: Diary, threadkeep: CommandLine
) -> None:
    shutil.copyfile(diary.copies[0], "forum.db")
    ran = threadkeep("diff", *arguments)
    assert ran.code == 2
    assert ran.sentence


def test_the_command_tells_topic_by_topic(diary: Diary, threadkeep: CommandLine) -> None:
    world = diary.world
    title, post, gone = world.topic.title, world.topic.posts[3], world.topic.posts[5]
    diary.change(life.edit_post, post.post_id, **edited("One two three."))
    diary.visit()
    diary.change(life.edit_post, post.post_id, **edited("One too three."))
    diary.change(life.delete_reply, gone.post_id)
    diary.visit()
    lines = [
        "",
        f"“{title}” (#{world.topic.topic_id})",
        f"  changed: #{post.post_id} by {post.author.name}, 1 word added, 1 removed",
        f"  gone: #{gone.post_id} by {gone.author.name}, no longer on the topic's pages",
        "",
        "posts: 1 changed, 1 gone; 1 topic with differences.",
    ]
    ran = threadkeep("diff", diary.copies[1], world.path)
    assert ran.code == 0
    assert ran.out.splitlines() == [
        f"{diary.copies[1]} → {world.path}: {world.server.url}",
        *lines,
    ]
    dated = threadkeep("diff", "-a", world.path, "--since", diary.since(1), "--text")
    assert dated.out.splitlines()[1:] == [
        *lines[:3],
        "      One [-two-] {+too+} three.",
        *lines[3:],
    ]
    quiet = threadkeep("diff", diary.copies[1], world.path, "--quiet")
    assert quiet.out.splitlines() == lines[:-2]


def test_the_later_archive_is_the_one_of_the_folder(diary: Diary, threadkeep: CommandLine) -> None:
    shutil.copyfile(diary.copies[0], "mine.db")
    ran = threadkeep("diff", diary.copies[0])
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "nothing differs.")
    assert ran.out.startswith(f"{diary.copies[0]} → mine.db: ")
    assert threadkeep("diff", "--since", "2026").code == 0


def test_the_command_as_json(diary: Diary, threadkeep: CommandLine) -> None:
    diary.change(life.add_reply, diary.world.topic.topic_id)
    diary.visit()
    report = threadkeep("diff", diary.copies[0], diary.world.path, "--json").report
    assert (report["is_same"], report["totals"]["new"]) == (False, 1)
    assert report["topics"][0]["posts"][0]["changes"] == ["new"]
    assert (report["since"], report["until"]) == (None, None)
    dated = threadkeep(
        "diff", "-a", diary.world.path, "--since", "2025", "--until", diary.since(0), "--json"
    ).report
    assert (dated["since"], dated["totals"]["new_topics"]) == ("2025-01-01T00:00:00Z", 4)
    assert re.fullmatch(r"2026-01-01T00:\d\d:\d\dZ", dated["until"])


def test_what_a_site_sends_is_safe_on_a_terminal(diary: Diary, threadkeep: CommandLine) -> None:
    diary.change(life.rename_topic, diary.world.topic.topic_id, title="Bell\x07 and \u202eback")
    with closing(sqlite3.connect(diary.world.path)) as connection:
        connection.execute(
            "UPDATE topics SET title = 'Bell' || char(7) || char(8238) WHERE topic_key = 1"
        )
        connection.commit()
    ran = threadkeep("diff", diary.copies[0], diary.world.path)
    assert "\x07" not in ran.out
    assert "\u202e" not in ran.out
    assert "Bell" in ran.out
