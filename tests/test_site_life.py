"""What a real bbPress does when its content changes, each as a script of a forum's life: what is kept says what happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scraper.demo import DemoAnswer, life, life_site
from tests.archiving import rarely
from tests.whole_forum import DAY, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scraper.demo import DemoForum, DemoRequest, DemoTopic
    from scraper.demo.exchange import AnsweringSite

    Change = Callable[[DemoForum], DemoForum]


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site.of(tmp_path_factory.mktemp("archived"), topics=10, posts=18) as made:
        made.archive()
        yield made


@pytest.fixture
def site(archived: Site, tmp_path: Path) -> Iterator[Site]:
    with archived.as_it_is(tmp_path) as made:
        yield made


def passes(site: Site, change: Change, **options: Any) -> Any:  # noqa: ANN401  a report
    """A day passes on which something happens, and a sync comes after it."""
    site.forum = change(site.forum)
    site.clock.advance(DAY)
    report = site.sync(**options)
    assert report.exit_code == 0
    return report


def ids(topic: DemoTopic) -> set[int]:
    return {post.post_id for post in topic.posts}


def moved(site: Site) -> dict[int, tuple[int, int]]:
    """Each post that moved, from which topic to which."""
    rows = site.query(
        "SELECT post_id, one.topic_id, other.topic_id FROM post_moves JOIN topics AS one ON one.topic_key = from_topic_key"
        " JOIN topics AS other ON other.topic_key = to_topic_key"
    )
    return {post_id: (one, other) for post_id, one, other in rows}


def revised(site: Site) -> list[tuple[Any, ...]]:
    return site.query("SELECT post_id FROM revisions WHERE revision > 1")


def vanished(site: Site) -> dict[int, str]:
    rows = site.query("SELECT topic_id, vanished_reason FROM topics WHERE vanished_at IS NOT NULL")
    return dict(rows)


def pages_of(site: Site, topic: DemoTopic) -> list[int]:
    """The pages of a topic that the last run asked for."""
    paths = [one.removeprefix(site.server.url) for one in site.topic_paths([topic])]
    return [paths.index(path) + 1 for path in site.asked if path in paths]


def in_turn(*changes: Change) -> Change:
    def change(forum: DemoForum) -> DemoForum:
        for one in changes:
            forum = one(forum)
        return forum

    return change


def deleting(post_id: int) -> Change:
    return lambda forum: life.delete_reply(forum, post_id)


# What is kept as it was last shown, whatever the words mean by then.
AS_SHOWN = ("last_seen", "source_sha256", "published_text", "edits")

# Pages and feeds that are not there any more ------------------------------------------------------------------


def test_a_page_that_is_no_more_answers_without_posts_and_only_the_deleted_are_gone(
    site: Site,
) -> None:
    topic = site.forum.topics[0]
    deleted = [post.post_id for post in topic.posts[3:12]]
    last = site.topic_paths([topic])[-1].removeprefix(site.server.url)
    passes(site, in_turn(*(deleting(one) for one in deleted)))
    assert site.server.ordinary(last).status == 200, "bbPress answers all the same"
    assert set(site.gone()) == set(deleted)
    assert site.mistakes() == []


@pytest.mark.parametrize("change", ["private", *rarely("deleted", "merged")])
def test_a_feed_of_a_topic_that_is_no_more_has_posts_of_others(
    change: str, tmp_path: Path
) -> None:
    """Where nothing states the zone, feeds are asked; one that answers with other posts settles nothing."""
    with Site.of(tmp_path, topics=6, posts=18, rest=False) as site:
        site.archive()
        times = site.query("SELECT post_id, published FROM posts ORDER BY post_id")
        source, into = site.forum.topics[:2]
        changes: dict[str, Change] = {
            "private": lambda forum: life.set_access(forum, source.topic_id, "private"),
            "deleted": lambda forum: life.delete_topic(forum, source.topic_id),
            "merged": lambda forum: life.merge_topics(forum, source.topic_id, into.topic_id),
        }
        feed = site.links.feed(site.links.topic(source)).removeprefix(site.server.url)
        other = site.links.feed(site.links.topic(site.forum.topics[3])).removeprefix(
            site.server.url
        )

        def of_others(request: DemoRequest) -> DemoAnswer | None:
            return site.server.ordinary(other) if request.path == feed else None

        site.server.intercept = of_others
        passes(site, changes[change], audit=1.0)
        assert site.mistakes() == []
        assert site.query("SELECT post_id, published FROM posts ORDER BY post_id") == times


# Identity is the id, never the address ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "way", ["to the one that took it", *rarely("to one with a similar slug", "nowhere")]
)
@pytest.mark.parametrize("is_older", [False, True])
def test_a_topic_that_was_merged_has_moved_wherever_its_address_leads(
    way: str, is_older: bool, site: Site
) -> None:
    first, second, *_, similar = sorted(site.forum.topics, key=lambda one: one.opening.posted)
    source, into = (first, second) if is_older else (second, first)
    opened = into.opening.posted

    def change(forum: DemoForum) -> DemoForum:
        redirected = way == "to the one that took it"
        forum = life.merge_topics(forum, source.topic_id, into.topic_id, is_redirected=redirected)
        similar_slug = way == "to one with a similar slug"
        return life.redirect_slug(forum, source.slug, similar.topic_id) if similar_slug else forum

    report = passes(site, change)
    assert site.mistakes() == []
    assert site.gone() == {}
    assert moved(site) == dict.fromkeys(ids(source), (source.topic_id, into.topic_id))
    assert vanished(site) == {
        source.topic_id: f"merged: its posts are in topic {into.topic_id} now"
    }
    assert revised(site) == []
    assert (report.gone_topics, sum(one.saved.new for one in report.topics)) == (1, 0)
    is_backdated = site.forum.topic(into.slug).opening.posted != opened
    assert is_backdated == is_older
    passes(site, lambda forum: forum, audit=1.0)
    assert site.mistakes() == []
    assert site.gone() == {}


@pytest.mark.parametrize("way", ["to one with a similar slug", "nowhere"])
def test_a_topic_that_was_deleted_is_gone_wherever_its_address_leads(way: str, site: Site) -> None:
    topic, similar = site.forum.topics[0], site.forum.topics[5]

    def change(forum: DemoForum) -> DemoForum:
        forum = life.delete_topic(forum, topic.topic_id)
        is_guessed = way == "to one with a similar slug"
        return life.redirect_slug(forum, topic.slug, similar.topic_id) if is_guessed else forum

    passes(site, change)
    assert set(site.gone()) == ids(topic)
    assert list(vanished(site)) == [topic.topic_id]
    assert site.mistakes() == []
    again = passes(site, lambda forum: forum)
    assert len(site.asked) <= 4, again
    assert site.mistakes() == []


def test_a_topic_takes_over_the_address_of_one_that_was_deleted(site: Site) -> None:
    old = site.forum.topics[0]

    def change(forum: DemoForum) -> DemoForum:
        forum = life.delete_topic(forum, old.topic_id)
        forum = life.add_topic(forum, "glue", "Quite another thing")
        return forum.with_topic(replace(forum.topics[-1], slug=old.slug))

    passes(site, change)
    assert set(site.gone()) == ids(old)
    assert site.mistakes() == []


def test_two_topics_swap_their_addresses(site: Site) -> None:
    one, other = site.forum.topics[:2]

    def change(forum: DemoForum) -> DemoForum:
        forum = forum.with_topic(replace(one, slug="for-a-moment")).with_topic(
            replace(other, slug=one.slug)
        )
        forum = forum.with_topic(replace(one, slug=other.slug))
        return life.add_reply(life.add_reply(forum, one.topic_id), other.topic_id)

    passes(site, change)
    assert site.mistakes(may_have_moved=True) == []
    passes(site, lambda forum: forum, audit=1.0)
    assert site.mistakes() == []
    assert site.gone() == {}
    assert moved(site) == {}


def test_a_topic_with_another_slug_is_the_same_one(site: Site) -> None:
    topic = site.forum.topics[0]
    passes(
        site,
        in_turn(
            lambda forum: life.rename_topic(forum, topic.topic_id, title="Quite new", slug="new"),
            lambda forum: life.add_reply(forum, topic.topic_id),
        ),
    )
    passes(site, lambda forum: forum, audit=1.0)
    assert site.mistakes() == []
    assert site.gone() == {}
    assert site.query("SELECT count(*) FROM topics") == [(10,)]
    changes = site.query("SELECT field, old_value, new_value FROM topic_changes")
    assert changes == [("title", topic.title, "Quite new")]


# Posts that move ----------------------------------------------------------------------------------------------


def test_a_topic_that_was_split_has_parted_with_posts_that_are_not_new(site: Site) -> None:
    topic = site.forum.topics[0]
    at = topic.posts[7].post_id
    report = passes(site, lambda forum: life.split_topic(forum, at, title="On another note"))
    stayed = site.forum.topic(topic.slug)
    assert set(moved(site)) == ids(topic) - ids(stayed)
    assert set(moved(site).values()) == {(topic.topic_id, at)}
    assert site.gone() == {}
    assert sum(one.saved.new for one in report.topics) == 0
    assert revised(site) == []
    assert site.mistakes(may_have_moved=True) == []
    passes(site, lambda forum: forum, audit=1.0)
    assert site.mistakes() == []


def test_a_topic_that_went_to_another_forum_is_the_same_there(site: Site) -> None:
    topic = next(one for one in site.forum.topics if one.board.slug != "glue")
    passes(site, lambda forum: life.move_topic(forum, topic.topic_id, "glue"))
    passes(site, lambda forum: forum, audit=1.0)
    assert site.mistakes() == []
    assert site.gone() == {}
    assert moved(site) == {}
    assert [row[0] for row in site.query("SELECT field FROM topic_changes")] == ["forum"]


def test_a_reply_that_was_deleted_has_those_pages_read_again_that_the_sums_name(
    tmp_path: Path,
) -> None:
    with Site.of(tmp_path, topics=4, posts=50, per_page=5) as site:
        site.archive()
        topic = site.forum.topics[0]
        gone = topic.posts[23].post_id
        passes(site, lambda forum: life.delete_reply(forum, gone))
        assert list(site.gone()) == [gone]
        pages = pages_of(site, topic)
        assert len(pages) == len(set(pages)), pages
        # From the last page back to the one from which the reply is missing; the one before proves that none was earlier.
        assert set(pages) == set(range(4, 11)), pages
        assert site.mistakes() == []


# People -------------------------------------------------------------------------------------------------------


def nobody_edited(site: Site, change: Change) -> list[tuple[Any, ...]]:
    """Something happens to an account: nothing of it is an edit.

    Returns:
        What is on record of the person.
    """
    report = passes(site, change, audit=1.0)
    assert sum(one.saved.changed + one.saved.new for one in report.topics) == 0
    assert site.mistakes() == []
    assert revised(site) == []
    assert site.gone() == {}
    return site.query("SELECT field, old_value, new_value FROM author_changes")


def busy(forum: DemoForum) -> int:
    """Somebody who has written much."""
    counts: dict[int, int] = {}
    for topic in forum.topics:
        for post in topic.posts:
            if post.author.has_profile and post.author.role == "participant":
                counts[post.author.user_id] = counts.get(post.author.user_id, 0) + 1
    return max(counts, key=lambda one: counts[one])


def test_who_has_another_name_is_the_same_person_with_no_post_edited(site: Site) -> None:
    user_id = busy(site.forum)
    before = life_site.author_of(site.forum, user_id).name
    changes = nobody_edited(site, lambda forum: life_site.rename_author(forum, user_id, "Nia New"))
    assert changes == [("name", before, "Nia New")]


def test_who_has_another_role_is_the_same_person_with_no_post_edited(site: Site) -> None:
    user_id = busy(site.forum)
    changes = nobody_edited(site, lambda forum: life_site.change_role(forum, user_id, "moderator"))
    assert changes == [("role", "participant", "moderator")]


def test_who_has_left_is_on_record_once_with_no_post_edited(site: Site) -> None:
    user_id = busy(site.forum)
    changes = nobody_edited(site, lambda forum: life_site.delete_author(forum, user_id))
    assert changes == [("is_deleted", "0", "1")]


# What changes by itself ---------------------------------------------------------------------------------------


def restless(request: DemoRequest) -> Callable[[AnsweringSite], DemoAnswer]:
    """A site whose pages have another nonce each time, and whose portraits come from another server each time."""

    def altered(site: AnsweringSite) -> DemoAnswer:
        answer = site.answer(request.path)
        nonce = b'<input type="hidden" name="_wpnonce" value="%010x" />' % request.number
        body = answer.body.replace(b"/avatar/", b"/avatar/%d" % (request.number % 3))
        return replace(answer, body=body.replace(b"</body>", nonce + b"</body>"))

    return altered


def test_relative_times_build_dates_nonces_and_portraits_change_by_themselves(
    tmp_path: Path,
) -> None:
    with Site.of(tmp_path, topics=6, relative_dates=True) as site:
        site.server.intercept = restless
        site.archive()
        before = site.records(*AS_SHOWN)
        months = timedelta(days=400)
        site.clock.advance(2 * months.total_seconds())  # as the site's own does
        report = passes(site, lambda forum: life_site.pass_time(forum, months))
        assert len(site.asked) <= 4, site.asked
        assert report.topics == ()
        passes(site, lambda forum: life_site.pass_time(forum, months), audit=1.0)
        assert revised(site) == []
        assert site.query("SELECT * FROM author_changes") == []
        assert site.query("SELECT * FROM topic_changes") == []
        assert site.records(*AS_SHOWN) == before
