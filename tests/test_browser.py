"""The reader and the site in a real browser: read, search, move about by keys, on a desk and on a phone, by hostile posts."""

from __future__ import annotations

import re
import sqlite3
import string
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from exporters.exporter import ExportOptions
from tests.browsing import DESKTOP, PHONE, launched, visiting
from tests.hostile_body import BODIES
from tests.reading import LONG, ReadForum, Served, poison, read_forum, served
from threadkeep.exporting import export_archive, plan_export

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

# A browser takes its time, and all of the machine.
pytestmark = [pytest.mark.sweep, pytest.mark.alone]

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from launched()


@pytest.fixture(scope="module")
def forum(tmp_path_factory: pytest.TempPathFactory) -> ReadForum:
    return read_forum(tmp_path_factory.mktemp("browser"))


@pytest.fixture(scope="module")
def reader(forum: ReadForum) -> Iterator[Served]:
    with served(forum.path) as opened:
        yield opened


def written(path: Path, folder: Path) -> str:
    """A site of an archive, by its address."""
    export_archive(path, plan_export(folder, "html", ExportOptions(with_gone=True)))
    return f"{folder.as_uri()}/"


@pytest.fixture(scope="module")
def site(forum: ReadForum, tmp_path_factory: pytest.TempPathFactory) -> str:
    return written(forum.path, tmp_path_factory.mktemp("browsed") / "site")


def kinds(forum: ReadForum, ending: str = "") -> list[str]:
    names = [
        *(
            "authors",
            "missing",
            "runs",
            "runs/1",
            "forums/1-help-desk",
            "authors/1-vera",
            "search",
        ),
        *(forum.topic_page, f"history/{forum.edited.post_id}"),
    ]
    return [f"{name}{ending}" for name in names] + (["index.html"] if ending else [""])


@SIZES
class TestServed:
    def test_read_from_the_overview_to_a_posts_history(
        self, browser: Browser, reader: Served, forum: ReadForum, size: dict[str, int]
    ) -> None:
        with visiting(browser, reader.url, viewport=size) as visit:
            page = visit.page
            visit.open()
            page.get_by_role("link", name=LONG).click()
            page.locator(f"#post-{forum.gone.post_id}").get_by_text(
                "Gone from the site"
            ).wait_for()
            page.get_by_role("link", name="edited, seen 2 versions").click()
            assert page.locator("ins").first.is_visible()
            page.locator(".trail").get_by_role("link", name=LONG).click()
            assert page.url.endswith(f"#post-{forum.edited.post_id}")
            assert page.locator(f"#post-{forum.edited.post_id}").is_visible()

    def test_search_and_narrow(
        self, browser: Browser, reader: Served, forum: ReadForum, size: dict[str, int]
    ) -> None:
        with visiting(browser, reader.url, viewport=size) as visit:
            page = visit.page
            visit.open("search")
            page.get_by_label("Words").fill("many")
            page.get_by_role("button", name="Search").click()
            page.get_by_text("60 posts found").wait_for()
            page.get_by_text("Filters").click()
            page.get_by_label("Until").fill("2001")
            page.get_by_role("button", name="Search").click()
            page.get_by_text("0 posts found").wait_for()
            page.get_by_label("Until").fill("")
            page.get_by_label("Words").fill('"reply 59 of many"')
            page.get_by_role("button", name="Search").click()
            page.get_by_role("link", name=LONG).click()
            page.locator(f"#post-{forum.long.posts[-1].post_id}").wait_for()

    def test_an_old_permalink_leads_to_the_post(
        self, browser: Browser, reader: Served, forum: ReadForum, size: dict[str, int]
    ) -> None:
        last = forum.long.posts[-1].post_id
        with visiting(browser, reader.url, viewport=size) as visit:
            visit.open(f"?p={last}")
            assert visit.page.url.endswith(f".page-2#post-{last}")
            box = visit.page.locator(f"#post-{last}").bounding_box()
            assert box
            assert 0 <= box["y"] < size["height"]

    def test_an_old_address_of_a_post_on_another_page_here_leads_to_it(
        self, browser: Browser, reader: Served, forum: ReadForum, size: dict[str, int]
    ) -> None:
        post = forum.long.posts[
            55
        ].post_id  # on the fourth page there, which begins on the first here
        with visiting(browser, reader.url, viewport=size) as visit:
            visit.open(f"forums/topic/long-and-winding/page/4/#post-{post}")
            visit.page.wait_for_url(f"**/{forum.topic_page}.page-2#post-{post}")
            assert visit.page.locator(f"#post-{post}").is_visible()

    def test_nothing_is_wider_than_the_screen(
        self, browser: Browser, reader: Served, forum: ReadForum, size: dict[str, int]
    ) -> None:
        with visiting(browser, reader.url, viewport=size) as visit:
            for name in (*kinds(forum), "topics/180", "topics/121"):
                visit.open(name)
                width = visit.page.evaluate("document.documentElement.scrollWidth")
                assert width <= size["width"], name

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_everybody_can_use_it(
        self, browser: Browser, reader: Served, forum: ReadForum, size: dict[str, int], scheme: str
    ) -> None:
        with visiting(browser, reader.url, viewport=size, color_scheme=scheme) as visit:
            for name in (*kinds(forum), "search?q=many", "nowhere"):
                visit.open(name)
                if name == "nowhere":
                    visit.wrong.clear()  # that it is not there stands in the console
                assert not visit.violations(), name


