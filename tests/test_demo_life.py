"""What happens on a demo forum: each change by itself, at random, and scripted while the forum is being read."""

from __future__ import annotations

import http.client
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from parsers.errors import UsageError
from scraper.demo import (
    DemoForum,
    DemoServer,
    DemoSettings,
    DemoTopic,
    ExpectedTopic,
    Fault,
    FaultRule,
    FaultScript,
    Life,
    LifeEvent,
    Written,
    expected_topics,
    generate,
)
from scraper.demo import life as happen
from scraper.demo import life_site as befall
from scraper.demo.cast import GUESTS
from scraper.demo.forum import THEMES
from scraper.demo.life_chance import live
from scraper.demo.site import DemoSite
from tests.archiving import rarely
from tests.demo_page import BASE, check_pages, count_sentences, page, path_of, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from scraper.demo.forum import ThemeName

FORUM = generate(DemoSettings(topics=20))
CHAIN = FORUM.topic("the-word-chain")
SMALL = FORUM.topic("guests-welcome")
LONELY = FORUM.topic("is-anybody-here")
SAID = Written(html="<p>Something else.</p>", text="Something else.")


def truth(forum: DemoForum, topic_id: int = CHAIN.topic_id) -> ExpectedTopic:
    """A topic as its pages show it, which is checked."""
    topics = _before() if forum is FORUM else _checked(forum)
    return next(topic for topic in topics if topic.topic_id == topic_id)


@cache
def _before() -> tuple[ExpectedTopic, ...]:
    return _checked(FORUM)


def _checked(forum: DemoForum) -> tuple[ExpectedTopic, ...]:
    check_pages(DemoSite(forum, BASE))
    return expected_topics(forum, BASE)


def ids(topic: ExpectedTopic | DemoTopic) -> list[int]:
    return [post.post_id for post in topic.posts]


def asked(forum: DemoForum, path: str) -> tuple[int, str]:
    """The status of an address and where it leads on to."""
    answer = DemoSite(forum, BASE).answer(path)
    return answer.status, dict(answer.headers).get("Location", "").removeprefix(BASE)


# --- posts ---


def test_a_reply_comes_at_the_end() -> None:
    after = happen.add_reply(FORUM, CHAIN.topic_id)
    assert ids(truth(after)) == [*ids(truth(FORUM)), FORUM.free_id]
    assert after.free_id == FORUM.free_id + 1
    reply = truth(after).posts[-1]
    assert (reply.published, reply.role) == ("2025-01-15T12:00:00Z", "Participant")
    assert reply.body_text
    assert count_sentences(DemoSite(after, BASE), f"{path_of(truth(after).url)}page/3/")[
        0
    ].endswith("(of 32 total)")


def test_a_reply_is_what_it_is_told_to_be() -> None:
    parent = SMALL.posts[2].post_id
    after = happen.add_reply(FORUM, SMALL.topic_id, author=GUESTS[1], body=SAID, answers=parent)
    reply = truth(after, SMALL.topic_id).posts[-1]
    assert (reply.author_name, reply.body_html) == (GUESTS[1].name, SAID.html)
    assert after.topic(SMALL.slug).posts[-1].parent == parent


def test_a_late_reply_moves_all_that_follow() -> None:
    moment = CHAIN.posts[14].posted
    after = happen.add_reply(FORUM, CHAIN.topic_id, at=moment)
    before, now = truth(FORUM), truth(after)
    assert ids(now) == [*ids(before)[:15], FORUM.free_id, *ids(before)[15:]]
    assert now.posts[15].url.endswith(f"/page/2/#post-{FORUM.free_id}")
    assert now.posts[30].url.endswith(f"/page/3/#post-{before.posts[29].post_id}")


def test_replies_to_replies_must_be_possible() -> None:
    with pytest.raises(UsageError, match="has no reply 1"):
        happen.add_reply(FORUM, CHAIN.topic_id, answers=1)
    with pytest.raises(UsageError, match=r"no topic 1$"):
        happen.add_reply(FORUM, 1)
    nobody = replace(FORUM, authors=())
    with pytest.raises(UsageError, match="nobody left"):
        happen.add_reply(nobody, CHAIN.topic_id)


