"""What saving a page overwrites is logged: moves of posts, returns, changes of topics and people, gaps that closed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from scraper.archive.database import reading, writing
from scraper.archive.gone import mark_topic_gone
from scraper.archive.thread_reader import threads
from scraper.demo import life, life_site
from scraper.sync.reparsing import reparse
from tests.archiving import World, failing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path, posts=13, topics=3) as made:
        made.archive(*urls(made))
        yield made


def urls(world: World) -> list[str]:
    """The addresses of all topics that there are now."""
    forum = world.server.forum
    return [f"{world.server.url}/forums/topic/{topic.slug}/" for topic in forum.topics]


def change(world: World, what: Any, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  a change of `life`
    world.server.forum = what(world.server.forum, *arguments, **options)


def again(world: World, *, refresh: bool = True) -> None:
    """Read every topic anew."""
    world.archive(*urls(world), refresh=refresh)


def rows(world: World, query: str) -> list[tuple[Any, ...]]:
    with reading(world.path) as archive:
        return [tuple(row) for row in archive.connection.execute(query)]


MOVES = """
SELECT post_id, old.topic_id, new.topic_id FROM post_moves
JOIN topics AS old ON old.topic_key = from_topic_key JOIN topics AS new ON new.topic_key = to_topic_key
ORDER BY post_moves.rowid
"""
ABSENCES = "SELECT post_id, gone_at < returned_at, gone_reason FROM post_absences"
TOPICS = "SELECT topic_id, field, old_value, new_value FROM topic_changes JOIN topics USING (topic_key) ORDER BY change_id"
PEOPLE = "SELECT field, old_value, new_value FROM author_changes ORDER BY change_id"
LOGS = (
    "SELECT * FROM post_moves",
    "SELECT * FROM post_absences",
    "SELECT topic_key, field, old_value, new_value, seen_at FROM topic_changes ORDER BY seen_at, field",
    "SELECT * FROM author_changes",
    "SELECT topic_key, title, vanished_at, vanished_reason FROM topics",
)


# --- posts ---


def test_where_nothing_changed_nothing_is_logged(world: World) -> None:
    again(world)
    for query in (MOVES, ABSENCES, TOPICS, PEOPLE, "SELECT * FROM closed_gaps"):
        assert rows(world, query) == []


def test_a_split_moves_posts(world: World) -> None:
    first, second, *_ = world.topic.posts[-2:]
    old = world.topic.topic_id
    change(world, life.split_topic, first.post_id, title="Something else")
    again(world)
    assert rows(world, MOVES) == [
        (first.post_id, old, first.post_id),
        (second.post_id, old, first.post_id),
    ]
    again(world)
    assert len(rows(world, MOVES)) == 2, "each once"


def test_a_merge_moves_the_opening_post_too(world: World) -> None:
    other = world.server.forum.topics[0]
    change(world, life.merge_topics, other.topic_id, world.topic.topic_id)
    again(world)
    moved = rows(world, MOVES)
    assert [post_id for post_id, *_ in moved] == sorted(post.post_id for post in other.posts)
    assert {place[1:] for place in moved} == {(other.topic_id, world.topic.topic_id)}


def test_a_post_that_was_missed_before_it_turned_up_elsewhere_has_moved(world: World) -> None:
    post = world.topic.posts[-1]
    old = world.url
    change(world, life.split_topic, post.post_id, title="Something else")
    world.archive(old, refresh=True)
    assert post.post_id in world.gone()
    again(world)
    assert [move[0] for move in rows(world, MOVES)] == [post.post_id]
    assert rows(world, ABSENCES) == []


def test_a_post_that_comes_back_was_away(world: World) -> None:
    post = world.topic.posts[5]
    topic_id = world.topic.topic_id
    change(world, life.delete_reply, post.post_id)
    again(world)
    change(world, life.restore_reply, topic_id, post)
    again(world)
    again(world)
    assert rows(world, ABSENCES) == [(post.post_id, 1, "no longer on the topic's pages")]
    assert rows(world, MOVES) == []


# --- topics ---


def test_what_changes_of_a_topic(world: World) -> None:
    topic_id, title = world.topic.topic_id, world.topic.title
    boards = [board.slug for board in world.server.forum.boards if not board.is_category]
    here = world.topic.board.slug
    change(world, life.rename_topic, topic_id, title="Another title")
    change(world, life.close_topic, topic_id)
    change(world, life.move_topic, topic_id, next(slug for slug in boards if slug != here))
    before = world.truth.forum
    again(world)
    logged = {field: values for _, field, *values in rows(world, TOPICS)}
    assert {one[0] for one in rows(world, TOPICS)} == {topic_id}
    assert logged["title"] == [title, "Another title"]
    assert logged["status"] == ["open", "closed"]
    assert logged["forum"][1] == " › ".join(before)
    assert len(rows(world, TOPICS)) == 3
    again(world)
    assert len(rows(world, TOPICS)) == 3


def test_a_topic_that_is_put_on_top(tmp_path: Path) -> None:
    with World.of(tmp_path, posts=13, lead=True) as world:
        world.archive()
        change(world, life.stick_topic, world.topic.topic_id, "super")
        world.archive(refresh=True)
        assert rows(world, TOPICS) == [(world.topic.topic_id, "sticky", "no", "super")]


def test_a_forum_that_is_renamed_moves_no_topic(world: World) -> None:
    forum = world.server.forum
    board = replace(world.topic.board, title="Another name")
    topics = tuple(
        replace(topic, board=board) if topic.board.slug == board.slug else topic
        for topic in forum.topics
    )
    boards = tuple(board if one.slug == board.slug else one for one in forum.boards)
    world.server.forum = replace(forum, topics=topics, boards=boards)
    again(world)
    assert world.truth.forum[-1] == "Another name"
    assert rows(world, TOPICS) == []


def test_a_topic_that_was_gone_is_back_with_a_page_of_it(world: World) -> None:
    with writing(world.path, command="test") as archive, archive.transaction() as connection:
        key = connection.execute(
            "SELECT topic_key FROM topics WHERE topic_id = ?", (world.topic.topic_id,)
        ).fetchone()[0]
        assert mark_topic_gone(connection, key, "deleted", "2026-01-01T00:01:30Z") == 13
    state = "SELECT vanished_at, vanished_reason FROM topics WHERE vanished_at IS NOT NULL"
    assert rows(world, state) == [("2026-01-01T00:01:30Z", "deleted")]
    again(world)
    assert rows(world, state) == []
    assert [one[1:] for one in rows(world, TOPICS)] == [
        ("gone", None, "deleted"),
        ("gone", "deleted", None),
    ]


def test_a_gap_that_closes_is_kept(world: World) -> None:
    world.add(10)
    world.server.intercept = failing(world.page(4))
    world.archive(refresh=True)
    opened = rows(world, "SELECT code, place, missing, first_seen FROM gaps ORDER BY code")
    assert {code for code, *_ in opened} == {"page-missing", "posts-missing"}
    world.server.intercept = None
    world.archive()
    assert rows(world, "SELECT * FROM gaps") == []
    closed = rows(world, "SELECT code, place, missing, first_seen FROM closed_gaps ORDER BY code")
    assert closed == opened
    assert rows(world, "SELECT 1 FROM closed_gaps WHERE closed_at <= first_seen") == []


# --- people ---


def somebody(world: World) -> Any:  # noqa: ANN401  an author of the demo's
    """Who has written more than one post of the topic and has an account."""
    authors = [post.author for post in world.topic.posts]
    return next(one for one in authors if one.has_profile and authors.count(one) > 1)


def test_a_person_that_is_renamed_is_logged_once(world: World) -> None:
    who = somebody(world)
    change(world, life_site.rename_author, who.user_id, "Ilse Brandt")
    again(world)
    again(world)
    assert rows(world, PEOPLE) == [("name", who.name, "Ilse Brandt")]
    assert all(post.revision == 1 for post in world.posts()), "no post was edited"


def test_renamed_and_renamed_back(world: World) -> None:
    who = somebody(world)
    for name in ("Ilse Brandt", who.name):
        change(world, life_site.rename_author, who.user_id, name)
        again(world)
    assert rows(world, PEOPLE) == [
        ("name", who.name, "Ilse Brandt"),
        ("name", "Ilse Brandt", who.name),
    ]


def test_a_new_post_under_a_new_name_is_enough(world: World) -> None:
    who = somebody(world)
    change(world, life_site.rename_author, who.user_id, "Ilse Brandt")
    renamed = life_site.author_of(world.server.forum, who.user_id)
    for _ in range(6):
        change(world, life.add_reply, world.topic.topic_id, author=renamed)
    again(world, refresh=False)
    assert rows(world, PEOPLE) == [("name", who.name, "Ilse Brandt")]


def test_another_role_is_logged_once_and_another_language_is_none(world: World) -> None:
    who = somebody(world)
    change(world, life_site.change_language, "de_DE")
    again(world)
    assert rows(world, PEOPLE) == []
    after = replace(who, role="moderator" if who.role != "moderator" else "participant")
    world.put(
        *(
            replace(post, author=after) if post.author == who else post
            for post in world.topic.posts
        )
    )
    again(world)
    assert rows(world, PEOPLE) == [("role", who.role, after.role)]


def test_an_account_that_is_deleted_is_logged_once(world: World) -> None:
    who = somebody(world)
    change(world, life_site.delete_author, who.user_id)
    again(world)
    again(world)
    assert rows(world, PEOPLE) == [("is_deleted", "0", "1")]


def test_posts_that_are_given_to_somebody_else_make_nobody_another(world: World) -> None:
    who = somebody(world)
    heir = next(
        one for one in world.server.forum.authors if one != who and one.role == "participant"
    )
    change(world, life_site.delete_author, who.user_id, heir=heir.user_id)
    again(world)
    assert rows(world, PEOPLE) == []


# --- read anew ---


def test_read_anew_from_the_stored_pages_the_log_is_the_same(world: World) -> None:
    who, post, topic_id = somebody(world), world.topic.posts[5], world.topic.topic_id
    change(world, life.delete_reply, post.post_id)
    change(world, life_site.rename_author, who.user_id, "Ilse Brandt")
    change(world, life.rename_topic, topic_id, title="Another title")
    again(world)
    change(world, life.restore_reply, topic_id, post)
    change(world, life.close_topic, topic_id)
    change(world, life.split_topic, world.topic.posts[-1].post_id, title="Apart")
    again(world)
    with writing(world.path, command="test") as archive, archive.transaction() as connection:
        assert mark_topic_gone(connection, 1, "deleted", "2026-01-01T00:09:00Z")
    before = [rows(world, query) for query in LOGS]
    assert all(before)
    reparse(world.path, world.clock)
    assert [rows(world, query) for query in LOGS] == before
    with reading(world.path) as archive:
        assert all(thread.title for thread in threads(archive))
