"""`threadkeep show POST --history`: how a post came to be as it is, also one that is gone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from parsers.errors import DamagedArchiveError
from scraper.archive.database import reading
from scraper.archive.post_history import PostHistory, history_of_post
from scraper.demo import Written, life, life_site
from tests.archiving import World
from tests.visiting import Diary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scraper.demo import DemoPost
    from tests.conftest import CommandLine


@pytest.fixture(scope="module")
def first_visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Diary]:
    with World.of(tmp_path_factory.mktemp("visited"), posts=13, topics=3) as world:
        made = Diary(world)
        made.visit()
        yield made


@pytest.fixture
def diary(first_visit: Diary, tmp_path: Path) -> Iterator[Diary]:
    with first_visit.as_it_is(tmp_path) as made:
        yield made


@pytest.fixture
def post(diary: Diary) -> DemoPost:
    """A reply of somebody who has an account and a plain name."""
    return next(
        one
        for one in diary.world.topic.posts[3:]
        if one.author.has_profile and one.author.name.isascii() and '"' not in one.author.name
    )


def written(text: str, html: str | None = None) -> dict[str, Any]:
    return {"body": Written(html=html or f"<p>{text}</p>", text=text)}


def history(diary: Diary, post: DemoPost) -> PostHistory:
    with reading(diary.world.path) as archive:
        found = history_of_post(archive, post.post_id)
    assert found is not None
    return found


def test_every_body_with_what_changed(diary: Diary, post: DemoPost) -> None:
    for text in ("One two three.", "One too three.", "One two three."):
        diary.change(life.edit_post, post.post_id, **written(text))
        diary.visit()
    found = history(diary, post)
    assert [one.revision for one in found.revisions] == [1, 2, 3, 4]
    assert [one.body_text for one in found.revisions[1:]] == [
        "One two three.",
        "One too three.",
        "One two three.",
    ]
    assert found.revisions[0].difference == ()
    told = [(one.words_added, one.words_removed) for one in found.revisions]
    assert (told[0], told[2:]) == ((0, 0), [(1, 1), (1, 1)])
    assert [(piece.kind, piece.text) for piece in found.revisions[2].difference] == [
        ("same", "One"),
        ("removed", " two"),
        ("added", " too"),
        ("same", " three."),
    ]
    moments = [one.seen_at for one in found.revisions]
    assert moments == sorted(set(moments))
    assert all(one.source_url and len(one.source_sha256) == 64 for one in found.revisions)


def test_the_sites_own_log_stands_beside_it(diary: Diary, post: DemoPost) -> None:
    diary.change(life.edit_post, post.post_id, reason="spelling", **written("Said better."))
    diary.visit()
    (edit,) = history(diary, post).edits
    assert edit.reason == "spelling"
    assert edit.editor == post.author.name


def test_where_it_stood_and_when_it_was_gone(diary: Diary, post: DemoPost) -> None:
    world, topic = diary.world, diary.world.topic
    diary.change(life.delete_reply, post.post_id)
    diary.visit()
    gone = history(diary, post)
    assert gone.is_gone
    assert [one.returned_at for one in gone.absences] == [None]
    diary.change(life.restore_reply, topic.topic_id, post)
    diary.visit()
    back = history(diary, post)
    assert not back.is_gone
    (absence,) = back.absences
    assert absence.gone_reason == "no longer on the topic's pages"
    assert absence.returned_at is not None
    assert absence.gone_at < absence.returned_at
    diary.change(life.split_topic, post.post_id, title="A thread of its own")
    diary.visit()
    moved = history(diary, post)
    (move,) = moved.moves
    assert (move.from_topic_id, move.from_title) == (topic.topic_id, topic.title)
    assert (move.to_topic_id, move.to_title) == (post.post_id, "A thread of its own")
    assert (moved.kind, moved.topic_id, moved.is_gone) == ("topic", post.post_id, False)
    assert world.server.forum.topic("a-thread-of-its-own").topic_id == post.post_id


def test_the_authors_history_is_apart(diary: Diary, post: DemoPost) -> None:
    diary.change(life_site.rename_author, post.author.user_id, "Ilse Brandt")
    diary.visit()
    found = history(diary, post)
    assert len(found.revisions) == 1
    (change,) = found.author_changes
    assert (change.field, change.old, change.new) == ("name", post.author.name, "Ilse Brandt")
    assert found.author == "Ilse Brandt"
    others = [one for one in diary.world.topic.posts if one.author.user_id != post.author.user_id]
    assert history(diary, others[0]).author_changes == ()


def test_there_is_no_such_post(diary: Diary) -> None:
    with reading(diary.world.path) as archive:
        assert history_of_post(archive, 1) is None


def test_a_post_without_a_body_is_damage(diary: Diary, post: DemoPost) -> None:
    with closing(sqlite3.connect(diary.world.path)) as connection, connection:
        connection.execute("DELETE FROM revisions WHERE post_id = ?", (post.post_id,))
    with pytest.raises(DamagedArchiveError, match=str(post.post_id)):
        history(diary, post)


# --- the command ---


def test_the_command_tells_it_in_the_order_of_time(
    diary: Diary, post: DemoPost, threadkeep: CommandLine
) -> None:
    world, topic = diary.world, diary.world.topic
    diary.change(life.edit_post, post.post_id, **written("One two three."))
    diary.visit()
    now = next(one for one in world.topic.posts if one.post_id == post.post_id)
    diary.change(life.delete_reply, post.post_id)
    diary.visit()
    diary.change(life.restore_reply, topic.topic_id, now)
    diary.visit()
    bold = written("One two three.", "<p>One <b>two</b> three.</p>")
    diary.change(life.edit_post, post.post_id, **bold)
    diary.change(life_site.rename_author, post.author.user_id, "Ilse Brandt")
    diary.visit()
    diary.change(
        life.edit_post, post.post_id, **written("One two.\nThree.", "<p>One two.<br />Three.</p>")
    )
    diary.change(life.split_topic, post.post_id, title="Apart")
    diary.visit()
    ran = threadkeep("show", post.post_id, "--history", "-a", world.path)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == f"Post {post.post_id} by Ilse Brandt in “Apart”: 4 versions seen"
    events = [line[22:] for line in lines if line[:2] == "20"]
    assert events[0] == "version 1"
    assert events[1].startswith("version 2: 3 words added, ")
    assert events[2:] == [
        "gone: no longer on the topic's pages",
        "back",
        "version 3: only its markup or line breaks changed",
        "version 4: 2 words added, 2 removed",
        f"moved from “{topic.title}” (#{topic.topic_id}) to “Apart” (#{post.post_id})",
    ]
    moments = [line[:20] for line in lines if line[:2] == "20"]
    assert moments == sorted(moments)
    changed = lines.index(f"{moments[5]}  version 4: 2 words added, 2 removed")
    assert lines[changed + 1 : changed + 3] == [
        "    One [-two three.-] {+two.¶+}",
        "    {+Three.+}",
    ]
    assert "what the site says of edits:" in lines
    assert lines[-2].startswith("its author, Ilse Brandt (http://")
    assert lines[-1].endswith(f"name: {post.author.name} → Ilse Brandt")


def test_the_command_for_a_post_that_is_gone(
    diary: Diary, post: DemoPost, threadkeep: CommandLine
) -> None:
    diary.change(life.delete_reply, post.post_id)
    diary.visit()
    ran = threadkeep("show", post.post_id, "--history", "-a", diary.world.path)
    assert ran.code == 0
    assert ": 1 version seen, gone since 2026-" in ran.out.splitlines()[0]
    report = threadkeep("show", post.post_id, "--history", "-a", diary.world.path, "--json").report
    assert report["absences"][0]["returned_at"] is None
    assert report["revisions"][0]["body_text"]


def test_the_command_as_json(diary: Diary, post: DemoPost, threadkeep: CommandLine) -> None:
    diary.change(life.edit_post, post.post_id, **written("One two three."))
    diary.visit()
    report = threadkeep("show", post.post_id, "--history", "-a", diary.world.path, "--json").report
    assert report["post_id"] == post.post_id
    assert [one["revision"] for one in report["revisions"]] == [1, 2]
    assert {piece["kind"] for piece in report["revisions"][1]["difference"]} >= {"added"}


def test_a_post_that_there_is_not(diary: Diary, threadkeep: CommandLine) -> None:
    ran = threadkeep("show", 1, "--history", "-a", diary.world.path)
    assert ran.code == 2
    assert "holds no post 1" in ran.sentence


def test_what_a_site_sends_is_safe_on_a_terminal(
    diary: Diary, post: DemoPost, threadkeep: CommandLine
) -> None:
    with closing(sqlite3.connect(diary.world.path)) as connection, connection:
        connection.execute("UPDATE topics SET title = 'Bell' || char(7)")
        connection.execute(
            "UPDATE revisions SET body_text = 'Bell' || char(27) || '[31m' || char(8238)"
        )
    ran = threadkeep("show", post.post_id, "--history", "-a", diary.world.path)
    assert "Bell" in ran.out
    assert not {"\x07", "\x1b", "\u202e"} & set(ran.out)