@pytest.mark.parametrize(
    ("options", "logged"),
    [
        ({"reason": "typo"}, ["typo"]),
        ({}, [None]),
        ({"is_logged": False}, []),
    ],
)
def test_an_edit_is_logged_with_a_reason_without_one_or_not_at_all(
    options: dict[str, Any], logged: list[str | None]
) -> None:
    post = CHAIN.posts[3]
    after = happen.edit_post(FORUM, post.post_id, body=SAID, **options)
    now = truth(after).posts[3]
    assert now.body_text == SAID.text
    assert [edit.reason for edit in now.edits[len(post.edits) :]] == logged
    assert (now.post_id, now.published) == (post.post_id, truth(FORUM).posts[3].published)
    assert after.free_id == FORUM.free_id + 1


def test_an_edit_says_who_made_it() -> None:
    guests, chosen = SMALL.posts[0].post_id, FORUM.authors[4]
    by_default = happen.edit_post(FORUM, guests)
    assert truth(by_default, SMALL.topic_id).posts[0].edits[0].editor == "Vera Lantern"
    named = happen.edit_post(FORUM, guests, editor=chosen)
    assert truth(named, SMALL.topic_id).posts[0].edits[0].editor == chosen.name
    own = happen.edit_post(FORUM, SMALL.posts[5].post_id)
    assert own.topic(SMALL.slug).posts[5].edits[0].editor == SMALL.posts[5].author


def test_two_edits_say_different_things() -> None:
    once = happen.edit_post(FORUM, CHAIN.topic_id)
    twice = happen.edit_post(once, CHAIN.topic_id)
    texts = {forum.topic(CHAIN.slug).opening.body.text for forum in (FORUM, once, twice)}
    assert len(texts) == 3
    assert len(truth(twice).posts[0].edits) == len(CHAIN.opening.edits) + 2


@pytest.mark.parametrize("place", [1, 14, 15, 30])
def test_a_reply_is_deleted_and_restored(place: int) -> None:
    gone = CHAIN.posts[place]
    after = happen.delete_reply(FORUM, gone.post_id)
    assert ids(truth(after)) == [post_id for post_id in ids(CHAIN) if post_id != gone.post_id]
    assert truth(after).pages == 2
    back = happen.restore_reply(after, CHAIN.topic_id, gone)
    assert truth(back) == truth(FORUM)
    with pytest.raises(UsageError, match="is not gone"):
        happen.restore_reply(back, CHAIN.topic_id, gone)


def test_what_opens_a_topic_is_no_reply() -> None:
    with pytest.raises(UsageError, match="delete the topic"):
        happen.delete_reply(FORUM, CHAIN.topic_id)
    with pytest.raises(UsageError, match="nothing to split"):
        happen.split_topic(FORUM, CHAIN.topic_id)
    with pytest.raises(UsageError, match=r"no post 1$"):
        happen.delete_reply(FORUM, 1)


# --- topics ---


def test_a_topic_is_started() -> None:
    after = happen.add_topic(FORUM, "help-desk", "The word chain")
    topic = after.topics[-1]
    assert (topic.slug, topic.topic_id) == ("the-word-chain-2", FORUM.free_id)
    assert truth(after, topic.topic_id).forum == ("Help desk",)
    listed = page(DemoSite(after, BASE), "/forums/forum/help-desk/").xpath("//ul/@id")
    assert f"bbp-topic-{topic.topic_id}" in listed


def test_a_topic_is_deleted() -> None:
    after = happen.delete_topic(FORUM, CHAIN.topic_id)
    assert asked(after, "/forums/topic/the-word-chain/") == (404, "")
    assert asked(after, f"/?p={CHAIN.posts[3].post_id}") == (404, "")
    with pytest.raises(UsageError, match="no topic"):
        happen.delete_topic(after, CHAIN.topic_id)


def test_a_topic_is_moved_and_keeps_its_address() -> None:
    after = happen.move_topic(FORUM, CHAIN.topic_id, "glue")
    assert truth(FORUM).forum == ("Help desk",)
    assert truth(after).forum == ("Community", "Tools & Techniques", "Glue")
    assert truth(after).url == truth(FORUM).url
    crumbs = page(DemoSite(after, BASE), path_of(truth(after).url))
    assert text(crumbs.xpath("//a[@class='bbp-breadcrumb-forum']")[-1]) == "Glue"
    for slug in ("nowhere", "community"):
        with pytest.raises(UsageError, match="no forum"):
            happen.move_topic(FORUM, CHAIN.topic_id, slug)


