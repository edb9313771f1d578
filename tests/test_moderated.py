"""Pages that moderators saved: they give what guests' pages give, prove no less, and leave no trace of what guests do not see."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
import zstandard

from exporters.exporter import ExportOptions
from exporters.registry import exporters_by_name
from parsers.errors import NothingReadableError
from scraper.archive.database import reading
from scraper.archive.page import stored_pages
from scraper.archive.thread_reader import threads
from scraper.archive.verify import verify
from scraper.politeness.clock import FakeClock
from scraper.sync.deep_check import verify_deeply
from scraper.sync.importing import ImportJob, ImportReport, import_source
from scraper.sync.reparsing import reparse
from tests.archiving import World, exported
from tests.moderated import HIDDEN, URL, Discussion, Said, Viewer
from threadkeep.exporting import export_archive, plan_export

if TYPE_CHECKING:
    from pathlib import Path

    from scraper.demo import DemoAnswer, DemoRequest

ALL: Viewer = "moderator of all"
ORIGIN = ("source_sha256", "first_seen", "last_seen")


def discussion(*statuses: str) -> Discussion:
    """Posts 100, 101, …, each with a status; `-` is a post that everybody sees."""
    named = ("publish" if status == "-" else status for status in statuses)
    return Discussion(posts=[Said(post_id=100 + at, status=one) for at, one in enumerate(named)])


def whole(talk: Discussion, viewer: Viewer) -> list[tuple[int, Viewer]]:
    return [(number, viewer) for number in range(1, talk.pages(viewer) + 1)]


def bring_in(folder: Path, path: Path) -> ImportReport:
    job = ImportJob(source=folder, path=path, timezone="Europe/Amsterdam")
    return import_source(job, FakeClock())


def deep_verdict(path: Path) -> tuple[int, tuple[str, ...]]:
    with reading(path) as archive:
        verdict = verify_deeply(archive, FakeClock())
    return verdict.exit_code, verdict.damage


@pytest.mark.parametrize(
    "talk",
    [
        discussion("-", "-", "-", "-", "-"),
        discussion("-", "spam", "-", "-", "trash", "pending", "-", "-"),
        discussion("-", "spam", "spam", "spam", "spam", "-", "-"),
        discussion("-", "-", "-", "spam"),
        discussion("-", "private", "hidden"),
    ],
    ids=["none", "some", "a page of them", "the last page", "all answers"],
)
@pytest.mark.parametrize("viewer", ["moderator", ALL])
def test_a_moderators_pages_give_what_a_guests_give(
    tmp_path: Path, talk: Discussion, viewer: Viewer
) -> None:
    ours, theirs = tmp_path / "ours.db", tmp_path / "theirs.db"
    report = bring_in(talk.save(tmp_path / "moderator", *whole(talk, viewer)), ours)
    bring_in(talk.save(tmp_path / "guest", *whole(talk, "guest")), theirs)
    (outcome,) = report.topics
    count = len(talk.seen_by("guest"))
    assert (report.exit_code, outcome.posts, outcome.expected, outcome.gaps) == (
        0,
        count,
        count,
        (),
    )
    without = (*ORIGIN, "source_url")
    assert exported(ours, *without) == exported(theirs, *without)
    assert deep_verdict(ours) == (0, ())
    before = exported(ours)
    assert reparse(ours, FakeClock()).exit_code == 0
    assert exported(ours) == before


def test_the_archive_names_the_pages_as_guests_do(tmp_path: Path) -> None:
    talk = discussion("-", "-", "-", "-", "spam")
    path = tmp_path / "a.db"
    bring_in(talk.save(tmp_path / "saved", *whole(talk, ALL)), path)
    with reading(path) as archive:
        urls = [page.final_url for _, _, page in stored_pages(archive)]
        (thread,) = threads(archive)
    assert urls == [URL, f"{URL}page/2/"]
    assert thread.url == URL


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """Pages as somebody saved them, the oldest first, and what must come of them."""

    talk: Discussion
    pages: list[tuple[int, Viewer]]
    have: int
    expected: int | None
    gaps: frozenset[str] = frozenset()


ONE_BEFORE = discussion("-", "spam", "-", "-", "-", "-")
ONE_AFTER = discussion("-", "-", "-", "-", "spam")
MIXED = {
    "hidden posts after the seam": Mixed(
        talk=ONE_AFTER, pages=[(1, "guest"), (2, ALL)], have=4, expected=4
    ),
    "the guest's page is the newer": Mixed(
        talk=ONE_AFTER, pages=[(2, ALL), (1, "guest")], have=4, expected=4
    ),
    "all pages of each": Mixed(
        talk=ONE_BEFORE,
        pages=[(1, "guest"), (2, "guest"), (1, ALL), (2, ALL)],
        have=5,
        expected=5,
    ),
    "one was pushed over the seam, and is on neither page": Mixed(
        talk=ONE_BEFORE,
        pages=[(1, ALL), (2, "guest")],
        have=4,
        expected=5,
        gaps=frozenset({"posts-missing", "posts-moved"}),
    ),
    "the same, the moderator's page the newer": Mixed(
        talk=ONE_BEFORE,
        pages=[(2, "guest"), (1, ALL)],
        have=4,
        expected=5,
        gaps=frozenset({"posts-missing", "posts-moved"}),
    ),
    "more pages for the moderator than for guests": Mixed(
        talk=discussion("-", "-", "-", "spam", "-", "-", "-", "spam"),
        pages=[(2, "guest"), (1, ALL)],
        have=6,
        expected=6,
    ),
    "a moderator's page is missing": Mixed(
        talk=discussion("-", "spam", "-", "-", "-", "-", "trash", "-"),
        pages=[(1, ALL), (3, ALL)],
        have=3,
        expected=6,
        gaps=frozenset({"page-missing", "posts-missing"}),
    ),
    "a moderator without the view of all, and a guest": Mixed(
        talk=ONE_BEFORE, pages=[(1, "guest"), (2, "moderator")], have=5, expected=5
    ),
}


@pytest.mark.parametrize("mixed", MIXED.values(), ids=MIXED.keys())
def test_pages_of_guests_and_moderators_together(tmp_path: Path, mixed: Mixed) -> None:
    path = tmp_path / "a.db"
    report = bring_in(mixed.talk.save(tmp_path / "saved", *mixed.pages), path)
    (outcome,) = report.topics
    assert (outcome.posts, outcome.expected) == (mixed.have, mixed.expected)
    assert {gap.code for gap in outcome.gaps} == mixed.gaps
    with reading(path) as archive:
        assert verify(archive).exit_code == report.exit_code == (3 if mixed.gaps else 0)
    assert deep_verdict(path) == (report.exit_code, ())


def test_a_report_says_how_many_posts_were_left_out(tmp_path: Path) -> None:
    talk = discussion("-", "spam", "-", "-", "trash")
    pages = whole(talk, ALL)
    report = bring_in(talk.save(tmp_path / "saved", *pages, *pages), tmp_path / "a.db")
    assert report.notices == ("Hello: 2 posts that guests do not see, left out.",)


@pytest.mark.parametrize("status", HIDDEN)
def test_a_topic_that_guests_do_not_see_is_not_kept(tmp_path: Path, status: str) -> None:
    talk = discussion(status, status)
    folder = talk.save(tmp_path / "saved", *whole(talk, ALL))
    with pytest.raises(NothingReadableError, match="guests do not see"):
        bring_in(folder, tmp_path / "a.db")
    assert not (tmp_path / "a.db").exists()


def test_a_page_of_nothing_but_hidden_posts_is_not_kept_alone(tmp_path: Path) -> None:
    talk = discussion("-", "-", "-", "spam")
    folder = talk.save(tmp_path / "saved", (2, ALL))
    with pytest.raises(NothingReadableError, match="only posts that guests do not see"):
        bring_in(folder, tmp_path / "a.db")
    assert not (tmp_path / "a.db").exists()


# --- nothing of it is anywhere ----------------------------------------------------------------------------------------

_PLANTED = {
    "an address in its own box": ('<div class="bbp-reply-ip"><span class="bbp-author-ip">({})</span></div>', "203.0.113.1"),
    "an address without a box": ("<span>({})</span>", "203.0.113.2"),
    "an address as bare words": (" ({}) ", "203.0.113.3"),
    "an address in a title": ('<i title="from {}">i</i>', "203.0.113.4"),
    "an address in a link": ('<a href="https://whois.test/{}">whois</a>', "203.0.113.5"),
    "a long address": ('<span class="bbp-author-ip">({})</span>', "2001:db8:77::beef"),
    "an e-mail address": ('<a href="mailto:{0}">{0}</a>', "carla@mail.test"),
    "an e-mail address in a box": ('<span class="bbp-author-email">{}</span>', "dario@mail.test"),
    "an e-mail address in entities": ('<a href="mailto:x&#64;y.test">{}</a>', "emil&#64;mail.test"),
    "an e-mail address as words": ("<em>{}</em>", "fadi@mail.test"),
    "a nonce in a link": ('<a href="?action=bbp_toggle_reply_spam&#038;_wpnonce={}">Spam</a>', "0badcafe01"),
    "a nonce in a link of an add-on": ('<a href="?like=1&amp;like_nonce={}">Like</a>', "0badcafe02"),
    "a nonce in a data attribute": ('<b data-bbp-nonce="{}">b</b>', "0badcafe03"),
    "a nonce in a field": ('<input type="hidden" name="_bbp_x_nonce" value="{}">', "0badcafe04"),
    "a nonce in settings": ('<script>var wpApiSettings = {{"nonce":"{}"}};</script>', "0badcafe05"),
    "a nonce under another name": ('<script>var x = {{"security":"{}"}};</script>', "0badcafe06"),
    "a nonce of a script": ('<script nonce="{}" src="/x.js"></script>', "0badcafe07"),
    "a nonce in JSON in an attribute": ('<b data-x="{{&quot;nonce&quot;:&quot;{}&quot;}}">b</b>', "0badcafe08"),
    "a bar": ('<div id="wpadminbar">{}</div>', "Keeperella"),
    "a form's own address": ('<input type="email" name="mine" value="{}">', "gita@mail.test"),
}  # fmt: skip
_SPAM_WORDS = ("Xanadupills", "Yggdrasilwatches", "Zephyrcasino")


def _bytes_of_database(path: Path) -> bytes:
    beside = (path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm", ".lock"))
    return b"".join(one.read_bytes() for one in beside if one.exists())


def _unpacked(path: Path) -> bytes:
    with reading(path) as archive:
        return b"".join(page.body for _, _, page in stored_pages(archive))


def _every_value(path: Path) -> bytes:
    """Each value of each table, the index's own tables and its words among them, frames of Zstandard unpacked."""
    found: list[bytes] = []
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE VIRTUAL TABLE temp.words USING fts5vocab (main, search_index, row)"
        )
        names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        tables = [f'main."{name}"' for (name,) in names.fetchall()] + ["temp.words"]
        for table in tables:
            for row in connection.execute(f"SELECT * FROM {table}"):
                found += [_plain(value) for value in row]
    return b"\n".join(found)


