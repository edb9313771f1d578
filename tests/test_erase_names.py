"""Names that are hard to tell from other words, the logs that hold them, and what an erasure costs when it is not the first."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from scraper.archive.database import writing
from scraper.archive.erasure import key
from scraper.archive.erasure.lookup import quick_lookups
from scraper.demo.forum import DemoAuthor
from scraper.politeness.clock import FakeClock
from scraper.sync.erasing import ErasureJob, ErasureReport, erase
from scraper.sync.reparsing import reparse
from tests.archiving import rarely
from tests.erasing import NAME, SLUG, Planted, bytes_everywhere, traces_in, written
from tests.whole_forum import Site

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("山田太郎", *rarely("Sunny", "أحمد", "Zoë"))


def erased(path: Path, whom: str) -> ErasureReport:
    return erase(ErasureJob(path=path, whom=whom, with_mentions=True), FakeClock())


def holders(path: Path, name: str) -> set[str]:
    return {place for place, data in bytes_everywhere(path) if name.casefold() in _folded(data)}


def _folded(data: bytes) -> str:
    return data.decode("utf-8", "replace").casefold()


def _named(site: Site, name: str) -> None:
    """Somebody of one word, who answers in one topic and is named in what another one wrote and in its title."""
    person = DemoAuthor(user_id=777, name=name, nicename="somebody-else")
    site.forum = replace(site.forum, authors=(*site.forum.authors, person))
    topic = site.forum.topics[1]
    first, second, third, *rest = topic.posts
    second = replace(second, author=person)
    third = replace(third, body=written("", f"<p>{escape(name)} is right.</p>"))
    title = f"A question to {name} again"
    posts = (first, second, third, *rest)
    site.forum = site.forum.with_topic(replace(topic, posts=posts, title=title))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_one_word_goes_out_of_titles_wherever_they_are_kept(
    tmp_path: Path, name: str
) -> None:
    with Site.of(tmp_path, topics=3) as site:
        _named(site, name)
        site.archive()
        with closing(sqlite3.connect(site.path)) as connection:
            connection.execute("UPDATE runs SET report = ?", (f'{{"title": "To {name} again"}}',))
            connection.commit()
        assert {"topics", "listings", "runs", "revisions"} <= holders(site.path, name)
        erased(site.path, name)
        assert holders(site.path, name) == set()
        assert reparse(site.path, FakeClock()).exit_code == 0
        assert site.archive(audit=1.0).exit_code == 0
        assert holders(site.path, name) == set()


def test_a_profile_is_known_however_its_address_is_written(tmp_path: Path) -> None:
    person = DemoAuthor(user_id=778, name="Taro", nicename="山田-太郎")
    with Site.of(tmp_path, topics=2) as site:
        site.forum = replace(site.forum, authors=(*site.forum.authors, person))
        topic = site.forum.topics[1]
        posts = (topic.posts[0], replace(topic.posts[1], author=person), *topic.posts[2:])
        site.forum = site.forum.with_topic(replace(topic, posts=posts))
        site.archive()
        whom = f"{site.server.url}/forums/users/{quote('山田-太郎')}/"
        assert erased(site.path, whom).posts == 1


def test_logs_of_redirects_and_absences_lose_the_name(forum: Planted) -> None:
    redirects = json.dumps([f"https://forum.test/forums/users/{SLUG}/"])
    with closing(sqlite3.connect(forum.site.path)) as connection:
        (post_id,) = connection.execute(
            "SELECT max(post_id) FROM posts WHERE author_id NOT IN (SELECT author_id FROM authors WHERE name = ?)",
            (NAME,),
        ).fetchone()
        connection.execute("UPDATE pages SET redirects = ? WHERE kind = 'topic'", (redirects,))
        connection.execute(
            "INSERT INTO post_absences VALUES (?, '2026-01-01T00:00:00Z', ?, '2026-01-02T00:00:00Z')",
            (post_id, f"hidden by {NAME}"),
        )
        connection.commit()
    forum.erase(with_mentions=True)
    assert traces_in(forum.site.path) == []


def test_an_earlier_erasure_makes_a_later_one_no_slower(
    forum: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest, asked = key.digest_of, list[str]()

    def counting(secret: bytes, text: str) -> bytes:
        asked.append(text)
        return digest(secret, text)

    monkeypatch.setattr(key, "digest_of", counting)
    forum.erase(str(forum.own[-1]), kind="post")
    forum.erase()
    # Names, posts and titles that are learned, but not every word of every page.
    assert len(asked) < 300
    assert traces_in(forum.site.path)


def test_what_names_a_row_that_goes_is_never_looked_for_row_by_row(forum: Planted) -> None:
    with writing(forum.site.path, command="test") as archive, archive.transaction() as connection:
        with quick_lookups(connection):
            slow = [one for one in _references(connection) if not _is_quick(connection, one)]
            assert slow == []
        assert connection.execute(_EXTRA).fetchall() == []


_GOING = frozenset(
    (
        "authors",
        "contents",
        "listings",
        "lists",
        "media",
        "media_addresses",
        "pages",
        "posts",
        "topics",
    )
)
_EXTRA = (
    "SELECT name FROM sqlite_schema WHERE name LIKE 'erasure\\_%' ESCAPE '\\' AND type = 'index'"
)


def _references(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Every column that names a row of a table from which rows go."""
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    return [
        (table, row["from"])
        for (table,) in tables
        for row in connection.execute(f"PRAGMA foreign_key_list({table})")
        if row["table"] in _GOING
    ]


def _is_quick(connection: sqlite3.Connection, reference: tuple[str, str]) -> bool:
    table, column = reference
    query = f"EXPLAIN QUERY PLAN SELECT 1 FROM {table} WHERE {column} = ?"
    plan = [row["detail"] for row in connection.execute(query, (1,))]
    return all(one.startswith("SEARCH") for one in plan)
