"""The reader as it is served: pages, feeds, JSON, addresses of the original site, and who may read."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from itertools import count
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock
from urllib.parse import urlencode, urljoin

import pytest
import requests
from lxml import etree

from parsers.errors import UsageError
from tests.archiving import World
from tests.hostile_body import BODIES
from tests.html_tree import check_valid, page_tree
from tests.reading import (
    DOCUMENT,
    EDITED,
    LONG,
    PICTURE,
    SINCE,
    ReadForum,
    Served,
    keep_files,
    keep_portrait,
    poison,
    read_forum,
    served,
)
from threadkeep.reader.serving import serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from tests.conftest import CommandLine

_ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture(scope="module")
def forum(tmp_path_factory: pytest.TempPathFactory) -> ReadForum:
    return read_forum(tmp_path_factory.mktemp("reader"))


@pytest.fixture(scope="module")
def reader(forum: ReadForum) -> Iterator[Served]:
    with served(forum.path) as opened:
        yield opened


def page_names(forum: ReadForum) -> list[str]:
    """One page of every kind, and a few that are special."""
    return [
        *("", "search", "search?q=reply", "search?q=%22", "search?q=zzz", "authors", "missing"),
        *("runs", "runs/1", "forums/1", "forums/1.by-title", "authors/1", forum.topic_page),
        *(f"{forum.topic_page}.page-2", f"history/{forum.edited.post_id}"),
        *(f"history/{forum.gone.post_id}", "topics/180", "topics/121", "nowhere"),
    ]


def text_of(html: str) -> str:
    return " ".join(etree.HTML(html).xpath("string(//main)").split())


def post_in(html: str, post_id: int) -> str:
    (post,) = etree.HTML(html).xpath(f"//article[@id='post-{post_id}']")
    return " ".join(post.xpath("string()").split())


class TestPages:
    def test_every_kind_of_page_is_valid_html(self, reader: Served, forum: ReadForum) -> None:
        for name in page_names(forum):
            check_valid(reader.get(name).text)

    def test_every_kind_of_page_is_light(self, reader: Served, forum: ReadForum) -> None:
        parts = sum(
            len(reader.get(f"assets/{name}").content) for name in ("reader.css", "reader.js")
        )
        assert parts < 30_000
        for name in page_names(forum):
            html = etree.HTML(reader.get(name).text)
            assert html.xpath("//script/@src | //link[@rel='stylesheet']/@href | //style") == [
                f"{'../' * name.count('/')}assets/reader.css",
                f"{'../' * name.count('/')}assets/reader.js",
            ]

    def test_every_link_on_every_kind_of_page_leads_somewhere(
        self, reader: Served, forum: ReadForum
    ) -> None:
        links: set[str] = set()
        for name in page_names(forum):
            answer = reader.get(name)
            hrefs = etree.HTML(answer.text).xpath("//a/@href")
            links.update(urljoin(answer.url.partition("?")[0], href) for href in hrefs)
        own = sorted(link for link in links if link.startswith(reader.url))
        assert len(own) > 50
        for link in own:
            address, _, anchor = link.removeprefix(reader.url).partition("#")
            answer = reader.get(address)
            assert answer.status_code == (404 if address == "nowhere" else 200), link
            if anchor:
                assert f'id="{anchor}"' in answer.text, link

    def test_the_overview_counts_what_there_is(self, reader: Served, forum: ReadForum) -> None:
        found = reader.get("index.json").json()
        with closing(sqlite3.connect(forum.path)) as connection:
            posts, gone = connection.execute(
                "SELECT count(*), count(gone_at) FROM posts"
            ).fetchone()
            topics = connection.execute("SELECT count(*) FROM topics").fetchone()[0]
        assert (found["topics"], found["posts"], found["gone"]) == (topics, posts, gone)
        assert sum(bar["posts"] for bar in found["activity"]["bars"]) == posts
        assert f"{topics} topics" in text_of(reader.get().text)

    def test_a_forum_is_sorted_as_one_likes(self, reader: Served) -> None:
        def column(name: str, what: str) -> list[Any]:
            return [row[what] for row in reader.get(f"forums/4{name}.json").json()["rows"]]

        replies = column(".by-replies", "replies")
        assert replies == sorted(replies, reverse=True)
        titles = [row["text"].casefold() for row in column(".by-title", "link")]
        assert titles == sorted(titles)
        assert sorted(column("", "replies")) == sorted(replies)

    def test_a_topic_shows_its_posts_page_by_page(self, reader: Served, forum: ReadForum) -> None:
        shown = [
            post["post_id"]
            for page in (forum.topic_page, f"{forum.topic_page}.page-2")
            for post in reader.get(f"{page}.json").json()["shown"]
        ]
        assert shown == [post.post_id for post in forum.long.posts]
        assert reader.get(f"{forum.topic_page}.page-3").status_code == 404
        assert reader.get(f"{forum.topic_page}.page-0").status_code == 404

    def test_a_topic_says_what_the_forum_does_not(self, reader: Served, forum: ReadForum) -> None:
        html = reader.get(forum.topic_page).text
        assert "edited, seen 2 versions" in post_in(html, forum.edited.post_id)
        assert "Gone from the site since" in post_in(html, forum.gone.post_id)

    def test_replies_are_nested_as_on_the_forum(self, tmp_path: Path) -> None:
        with World.of(tmp_path, showcase=True, topics=16, threaded=True) as world:
            world.slug = next(
                one.slug for one in world.server.forum.topics if "branching" in one.slug
            )
            world.archive()
            truth = world.truth
        with served(world.path) as reader:
            html = etree.HTML(reader.get(f"topics/{truth.topic_id}").text)
        shown = {
            post.get("id"): post.get("class").partition("depth-")[2]
            for post in html.xpath("//article")
        }
        assert shown == {f"post-{post.post_id}": str(post.depth or "") for post in truth.posts}
        assert max(shown.values()) > "1"

    def test_a_history_marks_what_changed_word_by_word(
        self, reader: Served, forum: ReadForum
    ) -> None:
        html = etree.HTML(reader.get(f"history/{forum.edited.post_id}").text)
        (shown,) = html.xpath("//p[@class='difference']")
        removed = "".join(shown.xpath(".//del/text()")).split()
        added = "".join(shown.xpath(".//ins/text()")).split()
        assert [word for word in EDITED.split() if word not in SINCE.split()] == removed
        assert [word for word in SINCE.split() if word not in EDITED.split()] == added

    def test_a_person_has_a_page_with_all_posts(self, reader: Served, forum: ReadForum) -> None:
        people = reader.get("authors.json").json()
        assert (
            sum(row["posts"] for row in people["rows"]) == reader.get("index.json").json()["posts"]
        )
        first = people["rows"][0]
        page = reader.get(f"{first['link']['address']}.json").json()
        assert page["posts"] == first["posts"]
        author = forum.long.posts[0].author
        assert author.name in text_of(reader.get("authors").text)

    def test_times_are_told_in_utc_and_as_shown(self, reader: Served, forum: ReadForum) -> None:
        html = etree.HTML(reader.get(forum.topic_page).text)
        (time,) = html.xpath(f"//article[@id='post-{forum.long.topic_id}']/header/time")
        moment = forum.long.posts[0].posted
        assert time.get("datetime") == f"{moment:%Y-%m-%dT%H:%M}:00Z"
        assert time.text == f"{moment:%Y-%m-%d %H:%M} UTC"
        assert str(moment.year) in time.get("title")

    def test_runs_tell_what_was_asked_for(self, reader: Served) -> None:
        runs = reader.get("runs.json").json()
        assert [run["result"] for run in runs["runs"]] == ["complete", "complete"]
        run = reader.get("runs/1.json").json()
        assert len(run["requests"]) == run["run"]["requests"]
        assert json.loads(run["report"])

    def test_what_is_missing_is_told(self, forum: ReadForum, tmp_path: Path) -> None:
        path = tmp_path / "copy.db"
        path.write_bytes(forum.path.read_bytes())
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(
                "INSERT INTO gaps (topic_key, code, place, detail, missing, first_seen, accepted_at) VALUES"
                " (1, 'page-missing', '2', 'Page 2 is missing.', 5, '2026-01-01T00:00:00Z', NULL),"
                " (2, 'page-missing', '3', 'Page 3 is missing.', 5, '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z')"
            )
        with served(path) as reader:
            told = reader.get("missing.json").json()
            assert [gap["detail"] for gap in told["open"]] == ["Page 2 is missing."]
            assert [gap["detail"] for gap in told["accepted"]] == ["Page 3 is missing."]
            topic = told["open"][0]["of"]["address"]
            assert "Page 2 is missing." in text_of(reader.get(topic).text)
            assert "1 gap" in text_of(reader.get().text)

    def test_what_an_unfinished_run_left_unread_is_missing(
        self, forum: ReadForum, tmp_path: Path
    ) -> None:
        path = tmp_path / "copy.db"
        path.write_bytes(forum.path.read_bytes())
        with served(path) as reader:
            assert "Nothing is missing" in reader.get("missing").text
            assert "not been read" not in reader.get().text
        with closing(sqlite3.connect(path)) as connection, connection:
            rows = [(f"http://{forum.host}/forums/topic/later-{n}/",) for n in range(1200)]
            connection.executemany(
                "INSERT INTO listings (url, title, sources, reason, first_seen, last_seen) VALUES"
                " (?, 'Later', '[]', 'new', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')",
                rows,
            )
        with served(path) as reader:
            assert "1,200 pages have not been read" in text_of(reader.get().text)
            assert "Nothing is missing" not in reader.get("missing").text
            shown = [
                one["link"]["address"]
                for number in (1, 2, 3)
                for one in reader.get(f"missing.page-{number}.json").json()["unread"]
            ]
            assert sorted(shown) == sorted(row[0] for row in rows)
            assert reader.get("missing.page-4").status_code == 404
            follow = etree.HTML(reader.get("missing").text).xpath("//a[@rel='next']/@href")
            assert follow[0] == "missing.page-2"


class TestSearch:
    def found(self, reader: Served, query: str) -> list[str]:
        answer = reader.get(f"search.json?{query}").json()
        return [hit["topic"]["address"] for hit in answer["found"]]

    def test_finds_posts_and_says_where(self, reader: Served, forum: ReadForum) -> None:
        (address,) = self.found(reader, "q=%22written+in+the+end%22")
        assert address == f"{forum.topic_page}#post-{forum.edited.post_id}"
        html = reader.get("search?q=%22written+in+the+end%22").text
        assert etree.HTML(html).xpath("//mark/text()") == ["written in the end"]

    def test_is_narrowed(self, reader: Served, forum: ReadForum) -> None:
        everything = reader.get("search.json?q=many").json()["total"]
        author = forum.long.posts[-1].author.name
        assert everything == 60
        assert reader.get("search.json").json()["total"] is None
        assert reader.get(f"search.json?q=many&author={author}").json()["total"] == 60
        assert reader.get("search.json?q=many&until=2001").json()["total"] == 0
        assert "No forum" in reader.get("search.json?q=many&forum=Nowhere").json()["error"]
        assert "since takes a year" in text_of(reader.get("search?q=many&since=soon").text)

    def test_goes_on_from_page_to_page(self, reader: Served) -> None:
        pages = [self.found(reader, f"q=many&page={number}") for number in (1, 2, 3)]
        assert [len(page) for page in pages] == [20, 20, 20]
        assert len({address for page in pages for address in page}) == 60

    def test_suggests_titles_and_names(self, reader: Served) -> None:
        assert LONG in reader.get("suggestions.json?q=LÓNG").json()
        assert reader.get("suggestions.json?q=").json() == []


class TestOldAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "?p={post}",
            "forums/reply/{post}/",
            "?post_type=reply&p={post}",
            "forums/topic/long-and-winding/?p={post}",
        ],
    )
    def test_of_posts_lead_to_their_place(
        self, reader: Served, forum: ReadForum, address: str
    ) -> None:
        last = forum.long.posts[-1].post_id
        answer = reader.get(address.format(post=last))
        assert answer.url == f"{reader.url}{forum.topic_page}.page-2#post-{last}"
        assert f'id="post-{last}"' in answer.text

    @pytest.mark.parametrize(
        ("address", "name"),
        [
            ("forums/topic/long-and-winding/", "{topic}"),
            ("forums/topic/long-and-winding", "{topic}"),
            ("forums/topic/long-and-winding/page/3/", "{topic}"),
            ("forums/topic/long-and-winding/page/5/", "{topic}.page-2"),
            ("forums/topic/long-and-winding/?paged=5", "{topic}.page-2"),
            ("forums/topic/long-and-winding/page/999/", "{topic}"),
            ("?p={topic_id}", "{topic}#post-{topic_id}"),
            ("topics/{topic_id}-another-title", None),
            ("forums/forum/help-desk/", "forums/1-help-desk"),
            ("forums/users/vera/", "authors/1-vera"),
        ],
    )
    def test_of_topics_forums_and_people(
        self, reader: Served, forum: ReadForum, address: str, name: str | None
    ) -> None:
        values = {"topic": forum.topic_page, "topic_id": forum.long.topic_id}
        answer = reader.get(address.format(**values))
        assert answer.status_code == 200
        assert answer.url == f"{reader.url}{(name or address).format(**values)}"

    def test_titles_in_every_script_lead_to_their_page(
        self, reader: Served, forum: ReadForum
    ) -> None:
        with closing(sqlite3.connect(forum.path)) as connection:
            query = "SELECT topic_id FROM topics WHERE title = '接着剤の選び方'"
            number = connection.execute(query).fetchone()[0]
        answer = reader.get(f"?p={number}")
        assert answer.status_code == 200
        assert answer.history[0].status_code == 302
        assert "接着剤の選び方" in text_of(answer.text)

    def test_what_leads_nowhere_is_not_there(self, reader: Served) -> None:
        for address in (
            "?p=999999",
            f"?p={'9' * 40}",
            "forums/topic/none/",
            "topics/999999",
            "%00",
        ):
            answer = reader.get(address)
            assert answer.status_code in {200, 404}, address
            assert answer.history == []

    def test_links_in_posts_lead_to_own_pages(self, forum: ReadForum, tmp_path: Path) -> None:
        path = tmp_path / "copy.db"
        path.write_bytes(forum.path.read_bytes())
        link = f"http://{forum.host}/forums/topic/long-and-winding/#post-{forum.edited.post_id}"
        body = f'<a href="{link}">here</a><a href="http://{forum.host}/elsewhere/">there</a>'
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE revisions SET body_html = ? WHERE post_id = 121", (body,))
        with served(path) as reader:
            html = etree.HTML(reader.get("topics/121").text)
        assert html.xpath("//article[@id='post-121']/div//a/@href") == [
            f"../{forum.topic_page}#post-{forum.edited.post_id}",
            f"http://{forum.host}/elsewhere/",
        ]


class TestNotHere:
    @pytest.mark.parametrize(
        "name",
        [
            *(f"{folder}/{'9' * 30}" for folder in ("topics", "history", "runs", "authors")),
            *(f"{folder}/{'9' * 5000}" for folder in ("topics", "forums")),
            f"topics/k{'9' * 5000}",
            *("authors.page-0", "runs.page-0", "topics/121.page-0", "authors.page-999999999"),
        ],
        ids=lambda name: f"{name[:9]}-{len(name)}",
    )
    def test_numbers_that_nothing_has(self, reader: Served, name: str) -> None:
        answer = reader.get(name)
        assert answer.status_code == 404
        assert "Not here" in answer.text

    @pytest.mark.parametrize("query", ["p=999999", "topic=nothing", f"p={'9' * 400}"])
    def test_an_old_address_of_what_the_archive_lacks_is_told(
        self, reader: Served, query: str
    ) -> None:
        answer = reader.get(f"?{query}")
        assert answer.status_code == 404
        assert "Not here" in answer.text

    def test_what_others_add_to_an_address_changes_nothing(self, reader: Served) -> None:
        assert reader.get("?utm_source=elsewhere").content == reader.get().content


class TestSlips:
    """A search whose words no post has, but for a slip of the keys."""

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [("repyl", "reply"), ("mnay REPLX", "many reply"), ('"many" -repyl', None), ("rep", None)],
    )
    def test_leads_to_what_was_meant_if_that_finds_something(
        self, reader: Served, typed: str, meant: str | None
    ) -> None:
        html = etree.HTML(reader.get(f"search?{urlencode({'q': typed, 'author': ''})}").text)
        links = html.xpath("//main/p/a[contains(@href, 'search?q=')]")
        assert [one.xpath("string()") for one in links] == ([meant] if meant else [])
        for one in links:
            assert ">0 posts found" not in reader.get(one.get("href")).text


class TestForPrograms:
    def test_every_page_is_there_as_json(self, reader: Served, forum: ReadForum) -> None:
        for name in page_names(forum):
            if name != "nowhere" and "?" not in name:
                answer = reader.get(f"{name or 'index'}.json")
                assert answer.headers["content-type"] == "application/json"
                title = answer.json()["frame"]["title"]
                assert title == etree.HTML(reader.get(name).text).findtext(".//h1")

    def test_feeds_have_the_newest(self, reader: Served, forum: ReadForum) -> None:
        posts = etree.fromstring(reader.get("feeds/posts.atom").content)
        times = [one.text or "" for one in posts.findall("a:entry/a:updated", _ATOM)]
        assert times == sorted(times, reverse=True)
        assert len(times) == 50
        changes = etree.fromstring(reader.get("feeds/changes.atom").content)
        told = [one.text or "" for one in changes.findall("a:entry/a:title", _ATOM)]
        assert sorted(told) == [f"{LONG}: edited", f"{LONG}: gone from the site"]
        links = [one.get("href") for one in changes.findall("a:entry/a:link", _ATOM)]
        assert f"{reader.url}history/{forum.edited.post_id}" in links
        identities = [one.text for one in changes.findall("a:entry/a:id", _ATOM)]
        assert len(set(identities)) == 2
        assert reader.get("feeds/none.atom").status_code == 404

    def test_what_a_browser_has_is_not_sent_again(self, reader: Served, forum: ReadForum) -> None:
        for name in (forum.topic_page, f"{forum.topic_page}.json", "assets/reader.css"):
            first = reader.get(name)
            again = reader.get(name, headers={"If-None-Match": first.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
            assert reader.get(name, headers={"If-None-Match": 'W/"other"'}).status_code == 200

    def test_what_is_long_is_compressed(self, reader: Served, forum: ReadForum) -> None:
        assert reader.get(forum.topic_page).headers["content-encoding"] == "gzip"
        plain = reader.get(forum.topic_page, headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers

    def test_only_reading_is_possible(self, reader: Served) -> None:
        for method in ("POST", "PUT", "DELETE"):
            assert requests.request(method, reader.url, timeout=60).status_code == 405


class TestWhoMayRead:
    def test_answers_forbid_what_is_not_the_readers_own(
        self, reader: Served, forum: ReadForum
    ) -> None:
        for name in (*page_names(forum), "index.json", "assets/reader.js", "feeds/posts.atom"):
            headers = reader.get(name).headers
            policy = headers["content-security-policy"]
            assert policy.startswith("default-src 'none';")
            assert "unsafe" not in policy
            assert "*" not in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"

    def test_another_name_for_this_machine_is_refused(self, reader: Served) -> None:
        for host in ("evil.test", "evil.test:80", "localhost.evil.test", ""):
            assert reader.get(headers={"Host": host}).status_code in {400, 421}
        for host in ("localhost:1", "127.0.0.1", "[::1]:80", "[::1]", "LOCALHOST"):
            assert reader.get(headers={"Host": host}).status_code == 200

    def test_who_does_not_know_the_token_reads_nothing(self, forum: ReadForum) -> None:
        with served(forum.path, token="a long sécret") as reader:
            for address in ("", "index.json", "assets/reader.css", "?token=wrong", "?token="):
                assert reader.get(address).status_code == 401
            assert reader.get(headers={"Authorization": "Bearer wrong"}).status_code == 401
            assert reader.get(headers={"Cookie": "threadkeep_token=wrong"}).status_code == 401
            browser = requests.Session()
            first = browser.get(
                f"{reader.url}{forum.topic_page}?token=a+long+s%C3%A9cret&x=1", timeout=60
            )
            assert first.status_code == 200
            assert "token" not in first.url
            assert browser.get(reader.url, timeout=60).status_code == 200

    def test_a_program_sends_the_token_along(self, forum: ReadForum) -> None:
        with served(forum.path, token="secret") as reader:
            assert reader.get("index.json", headers={"Authorization": "Bearer secret"}).ok

    def test_a_token_may_be_in_any_script(self, forum: ReadForum) -> None:
        with served(forum.path, token="долгий секрет; x") as reader:
            browser = requests.Session()
            query = urlencode({"token": "долгий секрет; x"})
            assert browser.get(f"{reader.url}?{query}", timeout=60).status_code == 200
            assert browser.get(reader.url, timeout=60).status_code == 200
            sent = "Bearer долгий секрет; x".encode()
            answer = requests.get(reader.url, headers={"Authorization": sent}, timeout=60)
            assert answer.status_code == 200

    def test_the_way_in_leads_to_no_other_host(self, forum: ReadForum) -> None:
        with served(forum.path, token="secret") as reader:
            answer = reader.get("/evil.test/?token=secret", follow=False)
            assert not answer.headers["location"].startswith("//")


class TestKeptFiles:
    def test_are_shown_or_saved_and_what_is_dead_says_so(
        self, forum: ReadForum, tmp_path: Path
    ) -> None:
        path = tmp_path / "copy.db"
        path.write_bytes(forum.path.read_bytes())
        keep_files(path, 121)
        with served(path) as reader:
            post = etree.HTML(reader.get("topics/121").text).xpath("//article[@id='post-121']")[0]
            (source,) = post.xpath(".//img/@src")
            picture = reader.get(source.removeprefix("../"))
            (address,) = post.xpath(".//a[text()='document']/@href")
            document = reader.get(address.removeprefix("../"))
            assert reader.get(f"media/{'0' * 64}.png").status_code == 404
        assert (picture.content, picture.headers["content-type"]) == (PICTURE, "image/png")
        assert document.content == DOCUMENT
        assert document.headers["content-type"] == "application/octet-stream"
        assert document.headers["content-disposition"].startswith("attachment")
        assert post.xpath(".//a[contains(text(), 'image: D')]/text()") == [
            "[image: D, not to be had on 2026-01-02]"
        ]

    def test_an_authors_kept_picture_is_shown_and_no_other_one(
        self, forum: ReadForum, tmp_path: Path
    ) -> None:
        path = tmp_path / "copy.db"
        path.write_bytes(forum.path.read_bytes())
        keep_files(path, 121)
        keep_portrait(path, 121)
        with served(path) as reader:
            text = reader.get("topics/121").text
            check_valid(text)
            html = etree.HTML(text)
            shown = html.xpath("//article[header/img]/@id")
            (address,) = html.xpath("//article[@id='post-121']/header/img/@src")
            (author,) = html.xpath("//article[@id='post-121']//a[@class='author']/@href")
            assert reader.get(address.removeprefix("../")).content == PICTURE
            page = etree.HTML(reader.get(author.removeprefix("../")).text)
            assert page.xpath("//main//img/@src") == [address]
        assert "post-121" in shown
        assert len(shown) < len(html.xpath("//article"))


_SPLIT = """
INSERT INTO topics (topic_key, topic_id, {columns}) SELECT 99999, 99999, {columns} FROM topics WHERE topic_id = 121;
UPDATE posts SET topic_key = 99999 WHERE topic_key = (SELECT topic_key FROM topics WHERE topic_id = 121);
"""


class TestSync:
    def test_what_a_run_adds_shows_soon(
        self, forum: ReadForum, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Also of a page that was read in between, while topics were not counted anew yet."""
        path = tmp_path / "copy.db"
        path.write_bytes(forum.path.read_bytes())
        a_second_each = Mock(monotonic=count().__next__)
        monkeypatch.setattr("threadkeep.reader.keeper.time", a_second_each)
        with served(path) as reader:
            before = reader.get("index.json").json()["posts"]
            with closing(sqlite3.connect(path)) as connection, connection:
                connection.execute("UPDATE topics SET title = 'Renamed' WHERE topic_id = 121")
            pages = [reader.get("topics/121.json").json() for _ in range(15)]
            titles = [page["frame"]["title"] for page in pages]
            assert titles[0] != "Renamed"
            assert titles[-1] == "Renamed"
            assert reader.get("index.json").json()["posts"] == before

    def test_a_page_that_was_read_before_shows_what_changed_since(
        self, forum: ReadForum, tmp_path: Path
    ) -> None:
        path = tmp_path / "copy.db"
        path.write_bytes(forum.path.read_bytes())
        with served(path) as reader:
            before = reader.get("topics/121")
            assert reader.get("topics/121").content == before.content
            with closing(sqlite3.connect(path)) as connection, connection:
                connection.execute(
                    "UPDATE revisions SET body_html = '<p>Quite new.</p>' WHERE post_id = 121"
                )
            after = reader.get("topics/121", headers={"If-None-Match": before.headers["etag"]})
            assert (after.status_code, "Quite new." in after.text) == (200, True)

    def test_a_run_may_write_while_pages_are_read(self, forum: ReadForum, tmp_path: Path) -> None:
        path = tmp_path / "copy.db"
        path.write_bytes(forum.path.read_bytes())
        errors: list[Exception] = []
        stop = threading.Event()

        def write() -> None:
            with closing(sqlite3.connect(path, timeout=0)) as connection:
                while not stop.is_set():
                    try:
                        with connection:
                            connection.execute("UPDATE posts SET last_seen = last_seen || ''")
                    except sqlite3.Error as error:
                        errors.append(error)

        with served(path) as reader:
            writer = threading.Thread(target=write)
            writer.start()
            try:
                codes = {
                    reader.get(name).status_code for _ in range(5) for name in page_names(forum)
                }
            finally:
                stop.set()
                writer.join()
        assert codes == {200, 404}
        assert not errors

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ("DELETE FROM topics WHERE topic_id = 121", 404),
            ("DELETE FROM posts WHERE post_id = 121", 200),
            (_SPLIT, 200),
        ],
        ids=["topic erased", "post erased", "posts moved to a new topic"],
    )
    def test_what_goes_while_it_is_read_is_no_damage(
        self,
        forum: ReadForum,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        change: str,
        code: int,
    ) -> None:
        """Topics and people are counted anew only now and then; until then pages make do with what there was."""
        monkeypatch.setattr("threadkeep.reader.keeper._SHARE", 10**9)
        path = tmp_path / "copy.db"
        path.write_bytes(forum.path.read_bytes())
        with served(path) as reader:
            assert reader.get("topics/121").status_code == 200
            with closing(sqlite3.connect(path)) as connection:
                rows = connection.execute(
                    "SELECT name FROM pragma_table_info('topics')"
                ).fetchall()
                others = [row[0] for row in rows if row[0] not in {"topic_key", "topic_id"}]
                connection.executescript(change.format(columns=", ".join(others)))
            assert reader.get("topics/121").status_code == code
            for name in page_names(forum):
                assert reader.get(name).status_code in {200, 404}, name
            for name in ("feeds/posts.atom", "authors/2", "authors/3", "authors/4", "authors/5"):
                assert reader.get(name).status_code == 200, name

    def test_an_archive_that_breaks_is_told(self, forum: ReadForum, tmp_path: Path) -> None:
        path = tmp_path / "copy.db"
        path.write_bytes(forum.path.read_bytes())
        with served(path) as reader:
            with closing(sqlite3.connect(path)) as connection, connection:
                connection.execute("UPDATE posts SET edits = 'x' WHERE post_id = 121")
            answer = reader.get("topics/121")
        assert answer.status_code == 503
        assert "is damaged" in answer.text