def press_access_key(page: Page, letter: str) -> None:
    """Press a letter with Alt, as a system tells it: Playwright leaves out the letter itself, by which browsers find access keys."""
    session: Any = page.context.new_cdp_session(page)
    session.send(
        "Input.dispatchKeyEvent",
        {
            "type": "keyDown",
            "modifiers": 1,
            "key": letter,
            "unmodifiedText": letter,
            "windowsVirtualKeyCode": ord(letter.upper()),
        },
    )


class TestWays:
    def test_by_keys_alone(self, browser: Browser, reader: Served, forum: ReadForum) -> None:
        with visiting(browser, reader.url) as visit:
            page = visit.page
            visit.open(forum.topic_page)
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.className") == "skip"
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.id") == "content"
            page.keyboard.press("j")  # a letter does nothing until the focus is in the list
            assert page.evaluate("document.activeElement.id") == "content"
            while not page.evaluate("document.activeElement.closest('.post')"):
                page.keyboard.press("Tab")
            ids = [post.post_id for post in forum.long.posts]
            for key, place in (("j", 1), ("j", 2), ("k", 1)):
                page.keyboard.press(key)
                assert page.evaluate("document.activeElement.id") == f"post-{ids[place]}"
                style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert style != "none"
            press_access_key(page, "n")
            page.wait_for_url("**.page-2")
            press_access_key(page, "p")
            page.wait_for_url(f"**/{forum.topic_page}")
            press_access_key(page, "s")
            page.wait_for_url("**/search")
            press_access_key(page, "s")
            page.keyboard.type("many jn")
            assert page.get_by_label("Words").input_value() == "many jn"

    def test_no_letter_alone_leads_anywhere(
        self, browser: Browser, reader: Served, forum: ReadForum
    ) -> None:
        """Who dictates says letters (WCAG 2.1.4)."""
        with visiting(browser, reader.url) as visit:
            visit.open(f"{forum.topic_page}")
            before = visit.page.evaluate("document.activeElement.tagName")
            for key in string.ascii_letters + string.punctuation:
                visit.page.keyboard.press(key)
            assert visit.page.evaluate("document.activeElement.tagName") == before
            assert visit.page.url.endswith(forum.topic_page)

    def test_suggests_while_one_types(self, browser: Browser, reader: Served) -> None:
        with visiting(browser, reader.url) as visit:
            visit.open("search")
            visit.page.get_by_label("Words").press_sequentially("long and")
            option = visit.page.locator(f'#suggestions option[value="{LONG}"]')
            option.wait_for(state="attached")

    def test_times_are_in_the_readers_zone(
        self, browser: Browser, reader: Served, forum: ReadForum
    ) -> None:
        with visiting(browser, reader.url) as visit:
            visit.open(forum.topic_page)
            time = visit.page.locator(f"#post-{forum.long.topic_id} time").first
            hour = (forum.long.posts[0].posted.hour + 9) % 24
            assert f"{hour:02}:{forum.long.posts[0].posted:%M}" in time.inner_text()
            assert "as shown" in (time.get_attribute("title") or "")

    def test_dark_is_dark(self, browser: Browser, reader: Served) -> None:
        for scheme, is_dark in (("light", False), ("dark", True)):
            with visiting(browser, reader.url, color_scheme=scheme) as visit:
                visit.open()
                color = visit.page.evaluate(
                    "getComputedStyle(document.documentElement).backgroundColor"
                )
                assert (sum(map(int, re.findall(r"\d+", color)[:3])) < 200) == is_dark

    def test_without_scripts_everything_can_be_read(
        self, browser: Browser, reader: Served
    ) -> None:
        with visiting(browser, reader.url, java_script_enabled=False) as visit:
            visit.open()
            visit.page.get_by_role("link", name=LONG).click()
            visit.page.get_by_role("link", name="Next").first.click()
            visit.page.get_by_text("Reply 59 of many.").wait_for()
            visit.open("search?q=many")
            visit.page.get_by_text("60 posts found").wait_for()
            assert "UTC" in visit.page.locator("time").first.inner_text()

    def test_posts_run_from_right_to_left_where_their_script_does(
        self, browser: Browser, forum: ReadForum, tmp_path: Path
    ) -> None:
        path = tmp_path / "copy.db"
        path.write_bytes(forum.path.read_bytes())
        poison(path, ["<p>שלום לכולם</p>", "<p>Hello</p>"])
        with served(path) as reader, visiting(browser, reader.url) as visit:
            visit.open("topics/121")
            directions = visit.page.eval_on_selector_all(
                ".body", "all => all.slice(0, 2).map(one => getComputedStyle(one).direction)"
            )
        assert directions == ["rtl", "ltr"]

    def test_print_leaves_out_what_is_no_text(
        self, browser: Browser, reader: Served, forum: ReadForum
    ) -> None:
        with visiting(browser, reader.url) as visit:
            visit.open(forum.topic_page)
            visit.page.emulate_media(media="print")
            assert not visit.page.locator(".top").is_visible()
            assert visit.page.locator(".post").first.is_visible()


