"""Make an archive of as many posts as somebody asks for straight into its tables: what benchmarks of exports read.

Its topics, texts and people are as unequal as those of a real forum, and every page is there that shows a post. Nothing is in
its search index, which exports do not read.
"""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

import zstandard

from scraper.archive.database import writing
from scraper.demo.vocabulary import VOCABULARY

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_SITE = "https://forum.example"
_PER_PAGE = 15
_FORUMS = 40
_FIRST_ID = 100
_FIRST = datetime(2008, 3, 1, 9, tzinfo=UTC)
_SECONDS_APART = 290
_SENTENCES = 4000
_LARGEST = 0.02  # of all posts are in the largest topic
_LONG = 5000
_SEEN = "2026-01-15T12:00:00Z"
_SEEN_AGAIN = "2026-02-15T12:00:00Z"
_HEADERS = json.dumps([["Content-Type", "text/html; charset=UTF-8"]])
_TOPICS_AT_A_TIME = 2000
_COLUMNS = {
    "forums": ("forum_id", "parent_id", "title", "url"),
    "authors": ("author_id", "name", "url", "slug", "user_id", "is_guest", "is_deleted"),
    "topics": (
        *("topic_key", "topic_id", "forum_id", "title", "url", "status", "sticky", "tags"),
        *("language", "feed_urls", "engine", "expected_posts", "replies_need_login"),
        *("first_seen", "last_seen", "crawl_run", "crawled_at"),
    ),
    "contents": ("sha256", "size", "zstd"),
    "pages": (
        *("page_id", "run_id", "kind", "url", "final_url", "status", "headers", "redirects"),
        *("fetched_at", "sha256"),
    ),
    "topic_pages": (
        *("topic_key", "number", "part", "page_id", "url", "last_number", "last_part"),
        *("post_ids", "has_lead", "is_threaded", "erased", "steady_since", "problems"),
    ),
    "posts": (
        *("post_id", "topic_key", "kind", "author_id", "url", "role", "role_key"),
        *("published_text", "published_local", "published", "published_source"),
        *("published_earliest", "published_latest", "reply_to", "depth", "edits", "problems"),
        *("page_id", "number", "part", "ordinal", "revision", "first_seen", "last_seen"),
        *("gone_at", "gone_reason"),
    ),
    "revisions": (
        *("post_id", "revision", "body_html", "body_text", "is_cut", "seen_at", "page_id"),
    ),
}

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Topic:
    key: int
    topic_id: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where on which page a post stands."""

    page_id: int
    number: int
    ordinal: int


def make_archive(path: Path, posts: int, seed: int = 1) -> None:
    """Make an archive of so many posts; the same seed makes the same posts."""
    chance = random.Random(seed)
    with writing(path, command="python -m bench exporting", host="forum.example") as archive:
        archive.connection.execute("PRAGMA synchronous = OFF")
        writer = _Writer(archive.connection, chance, posts)
        with archive.transaction():
            writer.begin()
        sizes = _topic_sizes(chance, posts)
        while batch := list(islice(sizes, _TOPICS_AT_A_TIME)):
            with archive.transaction():
                for size in batch:
                    writer.add_topic(size)


def _topic_sizes(chance: random.Random, posts: int) -> Iterator[int]:
    """Most topics are short, few are long, and one is very long."""
    largest = int(posts * _LARGEST)
    left = posts - largest
    if largest:
        yield largest
    while left > 0:
        size = min(left, int(2 * chance.paretovariate(1.25)), _LONG)
        yield size
        left -= size


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")


class _Prose:
    """Texts of some sentences, a few thousand of which are thought up once."""

    def __init__(self, chance: random.Random) -> None:
        words = VOCABULARY["en_US"]
        self._chance = chance
        self._sentences = [
            " ".join(chance.choices(words, k=chance.randint(4, 18))).capitalize() + "."
            for _ in range(_SENTENCES)
        ]

    def title(self) -> str:
        return self._chance.choice(self._sentences).removesuffix(".")[:60].strip()

    def body(self, number: int, quoted: str) -> tuple[str, str]:
        """A post's body, as HTML and as text; some of them quote, name or link something."""
        chance = self._chance
        said = [
            " ".join(chance.choices(self._sentences, k=chance.randint(1, 5)))
            for _ in range(min(12, int(chance.paretovariate(1.6))))
        ]
        html, text = "".join(f"<p>{one}</p>\n" for one in said), "\n\n".join(said)
        kind = number % 20
        if kind < 4:
            words = chance.choice(self._sentences)
            html = f"<blockquote><p>{quoted} wrote:</p><p>{words}</p></blockquote>\n{html}"
            text = f"{quoted} wrote:\n\n{words}\n\n{text}"
        elif kind < 6:
            html = f'<p>@<a href="{_SITE}/users/{_slug(quoted)}/">{quoted}</a> {html[3:]}'
            text = f"@{quoted} {text}"
        elif kind < 9:
            html += f'<p><a href="https://tools.example/{number}">tools.example</a></p>\n'
            text += "\n\ntools.example"
        return html.strip(), text