@pytest.mark.parametrize("is_redirected", [False, True])
def test_a_merged_topic_becomes_replies(*, is_redirected: bool) -> None:
    after = happen.merge_topics(FORUM, CHAIN.topic_id, SMALL.topic_id, is_redirected=is_redirected)
    into = truth(after, SMALL.topic_id)
    assert sorted(ids(into)) == sorted(ids(CHAIN) + ids(SMALL))
    assert [post.kind for post in into.posts].count("topic") == 1
    assert len(after.topics) == len(FORUM.topics) - 1
    gone, lead = "/forums/topic/the-word-chain/", "/forums/topic/guests-welcome/"
    assert asked(after, gone) == ((301, lead) if is_redirected else (404, ""))
    assert asked(after, f"{gone}page/2/") == (
        (301, f"{lead}page/2/") if is_redirected else (404, "")
    )
    assert asked(after, f"/?p={CHAIN.topic_id}") == (301, f"/forums/reply/{CHAIN.topic_id}/")


def test_an_older_topic_that_is_merged_dates_the_other_back() -> None:
    older, younger = sorted((CHAIN, SMALL), key=lambda topic: topic.opening.posted)
    after = happen.merge_topics(FORUM, older.topic_id, younger.topic_id)
    merged = after.topic(younger.slug)
    assert merged.opening.posted == older.opening.posted - timedelta(seconds=1)
    assert ids(truth(after, younger.topic_id))[:2] == [younger.topic_id, older.topic_id]
    other = happen.merge_topics(FORUM, younger.topic_id, older.topic_id)
    assert other.topic(older.slug).opening.posted == older.opening.posted
    with pytest.raises(UsageError, match="into itself"):
        happen.merge_topics(FORUM, CHAIN.topic_id, CHAIN.topic_id)


def test_a_split_topic_begins_with_the_reply() -> None:
    at = CHAIN.posts[20].post_id
    after = happen.split_topic(FORUM, at)
    assert ids(truth(after)) == ids(CHAIN)[:20]
    new = truth(after, at)
    assert ids(new) == ids(CHAIN)[20:]
    assert (new.slug, new.title, new.posts[0].kind) == ("the-word-chain-2", CHAIN.title, "topic")
    assert new.tags == ()
    parents = {post.parent for post in after.topic(new.slug).posts} - {None}
    assert parents <= set(ids(new)[1:])
    named = happen.split_topic(FORUM, at, title="Off topic")
    assert truth(named, at).url == f"{BASE}/forums/topic/off-topic/"


def test_a_split_topic_takes_answers_along_that_stay_together() -> None:
    topic = FORUM.topic("a-branching-conversation")
    at = next(post for post in topic.posts[5:] if post.parent is not None)
    new = happen.split_topic(FORUM, at.post_id).topics[-1]
    went = set(ids(new)[1:])
    old = {post.post_id: post.parent for post in topic.posts}
    assert new.opening.parent is None
    assert {post.parent for post in new.posts[1:]} - {None}
    for post in new.posts[1:]:
        parent = old[post.post_id]
        assert post.parent == (parent if parent in went else None)


def test_a_new_title_leaves_the_address() -> None:
    after = happen.rename_topic(FORUM, CHAIN.topic_id, title="Words, words")
    assert truth(after).title == "Words, words"
    assert truth(after).url == truth(FORUM).url
    assert after.old_slugs == ()


def test_a_new_address_is_led_to_from_the_old_one() -> None:
    old, new = "/forums/topic/the-word-chain/", "/forums/topic/chain-of-words/"
    after = happen.rename_topic(FORUM, CHAIN.topic_id, slug="chain-of-words")
    assert truth(after).url == BASE + new
    assert asked(after, old) == (301, new)
    assert asked(after, f"{old}page/3/") == (301, f"{new}page/3/")
    assert asked(after, "/forums/topic/the-word-chain") == (301, new)
    assert asked(after, f"{old}feed/") == (404, "")
    again = happen.rename_topic(after, CHAIN.topic_id, slug="words")
    assert asked(again, old) == asked(again, new) == (301, "/forums/topic/words/")
    back = happen.rename_topic(again, CHAIN.topic_id, slug="the-word-chain")
    assert asked(back, old) == (200, "")
    assert asked(back, "/forums/topic/words/") == (301, old)