def _plain(value: Any) -> bytes:  # noqa: ANN401  whatever a column holds
    data = value if isinstance(value, bytes) else str(value).encode()
    if not data.startswith(b"\x28\xb5\x2f\xfd"):
        return data
    try:
        return zstandard.ZstdDecompressor().decompress(data)
    except zstandard.ZstdError:
        return data  # one that was compressed against another; those are read as pages


def _exports(path: Path, folder: Path) -> bytes:
    found: list[bytes] = []
    for name, exporter in exporters_by_name().items():
        target = folder / f"out{exporter.suffix}"
        options = ExportOptions(with_gone=exporter.is_for_reading)
        export_archive(path, plan_export(target, name, options))
        files = sorted(target.rglob("*")) if target.is_dir() else [target]
        found += [one.read_bytes() for one in files if one.is_file()]
    return b"\n".join(found)


def test_nothing_that_only_moderators_see_is_anywhere(tmp_path: Path) -> None:
    secrets = [words for _, words in _PLANTED.values()]
    posts = [
        Said(post_id=100 + at, secret=form.format(words), words=f"Public words {at}.")
        for at, (form, words) in enumerate(_PLANTED.values())
    ]
    spam = [
        Said(
            post_id=130 + at, status=HIDDEN[at], words=f"Buy {words} now.", name=f"Seller {words}"
        )
        for at, words in enumerate(_SPAM_WORDS)
    ]
    talk = Discussion(posts=[*posts[:5], spam[0], *posts[5:10], spam[1], *posts[10:], spam[2]])
    pages = whole(talk, ALL)
    saved = "".join(talk.page(*page) for page in pages)
    wanted = [*secrets, *_SPAM_WORDS, "f00dfeed0", "192.0.2.1", 'abcdef">']
    assert [words for words in wanted if words not in saved] == []
    path = tmp_path / "a.db"
    report = bring_in(talk.save(tmp_path / "saved", *pages), path)
    (outcome,) = report.topics
    assert (report.exit_code, outcome.posts) == (0, len(posts))
    everything = b"\n".join(
        [
            _bytes_of_database(path),
            _unpacked(path),
            _every_value(path),
            _exports(path, tmp_path),
            repr(report).encode(),
        ]
    )
    for words in wanted:
        assert words.encode() not in everything
        assert words.lower().encode() not in everything
    assert b"Public words 19." in everything
    assert deep_verdict(path) == (0, ())


