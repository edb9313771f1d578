"""The site without a server: what `export --format html -o FOLDER` writes, renews, removes and leaves alone."""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from lxml import etree

from exporters.exporter import ExportOptions
from tests.hostile_body import BODIES
from tests.html_tree import check_valid, page_tree
from tests.reading import (
    DOCUMENT,
    LONG,
    PICTURE,
    ReadForum,
    keep_files,
    keep_portrait,
    poison,
    read_forum,
)
from threadkeep.exporting import export_archive, plan_export
from threadkeep.reader.sitemap import sitemap_files

if TYPE_CHECKING:
    from tests.conftest import CommandLine


@pytest.fixture(scope="module")
def forum(tmp_path_factory: pytest.TempPathFactory) -> ReadForum:
    return read_forum(tmp_path_factory.mktemp("site"))


def write(path: Path, folder: Path, *, with_gone: bool = False) -> int | None:
    options = ExportOptions(with_gone=with_gone)
    return export_archive(path, plan_export(folder, "html", options)).renewed


@pytest.fixture(scope="module")
def site(forum: ReadForum, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "site"
    write(forum.path, folder)
    return folder


@pytest.fixture
def copy(forum: ReadForum, tmp_path: Path) -> Path:
    path = tmp_path / "copy.db"
    path.write_bytes(forum.path.read_bytes())
    return path


def change(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, values)


def pages(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*.html"))
    }


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """What tells whether a file was written again."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


class TestPages:
    def test_every_page_is_valid_html_and_asks_for_nothing_else(self, site: Path) -> None:
        for name, text in pages(site).items():
            check_valid(text)
            assert "Content-Security-Policy" in text, name
            loaded = etree.HTML(text).xpath("//script/@src | //link/@href | //img/@src")
            assert not [one for one in loaded if ":" in one or one.startswith("/")], name

    def test_every_relative_link_leads_to_a_file_and_a_place_in_it(self, site: Path) -> None:
        texts = pages(site)
        followed = 0
        for name, text in texts.items():
            for href in etree.HTML(text).xpath("//a/@href | //script/@src | //link/@href"):
                if re.match(r"[a-z]+:", href):
                    continue
                target, anchor = urldefrag(unquote(urljoin(f"http://x/{name}", href)))
                path = target.removeprefix("http://x/")
                assert (site / path).is_file(), f"{name}: {href}"
                if anchor:
                    assert f'id="{anchor}"' in texts[path], f"{name}: {href}"
                followed += 1
        assert followed > 500

    def test_pages_are_named_for_people(self, site: Path, forum: ReadForum) -> None:
        names = pages(site).keys()
        assert {f"{forum.topic_page}.html", f"{forum.topic_page}.page-2.html"} <= names
        assert {
            "index.html",
            "search.html",
            "authors/1-vera.html",
            "forums/1-help-desk.html",
        } <= names

    def test_all_posts_that_are_there_are_in_it(self, site: Path, forum: ReadForum) -> None:
        shown = [
            int(post.removeprefix("post-"))
            for name, text in pages(site).items()
            if name.startswith("topics/")
            for post in etree.HTML(text).xpath("//article/@id")
        ]
        with closing(sqlite3.connect(forum.path)) as connection:
            there = connection.execute(
                "SELECT post_id FROM posts WHERE gone_at IS NULL"
            ).fetchall()
        assert sorted(shown) == sorted(row[0] for row in there)

    def test_gone_posts_are_left_out_and_counted(self, site: Path, forum: ReadForum) -> None:
        assert "left out here: 1" in pages(site)[f"{forum.topic_page}.html"]
        assert not (site / "history" / f"{forum.gone.post_id}.html").exists()

    def test_gone_posts_are_in_it_where_they_are_wanted(
        self, forum: ReadForum, tmp_path: Path
    ) -> None:
        write(forum.path, tmp_path / "site", with_gone=True)
        texts = pages(tmp_path / "site")
        assert f'id="post-{forum.gone.post_id}"' in texts[f"{forum.topic_page}.html"]
        assert f"history/{forum.gone.post_id}.html" in texts

    def test_what_was_typed_and_asked_for_is_nobodys_business(self, site: Path) -> None:
        assert (site / "runs" / "1.html").is_file()
        for text in pages(site).values():
            assert "threadkeep demo" not in text
            assert "robots.txt" not in text


def test_files_that_posts_show_lie_beside_the_pages(copy: Path, tmp_path: Path) -> None:
    keep_files(copy, 121)
    folder = tmp_path / "site"
    write(copy, folder)
    page = next(folder.glob("topics/121-*.html"))
    (source,) = etree.HTML(page.read_text("utf-8")).xpath("//img/@src")
    assert (page.parent / source).read_bytes() == PICTURE
    assert {path.read_bytes() for path in (folder / "media").iterdir()} == {PICTURE, DOCUMENT}
    assert write(copy, folder) == 0


def test_pictures_of_authors_lie_beside_the_pages(copy: Path, tmp_path: Path) -> None:
    keep_files(copy, 121)
    keep_portrait(copy, 121)
    folder = tmp_path / "site"
    write(copy, folder)
    portraits = 0
    for name, text in pages(folder).items():
        for source in etree.HTML(text).xpath("//img[@class='portrait']/@src"):
            assert (folder / name).parent.joinpath(source).read_bytes() == PICTURE
            portraits += 1
    assert portraits > 1


def test_one_page_shows_pictures_of_authors_where_a_folder_has_them(
    copy: Path, tmp_path: Path
) -> None:
    keep_files(copy, 121)
    keep_portrait(copy, 121)
    for media in (tmp_path / "media", None):
        output = tmp_path / "all.html"
        export_archive(copy, plan_export(output, None, ExportOptions(), media_dir=media))
        portraits = etree.parse(output, etree.HTMLParser()).xpath("//header/img/@src")
        if media is None:
            assert portraits == []
        else:
            assert {(tmp_path / one).read_bytes() for one in portraits} == {PICTURE}


def test_one_page_shows_pictures_where_a_folder_has_them(copy: Path, tmp_path: Path) -> None:
    keep_files(copy, 121)
    output = tmp_path / "all.html"
    plan = plan_export(output, None, ExportOptions(), media_dir=tmp_path / "media")
    export_archive(copy, plan)
    html = etree.HTML(output.read_text("utf-8"))
    (source,) = html.xpath("//img/@src")
    assert (tmp_path / source).read_bytes() == PICTURE
    (policy,) = html.xpath("//meta[@http-equiv]/@content")
    assert "img-src 'self' file:" in policy


class TestRenewing:
    def test_the_same_archive_writes_nothing_again(self, copy: Path, tmp_path: Path) -> None:
        folder = tmp_path / "site"
        assert write(copy, folder) == len(stamps(folder)) - 1  # the list of files is none of them
        before = stamps(folder)
        assert write(copy, folder) == 0
        assert stamps(folder) == before

    def test_a_change_renews_only_the_pages_that_show_it(
        self, copy: Path, tmp_path: Path, forum: ReadForum
    ) -> None:
        folder = tmp_path / "site"
        write(copy, folder)
        before = stamps(folder)
        last = forum.long.posts[-1].post_id
        change(copy, "UPDATE revisions SET body_html = '<p>New.</p>' WHERE post_id = ?", last)
        assert write(copy, folder) == 1
        after = stamps(folder)
        assert {name for name in after if after[name] != before[name]} == {
            f"{forum.topic_page}.page-2.html"
        }

    def test_a_page_keeps_its_name_when_its_title_changes(
        self, copy: Path, tmp_path: Path, forum: ReadForum
    ) -> None:
        folder = tmp_path / "site"
        write(copy, folder)
        change(copy, "UPDATE topics SET title = 'Quite another' WHERE title = ?", LONG)
        write(copy, folder)
        assert "Quite another" in pages(folder)[f"{forum.topic_page}.html"]
        assert not list(folder.glob("topics/*quite-another*"))

    def test_what_is_no_longer_part_of_it_goes_and_nothing_else(
        self, copy: Path, tmp_path: Path, forum: ReadForum
    ) -> None:
        folder = tmp_path / "site"
        write(copy, folder)
        (folder / "CNAME").write_text("archive.example")
        (folder / "topics" / "mine.html").write_text("mine")
        change(
            copy,
            "UPDATE posts SET gone_at = '2026-01-01T00:00:00Z' WHERE topic_key = "
            "(SELECT topic_key FROM topics WHERE title = ?)",
            LONG,
        )
        write(copy, folder)
        assert not (folder / f"{forum.topic_page}.page-2.html").exists()
        assert (folder / f"{forum.topic_page}.html").exists()
        assert (folder / "CNAME").read_text() == "archive.example"
        assert (folder / "topics" / "mine.html").read_text() == "mine"

    def test_a_list_of_files_that_leads_elsewhere_removes_nothing_there(
        self, copy: Path, tmp_path: Path
    ) -> None:
        folder = tmp_path / "site"
        write(copy, folder)
        mine = tmp_path / "mine.txt"
        mine.write_text("mine")
        with (folder / "threadkeep-files.txt").open("a") as listed:
            listed.write(f"../mine.txt\n{mine}\n")
        write(copy, folder)
        assert mine.read_text() == "mine"

    def test_a_torn_file_is_written_anew(self, copy: Path, tmp_path: Path) -> None:
        folder = tmp_path / "site"
        write(copy, folder)
        whole = (folder / "index.html").read_bytes()
        (folder / "index.html").write_bytes(whole[:100])
        assert write(copy, folder) == 1
        assert (folder / "index.html").read_bytes() == whole

    def test_two_exports_are_the_same_byte_for_byte(self, copy: Path, tmp_path: Path) -> None:
        write(copy, tmp_path / "one")
        write(copy, tmp_path / "other")
        one, other = (
            {
                path.relative_to(folder): path.read_bytes()
                for path in folder.rglob("*")
                if path.is_file()
            }
            for folder in (tmp_path / "one", tmp_path / "other")
        )
        assert one == other


class TestStopped:
    """A site whose export was stopped while its pages took their places, of which there are many."""

    @pytest.mark.parametrize("places", [1, 3, 40])
    def test_the_next_export_goes_on(
        self, forum: ReadForum, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, places: int
    ) -> None:
        folder, whole = tmp_path / "stopped", tmp_path / "whole"
        real, left = Path.replace, iter(range(places))

        def stopped(path: Path, target: Path) -> Path:
            if path.is_relative_to(folder) and next(left, None) is None:
                raise KeyboardInterrupt
            return real(path, target)

        with monkeypatch.context() as patches:
            patches.setattr(Path, "replace", stopped)
            with pytest.raises(KeyboardInterrupt):
                write(forum.path, folder)
        assert len(list(folder.rglob("*.html"))) in range(1 if places > 1 else 0, places + 1)
        write(forum.path, folder)
        write(forum.path, whole)
        assert {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()} == {
            path.relative_to(whole): path.read_bytes() for path in whole.rglob("*") if path.is_file()
        }  # fmt: skip


_STANDS_AT = "https://archive.example/forum/"
_SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
_FEED = {"a": "http://www.w3.org/2005/Atom"}


def file_of(address: str) -> str:
    """The file of a site that stands at an address."""
    path = unquote(urldefrag(address).url).removeprefix(_STANDS_AT)
    assert "://" not in path
    return path or "index.html"


@pytest.fixture(scope="module")
def standing(forum: ReadForum, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("standing") / "site"
    options = ExportOptions(site_url=_STANDS_AT)
    export_archive(forum.path, plan_export(folder, "html", options))
    return folder


class TestKnownAddress:
    """A site that knows where it will stand."""

    def test_the_sitemap_lists_forums_topics_and_people_once(self, standing: Path) -> None:
        tree = etree.parse(standing / "sitemap.xml")
        listed = [file_of(one.text or "") for one in tree.iterfind("s:url/s:loc", _SITEMAP)]
        shown = {
            name
            for name in pages(standing)
            if re.match(r"index|authors|forums/|topics/", name) and ".by-" not in name
        }
        assert len(listed) == len(set(listed))
        assert set(listed) == shown

    def test_a_page_names_itself_for_previews(self, standing: Path, forum: ReadForum) -> None:
        text = pages(standing)[f"{forum.topic_page}.html"]
        check_valid(text)
        html = etree.HTML(text)
        told = {one.get("property"): one.get("content") for one in html.iterfind(".//meta")}
        address = f"{_STANDS_AT}{forum.topic_page}.html"
        assert (told["og:url"], told["og:title"], told["og:type"]) == (address, LONG, "article")
        assert html.xpath("//link[@rel='canonical']/@href") == [address]
        (first,) = etree.HTML(pages(standing)["index.html"]).xpath("//link[@rel='canonical']")
        assert first.get("href") == _STANDS_AT

    def test_feeds_lead_to_its_own_pages(self, standing: Path) -> None:
        linked = etree.HTML(pages(standing)["index.html"]).xpath("//link[@rel='alternate']/@href")
        assert linked == ["feeds/posts.atom", "feeds/changes.atom"]
        for name in linked:
            feed = etree.parse(standing / name).getroot()
            entries = [one.get("href") or "" for one in feed.iterfind("a:entry/a:link", _FEED)]
            assert entries, name
            for address in entries:
                assert (standing / file_of(address)).is_file(), address
        changes = etree.parse(standing / "feeds/changes.atom").getroot()
        told = [one.text for one in changes.iterfind("a:entry/a:title", _FEED)]
        assert told == [f"{LONG}: edited"]  # what is gone has no page here

    def test_feeds_tell_of_selected_posts_only(
        self, threadkeep: CommandLine, forum: ReadForum
    ) -> None:
        words = ("export", "-a", forum.path, "-f", "html", "-o", "site", "--author", "vera")
        assert threadkeep(*words, "--site-url", _STANDS_AT).code == 0
        with closing(sqlite3.connect(forum.path)) as connection:
            others = connection.execute(
                "SELECT post_id FROM posts JOIN authors USING (author_id) WHERE slug IS NOT 'vera'"
            ).fetchall()
        feed = etree.parse("site/feeds/posts.atom").getroot()
        told = [one.text or "" for one in feed.iterfind("a:entry/a:id", _FEED)]
        assert told
        assert not {int(one.rpartition("-")[2]) for one in told} & {row[0] for row in others}

    def test_more_pages_than_a_list_may_hold_make_several(self) -> None:
        names = ["index", "topics/1-brød", "topics/2-b"]
        files = dict(sitemap_files(_STANDS_AT, names, most=2))
        assert sorted(files) == ["sitemap-1.xml", "sitemap-2.xml", "sitemap.xml"]
        inner = etree.fromstring(files["sitemap.xml"]).iterfind("s:sitemap/s:loc", _SITEMAP)
        assert [one.text for one in inner] == [f"{_STANDS_AT}sitemap-{one}.xml" for one in (1, 2)]
        listed = etree.fromstring(files["sitemap-1.xml"]).iterfind("s:url/s:loc", _SITEMAP)
        assert [one.text for one in listed] == [
            _STANDS_AT,
            f"{_STANDS_AT}topics/1-br%C3%B8d.html",
        ]

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            (
                ("-f", "html", "-o", "s", "--site-url", "archive.example"),
                "no address where a site can",
            ),
            (
                ("-f", "html", "-o", "s", "--site-url", "ftp://a.example/"),
                "no address where a site can",
            ),
            (
                ("-f", "html", "-o", "s", "--site-url", "https://a.example/?x"),
                "“https://a.example/?x” is no",
            ),
            (("-f", "html", "-o", "s", "--site-url", "https://[a/"), "“https://[a/” is no"),
            (("-o", "s.csv", "--site-url", _STANDS_AT), "--format html with a folder"),
            (("-o", "s.html", "--site-url", _STANDS_AT), "--format html with a folder"),
            (("-o", "s.warc.gz", "--site-url", _STANDS_AT), "--site-url are for other"),
        ],
    )
    def test_an_address_that_cannot_be_meant_is_told(
        self, threadkeep: CommandLine, forum: ReadForum, given: tuple[str, ...], told: str
    ) -> None:
        ran = threadkeep("export", "-a", forum.path, *given)
        assert ran.code == 2
        assert told in ran.sentence


class TestCommand:
    def test_a_folder_of_other_files_is_refused(
        self, threadkeep: CommandLine, forum: ReadForum
    ) -> None:
        Path("mine").mkdir()
        Path("mine", "index.html").write_text("mine")
        ran = threadkeep("export", "-a", forum.path, "-f", "html", "-o", "mine")
        assert ran.code == 2
        assert "threadkeep did not write" in ran.sentence
        assert Path("mine", "index.html").read_text() == "mine"

    def test_says_what_it_wrote(self, threadkeep: CommandLine, forum: ReadForum) -> None:
        ran = threadkeep("export", "-a", forum.path, "-f", "html", "-o", "site")
        assert re.search(
            r"posts written to (\d+) files in site, \1 of them new or changed", ran.err
        )
        again = threadkeep("export", "-a", forum.path, "-f", "html", "-o", "site")
        assert "0 of them new or changed" in again.err

    def test_some_topics_make_a_site_of_their_own(
        self, threadkeep: CommandLine, forum: ReadForum
    ) -> None:
        ran = threadkeep(
            "export", "-a", forum.path, forum.long.topic_id, "-f", "html", "-o", "site"
        )
        assert ran.code == 0
        topics = {path.name for path in Path("site", "topics").iterdir()}
        stem = forum.topic_page.removeprefix("topics/")
        assert topics == {f"{stem}.html", f"{stem}.page-2.html"}
        whole = "".join(path.read_text("utf-8") for path in Path("site").rglob("*.*"))
        assert "Read this first" not in whole

    def test_a_topic_that_is_not_there_is_told(
        self, threadkeep: CommandLine, forum: ReadForum
    ) -> None:
        ran = threadkeep("export", "-a", forum.path, "999999", "-f", "html", "-o", "site")
        assert "does not hold topic 999999" in ran.sentence
        assert not Path("site").exists()

    def test_a_file_is_one_page_and_no_site(
        self, threadkeep: CommandLine, forum: ReadForum
    ) -> None:
        ran = threadkeep("export", "-a", forum.path, forum.long.topic_id, "-o", "long.html")
        assert ran.code == 0
        text = Path("long.html").read_text("utf-8")
        check_valid(text)
        html = etree.HTML(text)
        assert len(html.xpath("//article")) == len(forum.long.posts) - 1
        assert html.xpath("//script | //link | //img | //@src") == []


class TestIndex:
    """The index, read as its script reads it."""

    def call(self, path: Path) -> list[Any]:
        text = path.read_text("utf-8")
        match = re.fullmatch(r"threadkeepSearch\.\w+\((.*)\);\n", text, re.DOTALL)
        assert match
        given: list[Any] = json.loads(f"[{match[1]}]")
        return given

    def posts_with(self, site: Path, word: str) -> set[int]:
        piece = "-".join(f"{ord(letter):x}" for letter in word[:2])
        path = site / "search" / f"w-{piece}.js"
        words: dict[str, list[str]] = self.call(path)[1] if path.exists() else {}
        found: set[int] = set()
        for steps in words.get(word, []):
            number = 0
            for step in steps.split():
                number += int(step, 36)
                found.add(number)
        return found

    def test_holds_every_word_of_every_post(self, site: Path, forum: ReadForum) -> None:
        with closing(sqlite3.connect(forum.path)) as connection:
            rows = connection.execute(
                "SELECT post_id, body_text FROM posts JOIN revisions USING (post_id, revision) WHERE gone_at IS NULL"
            ).fetchall()
        held = 0
        for post_id, text in rows:
            for word in set(re.findall(r"[a-z]+", unicodedata.normalize("NFC", text).lower())):
                if (
                    re.search(rf"(?<![\w\u0300-\u036f]){word}(?!\w)", text.lower())
                    and text.isascii()
                ):
                    assert post_id in self.posts_with(site, word), word
                    held += 1
            if held > 3000:
                break
        assert held > 1000

    def test_holds_no_gone_post(self, site: Path, forum: ReadForum) -> None:
        for path in (site / "search").glob("w-*.js"):
            for word in self.call(path)[1]:
                assert forum.gone.post_id not in self.posts_with(site, word)
        for path in (site / "search").glob("p-*.js"):
            assert str(forum.gone.post_id) not in self.call(path)[1]["posts"]

    def test_says_where_each_post_is(self, site: Path, forum: ReadForum) -> None:
        size, pieces = self.call(site / "search" / "index.js")
        assert {f"w-{piece}.js" for piece in pieces} == {
            path.name for path in (site / "search").glob("w-*.js")
        }
        last = forum.long.posts[-1].post_id
        _, piece = self.call(site / "search" / f"p-{last // size}.js")
        place, page, author, _, text = piece["posts"][str(last)]
        assert piece["topics"][place] == [LONG, forum.topic_page]
        assert (page, author, text) == (2, forum.long.posts[-1].author.name, "Reply 59 of many.")


def test_hostile_names_and_bodies_are_text_in_every_file(copy: Path, tmp_path: Path) -> None:
    poison(copy, BODIES)
    folder = tmp_path / "site"
    write(copy, folder)
    for path in folder.rglob("*.html"):
        html = page_tree(path.read_text("utf-8"))
        sources = [one.get("src", "inline") for one in html.iter("script")]
        own = r"(\.\./)*(assets/(reader|search|search-begin)\.js|search/index\.js)"
        assert all(re.fullmatch(own, source) for source in sources), path
        handlers = [name for one in html.iter() for name in one.attrib if name.startswith("on")]
        assert not handlers, path
    for path in (folder / "search").glob("*.js"):
        TestIndex().call(path)