def test_a_new_address_may_leave_the_old_one_dead() -> None:
    after = happen.rename_topic(FORUM, CHAIN.topic_id, slug="words", is_redirected=False)
    assert asked(after, "/forums/topic/the-word-chain/") == (404, "")


def test_a_new_address_is_nobody_elses() -> None:
    after = happen.rename_topic(FORUM, CHAIN.topic_id, slug="guests-welcome")
    assert truth(after).slug == "guests-welcome-2"
    # Who takes an address that another topic had is found there.
    taken = happen.add_topic(after, "glue", "The word chain")
    assert asked(taken, "/forums/topic/the-word-chain/") == (200, "")


def test_a_topic_that_is_gone_leaves_no_redirect() -> None:
    renamed = happen.rename_topic(FORUM, CHAIN.topic_id, slug="words")
    after = happen.delete_topic(renamed, CHAIN.topic_id)
    assert asked(after, "/forums/topic/the-word-chain/") == (404, "")


def test_redirects_follow_the_permalinks() -> None:
    renamed = happen.rename_topic(FORUM, CHAIN.topic_id, slug="words")
    plain = befall.change_permalinks(renamed, plain=True)
    assert asked(plain, "/?topic=the-word-chain&paged=2") == (301, "/?topic=words&paged=2")


def test_topics_close_and_open_stick_and_come_off_hide_and_show() -> None:
    closed = happen.close_topic(FORUM, CHAIN.topic_id)
    assert truth(closed).status == "closed"
    assert truth(happen.close_topic(closed, CHAIN.topic_id, closed=False)) == truth(FORUM)
    stuck = happen.stick_topic(FORUM, CHAIN.topic_id, "super")
    assert truth(stuck).sticky == "super"
    assert truth(happen.stick_topic(stuck, CHAIN.topic_id, "no")).sticky == "no"
    locked = happen.set_access(FORUM, CHAIN.topic_id, "password")
    assert truth(locked).is_protected
    hidden = happen.set_access(FORUM, CHAIN.topic_id, "private")
    assert asked(hidden, "/forums/topic/the-word-chain/") == (404, "")


# --- accounts ---


def test_an_author_has_another_name_everywhere() -> None:
    after = befall.rename_author(FORUM, 4, "Inge", nicename="inge")
    posts = [post for topic in expected_topics(after, BASE) for post in topic.posts]
    own = [post for post in posts if post.user_id == 4]
    assert len(own) > 2
    assert {(post.author_name, post.author_slug) for post in own} == {("Inge", "inge")}
    check_pages(DemoSite(after, BASE))
    assert asked(after, "/forums/users/inge/") == (200, "")
    assert asked(after, "/forums/users/inge_b/") == (404, "")
    with pytest.raises(UsageError, match="is called 'mo'"):
        befall.rename_author(FORUM, 4, "Inge", nicename="mo")
    with pytest.raises(UsageError, match="no account 999"):
        befall.rename_author(FORUM, 999, "Nobody")


@pytest.mark.parametrize("theme", THEMES)
def test_an_author_is_gone_and_posts_stay(theme: ThemeName) -> None:
    before = befall.change_theme(FORUM, theme)
    edited = befall.delete_author(before, 2)
    zoya = befall.delete_author(edited, 6)
    check_pages(DemoSite(zoya, BASE))
    log = truth(zoya, FORUM.topic("edited-and-edited-again").topic_id).posts[1].edits
    assert log[2].editor == "Anonymous"
    assert asked(zoya, "/forums/users/zoya/") == (404, "")
    mention = "@zoya what do you think?"
    told = page(DemoSite(zoya, BASE), "/forums/topic/what-a-post-can-hold/")
    assert mention in text(told)
    assert not told.xpath("//a[contains(@class, 'bbp-user-mention')]")


def test_an_author_is_gone_and_somebody_inherits() -> None:
    after = befall.delete_author(FORUM, 4, heir=2)
    check_pages(DemoSite(after, BASE))
    assert not any(post.user_id == 4 for topic in expected_topics(after) for post in topic.posts)
    with pytest.raises(UsageError, match="no account 4"):
        befall.delete_author(after, 4)


# --- the site ---


