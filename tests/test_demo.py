"""The demo forum: what it generates, how it shows it under every theme, and how it answers over HTTP."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests
from lxml import etree, html

from parsers.errors import UsageError
from scraper.demo import (
    DemoAnswer,
    DemoForum,
    DemoPost,
    DemoRequest,
    DemoServer,
    DemoSettings,
    DemoTopic,
    Written,
    expected_topic,
    generate,
)
from scraper.demo.forum import LOCALES, THEMES
from scraper.demo.languages import WORDS
from scraper.demo.site import DemoSite
from scraper.demo.typography import time_since
from tests.demo_page import (
    BASE,
    check_pages,
    count_sentences,
    page,
    path_of,
    shown_posts,
    site,
    squashed,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.demo.forum import LocaleName, ThemeName


# --- what is generated ---


def test_the_same_settings_give_the_same_forum() -> None:
    settings = DemoSettings(topics=40, vary=True)
    assert generate(settings) == generate(settings)
    assert generate(settings) != generate(replace(settings, seed=2))


def test_ordinary_topics_have_the_size_that_was_asked_for() -> None:
    forum = generate(DemoSettings(topics=25, posts=7, showcase=False))
    assert [len(topic.posts) for topic in forum.topics] == [7] * 25
    varied = generate(DemoSettings(topics=60, posts=7, showcase=False, vary=True))
    sizes = {len(topic.posts) for topic in varied.topics}
    assert min(sizes) >= 1
    assert max(sizes) <= 13
    assert len(sizes) > 3


def test_ids_are_unique_and_follow_time_but_for_imported_posts() -> None:
    forum = generate(DemoSettings(topics=40))
    imported = forum.topic("saved-from-the-old-forum")
    posts = [post for topic in forum.topics for post in topic.posts]
    assert len({post.post_id for post in posts}) == len(posts)
    native = [post for topic in forum.topics if topic is not imported for post in topic.posts]
    by_id = sorted(native, key=lambda post: post.post_id)
    assert [post.posted for post in by_id] == sorted(post.posted for post in native)
    by_time = sorted(imported.posts, key=lambda post: post.posted)
    assert [post.post_id for post in by_time] != sorted(post.post_id for post in by_time)


def test_edits_have_ids_of_their_own_and_come_after_the_post() -> None:
    forum = generate(DemoSettings(topics=60))
    edited = [post for topic in forum.topics for post in topic.posts if post.edits]
    ids = {post.post_id for topic in forum.topics for post in topic.posts}
    edits = [edit.edit_id for post in edited for edit in post.edits]
    assert len(edits) == len(set(edits)) > 4
    assert ids.isdisjoint(edits)
    assert all(edit.at > post.posted for post in edited for edit in post.edits)


def test_bodies_speak_the_forums_language() -> None:
    bodies = {
        locale: generate(DemoSettings(topics=20, locale=locale)).topics[-1].opening.body.text
        for locale in LOCALES
    }
    assert len(set(bodies.values())) == 3
    assert (
        bodies["nl_NL"]
        == generate(DemoSettings(topics=20, locale="nl_NL")).topics[-1].opening.body.text
    )


def test_a_changed_topic_replaces_the_old_one_and_a_new_one_is_added() -> None:
    forum = generate(DemoSettings(topics=20))
    topic = forum.topics[3]
    changed = replace(topic, closed=True)
    assert forum.with_topic(changed).topic(topic.slug).closed
    assert len(forum.with_topic(changed).topics) == 20
    highest = max(post.post_id for old in forum.topics for post in old.posts)
    assert forum.free_id > highest
    newcomer = replace(
        topic,
        slug="brand-new",
        posts=(replace(topic.opening, post_id=forum.free_id, body=Written(html="", text="")),),
    )
    assert len(forum.with_topic(newcomer).topics) == 21
    with pytest.raises(KeyError):
        forum.without_topic(topic.topic_id).topic(topic.slug)


@pytest.mark.parametrize(
    "wrong",
    [
        {"posts": 0},
        {"per_page": 0},
        {"topics": -1},
        {"timezone": "Mars/Olympus"},
        {"timezone": "+5"},
        {"old_timezone": "Nowhere"},
        {"theme": "table", "threaded": True},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        DemoSettings(**wrong)


# --- truth and pages agree ---


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("theme", THEMES)
def test_pages_show_what_the_truth_states(theme: ThemeName, locale: LocaleName) -> None:
    check_pages(site(theme=theme, locale=locale, topics=24))


def _number_above(threads: html.HtmlElement) -> int:
    item = threads.getparent()
    assert item is not None
    return int(str(item.xpath("string(div[@class='bbp-reply-header']/@id)"))[5:])


@pytest.mark.parametrize("theme", ["default", "classic", "themed"])
def test_threaded_pages_nest_what_the_truth_says(theme: ThemeName) -> None:
    of = site(theme=theme, threaded=True, thread_depth=3, topics=24)
    topic = expected_topic(of.forum, of.forum.topic("a-branching-conversation"), BASE)
    nested: dict[int, tuple[int | None, int]] = {}
    tree = page(of, path_of(topic.url))
    for header in tree.xpath(
        f"//ul[@id='topic-{topic.topic_id}-replies']//div[@class='bbp-reply-header']"
    ):
        above = header.xpath("ancestor::ul[@class='bbp-threaded-replies']")
        number = int(header.get("id", "")[5:])
        nested[number] = (_number_above(above[-1]) if above else None, len(above))
    assert nested == {post.post_id: (post.reply_to, post.depth) for post in topic.posts}
    assert max(depth for _, depth in nested.values()) == 2


def test_a_reply_to_a_deleted_reply_is_shown_last_at_the_root() -> None:
    forum = generate(DemoSettings(threaded=True, topics=24))
    topic = forum.topic("a-branching-conversation")
    parents = {post.parent for post in topic.posts}
    gone = next(post for post in topic.posts if post.post_id in parents)
    left = replace(topic, posts=tuple(post for post in topic.posts if post is not gone))
    truth = expected_topic(forum.with_topic(left), left)
    assert len(truth.posts) == len(topic.posts) - 1
    orphans = [post.post_id for post in topic.posts if post.parent == gone.post_id]
    assert [post.depth for post in truth.posts if post.post_id in orphans] == [0] * len(orphans)


@pytest.mark.parametrize("theme", THEMES)
def test_lead_mode_repeats_the_opening_post_on_every_page(theme: ThemeName) -> None:
    of = site(theme=theme, lead=True)
    topic = expected_topic(of.forum, of.forum.topic("the-word-chain"), BASE)
    assert topic.pages == 2
    for number in (1, 2, 9):
        tree = page(of, f"/forums/topic/the-word-chain/page/{number}/")
        lead = tree.xpath("//*[contains(@class, 'bbp-lead-topic') or @class='bbp-topic']")
        assert squashed(topic.posts[0].body_text) in squashed(lead[0].text_content())
        posts = shown_posts(of, topic, number)
        assert len(posts) == (0 if number == 9 else 15)
        assert topic.topic_id not in {post_id for post_id, _, _ in posts}
    assert topic.posts[0].url == topic.url


def test_old_and_new_bbpress_differ_in_what_they_tell_of_authors() -> None:
    told = {
        theme: expected_topic(forum, forum.topic("guests-welcome"))
        for theme in THEMES
        for forum in [generate(DemoSettings(theme=theme))]
    }
    guest, gone = told["default"].posts[0], told["default"].posts[4]
    assert (guest.role, guest.user_id, guest.is_guest, guest.author_url) == (
        "Guest",
        None,
        True,
        None,
    )
    assert (gone.author_name, gone.role, gone.user_id, gone.is_deleted) == (
        "Anonymous",
        "Inactive",
        14,
        True,
    )
    assert told["classic"].posts[0].role is None
    assert told["classic"].posts[4].user_id == 14
    assert told["classic"].posts[5].role == "Keymaster"
    assert told["table"].posts[5].role is None
    assert told["table"].posts[4].is_deleted is None
    assert told["default"].posts[6].author_url == "https://example.org/me"


def test_positions_go_by_minute_and_id() -> None:
    forum = generate(DemoSettings())
    truth = expected_topic(forum, forum.topic("when-the-clocks-change"))
    assert [post.position for post in truth.posts] == list(range(1, 9))
    keys = [(post.published_local, post.post_id) for post in truth.posts]
    assert keys == sorted(keys)
    # On 27 October 2019 the hour from two to three came twice: the wall clock runs back while time runs on.
    assert [post.published_local[-5:] for post in truth.posts[2:4]] == ["02:15", "02:20"]
    assert truth.posts[2].published > truth.posts[3].published


def test_a_site_may_have_moved_to_another_zone() -> None:
    settings = DemoSettings(timezone="Asia/Kolkata", old_timezone="+00:00")
    before, after = datetime(2015, 6, 1, 12, tzinfo=UTC), datetime(2017, 6, 1, 12, tzinfo=UTC)
    assert settings.local(before).hour == 12
    assert settings.local(after).strftime("%H:%M") == "17:30"


# --- counts and page links ---


@pytest.mark.parametrize(
    ("settings", "sentences"),
    [
        (
            {},
            [
                "Viewing 15 posts - 1 through 15 (of 31 total)",
                "Viewing 15 posts - 16 through 30 (of 31 total)",
                "Viewing 31 post (of 31 total)",
            ],
        ),
        (
            {"lead": True},
            [
                "Viewing 15 replies - 1 through 15 (of 30 total)",
                "Viewing 15 replies - 16 through 30 (of 30 total)",
            ],
        ),
        ({"threaded": True, "theme": "classic"}, [""]),
        (
            {"locale": "nl_NL", "theme": "classic", "per_page": 7},
            [
                "7 berichten aan het bekijken - 1 tot 7 (van in totaal 15)",
                "7 berichten aan het bekijken - 8 tot 14 (van in totaal 15)",
                "15 bericht aan het bekijken (van in totaal 15)",
            ],
        ),
        (
            {"locale": "de_DE", "per_page": 1},
            [
                "Ansicht von 1 Beitrag (von insgesamt 3)",
                "Ansicht von 2 Beitrag (von insgesamt 3)",
                "Ansicht von 3 Beitrag (von insgesamt 3)",
            ],
        ),
    ],
)
def test_count_sentences_of_topics(settings: dict[str, Any], sentences: list[str]) -> None:
    of = site(**settings)
    paths = [
        f"/forums/topic/the-word-chain/page/{number}/" for number in range(1, len(sentences) + 1)
    ]
    assert [count_sentences(of, path) for path in paths] == [
        [sentence, sentence] for sentence in sentences
    ]


def test_a_threaded_page_counts_its_roots_but_one() -> None:
    of = site(threaded=True)
    truth = expected_topic(of.forum, of.forum.topic("a-branching-conversation"))
    roots = [post for post in truth.posts if post.depth == 0]
    path = "/forums/topic/a-branching-conversation/"
    assert count_sentences(of, path)[0] == f"Viewing {len(roots) - 1} reply threads"
    assert count_sentences(of, "/forums/topic/is-anybody-here/")[0] == "Viewing 0 reply threads"
    assert (
        count_sentences(site(), "/forums/topic/is-anybody-here/")[0]
        == "Viewing 1 post (of 1 total)"
    )


def test_counts_are_grouped_by_commas() -> None:
    of = site(topics=1, posts=1300, showcase=False)
    slug = of.forum.topics[0].slug
    assert (
        count_sentences(of, f"/forums/topic/{slug}/")[0]
        == "Viewing 15 posts - 1 through 15 (of 1,300 total)"
    )
    about = page(of, f"/forums/topic/{slug}/").xpath("//li[@class='bbp-topic-description']")
    assert text(about[0]).startswith("This topic has 1,299 replies, ")


def page_links(tree: html.HtmlElement) -> list[str]:
    first = tree.xpath("//div[@class='bbp-pagination-links']")[0]
    return [text(item) for item in first.xpath("*")]


def test_page_links_skip_the_middle_and_lead_both_ways() -> None:
    of = site(topics=1, posts=300, showcase=False)
    slug = of.forum.topics[0].slug
    tree = page(of, f"/forums/topic/{slug}/page/10/")
    assert page_links(tree) == [
        "←",
        "1",
        "2",
        "3",
        "…",
        "9",
        "10",
        "11",
        "…",
        "18",
        "19",
        "20",
        "→",
    ]
    assert tree.xpath("//span[@aria-current='page']")[0].text == "10"
    old = page(
        site(topics=1, posts=300, showcase=False, theme="classic"),
        f"/forums/topic/{slug}/page/10/",
    )
    assert page_links(old) == ["←", "1", "…", "9", "10", "11", "…", "20", "→"]
    hrefs = tree.xpath("//a[@class='prev page-numbers']/@href")
    assert hrefs[0] == f"{BASE}/forums/topic/{slug}/page/9/"


def test_a_topic_page_past_the_end_has_everything_but_posts() -> None:
    tree = page(site(), "/forums/topic/the-word-chain/page/999/")
    assert tree.xpath("//div[@class='bbp-breadcrumb']")
    assert not tree.xpath("//ul[contains(@class, 'bbp-replies')] | //div[@class='bbp-pagination']")


def test_a_threaded_topic_is_whole_on_every_page() -> None:
    of = site(threaded=True)
    topic = expected_topic(of.forum, of.forum.topic("the-word-chain"), BASE)
    assert [post_id for post_id, _, _ in shown_posts(of, topic, 1)] == [
        post_id for post_id, _, _ in shown_posts(of, topic, 3)
    ]
    assert len(shown_posts(of, topic, 1)) == 31


def test_a_forums_first_page_counts_the_stickies_that_are_put_on_it() -> None:
    of = site(topics=120)
    board = "/forums/forum/community/tools-techniques/"
    own = [
        topic
        for topic in of.forum.topics
        if topic.board.slug == "tools-techniques" and topic.access != "private"
    ]
    first, second = count_sentences(of, board), count_sentences(of, f"{board}page/2/")
    rows = page(of, board).xpath("//ul[starts-with(@id, 'bbp-topic-')]/@class")
    assert "super-sticky" in rows[0]
    assert " sticky " in rows[1]
    assert first[0].startswith(
        f"Viewing {len(rows)} topics - 1 through 15 (of {len(own) + len(rows) - 15} total)"
    )
    assert second[0].endswith(f"(of {len(own)} total)")


def test_every_listed_topic_is_on_exactly_one_page_of_its_forum_but_for_stickies() -> None:
    of = site(topics=120)
    seen: list[str] = []
    for board, pages in (
        ("community/tools-techniques", 4),
        ("community/tools-techniques/glue", 4),
        ("help-desk", 4),
    ):
        for number in range(1, pages + 1):
            rows = page(of, f"/forums/forum/{board}/page/{number}/").xpath(
                "//ul[starts-with(@id, 'bbp-topic-')]"
            )
            seen += [row.get("id", "") for row in rows if "sticky" not in row.get("class", "")]
    plain = [
        topic for topic in of.forum.topics if topic.access != "private" and topic.sticky == "no"
    ]
    assert sorted(seen) == sorted(f"bbp-topic-{topic.topic_id}" for topic in plain)


# --- markup ---


def test_default_markup_has_the_landmarks_of_2_6() -> None:
    tree = page(site(), "/forums/topic/read-this-first/")
    assert tree.get("lang") == "en-US"
    assert tree.xpath("//div[@id='bbpress-forums'][@class='bbpress-wrapper']")
    opening = tree.xpath("//div[contains(@class, 'type-topic')]")[0].get("class", "").split()
    assert {"loop-item-0", "user-id-1", "bbp-parent-forum-17", "bbp-parent-topic-17"} <= set(
        opening
    )
    assert len(tree.xpath("//a[@class='bbp-author-link']/span[@class='bbp-author-name']")) > 12
    assert tree.xpath("//form[@class='bbp-login-form']")
    assert tree.xpath("//link[@rel='https://api.w.org/']/@href") == [f"{BASE}/wp-json/"]
    number = tree.xpath("//link[@rel='shortlink']/@href")[0].partition("?p=")[2]
    assert f"postid-{number}" in tree.xpath("//body/@class")[0].split()


def test_classic_markup_has_the_landmarks_of_2_5() -> None:
    tree = page(site(theme="classic"), "/forums/topic/read-this-first/")
    assert not tree.xpath("//*[contains(@class, 'loop-item-0')] | //form[@class='bbp-login-form']")
    opening = tree.xpath("//div[contains(@class, 'type-topic')]")[0].get("class", "").split()
    assert opening[:2] == ["odd", "bbp-parent-forum-17"]
    assert "topic-author" in opening
    assert tree.xpath("//a[@class='bbp-author-name'][@rel='nofollow']")
    assert tree.xpath("//div[@class='bbp-template-notice']/p")
    cell = page(site(theme="classic"), "/forums/topic/guests-welcome/").xpath(
        "//div[@class='bbp-reply-author']"
    )[1]
    assert not cell.xpath(".//a | .//div")
    assert text(cell) == "Passing By"


def test_table_markup_has_the_landmarks_of_2_0() -> None:
    of = site(theme="table")
    tree = page(of, "/forums/topic/read-this-first/")
    assert not tree.xpath(
        "//*[@id='bbpress-forums'] | //*[contains(@class, 'user-id-')] | //*[@class='bbp-author-role']"
    )
    assert tree.xpath(
        "//table[@class='bbp-replies']/tbody/tr[@class='bbp-reply-header']/td[@colspan='2']"
    )
    listed = page(of, "/forums/forum/help-desk/")
    assert listed.xpath(
        "//table[@class='bbp-topics']/tbody/tr/td[@class='bbp-topic-title']/a[not(@class)]"
    )
    assert page(of, "/forums/").xpath("//table[@class='bbp-forums']//a[@class='bbp-forum-title']")


def test_themed_markup_repeats_ids_and_borrows_class_names() -> None:
    of = site(theme="themed")
    tree = page(of, "/forums/topic/read-this-first/")
    topic = of.forum.topic("read-this-first")
    assert [element.tag for element in tree.xpath(f"//*[@id='post-{topic.topic_id}']")] == [
        "article",
        "div",
    ]
    assert "/forums/topic/" in tree.xpath("//aside//a[@class='bbp-forum-title']/@href")[0]
    assert tree.xpath("//aside//time/@datetime")
    inside = "//li[@class='bbp-body']//div[@class='bbp-reply-content']"
    for added in (
        "div[@class='bbp-signature']",
        "div[@class='bbp-attachments']",
        "ins[@class='adsbygoogle']",
        "script",
    ):
        assert tree.xpath(f"{inside}/{added}"), added


@pytest.mark.parametrize("theme", THEMES)
def test_forged_markup_is_shown_as_part_of_its_post(theme: ThemeName) -> None:
    body = site(theme=theme).answer("/forums/topic/look-alikes/").body.decode()
    for forged in (
        "post-999999",
        "bbp-reply-revision-log-7",
        "topic-7-replies",
        "of 9,999 total",
        "escaped, so harmless",
    ):
        assert forged in body, forged


def test_names_and_titles_are_escaped_and_set_in_type() -> None:
    of = site()
    tree = page(of, "/forums/topic/dells-best-tools-jigs-part-2/")
    assert (
        text(tree.xpath("//h1")[0])
        == "Dell\u2019s \u201cbest\u201d <tools> & jigs \u2013 part 2\u2026 🔧"
    )
    assert [text(tag) for tag in tree.xpath("//a[@rel='tag']")] == [
        "C++",
        "r&d",
        "two words",
        "日本語",
    ]
    names = page(of, "/forums/topic/read-this-first/").xpath("//span[@class='bbp-author-name']")
    assert {"Tom & \u201cJet\u201d <Fox>", "Mo O\u2019Dell", "@inge_b"} <= {
        text(name) for name in names
    }


def test_edits_are_logged_with_their_reasons() -> None:
    of = site()
    truth = expected_topic(of.forum, of.forum.topic("edited-and-edited-again"), BASE)
    tree = page(of, path_of(truth.url))
    for post in truth.posts:
        items = tree.xpath(f"//ul[@id='bbp-{post.kind}-revision-log-{post.post_id}']/li")
        assert [text(item) for item in items] == [edit.text for edit in post.edits]
    assert [len(post.edits) for post in truth.posts] == [1, 3, 0]
    assert truth.posts[1].edits[2].reason == 'removed <b>rude</b> words & "quotes"'
    assert truth.posts[1].edits[0].reason is None


def test_closed_topics_say_so_and_protected_ones_ask_for_a_password() -> None:
    of = site()
    closed = page(of, "/forums/topic/solved-how-do-i-start/")
    assert "closed to new replies" in text(closed.xpath("//div[starts-with(@id, 'no-reply-')]")[0])
    assert closed.xpath("//div[contains(@class, 'status-closed')]")
    protected = page(of, "/forums/topic/for-members-only/")
    assert protected.xpath("//form[@class='post-password-form']")
    assert not protected.xpath("//*[@id='bbpress-forums']")
    truth = expected_topic(of.forum, of.forum.topic("for-members-only"))
    assert truth.is_protected
    assert truth.posts == ()


def test_profiles_tags_and_single_replies_have_pages() -> None:
    of = site()
    profile = page(of, "/forums/users/mo/")
    assert text(profile.xpath("//h2")[0]) == "@mo"
    assert "Registered: 13 years ago" in text(profile)
    assert "Forum Role: Moderator" in text(profile)
    tag = page(of, "/forums/topic-tag/%E6%97%A5%E6%9C%AC%E8%AA%9E/")
    assert len(tag.xpath("//ul[@id='bbp-forum-0']//ul[starts-with(@id, 'bbp-topic-')]")) == 1
    reply = of.forum.topic("read-this-first").posts[2]
    single = page(of, f"/forums/reply/{reply.post_id}/")
    assert single.xpath("//a[@class='bbp-breadcrumb-topic']")
    assert single.xpath("//div[contains(@class, 'loop-item--1')]")
    table_reply = page(site(theme="table"), f"/forums/reply/{reply.post_id}/")
    assert table_reply.xpath(f"//tr[@id='post-{reply.post_id}']")


# --- for machines ---


def feed_items(of: DemoSite, path: str) -> list[tuple[int, datetime]]:
    answer = of.answer(path)
    assert answer.status == 200
    assert ("Content-Type", "application/rss+xml; charset=UTF-8") in answer.headers
    items = etree.fromstring(answer.body).findall("channel/item")
    assert all(item.findtext("guid") == item.findtext("link") for item in items)
    return [
        (
            int((item.findtext("guid") or "").partition("#post-")[2]),
            parsedate_to_datetime(item.findtext("pubDate") or ""),
        )
        for item in items
    ]


def newest(topics: list[DemoTopic]) -> list[tuple[int, datetime]]:
    posts = [post for topic in topics if topic.access != "private" for post in topic.posts]
    return [(post.post_id, post.posted) for post in sorted(posts, key=when, reverse=True)[:10]]


def when(post: DemoPost) -> tuple[datetime, int]:
    return post.posted, post.post_id


@pytest.mark.parametrize(
    "settings", [{}, {"lead": True}, {"theme": "classic"}, {"timezone": "Asia/Tokyo"}]
)
def test_feeds_of_site_and_forum_hold_the_newest_posts_in_true_utc(
    settings: dict[str, Any],
) -> None:
    of = site(**settings)
    assert feed_items(of, "/forums/feed/") == newest(list(of.forum.topics))
    help_desk = [topic for topic in of.forum.topics if topic.board.slug == "help-desk"]
    assert feed_items(of, "/forums/forum/help-desk/feed/") == newest(help_desk)
    assert feed_items(of, "/feed/") == []


@pytest.mark.parametrize("settings", [{}, {"lead": True}, {"threaded": True}])
def test_a_topics_feed_holds_its_oldest_posts(settings: dict[str, Any]) -> None:
    of = site(**settings)
    topic = of.forum.topic("the-word-chain")
    assert feed_items(of, "/forums/topic/the-word-chain/feed/") == [
        (post.post_id, post.posted) for post in topic.posts[:10]
    ]


def test_feeds_link_to_the_page_that_a_post_is_on() -> None:
    of = site(per_page=5)
    links = re.findall(
        r"<link>([^<]*#post-\d+)</link>",
        of.answer("/forums/topic/the-word-chain/feed/").body.decode(),
    )
    truth = expected_topic(of.forum, of.forum.topic("the-word-chain"), BASE)
    assert links == [post.url for post in truth.posts[:10]]
    assert "/page/2/#post-" in links[-1]


def test_a_private_topics_feed_is_that_of_the_whole_site() -> None:
    of = site()
    items = feed_items(of, "/forums/topic/behind-closed-doors/feed/")
    assert items[0][0] == of.forum.topic("read-this-first").topic_id
    assert [moment for _, moment in items] == sorted(moment for _, moment in items)


def locations(of: DemoSite, path: str) -> list[str]:
    return re.findall(r"<loc>([^<]*)</loc>", of.answer(path).body.decode())


def test_sitemaps_leave_out_closed_and_private_topics() -> None:
    of = site(topics=40)
    assert f"{BASE}/wp-sitemap-posts-topic-1.xml" in locations(of, "/wp-sitemap.xml")
    listed = locations(of, "/wp-sitemap-posts-topic-1.xml")
    open_topics = [
        topic for topic in of.forum.topics if not topic.closed and topic.access != "private"
    ]
    by_id = sorted(open_topics, key=lambda topic: topic.topic_id)
    assert listed == [f"{BASE}/forums/topic/{topic.slug}/" for topic in by_id]
    assert len(locations(of, "/wp-sitemap-posts-forum-1.xml")) == 4
    assert len(locations(of, "/wp-sitemap-posts-reply-1.xml")) > 100
    assert of.answer("/wp-sitemap-posts-topic-2.xml").status == 404
    assert of.answer("/wp-sitemap-posts-topic-0.xml").status == 404


@pytest.mark.parametrize(
    ("zone", "offset", "name"),
    [("Europe/Amsterdam", "1", "Europe/Amsterdam"), ("+05:30", "5.5", ""), ("-03:00", "-3", "")],
)
def test_the_rest_root_states_the_zone(zone: str, offset: str, name: str) -> None:
    told = site(timezone=zone).answer("/wp-json/").body.decode()
    assert f'"gmt_offset": {offset},' in told
    assert f'"timezone_string": "{name}"' in told
    assert f'"home": "{BASE}"' in told


def test_relative_times_have_two_neighbouring_units_at_most() -> None:
    now = datetime(2025, 1, 15, 12, tzinfo=UTC)
    for gap, said in (
        (timedelta(0), "right now"),
        (timedelta(seconds=1), "1 second ago"),
        (timedelta(minutes=2, seconds=5), "2 minutes ago"),
        (timedelta(days=365), "1 year ago"),
        (timedelta(days=400), "1 year, 1 month ago"),
        (timedelta(days=366), "1 year ago"),
    ):
        assert time_since(WORDS["en_US"], now - gap, now) == said
    assert time_since(WORDS["nl_NL"], now - timedelta(hours=3), now) == "3 uren geleden"


def test_without_rest_nothing_states_the_zone() -> None:
    of = site(rest=False)
    assert of.answer("/wp-json/").status == 404
    answer = of.answer("/forums/")
    assert b"api.w.org" not in answer.body
    assert not [name for name, _ in answer.headers if name == "Link"]


def test_robots_txt_pictures_and_style_are_there() -> None:
    of = site()
    assert of.answer("/robots.txt").body.decode().endswith(f"Sitemap: {BASE}/wp-sitemap.xml\n")
    tree = page(of, "/forums/topic/what-a-post-can-hold/")
    for source in tree.xpath("//img/@src | //link[@rel='stylesheet']/@href"):
        answer = of.answer(path_of(source))
        assert answer.status == 200
        assert answer.body.startswith((b"\x89PNG", b"body"))


# --- addresses ---


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/forums", "/forums/"),
        ("/forums/topic/the-word-chain", "/forums/topic/the-word-chain/"),
        ("/forums/forum/community/tools-techniques", "/forums/forum/community/tools-techniques/"),
        ("/forums/topic/the-word-chain/feed", "/forums/topic/the-word-chain/feed/"),
        ("/wp-json", "/wp-json/"),
        ("/?topic=the-word-chain&paged=2", "/forums/topic/the-word-chain/page/2/"),
        ("/?post_type=forum", "/forums/"),
        ("/?p=12", "/forums/forum/community/tools-techniques/"),
        ("/?bbp_user=2", "/forums/users/mo/"),
        ("/?topic-tag=c", "/forums/topic-tag/c/"),
        ("/?sitemap=index", "/wp-sitemap.xml"),
    ],
)
def test_improper_addresses_are_sent_on(path: str, target: str) -> None:
    answer = site().answer(path)
    assert answer.status == 301
    assert dict(answer.headers)["Location"] == f"{BASE}{target}"


def test_shortlinks_lead_to_topics_and_replies() -> None:
    of = site()
    topic = of.forum.topic("read-this-first")
    for post_id, target in (
        (topic.topic_id, "/forums/topic/read-this-first/"),
        (topic.posts[1].post_id, f"/forums/reply/{topic.posts[1].post_id}/"),
    ):
        answer = of.answer(f"/?p={post_id}")
        assert (answer.status, dict(answer.headers)["Location"]) == (301, f"{BASE}{target}")


@pytest.mark.parametrize(
    "path",
    [
        "/nope/",
        "/nope.html",
        "/forums/topic/behind-closed-doors/",
        "/forums/topic/no-such-topic/",
        "/forums/topic/no-such-topic/feed/",
        "/forums/forum/nowhere/",
        "/forums/users/nobody/",
        "/forums/topic-tag/none/",
        "/forums/reply/1/",
        "/forums/reply/word/",
        "/?p=1",
        "/?p=word",
        "/?bbp_user=word",
        "/?sitemap=posts&sitemap-subtype=page",
        "/wp-json/wp/v2/topic",
    ],
)
def test_what_is_not_there_is_404(path: str) -> None:
    answer = site().answer(path)
    assert answer.status == 404
    assert b'class="error404"' in answer.body


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?utm_source=x",
        "/forums/topic/the-word-chain/page/1/",
        "/forums/topic/the-word-chain/page/2",
        "/forums/topic/the-word-chain/?view=all",
        "/?rest_route=/",
    ],
)
def test_what_wordpress_lets_pass_is_answered(path: str) -> None:
    assert site().answer(path).status == 200


def test_plain_permalinks_lead_everywhere() -> None:
    of = site(plain_permalinks=True, topics=60, topics_per_page=10)
    tree = page(of, "/?post_type=forum")
    assert tree.xpath("//link[@rel='https://api.w.org/']/@href") == [f"{BASE}/?rest_route=/"]
    seen: set[str] = set()
    waiting = ["/?post_type=forum"]
    while waiting:
        path = waiting.pop()
        hrefs = page(of, path).xpath("//div[@id='bbpress-forums']//a/@href")
        inside = {
            path_of(href)
            for href in hrefs
            if href.startswith(f"{BASE}/?") and "example.org" not in href
        }
        waiting += sorted(inside - seen)
        seen |= inside
    topics = {topic.slug for topic in of.forum.topics if topic.access != "private"}
    assert topics <= {path.partition("?topic=")[2] for path in seen}
    assert "/?topic=the-word-chain&paged=3" in seen
    assert of.answer("/forums/").status == 404
    assert len(feed_items(of, "/?topic=the-word-chain&feed=rss2")) == 10
    assert len(feed_items(of, "/?post_type=forum&feed=rss2")) == 10
    assert feed_items(of, "/?feed=rss2") == []
    assert len(locations(of, "/?sitemap=posts&sitemap-subtype=forum&paged=1")) == 4
    assert f"{BASE}/?sitemap=posts&amp;sitemap-subtype=topic&amp;paged=1" in locations(
        of, "/?sitemap=index"
    )


def test_pretty_links_lead_everywhere() -> None:
    of = site(topics=24)
    tree = page(of, "/forums/topic/read-this-first/")
    for href in tree.xpath("//a/@href"):
        if href.startswith(BASE):
            assert of.answer(path_of(href)).status == 200, href


# --- over HTTP ---


@pytest.fixture(scope="module")
def forum() -> DemoForum:
    return generate(DemoSettings(topics=20))


@pytest.fixture
def server(forum: DemoForum) -> Iterator[DemoServer]:
    with DemoServer(forum) as running:
        yield running


@pytest.fixture
def client() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_the_server_serves_and_remembers(server: DemoServer, client: requests.Session) -> None:
    answer = client.get(
        f"{server.url}/forums/topic/the-word-chain", headers={"X-Who": "me"}, timeout=9
    )
    assert answer.url == f"{server.url}/forums/topic/the-word-chain/"
    assert answer.headers["Link"] == f'<{server.url}/wp-json/>; rel="https://api.w.org/"'
    assert [
        (request.number, request.method, request.path, request.status)
        for request in server.requests
    ] == [
        (1, "GET", "/forums/topic/the-word-chain", 301),
        (2, "GET", "/forums/topic/the-word-chain/", 200),
    ]
    assert server.requests[0].header("x-who") == "me"
    assert server.requests[0].at <= server.requests[1].at
    server.forget_requests()
    assert server.requests == []


def test_a_connection_is_kept_and_head_and_post_are_understood(server: DemoServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(server.url).port or 0, timeout=9)
    sockets: list[socket.socket | None] = []
    answers: list[tuple[int, int, int]] = []
    for method, body in (("GET", None), ("HEAD", None), ("POST", b"pwd=secret"), ("GET", None)):
        connection.request(method, "/forums/", body=body)
        response = connection.getresponse()
        answers.append(
            (response.status, int(response.headers["Content-Length"]), len(response.read()))
        )
        sockets.append(connection.sock)
    connection.close()
    assert len(set(map(id, sockets))) == 1
    size = answers[0][2]
    assert answers == [(200, size, size), (200, size, 0), (405, 0, 0), (200, size, size)]


def test_a_test_may_script_faults(server: DemoServer, client: requests.Session) -> None:
    def every_third(request: DemoRequest) -> DemoAnswer | None:
        if request.number % 3:
            return None
        return DemoAnswer(status=503, headers=(("Retry-After", "7"),), body=b"busy")

    server.intercept = every_third
    statuses = [client.get(f"{server.url}/forums/", timeout=9).status_code for _ in range(6)]
    assert statuses == [200, 200, 503, 200, 200, 503]
    assert [request.status for request in server.requests] == statuses


def test_a_fault_may_close_the_connection_early(
    server: DemoServer, client: requests.Session
) -> None:
    def cut(request: DemoRequest) -> DemoAnswer | None:
        if request.path == "/silence":
            return DemoAnswer(hang_up=True)
        return replace(server.ordinary(request.path), cut_after=100)

    server.intercept = cut
    with pytest.raises(requests.ConnectionError):
        client.get(f"{server.url}/silence", timeout=9)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        client.get(f"{server.url}/forums/", timeout=9)
    server.intercept = None
    assert client.get(f"{server.url}/forums/", timeout=9).status_code == 200


def test_the_forum_may_change_between_requests(
    server: DemoServer, client: requests.Session, forum: DemoForum
) -> None:
    address = f"{server.url}/forums/topic/is-anybody-here/"
    topic = forum.topic("is-anybody-here")
    assert "Yes, me" not in client.get(address, timeout=9).text
    answer = replace(
        topic.opening,
        post_id=forum.free_id,
        posted=topic.opening.posted + timedelta(days=1),
        body=Written(html="<p>Yes, me.</p>", text="Yes, me."),
    )
    server.forum = forum.with_topic(replace(topic, posts=(topic.opening, answer)))
    assert "Yes, me." in client.get(address, timeout=9).text
    server.forum = forum.without_topic(topic.topic_id)
    assert client.get(address, timeout=9).status_code == 404


def test_the_most_requests_in_flight_are_counted(server: DemoServer) -> None:
    together = threading.Barrier(3, timeout=9)

    def meet(_: DemoRequest) -> None:
        together.wait()

    server.intercept = meet
    threads = [
        threading.Thread(target=requests.get, args=(f"{server.url}/",), kwargs={"timeout": 9})
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.max_in_flight == 3
    assert len(server.requests) == 3


def test_a_mistake_in_a_script_is_shown_and_counts_as_500(
    server: DemoServer, client: requests.Session, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: DemoRequest) -> DemoAnswer | None:
        raise ZeroDivisionError("on purpose")

    server.intercept = broken
    with pytest.raises(requests.ConnectionError):
        client.get(f"{server.url}/", timeout=9)
    assert [request.status for request in server.requests] == [500]
    server.stop()
    assert "on purpose" in capsys.readouterr().err


def test_stopping_ends_kept_connections(forum: DemoForum) -> None:
    with DemoServer(forum) as server:
        connection = socket.create_connection(
            ("127.0.0.1", urlsplit(server.url).port or 0), timeout=9
        )
        connection.sendall(b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(9) == b"HTTP/1.1 "
    with connection:
        while connection.recv(4096):
            pass


# --- the command ---


def run(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "scraper.demo", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_the_same_forum_until_it_is_stopped(
    number: signal.Signals, client: requests.Session
) -> None:
    with run(
        "--topics", "20", "--locale", "nl_NL", "--per-page", "10", "--theme", "classic"
    ) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        answer = client.get(f"{url}/forums/topic/the-word-chain/", timeout=9)
        process.send_signal(number)
        assert process.wait(timeout=9) == 0
    here = generate(DemoSettings(topics=20, locale="nl_NL", per_page=10, theme="classic"))
    assert answer.content == DemoSite(here, url).answer("/forums/topic/the-word-chain/").body


def test_the_command_refuses_what_cannot_be_meant() -> None:
    with run("--theme", "table", "--threaded") as process:
        _, error = process.communicate(timeout=9)
    assert process.returncode == 2
    assert "knows no threads" in error


def test_the_command_says_when_its_port_is_taken(server: DemoServer) -> None:
    with run("--topics", "1", "--port", str(urlsplit(server.url).port)) as process:
        _, error = process.communicate(timeout=9)
    assert process.returncode == 2
    assert "cannot serve at port" in error