class TestHostile:
    def test_names_and_bodies_stay_text_everywhere(self, forum: ReadForum, tmp_path: Path) -> None:
        path = tmp_path / "copy.db"
        path.write_bytes(forum.path.read_bytes())
        poison(path, BODIES)
        with served(path) as reader:
            for name in page_names(forum):
                answer = reader.get(name)
                html = page_tree(answer.text)
                scripts = [one.get("src", "inline") for one in html.iter("script")]
                assert scripts == [f"{'../' * name.count('/')}assets/reader.js"], name
                assert not _risky(html), name
            etree.fromstring(reader.get("feeds/posts.atom").content)


@pytest.mark.parametrize("blank", ["", "   ", "\u200b\u200e"], ids=["nothing", "blanks", "marks"])
def test_titles_and_names_without_a_letter_can_be_followed(
    forum: ReadForum, tmp_path: Path, blank: str
) -> None:
    path = tmp_path / "copy.db"
    path.write_bytes(forum.path.read_bytes())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE topics SET title = ?", (blank,))
        connection.execute("UPDATE forums SET title = ?", (blank,))
        connection.execute("UPDATE authors SET name = ? WHERE author_id = 1", (blank,))
        connection.execute("UPDATE site SET name = ?", (blank,))
    with served(path) as reader:
        for name in page_names(forum):
            html = etree.HTML(reader.get(name).text)
            for one in html.xpath("//main//a | //h1 | //title | //header//a"):
                text = one.xpath("string()")
                assert re.search(r"[^\W_]|…", text), f"{name}: {etree.tostring(one)!r}"