def test_a_site_on_the_web_stays_at_a_page_without_the_post_that_an_address_names(
    browser: Browser, site: str, forum: ReadForum
) -> None:
    """Where no server is behind the pages, nobody can be asked on which page the post is."""
    folder = Path(url2pathname(urlsplit(site).path))
    base = "http://archive.example/"
    with visiting(browser, base) as visit:
        page = visit.page
        page.route(
            "**", lambda route: route.fulfill(path=folder / urlsplit(route.request.url).path[1:])
        )
        address = f"{forum.topic_page}.html#post-999999"
        visit.open(address)
        page.evaluate("new Promise(done => requestIdleCallback(done))")
        assert page.url == f"{base}{address}"


@SIZES
class TestSite:
    def test_opens_from_a_folder(
        self, browser: Browser, site: str, forum: ReadForum, size: dict[str, int]
    ) -> None:
        with visiting(browser, site, viewport=size) as visit:
            page = visit.page
            visit.open("index.html")
            page.get_by_role("link", name=LONG).click()
            assert page.evaluate("getComputedStyle(document.querySelector('.post')).borderStyle")
            page.get_by_role("link", name="Next").first.click()
            page.get_by_text("Reply 59 of many.").wait_for()
            for name in kinds(forum, ".html"):
                visit.open(name)
                assert page.evaluate("getComputedStyle(document.body).margin") == "0px"

    def test_searches_without_a_server(
        self, browser: Browser, site: str, forum: ReadForum, size: dict[str, int]
    ) -> None:
        with visiting(browser, site, viewport=size) as visit:
            page = visit.page
            visit.open("search.html")
            page.get_by_label("Words").fill("REPLY many")
            page.get_by_role("button", name="Search").click()
            page.get_by_text("60 posts found").wait_for()
            page.get_by_role("button", name="More").click()
            page.wait_for_function("document.querySelectorAll('#hits li').length === 40")
            page.get_by_label("Words").fill("wind*")
            page.keyboard.press("Enter")
            page.locator("#hits a", has_text=LONG).first.wait_for()
            page.get_by_label("Words").fill("接着剤")
            page.keyboard.press("Enter")
            page.locator("#hits a", has_text="接着剤").first.wait_for()
            page.get_by_label("Words").fill("nothingofthatkind")
            page.keyboard.press("Enter")
            page.get_by_text("0 posts found").wait_for()
            page.get_by_label("Words").fill("repyl mayn")
            page.keyboard.press("Enter")
            page.get_by_role("link", name="reply many").click()
            page.get_by_text("60 posts found").wait_for()
            page.get_by_label("Words").fill("reply 59 many")
            page.keyboard.press("Enter")
            page.get_by_text("1 post found").wait_for()
            page.locator("#hits a").first.click()
            assert page.locator(f"#post-{forum.long.posts[-1].post_id}").is_visible()

    def test_what_is_searched_for_last_is_shown_alone(
        self, browser: Browser, site: str, size: dict[str, int]
    ) -> None:
        """Whoever types on while pieces of the index are loaded gets what was typed last."""
        with visiting(browser, site, viewport=size) as visit:
            page = visit.page
            visit.open("search.html")
            page.evaluate(
                """() => {
                    const words = document.getElementById("q");
                    for (const text of ["wind*", "lantern", "reply many"]) {
                        words.value = text;
                        words.form.requestSubmit();
                    }
                }"""
            )
            page.get_by_text("60 posts found").wait_for()
            page.wait_for_function("document.querySelectorAll('#hits li').length === 20")
            assert all(LONG in one for one in page.locator("#hits li").all_inner_texts())

    def test_everybody_can_use_it(
        self, browser: Browser, site: str, forum: ReadForum, size: dict[str, int]
    ) -> None:
        with visiting(browser, site, viewport=size) as visit:
            for name in kinds(forum, ".html"):
                visit.open(name)
                assert not visit.violations(), name