def test_a_kill_leaves_nothing_of_it_in_the_journal(tmp_path: Path) -> None:
    """While an archive is open, its journal is beside it: nothing secret was ever written there."""
    talk = Discussion(
        posts=[Said(post_id=100), Said(post_id=101, status="spam", words="Xanadupills")]
    )
    path = tmp_path / "a.db"
    bring_in(talk.save(tmp_path / "saved", (1, ALL)), path)
    with closing(sqlite3.connect(path)) as holder:
        holder.execute("SELECT count(*) FROM posts").fetchone()
        bring_in(talk.save(tmp_path / "again", (1, ALL)), path)
        assert b"192.0.2.100" not in _bytes_of_database(path)
        assert b"Xanadupills" not in _bytes_of_database(path) + _unpacked(path)


_DUMP = """Hello

Viewing 3 posts - 1 through 3 (of 3 total)

May 2, 2013 at 1:00 pm #61 Edit | Merge | Trash | Spam | Reply
Ada
Participant
(203.0.113.7)

My server is 203.0.113.8, as you know.

May 2, 2013 at 2:00 pm #62 Edit | Trash | Spam | Reply
Ola
Participant
(2001:db8:77:0:0:0:0:beef)

203.0.113.9

May 2, 2013 at 3:00 pm #63 | Reply
Zoë
Participant
203.0.113.10

Bye.

Viewing 3 posts - 1 through 3 (of 3 total)
"""


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_dump_keeps_no_address_of_an_author(
    tmp_path: Path, encoding: str, line_end: str
) -> None:
    source, path = tmp_path / "dump.txt", tmp_path / "a.db"
    text = _DUMP.replace("\n", line_end)
    source.write_bytes(text.encode(encoding))
    report = bring_in(source, path)
    assert (report.exit_code, report.topics[0].posts) == (0, 3)
    for address in ("203.0.113.7", "2001:db8:77:0:0:0:0:beef", "203.0.113.10"):
        text = text.replace(f"({address})", "()").replace(
            f"{line_end}{address}{line_end}", f"{line_end}(){line_end}"
        )
    assert _unpacked(path) == text.encode(encoding)
    assert [record["body_text"] for record in exported(path)][1] == "203.0.113.9"
    assert all(b"address-left-out" in str(one["problems"]).encode() for one in exported(path))
    assert deep_verdict(path) == (0, ())


