"""The demo forum's page breaks: `<!--nextpage-->` in a post cuts its page as WordPress does, and no word is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scraper.demo import DemoSettings, Written, expected_topic, generate
from scraper.demo import life as happen
from scraper.demo.forum import THEMES
from scraper.demo.prose import PAGE_BREAK
from scraper.demo.site import DemoSite
from tests.demo_page import BASE, page, site, squashed

if TYPE_CHECKING:
    from scraper.demo.forum import ThemeName

TORN = "/forums/topic/a-break-in-the-middle/"
STORY = "/forums/topic/a-story-in-three-parts/"
CUTTING: tuple[ThemeName, ...] = ("default", "classic", "themed")


def broken_site(theme: ThemeName = "default", *, plain: bool = False) -> DemoSite:
    return site(theme=theme, plain_permalinks=plain, page_breaks=True, showcase=False, topics=4)


def body_of(of: DemoSite, path: str) -> str:
    answer = of.answer(path)
    assert answer.status == 200, path
    return answer.body.decode()


def content_of(of: DemoSite, path: str) -> str:
    """What the theme prints of bbPress's output, as sent."""
    inside = body_of(of, path).partition('<div class="entry-content">\n')[2]
    return inside.partition('<p class="post-nav-links">')[0].partition("<p>Pages:")[0]


def test_only_a_forum_that_asks_for_them_has_page_breaks() -> None:
    plain, broken = generate(DemoSettings()), generate(DemoSettings(page_breaks=True))
    assert not any(PAGE_BREAK in post.body.html for topic in plain.topics for post in topic.posts)
    assert [topic.slug for topic in broken.topics[18:20]] == [
        TORN.split("/")[-2],
        STORY.split("/")[-2],
    ]


@pytest.mark.parametrize("theme", CUTTING)
def test_parts_put_together_are_the_whole_output(theme: ThemeName) -> None:
    of = broken_site(theme)
    for path, count, breaks in ((TORN, 2, 1), (STORY, 3, 2)):
        parts = [content_of(of, path)]
        parts += [content_of(of, f"{path}{number}/") for number in range(2, count + 1)]
        whole = "".join(parts)
        topic = of.forum.topic(path.split("/")[-2])
        for post in expected_topic(of.forum, topic, BASE).posts[: of.forum.settings.per_page]:
            assert post.body_html in whole
            assert post.body_html.count(PAGE_BREAK) == 0
        assert sum(post.body.html.count(PAGE_BREAK) for post in topic.posts[:15]) == breaks
        assert parts[0].count("<div") > parts[0].count("</div>")
        assert whole.count("<div") == whole.count("</div>")


@pytest.mark.parametrize("theme", CUTTING)
def test_the_first_part_ends_in_a_post_and_links_the_others(theme: ThemeName) -> None:
    of = broken_site(theme)
    tree = page(of, STORY)
    posts = "//ul[contains(@class, 'bbp-replies')]//div[@class='bbp-reply-header']"
    assert len(tree.xpath(posts)) == 1
    inside = "//div[@class='bbp-reply-content']"
    hrefs = [f"{BASE}{STORY}2/", f"{BASE}{STORY}3/"]
    assert tree.xpath(f"{inside}//a[starts-with(@href, '{BASE}{STORY}')]/@href")[-2:] == hrefs
    middle = page(of, f"{STORY}2/")
    assert not middle.xpath(posts)
    assert len(page(of, f"{STORY}3/").xpath("//div[@class='bbp-reply-header']")) == 4
    # Only WordPress 5.1 and later mark such links by a class.
    marked = middle.xpath("//*[contains(@class, 'post-page-numbers')]")
    assert len(marked) == (0 if theme == "classic" else 3)


def test_a_cut_post_in_the_midst_divides_the_posts() -> None:
    of = broken_site()
    shown = [
        [header.get("id") for header in page(of, path).xpath("//div[@class='bbp-reply-header']")]
        for path in (TORN, f"{TORN}2/")
    ]
    topic = of.forum.topic("a-break-in-the-middle")
    assert [len(part) for part in shown] == [4, 11]
    assert shown[0] + shown[1] == [f"post-{post.post_id}" for post in topic.posts[:15]]


