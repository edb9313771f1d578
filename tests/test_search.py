"""Searching: what is found, what is not, in which order, what of it is shown, and that the index keeps up."""

from __future__ import annotations

import io
import random
import sqlite3
import string
from contextlib import closing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from parsers.errors import DamagedArchiveError, UsageError
from scraper.archive.database import reading
from scraper.archive.search import SearchFilter, search
from scraper.archive.search_query import parse_query
from scraper.archive.snippet import snippet
from scraper.archive.verify import verify
from scraper.politeness.clock import FakeClock
from scraper.sync.reparsing import reparse
from tests.archiving import World
from threadkeep.cli.console import say_marked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scraper.archive.search import SearchReport
    from tests.conftest import CommandLine

NOWHERE = frozenset[int]()
TEXTS = (
    "",  # the opening post, which the title is searched with
    "The red fox jumps over the lazy dog.",
    "A fox in a red coat; foxes, outfox and red-hot glue.",
    "Ça MARCHE à nouveau, mon café est prêt.",
    "The cafe\u0301 of the decomposed accent.",
    "数据库备份失败了，请帮忙。",
    "サーバーのバックアップが失敗しました。",
    "서버를 다시 시작했습니다",
    "เซิร์ฟเวอร์ล่มอีกแล้ว",
    "Łódź, Ørsted, Straße and İstanbul.",
    "ﬁle in a ﬂat Ｆｏｌｄｅｒ",
    "C++ costs 5 € & <b>is</b> “quoted”",
)


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A topic whose replies have the texts above, each at its place."""
    with World.of(tmp_path_factory.mktemp("search"), posts=len(TEXTS)) as world:
        for place, text in enumerate(TEXTS):
            if text:
                world.edit(place, text.replace("&", "&amp;").replace("<b>", "&lt;b&gt;"))
        world.archive()
        yield world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path, posts=6) as made:
        made.edit(2, "Nothing but sawdust.")
        made.archive()
        yield made


def find(world: World, text: str, **only: object) -> SearchReport:
    with reading(world.path) as archive:
        return search(archive, text, SearchFilter(**only))  # type: ignore[arg-type]  # as a table has them


def places(world: World, text: str, **only: object) -> set[int]:
    """Where in the topic the posts stand that are found."""
    ids = world.ids
    return {ids.index(hit.post_id) for hit in find(world, text, **only).hits}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("fox", {1, 2}),
        ("FOX red", {1, 2}),
        ('"red fox"', {1}),
        ('"red fox" OR coat', {1, 2}),
        ("fox NOT coat", {1}),
        ("fox -coat", {1}),
        ('fox NOT "red fox"', {2}),
        ("outfo*", {2}),
        ("fox*", {1, 2}),
        ("ox", NOWHERE),
        ('"the laz"*', {1}),
        ("cafe", {3, 4}),
        ("Café", {3, 4}),
        ("ca marche", {3}),
        ("备份", {5}),
        ("数据", {5}),
        ("据库备", {5}),
        ("库备份失败了请帮", {5}),
        ("份备", NOWHERE),
        ("バックアップ", {6}),
        ("ハックアップ", NOWHERE),
        ("失敗", {6}),
        ("서버", {7}),
        ("เซิร์ฟเวอร์", {8}),
        ("ล่ม", {8}),
        ("lodz", {9}),
        ("orsted strasse istanbul", {9}),
        ("file flat folder", {10}),
        ("c 5", {11}),
        ("b", {11}),
        ("quoted", {11}),
    ],
)
def test_what_is_searched_for_is_found_and_nothing_else(
    query: str, wanted: frozenset[int] | set[int], archived: World
) -> None:
    assert places(archived, query) == wanted


def test_a_topic_is_found_by_its_title_through_its_opening_post(archived: World) -> None:
    assert 0 in places(archived, f'"{archived.truth.title}"')
    assert places(archived, archived.truth.title, author="nobody") == set()


@pytest.mark.parametrize(
    "query", ["", "  ", "NOT fox", "-fox", "OR", "++", '"', '"!?"', "*", "fox NOT €"]
)
def test_what_cannot_be_searched_for_is_said(query: str, archived: World) -> None:
    with pytest.raises(UsageError, match="search"):
        find(archived, query)


@pytest.mark.parametrize(
    "query",
    [
        "body:fox",
        "NEAR(fox red)",
        "fox AND",
        "(fox",
        "fox)",
        "^fox",
        "{title}: fox",
        "fox\0red",
        "f'ox",
    ],
)
def test_no_letter_has_a_meaning_that_was_not_promised(query: str, archived: World) -> None:
    assert find(archived, query).total <= 2


@pytest.mark.sweep
def test_no_query_makes_it_fail(archived: World) -> None:
    rng = random.Random(3)
    letters = string.printable + "éß中か서ก\u0301\u200f\ud800\U0001f642*\"'()-"
    for _ in range(3000):
        query = "".join(rng.choices(letters, k=rng.randrange(1, 20)))
        try:
            find(archived, query)
        except UsageError:
            continue


# --- filters ---


def test_filters_choose_the_posts(archived: World) -> None:
    truth = archived.truth
    post = truth.posts[1]
    by_author = {
        place for place, one in enumerate(truth.posts) if one.author_name == post.author_name
    }
    assert (
        places(archived, "fox OR cafe", author=post.author_name.upper())
        == {1, 2, 3, 4} & by_author
    )
    by_role = {place for place, one in enumerate(truth.posts) if one.role_key == post.role_key}
    assert places(archived, "fox OR cafe", role=post.role_key) == {1, 2, 3, 4} & by_role
    assert places(archived, "fox OR cafe", role=post.role) == {1, 2, 3, 4} & by_role
    assert places(archived, "fox", topic_id=truth.topic_id) == {1, 2}
    assert places(archived, "fox", topic_id=truth.topic_id + 1) == set()
    for forum in truth.forum:
        assert places(archived, "fox", forum=forum.lower()) == {1, 2}


def test_days_bound_what_is_found_both_included(archived: World) -> None:
    first, second = (str(archived.truth.posts[place].published)[:10] for place in (1, 2))
    assert places(archived, "fox", since=first) == {1, 2}
    assert places(archived, "fox", until=second) == {1, 2}
    assert 1 in places(archived, "fox", until=first)
    assert places(archived, "fox", since=first[:4], until=second[:4]) == {1, 2}
    assert places(archived, "fox", since="2999") == set()


@pytest.mark.parametrize("day", ["yesterday", "2019-3", "2019-03-17T10", "19", "2019-03-17 "])
def test_a_day_that_is_none_is_said(day: str, archived: World) -> None:
    with pytest.raises(UsageError, match="2019-03-17"):
        find(archived, "fox", since=day)


def test_a_forum_that_is_none_is_said(archived: World) -> None:
    with pytest.raises(UsageError, match="No forum of this archive is called “Attic”"):
        find(archived, "fox", forum="Attic")


def test_the_best_match_comes_first_or_the_newest(archived: World) -> None:
    ids = archived.ids
    with reading(archived.path) as archive:
        newest = search(archive, "fox OR coat OR cafe", newest_first=True)
        best = search(archive, "fox OR coat", limit=1)
    assert [hit.post_id for hit in newest.hits] == [ids[4], ids[3], ids[2], ids[1]]
    assert [hit.post_id for hit in best.hits] == [ids[2]]
    assert best.total == 2


# --- what is shown ---


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("The red fox.", "fox", ["fox"]),
        ("Ça MARCHE et ça va", "ca", ["Ça", "ça"]),
        ("The cafe\u0301 there", "cafe", ["café"]),
        ("数据库备份失败", "备份", ["备份"]),
        ("Die Straße hier", "strasse", ["Straße"]),
        ("ﬁle", "file", ["ﬁle"]),
        ("red-hot glue", '"red hot"', ["red-hot"]),
        ("foxes outfox", "fox*", ["foxes"]),
        ("nothing here", "fox", []),
    ],
)
def test_a_snippet_says_what_was_found(text: str, query: str, shown: list[str]) -> None:
    piece = snippet(text, parse_query(query).terms)
    assert [piece.text[first:last] for first, last in piece.found] == shown


def test_a_snippet_of_a_long_text_is_short_and_around_what_was_found() -> None:
    text = f"{'before ' * 100}fox {'after ' * 100}"
    piece = snippet(text, parse_query("fox").terms)
    assert len(piece.text) < 170
    assert piece.text.startswith("…before ")
    assert piece.text.endswith("after…")
    assert [piece.text[first:last] for first, last in piece.found] == ["fox"]


def test_a_snippet_of_one_endless_word_is_short_too() -> None:
    piece = snippet(f"{'x' * 5000} fox{'y' * 5000}", parse_query("fox*").terms)
    (found,) = piece.found
    assert piece.text[found[0] : found[1]].startswith("fox")


def test_on_a_terminal_what_was_found_stands_out_and_a_text_cannot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    say_marked("the \x1b[31mfox\x07", [(8, 12)], indent="  ")
    assert (
        screen.getvalue()
        == "  the \N{REPLACEMENT CHARACTER}[31\x1b[1mmfox\x1b[0m\N{REPLACEMENT CHARACTER}\n"
    )


# --- the index keeps up ---


def test_a_text_that_changed_is_found_by_the_new_one_only(world: World) -> None:
    assert places(world, "sawdust") == {2}
    world.edit(2, "Nothing but glue.")
    world.archive(refresh=True)
    assert places(world, "sawdust") == set()
    assert places(world, "glue nothing") == {2}


def test_a_title_that_changed_is_found_by_the_new_one_only(world: World) -> None:
    old = world.truth.title
    world.server.forum = world.server.forum.with_topic(
        replace(world.topic, title="Quartz and gneiss")
    )
    world.archive(refresh=True)
    assert places(world, "gneiss") == {0}
    assert places(world, f'"{old}"') == set()


def test_a_post_that_vanished_is_found_and_said_to_be_gone(world: World) -> None:
    world.delete(2)
    world.archive(refresh=True)
    (hit,) = find(world, "sawdust").hits
    assert hit.gone_at is not None


def test_reading_the_pages_anew_gives_the_same_index(world: World) -> None:
    world.edit(3, "Sawdust, once more.")
    world.archive(refresh=True)
    before = find(world, "sawdust")
    assert before.total == 2
    rows = index_rows(world)
    for _ in range(2):
        reparse(world.path, FakeClock())
        assert find(world, "sawdust") == before
        assert index_rows(world) == rows, "nothing is kept for ever"


def index_rows(world: World) -> int:
    with closing(sqlite3.connect(world.path)) as connection:
        row = connection.execute("SELECT count(*) FROM search_index_docsize").fetchone()
    return int(row[0])


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("DELETE FROM search_entries", "6 posts are not in the full-text index"),
        ("DELETE FROM search_index_docsize", "6 posts are not in the full-text index"),
        ("UPDATE search_index_data SET block = x'00' WHERE id > 10", "full-text index"),
    ],
)
def test_an_index_that_is_damaged_is_found_and_mended(
    statement: str, sentence: str, world: World
) -> None:
    with closing(sqlite3.connect(world.path, isolation_level=None)) as connection:
        connection.execute(statement)
    with reading(world.path) as archive:
        verdict = verify(archive)
    assert verdict.exit_code == DamagedArchiveError.exit_code
    assert verdict.is_rebuildable
    assert any(sentence in damage for damage in verdict.damage)
    with suppress(DamagedArchiveError):  # where it comes to the place that is damaged
        find(world, "sawdust")
    reparse(world.path, FakeClock())
    assert places(world, "sawdust") == {2}
    with reading(world.path) as archive:
        assert verify(archive).exit_code == 0


# --- the command ---


def test_the_command_prints_what_was_found(world: World, threadkeep: CommandLine) -> None:
    ran = threadkeep("search", "sawdust", "-a", world.path)
    assert (ran.code, ran.err) == (0, "")
    heading, line, total, further = ran.out.splitlines()
    assert heading.startswith(f"#{world.ids[2]} {world.truth.posts[2].author_name}, ")
    assert world.truth.title in heading
    assert line == "    Nothing but sawdust."
    assert total == "1 post found."
    assert threadkeep.line(further.removeprefix("Read one: ")).code == 0


def test_the_command_reports_as_json(world: World, threadkeep: CommandLine) -> None:
    report = threadkeep("search", "sawdust", "--json", "-a", world.path).report
    (hit,) = report["hits"]
    assert (report["total"], hit["post_id"]) == (1, world.ids[2])
    assert [hit["snippet"][first:last] for first, last in hit["found"]] == ["sawdust"]


def test_more_than_is_shown_is_counted(world: World, threadkeep: CommandLine) -> None:
    world.edit(3, "Sawdust again.")
    world.archive(refresh=True)
    ran = threadkeep("search", "sawdust", "--limit", "1", "-a", world.path)
    assert "2 posts found, the first 1 shown." in ran.out


def test_nothing_found_is_said(world: World, threadkeep: CommandLine) -> None:
    ran = threadkeep("search", "zirconium", "-a", world.path)
    assert (ran.code, ran.out, ran.err) == (0, "0 posts found.\n", "")