@pytest.mark.parametrize(
    "change",
    [
        partial(befall.change_theme, theme="classic"),
        partial(befall.change_theme, theme="table"),
        partial(befall.change_language, locale="nl_NL"),
        partial(befall.change_permalinks, plain=True),
        partial(befall.change_page_size, per_page=4),
        partial(befall.change_timezone, zone="Asia/Kolkata", at=CHAIN.posts[9].posted),
    ],
)
def test_the_site_changes_and_posts_stay(change: Callable[[DemoForum], DemoForum]) -> None:
    after = change(FORUM)
    assert truth(after) != truth(FORUM)
    assert ids(truth(after)) == ids(truth(FORUM))
    assert [post.body_text for post in truth(after).posts] == [
        post.body_text for post in truth(FORUM).posts
    ]
    assert [post.published for post in truth(after).posts] == [
        post.published for post in truth(FORUM).posts
    ]


def test_time_passes() -> None:
    edited = FORUM.topic("edited-and-edited-again").topic_id
    later = befall.pass_time(FORUM, timedelta(days=800))
    lines = [truth(forum, edited).posts[0].edits[0].text for forum in (FORUM, later)]
    assert [line.partition("modified ")[2].partition(" ago")[0] for line in lines] == [
        "7 years",
        "9 years, 2 months",
    ]


def test_threads_come_and_go_but_not_in_tables() -> None:
    after = befall.change_threads(FORUM, threaded=True)
    check_pages(DemoSite(after, BASE))
    assert truth(after).pages == 1
    assert befall.change_threads(after, threaded=False) == FORUM
    with pytest.raises(UsageError, match="no threads"):
        befall.change_theme(after, "table")


def test_a_new_zone_is_that_of_new_posts() -> None:
    after = befall.change_timezone(FORUM, "Asia/Kolkata")
    assert [post.published_local for post in truth(after).posts] == [
        post.published_local for post in truth(FORUM).posts
    ]
    later = happen.add_reply(befall.pass_time(after, timedelta(hours=1)), CHAIN.topic_id)
    assert truth(later).posts[-1].published_local == "2025-01-15T18:30"
    with pytest.raises(UsageError, match="already"):
        befall.change_timezone(after, "Asia/Tokyo")


# --- what holds for all of it ---


def all_ids(forum: DemoForum) -> set[int]:
    posts = [post for topic in forum.topics for post in topic.posts]
    return {post.post_id for post in posts} | {
        edit.edit_id for post in posts for edit in post.edits
    }


@pytest.mark.parametrize("seed", range(6))
def test_ids_are_never_given_away_twice(seed: int) -> None:
    forum, seen = FORUM, all_ids(FORUM)
    for step in range(60):
        after = live(forum, seed=100 * seed + step, changes=1)
        new = all_ids(after) - all_ids(forum)
        assert not new & seen
        assert all(number > max(seen) for number in new)
        seen |= new
        assert after.free_id > max(seen)
        posts = [post.post_id for topic in after.topics for post in topic.posts]
        assert len(posts) == len(set(posts))
        slugs = [topic.slug for topic in after.topics]
        assert len(slugs) == len(set(slugs))
        forum = after


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("seed", [0, *rarely(1, 2)])
def test_pages_show_what_the_truth_states_after_a_long_life(theme: ThemeName, seed: int) -> None:
    forum = generate(DemoSettings(topics=24, theme=theme, seed=seed, per_page=5))
    for year in range(4):
        forum = live(forum, seed=year, changes=25)
        check_pages(DemoSite(forum, BASE))


def test_a_threaded_forum_lives_too() -> None:
    forum = live(generate(DemoSettings(topics=24, threaded=True)), seed=3, changes=80)
    check_pages(DemoSite(forum, BASE))


def test_the_same_seed_leads_to_the_same_forum() -> None:
    assert live(FORUM, seed=4, changes=40) == live(FORUM, seed=4, changes=40)
    assert live(FORUM, seed=4, changes=40) != live(FORUM, seed=5, changes=40)


def test_a_forum_stays_as_it_was_when_another_comes_of_it() -> None:
    forum = generate(DemoSettings(topics=20))
    live(forum, seed=1, changes=60)
    assert forum == FORUM


def test_a_forum_never_runs_empty() -> None:
    few = generate(DemoSettings(topics=3, showcase=False))
    assert len(live(few, seed=2, changes=300).topics) >= 3


# --- scripted ---