def test_later_pages_link_parts_of_the_first_but_have_their_own() -> None:
    of = broken_site()
    second = page(of, f"{TORN}page/2/")
    assert second.xpath("//a[@class='post-page-numbers']/@href") == [f"{BASE}{TORN}2/"]
    rest = page(of, f"{TORN}page/2/?page=2")
    assert len(rest.xpath("//div[@class='bbp-reply-header']")) == 2
    assert "And here it ends." in body_of(of, f"{TORN}page/2/?page=2")


def test_with_plain_permalinks_parts_have_a_parameter() -> None:
    of = broken_site(plain=True)
    hrefs = page(of, "/?topic=a-story-in-three-parts").xpath(
        "//a[@class='post-page-numbers']/@href"
    )
    assert hrefs == [f"{BASE}/?topic=a-story-in-three-parts&page={part}" for part in (2, 3)]
    assert len(page(of, hrefs[1][len(BASE) :]).xpath("//div[@class='bbp-reply-header']")) == 4
    torn = page(of, "/?topic=a-break-in-the-middle&paged=2&page=2")
    assert len(torn.xpath("//div[@class='bbp-reply-header']")) == 2


def test_tables_are_not_cut() -> None:
    of = broken_site("table")
    topic = of.forum.topic("a-story-in-three-parts")
    assert len(page(of, STORY).xpath("//tr[@class='bbp-reply-header']")) == 5
    truth = expected_topic(of.forum, topic, BASE)
    assert truth.posts[0].body_html.count(PAGE_BREAK) == 2
    assert truth.posts[0].body_html in body_of(of, STORY)


@pytest.mark.parametrize("theme", THEMES)
def test_a_break_is_no_word(theme: ThemeName) -> None:
    of = broken_site(theme)
    topic = of.forum.topic("a-story-in-three-parts")
    feed = body_of(of, f"{STORY}feed/")
    assert feed.count(PAGE_BREAK) == 2
    assert squashed(topic.opening.body.text).endswith("Andhereitends.")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{STORY}3/", 200),
        (f"{STORY}4/", 404),
        (f"{STORY}1/", 200),
        (f"{TORN}9/", 200),
        ("/forums/users/12345/", 200),
        ("/forums/forum/help-desk/2/", 404),
        ("/forums/topic-tag/x/2/", 404),
    ],
)
def test_what_parts_an_old_wordpress_hands_out(path: str, status: int) -> None:
    assert broken_site().answer(path).status == status


def test_a_part_beyond_those_of_a_reply_is_its_last() -> None:
    of = broken_site()
    assert content_of(of, f"{TORN}9/") == content_of(of, f"{TORN}2/")


def test_an_address_of_a_part_is_completed() -> None:
    answer = broken_site().answer(f"{STORY}2")
    assert answer.status == 301
    assert dict(answer.headers)["Location"] == f"{BASE}{STORY}2/"


def test_a_newer_wordpress_hands_out_parts_of_the_opening_post_only() -> None:
    forum = generate(DemoSettings(topics=20))
    topic = forum.topic("is-anybody-here")
    broken = Written(html=f"<p>one {PAGE_BREAK}two</p>", text="one two")
    path = "/forums/topic/is-anybody-here/"
    opening = DemoSite(happen.edit_post(forum, topic.topic_id, body=broken), BASE)
    assert [opening.answer(f"{path}{part}").status for part in ("", "2/", "3/")] == [200, 200, 404]
    assert b"WordPress 6" in opening.answer(path).body
    reply = DemoSite(happen.add_reply(forum, topic.topic_id, body=broken), BASE)
    assert [reply.answer(f"{path}{part}").status for part in ("", "2/")] == [200, 404]
    assert b"post-page-numbers" in reply.answer(path).body
    assert DemoSite(forum, BASE).answer(f"{path}2/").status == 404


def test_a_single_reply_is_cut_too() -> None:
    of = broken_site()
    reply = of.forum.topic("a-break-in-the-middle").posts[3]
    path = f"/forums/reply/{reply.post_id}/"
    assert page(of, path).xpath("//a[@class='post-page-numbers']/@href") == [f"{BASE}{path}2/"]
    assert "And here it ends." in body_of(of, f"{path}2/")
    assert "And here it ends." not in body_of(of, path)
    assert of.answer(f"{path}3/").status == 404