@pytest.fixture(scope="module")
def poisoned(forum: ReadForum, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("poisoned") / "copy.db"
    path.write_bytes(forum.path.read_bytes())
    poison(path, BODIES)
    return path


WIDE = "<table><tr>" + "<td>a cell of many</td>" * 60 + "</tr></table>"
NAMES = ("W" * 3000, "\u202egnp.exe", "مرحبا (1)", "</title><script>alert(1)</script>", "  ")


class TestOdd:
    """Names and bodies that nobody means well with: pages keep their shape, and everybody can use them."""

    @pytest.mark.parametrize(
        "size", [PHONE, {"width": 320, "height": 640}], ids=["phone", "small"]
    )
    def test_pages_keep_their_shape(
        self, browser: Browser, forum: ReadForum, tmp_path: Path, size: dict[str, int]
    ) -> None:
        path = tmp_path / "copy.db"
        path.write_bytes(forum.path.read_bytes())
        with closing(sqlite3.connect(path)) as connection, connection:
            for number, name in enumerate(NAMES, 1):
                for table, column, key in (
                    ("topics", "title", "topic_key"),
                    ("forums", "title", "forum_id"),
                    ("authors", "name", "author_id"),
                ):
                    connection.execute(
                        f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (name, number)
                    )
            connection.execute("UPDATE topics SET tags = json_array(?, ?)", (NAMES[0], NAMES[1]))
            connection.execute("UPDATE posts SET role = ? WHERE post_id % 3 = 0", (NAMES[0],))
            connection.execute("UPDATE revisions SET body_html = ? WHERE post_id = 121", (WIDE,))
        with served(path) as reader, visiting(browser, reader.url, viewport=size) as visit:
            people = [f"authors/{number}" for number in range(1, 6)]
            forums = [f"forums/{number}" for number in range(1, 5)]
            for name in ("", "authors", "search?q=reply", "topics/121", *people, *forums):
                visit.open(name)
                width = visit.page.evaluate("document.documentElement.scrollWidth")
                assert width <= size["width"], name
                assert not visit.violations(), name

    def test_what_scrolls_sideways_scrolls_by_keys(
        self, browser: Browser, forum: ReadForum, tmp_path: Path
    ) -> None:
        path = tmp_path / "copy.db"
        path.write_bytes(forum.path.read_bytes())
        poison(path, [WIDE])
        with served(path) as reader, visiting(browser, reader.url, viewport=PHONE) as visit:
            visit.open("topics/121")
            table = visit.page.locator(".body table").first
            table.focus()
            visit.page.keyboard.press("ArrowRight")
            visit.page.wait_for_function("document.activeElement.scrollLeft > 0")


class TestHostile:
    """Every hostile body, in posts and names, through both outputs: no dialog, no request, no script, nothing in the console."""

    def test_served(self, browser: Browser, poisoned: Path) -> None:
        with served(poisoned) as reader, visiting(browser, reader.url) as visit:
            names = [
                row["link"]["address"]
                for number in (1, 2, 3, 4)
                for row in reader.get(f"forums/{number}.json").json()["rows"]
            ]
            bodies = 0
            for name in (
                *[name.removeprefix("../") for name in names],
                "",
                "authors",
                "search?q=reply",
            ):
                visit.open(name)
                bodies += visit.page.locator(".post .body").count()
                visit.page.eval_on_selector_all(
                    ".body *",
                    "all => all.forEach(one => { one.focus?.(); one.dispatchEvent(new Event('mouseover')); })",
                )
            assert bodies > len(BODIES)

    def test_in_a_site(self, browser: Browser, poisoned: Path, tmp_path: Path) -> None:
        folder = tmp_path / "site"
        with visiting(browser, written(poisoned, folder)) as visit:
            for path in sorted(folder.rglob("*.html")):
                visit.open(path.relative_to(folder).as_posix())
            visit.open("search.html?q=reply")
            visit.page.locator("#hits li").first.wait_for()

    def test_in_one_page(self, browser: Browser, poisoned: Path, tmp_path: Path) -> None:
        export_archive(poisoned, plan_export(tmp_path / "all.html", None, ExportOptions()))
        with visiting(browser, f"{tmp_path.as_uri()}/") as visit:
            visit.open("all.html")
            assert visit.page.locator(".post").count() > len(BODIES)