def test_a_page_that_a_cache_made_for_a_moderator_is_kept_as_a_guests(tmp_path: Path) -> None:
    """Some sites' caches hand out what they kept for somebody who was logged in."""
    bar = b'<div id="wpadminbar"><a href="/?_wpnonce=0badcafe09">Mona Keeper</a></div><script>var x = "0badcafe10";</script>'
    with World.of(tmp_path, posts=13) as world:

        def leaking(request: DemoRequest) -> DemoAnswer | None:
            if request.path != world.page(2):
                return None
            answer = world.server.ordinary(request.path)
            return replace(answer, body=answer.body.replace(b"<body", bar + b"<body", 1))

        world.server.intercept = leaking
        report = world.archive()
        assert report.exit_code == 0
        assert world.live() == world.ids
        assert b"0badcafe" not in _unpacked(world.path) + _bytes_of_database(world.path)
        assert b"Mona Keeper" not in _unpacked(world.path)
        assert deep_verdict(world.path) == (0, ())


def test_the_site_fills_what_a_moderator_did_not_save(tmp_path: Path) -> None:
    """The pages' addresses are those of guests, so that a later visit asks for no view of all."""
    with World.of(tmp_path, posts=13) as world:
        folder = tmp_path / "saved"
        folder.mkdir()
        mark = f"<!-- saved from url=(0042){world.url}?view=all&_wpnonce=0badcafe11 -->\n"
        body = world.server.ordinary(world.page(1)).body.replace(
            b'<body class="', b'<body class="logged-in ', 1
        )
        (folder / "page.html").write_bytes(mark.encode() + body)
        bring_in(folder, world.path)
        report = world.archive()
        assert report.exit_code == 0
        assert world.live() == world.ids
        assert not [path for path in world.asked if "view=all" in path or "nonce" in path]