_FETCHING = frozenset(("iframe", "object", "embed", "img", "video", "audio", "base"))


def _risky(html: Element[str]) -> list[str]:
    found: list[str] = []
    for element in html.iter():
        for name, value in element.attrib.items():
            is_address = name in {"href", "src", "action", "formaction", "data", "srcset"}
            if name.startswith("on") or name == "style":
                found.append(f"{element.tag} {name}")
            if is_address and re.match(r"\s*(javascript|data|vbscript):", value, re.IGNORECASE):
                found.append(f"{element.tag} {value}")
        is_refresh = element.get("http-equiv", "").lower() == "refresh"
        if is_refresh or element.tag in _FETCHING:
            found.append(str(element.tag))
    return found


class TestCommand:
    def test_serves_until_it_is_stopped(self, forum: ReadForum) -> None:
        command = [
            sys.executable,
            "-m",
            "threadkeep",
            "serve",
            "-a",
            str(forum.path),
            "--port",
            "0",
        ]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            line = process.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+/", line)
            assert address
            assert LONG in requests.get(f"{address[0]}{forum.topic_page}", timeout=60).text
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (0, "")
        assert err == "threadkeep: the reader has ended.\n"

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["--host", "192.0.2.1"], "Nothing can listen at 192.0.2.1"),
            (["--host", "no such host"], "Nothing can listen at no such host"),
        ],
    )
    def test_says_where_it_cannot_listen(
        self, threadkeep: CommandLine, forum: ReadForum, arguments: list[str], told: str
    ) -> None:
        ran = threadkeep("serve", "-a", forum.path, "--port", "0", *arguments)
        assert ran.code == 2
        assert told in ran.err
        assert "whoever reaches" in ran.err

    def test_says_that_there_is_no_archive(self, threadkeep: CommandLine) -> None:
        ran = threadkeep("serve")
        assert ran.code == 2
        assert "no archive in this folder" in ran.sentence

    def test_a_port_that_is_taken_is_told(self, forum: ReadForum, reader: Served) -> None:
        port = int(reader.url.rpartition(":")[2].strip("/"))
        with pytest.raises(UsageError, match=rf"port {port} .*--port"):
            serve(forum.path, "127.0.0.1", port, None, print)


def test_nothing_is_written_beside_the_archive_by_reading(
    forum: ReadForum, tmp_path: Path
) -> None:
    path = tmp_path / "copy.db"
    path.write_bytes(forum.path.read_bytes())
    before = path.read_bytes()
    with served(path) as reader:
        for name in page_names(forum):
            reader.get(name)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["copy.db"]  # noqa: PTH208  names are all that is asked for
