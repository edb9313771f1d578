"""WXR: what the WordPress importer gets to restore a forum, held against the demo forum that was archived."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from exporters.exporter import ExportOptions
from exporters.formats.wxr import EXPORTER
from parsers.forum_tree import ForumTree, KnownForum
from parsers.origin import Origin
from parsers.post_file import PostFile
from parsers.records import Author, Edit, ForumLink, Post
from scraper.demo import Written
from tests.archiving import rarely
from tests.gallery import SHOWN, fetch, gallery_world
from tests.membership import MODERATOR, Club
from tests.threads import make_post, make_thread
from tests.whole_forum import Site
from tests.wordpress_importer import WP, Row, WordPress, same_rows
from threadkeep.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from parsers.records import Thread
    from scraper.demo import DemoForum, ExpectedPost, ExpectedTopic
    from tests.conftest import CommandLine


def export(threadkeep: CommandLine, archive: Path, place: Path, *options: object) -> None:
    """Export an archive for the importer."""
    ran = threadkeep("export", "-a", archive, "-f", "wxr", "-o", place, "-q", *options)
    assert (ran.code, ran.err) == (0, "")


def imported(*threads: Thread, options: ExportOptions | None = None) -> WordPress:
    """What the importer makes of threads."""
    return imported_bytes(written(*threads, options=options))


def written(*threads: Thread, options: ExportOptions | None = None) -> bytes:
    out = io.BytesIO()
    EXPORTER.write(threads, out, options or ExportOptions())
    return out.getvalue()


def imported_bytes(data: bytes) -> WordPress:
    site = WordPress()
    site.take(data)
    return site


def opening(**changes: Any) -> Post:  # noqa: ANN401 - a field's value is whatever the field is
    return make_post(kind="topic", published_local="2020-05-01T10:00", **changes)


def reply(number: int, **changes: Any) -> Post:  # noqa: ANN401 - as above
    values = {"published_local": f"2020-05-02T10:{number % 60:02}", **changes}
    return make_post(post_id=number, position=number, **values)


# A forum that is archived whole, exported, and imported


class Restored:
    """A forum, its archive, and what the importer made of it."""

    def __init__(self, site: Site, wordpress: WordPress) -> None:
        self.forum: DemoForum = site.forum
        self.topics: dict[int, ExpectedTopic] = {one.topic_id: one for one in site.readable()}
        self.records = {one["post_id"]: one for one in site.records()}
        self.wordpress = wordpress
        self.path = site.path

    @property
    def posts(self) -> Iterator[tuple[ExpectedTopic, ExpectedPost, Row]]:
        """Every post, as it was and as it came to be."""
        for topic in self.topics.values():
            for post in topic.posts:
                yield topic, post, self.wordpress.rows[post.post_id]


KINDS: dict[str, dict[str, Any]] = {
    "flat": {"topics": 40, "showcase": True, "posts": 9},
    "nested": {"topics": 12, "threaded": True},
    "lead-german": {"topics": 34, "showcase": True, "lead": True, "locale": "de_DE"},
    "old-table": {"topics": 12, "theme": "table", "timezone": "Asia/Kolkata"},
    "plain-addresses": {"topics": 12, "plain_permalinks": True, "locale": "nl_NL"},
    "themed": {"topics": 12, "theme": "themed", "threaded": True, "timezone": "America/Lima"},
    "ages": {"topics": 12, "theme": "classic", "relative_dates": True},
}
OFTEN = ("flat", "plain-addresses", "themed")


@pytest.fixture(
    scope="module", params=[*OFTEN, *rarely(*(kind for kind in KINDS if kind not in OFTEN))]
)
def restored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Restored:
    folder = tmp_path_factory.mktemp("restored")
    with Site.of(folder, **KINDS[request.param]) as site:
        site.archive()
        assert site.mistakes() == []
        place = folder / "restore"
        words = ["export", "-a", str(site.path), "-f", "wxr", "-o", str(place), "-q"]
        assert run(words) == 0
        wordpress = WordPress()
        wordpress.run_all(place)
        return Restored(site, wordpress)


class TestForum:
    """Counts, ids, parents, dates and bodies are those of the forum."""

    def test_every_topic_and_reply_is_there_once_and_nothing_else(
        self, restored: Restored
    ) -> None:
        wanted = {post.post_id: post.kind for _, post, _ in restored.posts}
        found = {number: row.kind for number, row in restored.wordpress.rows.items()}
        assert {n: kind for n, kind in found.items() if kind in {"topic", "reply"}} == wanted

    def test_each_stands_where_it_stood(self, restored: Restored) -> None:
        boards = {
            tuple(one.title for one in board.lineage): board for board in restored.forum.boards
        }
        for topic, post, row in restored.posts:
            forum = (
                next(
                    one
                    for one in restored.wordpress.of("forum").values()
                    if _titles(restored, one) == topic.forum
                )
                if topic.forum
                else None
            )
            if post.kind == "topic":
                assert row.parent == (forum.number if forum else 0)
                assert row.order == 0
                assert row.status == ("closed" if topic.status == "closed" else "publish")
            else:
                assert row.parent == topic.topic_id
                assert row.order == post.position - 1
                assert row.status == "publish"
                answered = post.reply_to if post.reply_to != topic.topic_id else None
                assert row.value("_bbp_reply_to") == str(answered or 0)
            assert row.value("_bbp_forum_id") == str(
                row.parent if post.kind == "topic" else forum.number if forum else 0
            )
            assert row.value("_bbp_topic_id") == str(topic.topic_id)
            if forum is not None:
                assert forum.number == boards[topic.forum].board_id

    def test_each_has_its_body_byte_for_byte(self, restored: Restored) -> None:
        for _, post, row in restored.posts:
            assert row.body == restored.records[post.post_id]["body_html"]
            assert _bare(html.fromstring(f"<div>{row.body}</div>").text_content()) == _bare(
                post.body_text
            )

    def test_each_has_its_time(self, restored: Restored) -> None:
        for _, post, row in restored.posts:
            record = restored.records[post.post_id]
            if record["published_local"]:
                assert row.date[:16] == post.published_local.replace("T", " ")
            if record["published"]:
                assert row.date_gmt[:16] == post.published[:16].replace("T", " ")
            if record["published_source"] == "feed":
                assert row.date_gmt == post.published[:19].replace("T", " ")

    def test_each_is_its_author_s(self, restored: Restored) -> None:
        logins: dict[object, str] = {}
        for _, post, row in restored.posts:
            record = restored.records[post.post_id]
            if record["author"]["is_guest"]:
                assert row.author == ""
                assert row.value("_bbp_anonymous_name") == post.author_name
            else:
                assert restored.wordpress.users[row.author] == post.author_name
                assert row.value("_bbp_anonymous_name") is None
                who = (post.author_slug, post.author_url, post.user_id, post.author_name)
                assert logins.setdefault(who, row.author) == row.author
        assert len(set(logins.values())) == len(logins)

    def test_addresses_end_as_they_ended(self, restored: Restored) -> None:
        for topic in restored.topics.values():
            if topic.topic_id in restored.wordpress.rows:
                assert restored.wordpress.rows[topic.topic_id].name == topic.slug.lower()

    def test_topics_have_their_tags(self, restored: Restored) -> None:
        for topic in restored.topics.values():
            row = restored.wordpress.rows[topic.topic_id]
            assert {restored.wordpress.tags[slug] for slug in row.tags} == set(topic.tags)

    def test_topics_are_counted_as_bbpress_counts(self, restored: Restored) -> None:
        for topic in restored.topics.values():
            row = restored.wordpress.rows[topic.topic_id]
            replies = [post for post in topic.posts if post.kind == "reply"]
            last = max(
                topic.posts,
                key=lambda post: (restored.wordpress.rows[post.post_id].date, post.post_id),
            )
            assert row.value("_bbp_reply_count") == str(len(replies))
            assert row.value("_bbp_reply_count_hidden") == "0"
            if replies and last.kind == "reply":
                assert row.value("_bbp_last_reply_id") == row.value("_bbp_last_active_id")
                assert row.value("_bbp_last_active_id") == str(last.post_id)
                assert (
                    row.value("_bbp_last_active_time")
                    == restored.wordpress.rows[last.post_id].date
                )

    def test_forums_keep_their_tree(self, restored: Restored) -> None:
        forums = restored.wordpress.of("forum")
        seen = [board for board in restored.forum.boards if board.visibility == "public"]
        assert set(forums) == {board.board_id for board in seen}
        for board in seen:
            row = forums[board.board_id]
            assert row.parent == (board.parent.board_id if board.parent else 0)
            assert row.name == board.slug
            assert row.value("_bbp_forum_type") == ("category" if board.is_category else "forum")
            assert row.status == "publish"

    def test_forums_are_counted_as_bbpress_counts(self, restored: Restored) -> None:
        for number, row in restored.wordpress.of("forum").items():
            board = next(one for one in restored.forum.boards if one.board_id == number)
            lineage = tuple(one.title for one in board.lineage)
            inside = [
                one for one in restored.topics.values() if one.forum[: len(lineage)] == lineage
            ]
            own = [one for one in inside if one.forum == lineage]
            replies = sum(post.kind == "reply" for topic in inside for post in topic.posts)
            below = [
                one
                for one in restored.forum.boards
                if one.parent is board and one.visibility == "public"
            ]
            assert row.value("_bbp_topic_count") == str(len(own))
            assert row.value("_bbp_total_topic_count") == str(len(inside))
            assert row.value("_bbp_total_reply_count") == str(replies)
            assert row.value("_bbp_forum_subforum_count") == str(len(below))
            stickies = sorted(one.topic_id for one in own if one.sticky == "sticky")
            assert sorted(_php_list(row.value("_bbp_sticky_topics"))) == stickies

    def test_topics_on_top_of_all_are_told(self, restored: Restored) -> None:
        for topic in restored.topics.values():
            wanted = None if topic.sticky == "no" else topic.sticky
            assert restored.wordpress.rows[topic.topic_id].value("_threadkeep_sticky") == wanted


def _titles(restored: Restored, row: Row) -> tuple[str, ...]:
    forums = restored.wordpress.rows
    above = _titles(restored, forums[row.parent]) if row.parent else ()
    return (*above, row.title)


def _bare(text: str) -> str:
    return "".join(text.split())


def _php_list(text: str | None) -> list[int]:
    """The numbers in an array of PHP's, as its `serialize` writes it."""
    if text is None:
        return []
    found = re.fullmatch(r"a:(\d+):\{((?:i:\d+;i:\d+;)*)\}", text)
    assert found is not None
    pairs = re.findall(r"i:(\d+);i:(\d+);", found[2])
    assert [int(place) for place, _ in pairs] == list(range(int(found[1])))
    return [int(number) for _, number in pairs]