class Reader:
    """Somebody who reads a served forum and looks at one topic."""

    def __init__(self, server: DemoServer) -> None:
        self._server = server
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", urlsplit(server.url).port or 0, timeout=9
        )

    def ask(self, path: str) -> tuple[int, bytes]:
        self._connection.request("GET", path)
        response = self._connection.getresponse()
        return response.status, response.read()

    def posts(self, path: str = "/forums/topic/the-word-chain/page/2/") -> int:
        return self.ask(path)[1].count(b'class="bbp-reply-header"')

    def close(self) -> None:
        self._connection.close()


def test_a_reply_is_deleted_while_somebody_reads() -> None:
    script = Life(
        LifeEvent(
            change=partial(happen.delete_reply, post_id=CHAIN.posts[4].post_id),
            after=3,
            path="/forums/topic/the-word-chain/*",
        )
    )
    with DemoServer(FORUM, life=script) as server:
        reader = Reader(server)
        third = "/forums/topic/the-word-chain/page/3/"
        reader.ask("/robots.txt")
        assert [reader.posts(third) for _ in range(2)] == [1, 1]
        assert server.forum is FORUM
        # The answer to the third is still the old forum's; who has it meets the new one.
        assert reader.posts(third) == 1
        assert len(server.forum.topic("the-word-chain").posts) == 30
        assert script.is_over
        assert reader.posts(third) == 0
        reader.close()


def test_replies_come_faster_than_they_are_read() -> None:
    script = Life(
        LifeEvent(
            change=partial(happen.add_reply, topic_id=LONELY.topic_id),
            after=2,
            times=3,
            path="~is-anybody-here",
        )
    )
    with DemoServer(FORUM, life=script) as server:
        reader = Reader(server)
        shown = [reader.posts("/forums/topic/is-anybody-here/") for _ in range(9)]
        reader.close()
    assert shown == [1, 1, 2, 2, 3, 3, 4, 4, 4]
    assert script.is_over


def test_life_goes_on_between_visits() -> None:
    script = Life(
        LifeEvent(change=partial(happen.close_topic, topic_id=CHAIN.topic_id)),
        LifeEvent(change=partial(befall.change_theme, theme="classic"), visit=2),
        LifeEvent(change=partial(happen.delete_topic, topic_id=CHAIN.topic_id), visit=2, after=1),
    )
    with DemoServer(FORUM, life=script) as server:
        reader = Reader(server)
        assert server.forum.topic(CHAIN.slug).closed
        assert script.visit == 1
        reader.ask("/")
        themes = [server.forum.settings.theme]
        server.next_visit()
        themes.append(server.forum.settings.theme)
        assert themes == ["default", "classic"]
        assert not script.is_over
        assert reader.ask("/forums/topic/the-word-chain/")[0] == 200
        assert reader.ask("/forums/topic/the-word-chain/")[0] == 404
        reader.close()
    assert script.is_over


def test_each_visit_is_counted_anew() -> None:
    add = partial(happen.add_reply, topic_id=LONELY.topic_id)
    script = Life(LifeEvent(change=add, visit=2, after=2))
    with DemoServer(FORUM, life=script) as server:
        reader = Reader(server)
        for _ in range(3):
            reader.ask("/")
        server.next_visit()
        reader.ask("/")
        assert server.forum is FORUM
        reader.ask("/")
        assert server.forum is not FORUM
        reader.close()


def test_a_server_without_a_script_has_visits_too() -> None:
    with DemoServer(FORUM) as server:
        server.next_visit()
        assert server.forum is FORUM


def test_life_goes_on_while_answers_fail() -> None:
    add = partial(happen.add_reply, topic_id=LONELY.topic_id)
    faults = FaultScript((FaultRule(fault=Fault.SERVICE_UNAVAILABLE, first=1),))
    with DemoServer(FORUM, intercept=faults, life=Life(LifeEvent(change=add, after=1))) as server:
        reader = Reader(server)
        path = "/forums/topic/is-anybody-here/"
        assert (reader.ask(path)[0], reader.posts(path)) == (503, 2)
        reader.close()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"visit": 0}, "count from 1"),
        ({"after": -1}, "after from 0"),
        ({"after": 1, "times": 0}, "count from 1"),
        ({"times": 2}, "happens once"),
        ({"path": "/x/"}, "by no path"),
        ({"after": 1, "path": "x"}, "begins with neither"),
    ],
)
def test_events_that_cannot_be_meant_are_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        LifeEvent(change=lambda forum: forum, **options)
