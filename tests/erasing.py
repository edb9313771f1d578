"""A forum in which one person and one sentence are planted all over, and every place in which an archive could still hold them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import zstandard

from scraper.demo.forum import DemoAuthor, DemoEdit, DemoPost, DemoTopic
from scraper.demo.prose import Written
from scraper.politeness.clock import FakeClock
from scraper.sync.erasing import ErasureJob, ErasureReport, erase
from tests.whole_forum import Site

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

NAME = "Wilhelmina Canary"
SLUG = "wilhelmina-canary"
SENTENCE = "The yellow bird sang seven quiet songs before breakfast."
TITLE = "Seven quiet songs of a yellow bird"
TRACES = (b"wilhelmina", b"canary", b"sang seven quiet", b"songs of a yellow", b"before breakfast")


@dataclass(slots=True)
class Planted:
    """A forum with somebody in it, and its archive.

    Attributes:
        person: who is to be erased.
        own: the posts that are hers.
        places: in how many places her name or her sentence stands.
    """

    site: Site
    person: DemoAuthor
    own: tuple[int, ...]
    places: int

    @contextmanager
    def as_it_is(self, folder: Path) -> Generator[Planted]:
        """The same with a copy of the archive, for one test."""
        with self.site.as_it_is(folder) as site:
            yield replace(self, site=site)

    @property
    def profile(self) -> str:
        """The address of her profile; where addresses hold no names, her number."""
        if self.site.forum.settings.plain_permalinks:
            return str(self.person.user_id)
        return f"{self.site.server.url}/forums/users/{SLUG}/"

    def erase(self, whom: str | None = None, **options: Any) -> ErasureReport:  # noqa: ANN401  fields of ErasureJob
        """Erase her, or something else."""
        return erase(
            ErasureJob(path=self.site.path, whom=whom or self.profile, **options), FakeClock()
        )


def written(text: str, html: str | None = None) -> Written:
    """A body of one paragraph, or of any HTML."""
    return Written(html=html or f"<p>{text}</p>", text=text)


def planted(site: Site) -> Planted:
    """Plant her: posts, topics, edits, mentions and quotations in every topic of the forum."""
    person = DemoAuthor(user_id=777, name=NAME, nicename=SLUG)
    site.forum = replace(site.forum, authors=(*site.forum.authors, person))
    own: list[int] = []
    places = 0
    for place, topic in enumerate(site.forum.topics):
        changed, hers, count = _planted_in(site, topic, person, place)
        site.forum = site.forum.with_topic(changed)
        own += hers
        places += count
    for place, text in enumerate((SENTENCE, "Nobody ever answered this.")):
        topic, number = _alone(site, person, text, place)
        site.forum = site.forum.with_topic(topic)
        own.append(number)
        places += 3
    return Planted(site=site, person=person, own=tuple(own), places=places)


@contextmanager
def planted_and_archived(folder: Path, topics: int = 6) -> Generator[Planted]:
    """A small forum with her in it, archived."""
    with Site.of(folder, topics=topics) as site:
        found = planted(site)
        site.archive()
        yield found


def _planted_in(
    site: Site, topic: DemoTopic, person: DemoAuthor, place: int
) -> tuple[DemoTopic, list[int], int]:
    posts = list(topic.posts)
    at = place % 3
    # She opens every third topic, and answers in the others, in the middle or at the end.
    mine = (0, 2, len(posts) - 1)[at]
    posts[mine] = replace(
        posts[mine],
        author=person,
        body=written(f"{SENTENCE} {place}"),
        edits=(DemoEdit(edit_id=site.forum.free_id, editor=person, at=posts[mine].posted),),
    )
    other = 3 if mine != 3 else 4
    quote = f"<p>As @{SLUG} said, and {NAME} meant it:</p>\n<blockquote><p>{SENTENCE}</p></blockquote>\n<p>So it is.</p>"
    posts[other] = replace(
        posts[other],
        body=Written(
            html=quote, text=f"As @{SLUG} said, and {NAME} meant it:\n{SENTENCE}\nSo it is."
        ),
        edits=(
            DemoEdit(
                edit_id=site.forum.free_id + 1,
                editor=person,
                at=posts[other].posted + timedelta(minutes=5),
                reason="tidied",
            ),
        ),
    )
    title = f"{TITLE} {place}" if mine == 0 else topic.title
    return replace(topic, posts=tuple(posts), title=title), [posts[mine].post_id], 7


def _alone(site: Site, person: DemoAuthor, text: str, place: int) -> tuple[DemoTopic, int]:
    """A topic in which nobody but her has written."""
    old = site.forum.topics[1]
    number = site.forum.free_id
    post = DemoPost(post_id=number, author=person, posted=old.posts[0].posted, body=written(text))
    topic = replace(
        old,
        posts=(post,),
        title=f"{TITLE} alone {place}",
        slug=f"seven-quiet-songs-of-a-yellow-bird-alone-{place}",
    )
    return topic, number


def bytes_everywhere(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every byte of an archive: the files themselves, each value of each table, each stored page unpacked."""
    for suffix in ("", "-wal", "-journal", "-shm"):
        file = path.with_name(path.name + suffix)
        if file.exists():
            yield file.name, file.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        for (table,) in tables.fetchall():
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                yield table, b"\n".join(map(_as_bytes, row))
        yield from _pages(connection)


def _pages(connection: sqlite3.Connection) -> Iterator[tuple[str, bytes]]:
    query = "SELECT content.sha256, content.zstd, content.size, base.zstd, base.size FROM contents AS content LEFT JOIN contents AS base ON base.sha256 = content.base"
    for digest, packed, size, base, base_size in connection.execute(query):
        plain = None
        if base is not None:
            body = zstandard.ZstdDecompressor().decompress(base, max_output_size=base_size)
            plain = zstandard.ZstdCompressionDict(body, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        unpacked = zstandard.ZstdDecompressor(dict_data=plain).decompress(
            packed, max_output_size=size
        )
        yield f"page {digest[:8]}", unpacked


def _as_bytes(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return b"" if value is None else str(value).encode()


def traces_in(path: Path) -> list[str]:
    """Where in an archive something of her is left."""
    return sorted(
        {
            f"{place}: {trace.decode()}"
            for place, data in bytes_everywhere(path)
            for small in [data.lower()]
            for trace in TRACES
            if trace in small
        }
    )


def others(records: list[dict[str, Any]], own: tuple[int, ...]) -> list[dict[str, Any]]:
    """The posts of others, without what says where a topic's bytes are."""
    return [json.loads(json.dumps(one)) for one in records if one["post_id"] not in own]