class TestPrivateForum:
    def test_what_members_saw_is_private_again(
        self, tmp_path: Path, threadkeep: CommandLine
    ) -> None:
        with Club.of(tmp_path, posts=3) as club:
            cookies = club.cookies(MODERATOR).path
            path = tmp_path / "club.db"
            place = ("-a", path, "--cookies", cookies, "--delay", "0", "-q")
            ran = threadkeep("archive", club.url("/forums/"), *place)
            assert ran.code in {0, 3}, ran.err
            export(threadkeep, path, tmp_path / "out.xml")
            site = WordPress()
            site.run(tmp_path / "out.xml")
            wanted = {
                board.board_id: {"public": "publish"}.get(board.visibility, board.visibility)
                for board in club.server.forum.boards
            }
            assert {number: row.status for number, row in site.of("forum").items()} == wanted
            titles = {board.board_id: board.title for board in club.server.forum.boards}
            assert {number: row.title for number, row in site.of("forum").items()} == titles


# Splitting


@pytest.fixture(scope="module")
def long_forum(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with a topic that fits into no small file."""
    with Site.of(tmp_path_factory.mktemp("long"), topics=6, posts=5) as site:
        topic = site.forum.topics[2]
        body = Written(html=f"<p>{'bread and butter ' * 400}</p>", text="bread and butter " * 400)
        posts = [
            replace(topic.posts[1], post_id=900_000 + number, body=body) for number in range(60)
        ]
        site.forum = site.forum.with_topic(replace(topic, posts=(topic.posts[0], *posts)))
        site.archive()
        return site.path


def split(archive_threads: list[Thread], folder: Path, most_bytes: int) -> list[Path]:
    folder.mkdir(exist_ok=True)
    EXPORTER.write_files(archive_threads, folder, ExportOptions(most_bytes=most_bytes))
    return sorted(folder.iterdir())


def many_threads(count: int = 12, replies: int = 8) -> list[Thread]:
    return [
        make_thread(
            [
                opening(
                    post_id=number * 100,
                    author=Author(name="Anna", slug="anna", url="https://forum.test/u/anna"),
                ),
                *(
                    reply(
                        number * 100 + place,
                        author=Author(
                            name=f"P{place}",
                            slug=f"p{place}",
                            url=f"https://forum.test/u/p{place}",
                        ),
                    )
                    for place in range(1, replies + 1)
                ),
            ],
            topic_id=number * 100,
            title=f"Topic {number}",
            path=(
                ForumLink(title="Top", url="https://forum.test/top"),
                ForumLink(title=f"F{number % 3}", url=f"https://forum.test/f{number % 3}"),
            ),
            tags=("bread", f"t{number}"),
        )
        for number in range(1, count + 1)
    ]


class TestSplitting:
    @pytest.mark.parametrize("most_bytes", [1, 6_000, 9_000, 20_000, 60_000, 10**9])
    def test_files_imported_one_by_one_come_to_the_same_as_one_file(
        self, tmp_path: Path, most_bytes: int
    ) -> None:
        whole = imported(*many_threads())
        split(many_threads(), tmp_path / "parts", most_bytes)
        site = WordPress()
        site.run_all(tmp_path / "parts")
        assert same_rows(site.rows.values(), whole.rows.values())
        assert site.users == whole.users
        assert site.tags == whole.tags

    @pytest.mark.parametrize("most_bytes", [9_000, 20_000, 60_000])
    def test_no_file_is_larger_than_asked(self, tmp_path: Path, most_bytes: int) -> None:
        paths = split(many_threads(), tmp_path / "parts", most_bytes)
        assert len(paths) > 1
        assert max(path.stat().st_size for path in paths) <= most_bytes
        # Files are as full as they can be, but for what stands in each of them.
        assert (
            sum(path.stat().st_size for path in paths[:-1]) > most_bytes * (len(paths) - 1) * 0.5
        )

    def test_each_file_can_be_imported_alone(self, tmp_path: Path) -> None:
        whole = imported(*many_threads())
        for path in split(many_threads(), tmp_path / "parts", 9_000):
            site = WordPress()
            site.run(path)
            for row in site.rows.values():
                known = whole.rows[row.number]
                facts = (known.parent, known.author, known.body, known.date, known.title)
                assert (row.parent, row.author, row.body, row.date, row.title) == facts

    def test_parents_come_first(self, tmp_path: Path) -> None:
        for path in split(many_threads(), tmp_path / "parts", 9_000):
            seen = {"0"}
            for item in etree.parse(path).iter("item"):
                assert item.findtext(f"{WP}post_parent") in seen
                seen.add(item.findtext(f"{WP}post_id") or "")

    def test_a_post_that_is_larger_has_a_file_of_its_own(self, tmp_path: Path) -> None:
        thread = make_thread([opening(post_id=1), reply(2, body_html="x" * 50_000), reply(3)])
        paths = split([thread], tmp_path / "parts", 6_000)
        sizes = [path.stat().st_size > 50_000 for path in paths]
        assert sizes.count(True) == 1

    def test_on_the_command_line(
        self, threadkeep: CommandLine, long_forum: Path, tmp_path: Path
    ) -> None:
        export(threadkeep, long_forum, tmp_path / "one.xml")
        export(threadkeep, long_forum, tmp_path / "parts", "--max-size", 1)
        export(threadkeep, long_forum, tmp_path / "default")
        assert [path.name for path in sorted((tmp_path / "default").iterdir())] == [
            "forum-0001.xml"
        ]
        assert (tmp_path / "default" / "forum-0001.xml").read_bytes() == (
            tmp_path / "one.xml"
        ).read_bytes()
        one, several = WordPress(), WordPress()
        one.run(tmp_path / "one.xml")
        several.run_all(tmp_path / "parts")
        assert same_rows(one.rows.values(), several.rows.values())

    def test_files_of_a_larger_export_before_go(
        self, threadkeep: CommandLine, long_forum: Path, tmp_path: Path
    ) -> None:
        folder = tmp_path / "out"
        folder.mkdir()
        for name in ("forum-0001.xml", "forum-0007.xml", "notes.txt"):
            (folder / name).write_text("old")
        export(threadkeep, long_forum, folder)
        assert sorted(path.name for path in folder.iterdir()) == ["forum-0001.xml", "notes.txt"]

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            (
                ("-o", "x.xml", "--max-size", "1"),
                "--max-size is for files of the format wxr in a folder",
            ),
            (
                ("-f", "jsonl", "--max-size", "1"),
                "--max-size is for files of the format wxr in a folder",
            ),
            (
                ("-f", "wxr", "-o", "folder", "--per-topic"),
                "belong together; leave out --per-topic",
            ),
        ],
    )
    def test_an_option_that_would_do_nothing_is_refused(
        self,
        threadkeep: CommandLine,
        long_forum: Path,
        tmp_path: Path,
        options: tuple[str, ...],
        sentence: str,
    ) -> None:
        words = [str(tmp_path / word) if word in {"x.xml", "folder"} else word for word in options]
        ran = threadkeep("export", "-a", long_forum, *words)
        assert ran.code == 2
        assert sentence in ran.sentence


class TestTitlesThatWouldBeTakenForOne:
    """Of two items of one title and one time, the importer takes the second for the first."""

    def test_replies_of_one_minute_stay_apart(self) -> None:
        minute = "2020-05-02T10:00"
        posts = [
            opening(post_id=1),
            *(reply(number, published_local=minute) for number in range(2, 9)),
        ]
        site = imported(make_thread(posts))
        assert len(site.of("reply")) == 7
        assert {row.date for row in site.of("reply").values()} == {"2020-05-02 10:00:00"}

    @pytest.mark.parametrize("titles", [("Hello", "Hello"), ("Café", "CAFE"), ("Hi!", "Hi ")])
    def test_topics_of_one_title_and_minute_stay_apart(self, titles: tuple[str, str]) -> None:
        threads = [
            make_thread(
                [opening(post_id=number, topic_id=number), reply(number + 1)],
                topic_id=number,
                title=title,
            )
            for number, title in zip((10, 20), titles, strict=True)
        ]
        site = imported(*threads)
        assert set(site.of("topic")) == {10, 20}
        assert site.rows[21].parent == 20
        assert [site.rows[number].date for number in (10, 20)] == [
            "2020-05-01 10:00:00",
            "2020-05-01 10:00:01",
        ]

    def test_forums_of_one_title_stay_apart(self) -> None:
        def path(number: int) -> tuple[ForumLink, ...]:
            top = ForumLink(title=f"Part {number}", url=f"https://forum.test/{number}")
            return (top, ForumLink(title="General", url=f"https://forum.test/{number}/general"))

        threads = [
            make_thread([opening(post_id=number)], topic_id=number, path=path(number))
            for number in (1, 2)
        ]
        site = imported(*threads)
        assert len(site.of("forum")) == 4
        assert site.rows[1].parent != site.rows[2].parent

    def test_a_title_is_found_again_whatever_is_in_it(self) -> None:
        title = 'C:\\bread \\\' "&#92;" <b>'
        data = written(
            make_thread(
                [opening(post_id=1), reply(2)], title=title, path=(ForumLink(title=title),)
            )
        )
        site = imported_bytes(data)
        before = set(site.rows)
        site.take(data)
        assert set(site.rows) == before
        assert html.fromstring(site.rows[1].title.replace("<", "&lt;")).text == title.replace(
            "&#92;", "\\"
        )

    def test_a_topic_without_a_title_gets_one(self) -> None:
        site = imported(
            *(make_thread([opening(post_id=n)], topic_id=n, title=" ") for n in (5, 6))
        )
        assert [site.rows[n].title for n in (5, 6)] == ["Topic 5", "Topic 6"]


class TestDates:
    def one(self, options: ExportOptions | None = None, **changes: Any) -> Row:  # noqa: ANN401 - as above
        return imported(make_thread([make_post(kind="topic", **changes)]), options=options).rows[1]

    def test_local_and_utc(self) -> None:
        row = self.one(published_local="2020-05-01T10:07", published="2020-05-01T08:07:31Z")
        assert (row.date, row.date_gmt) == ("2020-05-01 10:07:31", "2020-05-01 08:07:31")

    def test_utc_is_left_to_wordpress_where_it_is_not_known(self) -> None:
        row = self.one(published_local="2020-05-01T10:07")
        assert (row.date, row.date_gmt) == ("2020-05-01 10:07:00", "0000-00-00 00:00:00")

    def test_utc_alone_is_shown_in_the_site_s_zone(self) -> None:
        row = self.one(
            published="2020-07-01T10:00:00Z", options=with_origin(timezone="Europe/Oslo")
        )
        assert (row.date, row.date_gmt) == ("2020-07-01 12:00:00", "2020-07-01 10:00:00")

    def test_an_age_gives_the_middle_of_what_it_allows(self) -> None:
        row = self.one(
            published_earliest="2020-07-01T00:00:00Z", published_latest="2020-07-03T00:00:00Z"
        )
        assert row.date_gmt == "2020-07-02 00:00:00"
        assert row.value("_threadkeep_date") == "age"

    def test_a_post_without_a_time_stands_after_the_one_before_it(self) -> None:
        posts = [opening(post_id=1), make_post(post_id=2), make_post(post_id=3), reply(4)]
        site = imported(make_thread(posts))
        dates = [site.rows[number].date for number in (1, 2, 3, 4)]
        assert dates == sorted(dates)
        assert dates[1] == "2020-05-01 10:00:01"
        assert site.rows[2].value("_threadkeep_date") == "neighbour"
        assert site.rows[4].value("_threadkeep_date") is None

    def test_ages_keep_posts_in_order(self) -> None:
        month = {
            "published_earliest": "2020-04-15T00:00:00Z",
            "published_latest": "2020-05-15T00:00:00Z",
        }
        posts = [
            make_post(post_id=number, kind="topic" if number == 1 else "reply", **month)
            for number in (1, 2, 3)
        ]
        site = imported(make_thread(posts))
        dates = [site.rows[number].date for number in (1, 2, 3)]
        assert dates == sorted(set(dates))

    @pytest.mark.parametrize("wrong", ["0000-00-00T00:00", "2020-13-01T10:00", "yesterday", ""])
    def test_what_is_no_time_is_none(self, wrong: str) -> None:
        row = self.one(published_local=wrong, published=wrong, first_seen="2024-01-02T03:04:05Z")
        assert (row.date, row.value("_threadkeep_date")) == ("2024-01-02 03:04:05", "seen")

    def test_without_any_time_it_is_when_it_was_seen(self) -> None:
        row = self.one(first_seen="2024-01-02T03:04:05Z")
        assert (row.date, row.value("_threadkeep_date")) == ("2024-01-02 03:04:05", "seen")


def with_origin(**changes: Any) -> ExportOptions:  # noqa: ANN401 - as above
    facts: dict[str, Any] = {
        **dict.fromkeys(("home", "name", "timezone", "first_fetched", "last_fetched")),
        **dict.fromkeys(("pages", "topics", "posts"), 0),
        **dict.fromkeys(("runs", "robots", "gaps"), ()),
        "host": "forum.test",
        "source_pages": lambda: iter(()),
    }
    return ExportOptions(origin=Origin(**{**facts, **changes}))


class TestAuthors:
    def logins(self, *authors: Author) -> list[str]:
        posts = [
            make_post(post_id=number, author=author) for number, author in enumerate(authors, 2)
        ]
        site = imported(make_thread([opening(post_id=1, author=authors[0]), *posts]))
        return [site.rows[number].author for number in range(2, len(authors) + 2)]

    @pytest.mark.parametrize(
        ("author", "login"),
        [
            (Author(name="Anna B.", slug="anna-b", url="https://forum.test/u/anna-b"), "anna-b"),
            (Author(name="Zoë Müller"), "zoe-muller"),
            (
                Author(
                    name="Анна",
                    slug="%d0%b0%d0%bd%d0%bd%d0%b0",
                    url="https://forum.test/u/x",
                    user_id=12,
                ),
                "user-12",
            ),
            (Author(name="Анна"), "author"),
            (Author(name="<b>&amp;\0"), "b-amp"),
            (Author(name="x" * 300), "x" * 50),
            (Author(name="me@example.test"), "me-example.test"),
            (Author(name="10", slug="10", url="https://forum.test/u/10"), "10"),
        ],
    )
    def test_a_name_to_log_in_with(self, author: Author, login: str) -> None:
        assert self.logins(author) == [login]

    def test_two_people_are_two(self) -> None:
        people = [
            Author(name=name, user_id=number)
            for number, name in enumerate(("Bo", "bo", "Bö", "Анна", "Ольга"), 1)
        ]
        assert self.logins(*people) == ["bo", "bo-2", "bo-3", "user-4", "user-5"]

    def test_one_person_under_two_names_is_one(self) -> None:
        names = [
            Author(name=name, slug="bo", url="https://forum.test/u/bo") for name in ("Bo", "Bodil")
        ]
        assert self.logins(*names) == ["bo", "bo"]

    def test_guests_have_no_account(self) -> None:
        guest = Author(name="Passer-by", url="https://guest.test/", is_guest=True)
        site = imported(make_thread([opening(post_id=1), make_post(post_id=2, author=guest)]))
        row = site.rows[2]
        assert row.author == ""
        assert row.value("_bbp_anonymous_name") == "Passer-by"
        assert row.value("_bbp_anonymous_website") == "https://guest.test/"
        assert "Passer-by" not in site.users.values()


NASTY = (
    "]]>",
    "a]]>b]]]]>c]]",
    "]]]]><![CDATA[>",
    "<![CDATA[x]]>",
    "</content:encoded></item>",
    "<item>\n</item>",
    "&lt;&amp;&#0;",
    "line\r\nline\rline\n\n\tend ",
    "\u2028\u0085\u00a0\ufeff🍞",
    "[gallery ids=1] \\' \\\\ %s $1 {$x}",
    "",
    "]" * 9 + ">" * 9,
    "-->",
    "<?php echo 1 ?>",
)


class TestBodies:
    @pytest.mark.parametrize("body", NASTY)
    def test_they_come_back_byte_for_byte(self, body: str) -> None:
        site = imported(
            make_thread([opening(post_id=1, body_html=body), reply(2, body_html=body * 3)])
        )
        assert site.rows[1].body == body
        assert site.rows[2].body == body * 3

    @settings(max_examples=200)
    @given(
        st.text(
            st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("]>[\r\n\t<&"),
            max_size=60,
        )
    )
    def test_whatever_xml_has_comes_back(self, body: str) -> None:
        wanted = body.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
        assert imported(make_thread([opening(post_id=1, body_html=body)])).rows[1].body == wanted

    def test_what_xml_does_not_have_is_shown_as_missing(self) -> None:
        body = "a\0b\x0bc\x1fd\ud800e\uffff"
        row = imported(make_thread([opening(post_id=1, body_html=body)], title="t\x01")).rows[1]
        assert row.body == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffd"
        assert row.title == "t\ufffd"

    def test_a_body_is_longer_than_a_parser_takes_in_one_piece(self) -> None:
        body = f"{'0123456789' * 1_100_000}]]>{'🍞' * 1_100_000}"
        site = imported(make_thread([opening(post_id=1, body_html=body)]))
        assert site.rows[1].body == body


class TestGonePosts:
    def thread(self) -> Thread:
        gone: dict[str, Any] = {"gone_at": "2021-01-01T00:00:00Z", "gone_reason": "not there"}
        return make_thread([opening(post_id=1), reply(2), reply(3, **gone)])

    def test_they_are_left_out(self) -> None:
        site = imported(self.thread())
        assert set(site.rows) & {1, 2, 3} == {1, 2}
        assert site.rows[1].value("_bbp_reply_count_hidden") == "0"

    def test_asked_for_they_are_in_the_trash_and_can_be_taken_out(self) -> None:
        site = imported(self.thread(), options=ExportOptions(with_gone=True))
        row = site.rows[3]
        assert row.status == "trash"
        assert row.value("_wp_trash_meta_status") == "publish"
        assert row.value("_wp_trash_meta_time") == "1609459200"
        assert site.rows[1].value("_bbp_reply_count") == "1"
        assert site.rows[1].value("_bbp_reply_count_hidden") == "1"
        assert site.rows[1].value("_bbp_last_reply_id") == "2"

    def test_a_topic_of_which_all_is_gone_is_too(self) -> None:
        gone = {"gone_at": "2021-01-01T00:00:00Z"}
        posts = [opening(post_id=1, **gone), reply(2, **gone)]
        assert imported(make_thread(posts)).of("topic") == {}
        site = imported(make_thread(posts), options=ExportOptions(with_gone=True))
        assert [site.rows[number].status for number in (1, 2)] == ["trash", "trash"]

    def test_a_topic_stays_where_replies_do(self) -> None:
        posts = [opening(post_id=1, body_html="secret", gone_at="2021-01-01T00:00:00Z"), reply(2)]
        row = imported(make_thread(posts)).rows[1]
        assert (row.status, row.body, row.value("_threadkeep_opening")) == (
            "publish",
            "",
            "missing",
        )
        row = imported(make_thread(posts), options=ExportOptions(with_gone=True)).rows[1]
        assert (row.status, row.body) == ("publish", "secret")


class TestSelections:
    def test_what_is_selected_has_what_it_stands_in(
        self, threadkeep: CommandLine, restored: Restored, tmp_path: Path
    ) -> None:
        post = next(
            one
            for topic in restored.topics.values()
            if len(topic.forum) > 1
            for one in topic.posts
            if one.kind == "reply"
        )
        topic = next(one for one in restored.topics.values() if post in one.posts)
        export(
            threadkeep,
            restored.path,
            tmp_path / "some.xml",
            "--topic",
            topic.topic_id,
            "--author",
            post.author_name,
        )
        site = WordPress()
        site.run(tmp_path / "some.xml")
        row = site.rows[post.post_id]
        assert row.parent == topic.topic_id
        assert site.rows[topic.topic_id].title == topic.title
        lineage: list[str] = []
        number = site.rows[topic.topic_id].parent
        while number:
            lineage.append(site.rows[number].title)
            number = site.rows[number].parent
        assert tuple(reversed(lineage)) == topic.forum
        assert len(site.of("forum")) == len(topic.forum)

    def test_forums_are_the_same_ones_in_every_export(
        self, threadkeep: CommandLine, restored: Restored, tmp_path: Path
    ) -> None:
        site = WordPress()
        for topic in list(restored.topics.values())[:4]:
            export(threadkeep, restored.path, tmp_path / "one.xml", topic.topic_id)
            site.run(tmp_path / "one.xml")
        export(threadkeep, restored.path, tmp_path / "all.xml")
        site.run(tmp_path / "all.xml")
        assert set(site.rows) == set(restored.wordpress.rows)

    def test_importing_again_adds_nothing(
        self, restored: Restored, threadkeep: CommandLine, tmp_path: Path
    ) -> None:
        export(threadkeep, restored.path, tmp_path / "all.xml")
        site = WordPress()
        site.run(tmp_path / "all.xml")
        before = dict(site.rows)
        site.run(tmp_path / "all.xml")
        assert site.rows == before


class TestForumsThatListsShow:
    def tree(self, **changes: Any) -> ExportOptions:  # noqa: ANN401 - as above
        top = ForumLink(title="Top", url="https://forum.test/forum/top/")
        inner = ForumLink(title="Inner", url="https://forum.test/forum/top/inner/")
        forums = (
            KnownForum(path=(top,), title="Top", forum_id=40, is_category=True, place=2),
            KnownForum(path=(top, inner), title="Inner", forum_id=41, **changes),
            KnownForum(path=(ForumLink(title="Other"),), title="Other", place=1),
        )
        return with_origin(
            first_fetched="2024-01-01T00:00:00Z",
            forum_tree=lambda: ForumTree(forums=forums, highest_id=99),
        )

    def test_their_facts_are_kept(self) -> None:
        options = self.tree(visibility="hidden", status="closed", description="Bread & <butter>")
        site = imported(options=options)
        row = site.rows[41]
        assert (row.status, row.parent, row.name) == ("hidden", 40, "inner")
        assert row.value("_bbp_status") == "closed"
        assert row.body == "Bread &amp; &lt;butter&gt;"
        assert site.rows[40].value("_bbp_forum_type") == "category"
        assert (site.rows[40].order, site.rows[100].order) == (2, 1)

    def test_one_without_a_number_gets_one_that_nothing_has(self) -> None:
        assert set(imported(options=self.tree()).of("forum")) == {40, 41, 100}


FILES = {
    1: (
        "https://forum.test/wp-content/uploads/2020/05/loaf.jpg",
        "https://forum.test/wp-includes/images/smile.png",
    ),
    2: (
        "https://forum.test/wp-content/uploads/2020/05/loaf.jpg",
        "https://elsewhere.test/a.png",
    ),
}


class TestFiles:
    def site(self, *, is_attachment: bool = False) -> WordPress:
        def files(post_id: int) -> Iterator[PostFile]:
            return (PostFile(url=url, is_attachment=is_attachment) for url in FILES[post_id])

        return imported(make_thread([opening(post_id=1), reply(2)], files=files))

    def test_those_of_the_site_are_fetched_again_each_once(self) -> None:
        site = self.site()
        (number,) = site.files
        assert site.files[number] == FILES[1][0]
        assert site.rows[number].parent == 1
        assert site.rows[number].value("_wp_attached_file") == "2020/05/loaf.jpg"

    def test_an_archive_tells_which_there_are(
        self, threadkeep: CommandLine, tmp_path: Path
    ) -> None:
        with gallery_world(tmp_path) as world:
            fetch(world, "all")
            export(threadkeep, world.path, tmp_path / "out.xml")
            site = WordPress()
            site.run(tmp_path / "out.xml")
            names = {url.rpartition("/")[2] for url in site.files.values()}
            assert names >= SHOWN
            assert not [url for url in site.files.values() if "avatar" in url]
            shown = {site.rows[number].parent for number in site.files}
            assert shown <= {one["post_id"] for one in world.records()}

    def test_those_that_a_post_lists_are_wherever_they_lie(self) -> None:
        assert set(self.site(is_attachment=True).files.values()) == {
            *FILES[1],
            *FILES[2],
        }


class TestTheRest:
    def test_a_standalone_forum_numbers_topics_apart(self) -> None:
        old = {"engine": "bbpress-standalone"}
        threads = [
            make_thread([opening(post_id=1, **old), reply(2, **old)], topic_id=1, title="One"),
            make_thread([opening(post_id=3, **old), reply(4, **old)], topic_id=2, title="Two"),
        ]
        site = imported(*threads)
        assert {number: row.parent for number, row in site.of("reply").items()} == {2: 1, 4: 3}

    def test_the_revision_log_is_kept_for_people(self) -> None:
        edits = (Edit(text="Modified 2 days ago by Anna."), Edit(text="Modified 1 day ago by Bo."))
        row = imported(make_thread([opening(post_id=1, edits=edits)])).rows[1]
        assert (
            row.value("_threadkeep_edits")
            == "Modified 2 days ago by Anna.\nModified 1 day ago by Bo."
        )

    @pytest.mark.parametrize(
        ("names", "slugs"),
        [
            (("Bread", "bread "), ["bread"]),
            (("C", "C++", "C#"), ["c", "c-2", "c-3"]),
            (("Crème brûlée",), ["creme-brulee"]),
            (("хлеб",), ["%d1%85%d0%bb%d0%b5%d0%b1"]),
            (("+++",), ["tag"]),
            (("й",), ["%d0%b9"]),
        ],
    )
    def test_what_tags_are_called_in_addresses(
        self, names: tuple[str, ...], slugs: list[str]
    ) -> None:
        site = imported(make_thread([opening(post_id=1)], tags=names))
        assert sorted(site.rows[1].tags) == sorted(slugs)

    def test_long_names_are_cut_between_letters(self) -> None:
        url = "https://forum.test/topic/" + "%d1%85" * 80 + "/"
        row = imported(make_thread([opening(post_id=1)], url=url, tags=("х" * 100,))).rows[1]
        assert row.name == "%d1%85" * 33
        assert row.tags == {"%d1%85" * 33}