class _Writer:
    """Writes topic after topic."""

    def __init__(self, connection: sqlite3.Connection, chance: random.Random, posts: int) -> None:
        self._connection = connection
        self._chance = chance
        self._prose = _Prose(chance)
        self._packer = zstandard.ZstdCompressor(level=3)
        words = [word.capitalize() for word in VOCABULARY["en_US"]]
        self._names = [
            f"{chance.choice(words)} {chance.choice(words)} {number}"
            for number in range(1, max(20, posts // 40) + 1)
        ]
        self._next_id = _FIRST_ID
        self._topics = self._pages = 0

    def begin(self) -> None:
        """Write what there is once: the run, the forums, everybody."""
        execute = self._connection.execute
        execute("UPDATE site SET home = ?, name = 'A large forum'", (f"{_SITE}/",))
        execute("UPDATE site SET timezone = 'UTC', timezone_source = 'zone'")
        execute(
            "INSERT INTO runs (run_id, command, process_id, started_at, ended_at, exit_code)"
            " VALUES (1, 'threadkeep archive', 1, ?, ?, 0)",
            (_SEEN, _SEEN),
        )
        forums = [
            (number, None if number <= 5 else 1 + number % 5, f"Forum {number}", _forum(number))
            for number in range(1, _FORUMS + 1)
        ]
        self._insert("forums", forums)
        authors = (
            (number, name, f"{_SITE}/users/{_slug(name)}/", _slug(name), number, 0, 0)
            for number, name in enumerate(self._names, start=1)
        )
        self._insert("authors", list(authors))

    def add_topic(self, size: int) -> None:
        """Write a topic with its posts, and the pages that show them."""
        self._topics += 1
        topic_id, title = self._next_id, self._prose.title()
        url = f"{_SITE}/forums/topic/{_slug(title)[:40]}-{topic_id}/"
        forum = 1 + self._chance.randrange(_FORUMS)
        status = "closed" if self._topics % 9 == 0 else "open"
        tags = json.dumps(title.lower().split()[:2] if self._topics % 3 == 0 else [])
        shown = (forum, title, url, status, "no", tags, "en-US", "[]", "bbpress", size, 0)
        self._insert("topics", [(self._topics, topic_id, *shown, _SEEN, _SEEN, 1, _SEEN)])
        topic = _Topic(key=self._topics, topic_id=topic_id, url=url)
        last = -(-size // _PER_PAGE)
        for number in range(1, last + 1):
            self._add_page(topic, number, last, min(_PER_PAGE, size - (number - 1) * _PER_PAGE))

    def _add_page(self, topic: _Topic, number: int, last: int, count: int) -> None:
        self._pages += 1
        url = topic.url if number == 1 else f"{topic.url}page/{number}/"
        ids = list(range(self._next_id, self._next_id + count))
        self._next_id += count
        posts: list[Row] = []
        bodies: list[Row] = []
        html: list[str] = []
        for ordinal, post_id in enumerate(ids, start=1):
            place = _Place(page_id=self._pages, number=number, ordinal=ordinal)
            revisions = self._revisions(post_id, place.page_id)
            bodies += revisions
            posts.append(self._post(post_id, topic, place, len(revisions)))
            html.append(f'<div id="post-{post_id}">{revisions[-1][2]}</div>')
        self._store(url, "\n".join(html).encode())
        state = (url, last, 1, json.dumps(ids), 0, 0, 0, self._pages, "[]")
        self._insert("topic_pages", [(topic.key, number, 1, self._pages, *state)])
        self._insert("posts", posts)
        self._insert("revisions", bodies)

    def _store(self, url: str, posts: bytes) -> None:
        body = b"<!DOCTYPE html>\n<html><body>\n" + posts + b"\n</body></html>\n"
        key = hashlib.sha256(body).hexdigest()
        self._insert("contents", [(key, len(body), self._packer.compress(body))])
        page = (self._pages, 1, "topic", url, url, 200, _HEADERS, "[]", _SEEN, key)
        self._insert("pages", [page])

    def _revisions(self, post_id: int, page_id: int) -> list[Row]:
        """What a post says; a few were edited."""
        quoted = self._names[int(self._chance.random() ** 4 * len(self._names))]
        html, text = self._prose.body(post_id, quoted)
        rows: list[Row] = [(post_id, 1, html, text, 0, _SEEN, page_id)]
        if post_id % 50 == 0:
            html, text = f"{html}\n<p>Edited.</p>", f"{text}\n\nEdited."
            rows.append((post_id, 2, html, text, 0, _SEEN_AGAIN, page_id))
        return rows

    def _post(self, post_id: int, topic: _Topic, place: _Place, revisions: int) -> Row:
        author = 1 + int(self._chance.random() ** 4 * len(self._names))
        moment = _FIRST + timedelta(seconds=_SECONDS_APART * (post_id - _FIRST_ID))
        local = moment.strftime("%Y-%m-%dT%H:%M")
        shown = f"{moment:%B} {moment.day}, {moment.year} at {moment:%H:%M}"
        published = f"{local}:00Z"
        kind = "topic" if post_id == topic.topic_id else "reply"
        gone = (_SEEN_AGAIN, "deleted") if post_id % 200 == 0 else (None, None)
        answered = topic.topic_id if kind == "reply" and post_id % 3 == 0 else None
        depth = None if answered is None else 1
        return (
            *(post_id, topic.key, kind, author, f"{topic.url}#post-{post_id}"),
            *("Participant", "participant", shown, local, published, "zone"),
            *(published, published, answered, depth, "[]", "[]"),
            *(place.page_id, place.number, 1, place.ordinal, revisions, _SEEN, _SEEN, *gone),
        )

    def _insert(self, table: str, rows: Sequence[Row]) -> None:
        columns = _COLUMNS[table]
        places = ", ".join("?" * len(columns))
        query = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"
        self._connection.executemany(query, rows)


def _forum(number: int) -> str:
    return f"{_SITE}/forums/forum/forum-{number}/"
