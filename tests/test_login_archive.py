"""Archiving logged in: what members see is kept, nothing of the login is, and a session's end loses nothing."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import zstandard

from exporters.exporter import ExportOptions
from exporters.registry import exporters_by_name
from parsers.errors import LoginFailedError, UsageError
from scraper.archive.content import load_content
from scraper.archive.database import reading
from scraper.archive.thread_reader import threads
from scraper.archive.verify import verify
from scraper.demo import DemoAnswer, expected_topics
from scraper.demo.login import Gate
from scraper.sync.deep_check import verify_deeply
from scraper.sync.pipeline import ArchiveJob, ArchiveReport, archive_topics
from scraper.sync.planning import plan_run
from scraper.sync.reparsing import reparse
from tests.archiving import rarely
from tests.membership import HASTY, LOUNGE, MEMBER, MODERATOR, PASSWORDS, STAFF, Club
from threadkeep.cli.fetching import command_line
from threadkeep.exporting import export_archive, plan_export

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

    from scraper.demo import DemoRequest
    from scraper.demo.forum import Role
    from scraper.fetch.login import Login
    from tests.conftest import CommandLine

INDEX = "/forums/"


def archive(
    club: Club, *paths: str, login: Login | None = None, as_guest: bool = False
) -> ArchiveReport:
    """Archive what addresses show, a minute after the last time."""
    club.clock.advance(60)
    club.server.forget_requests()
    urls = tuple(club.url(path) for path in paths)
    job = ArchiveJob(urls=urls, path=_path(club), fetch=HASTY, login=login, as_guest=as_guest)
    return archive_topics(job, clock=club.clock)


def _path(club: Club) -> Path:
    return club.folder / "forum.db"


def kept(club: Club) -> dict[int, tuple[str, str]]:
    """Every post in the archive that is not gone: its author and its text."""
    with reading(_path(club)) as held:
        return {
            post.post_id: (post.author.name, " ".join(post.body_text.split()))
            for thread in threads(held)
            for post in thread.posts
            if post.gone_at is None
        }


def gone(club: Club) -> int:
    with closing(sqlite3.connect(_path(club))) as connection:
        query = "SELECT (SELECT count(*) FROM posts WHERE gone_at IS NOT NULL), (SELECT count(*) FROM topics WHERE vanished_at IS NOT NULL)"
        return sum(connection.execute(query).fetchone())


def seen_by(club: Club, role: Role) -> dict[int, tuple[str, str]]:
    """Every post that somebody of a role sees."""
    return {
        post.post_id: (post.author_name, " ".join(post.body_text.split()))
        for topic in expected_topics(club.server.forum, club.server.url, role)
        for post in topic.posts
    }


@pytest.mark.parametrize(
    ("name", "role"), [(None, "guest"), (MEMBER, "participant"), (MODERATOR, "moderator")]
)
def test_everybody_archives_what_they_see(tmp_path: Path, name: str | None, role: Role) -> None:
    with Club.of(tmp_path) as club:
        login = None if name is None else club.password(name)
        report = archive(club, INDEX, login=login)
        assert report.exit_code == 0
        assert kept(club) == seen_by(club, role)
        with reading(_path(club)) as held:
            assert verify(held).exit_code == 0
            assert verify_deeply(held, club.clock).exit_code == 0


def test_a_reparse_gives_what_a_member_got(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club:
        archive(club, INDEX, login=club.password(MODERATOR))
        before = kept(club)
        reparse(_path(club), clock=club.clock)
        assert kept(club) == before


@pytest.mark.parametrize("way", ["password", *rarely("cookies")])
def test_nothing_of_a_login_is_anywhere(
    tmp_path: Path, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with Club.of(tmp_path) as club:
        login: Login = club.cookies(MODERATOR) if way == "cookies" else club.password(MODERATOR)
        report = archive(club, INDEX, login=login)
        secrets = _secrets(club)
        assert len(secrets) > 5
        texts = [repr(report), caplog.text, *_exports(club)]
    assert not [secret for secret in secrets if any(secret in text for text in texts)]
    assert _not_in_file(tmp_path / "forum.db", secrets)


def _secrets(club: Club) -> set[str]:
    """What went over the wire that is for one person's eyes: cookies, the password, nonces, addresses, the name in the bar."""
    values = {
        part.partition("=")[2]
        for one in club.server.requests
        for part in (one.header("Cookie") or "").split("; ")
        if "logged_in" in part or "sec" in part
    }
    bodies = [one.body.decode() for one in club.server.requests if one.body]
    nonces = {_nonce(value, action) for value in values for action in _ACTIONS}
    return {*values, PASSWORDS[MODERATOR], "192.0.2.", "mail.example", "Howdy", *bodies, *nonces}


_ACTIONS = ("log-out", *(f"trash-{number}" for number in range(1, 2000)))


def _nonce(value: str, action: str) -> str:
    from scraper.demo.cast import MODERATOR as AUTHOR
    from scraper.demo.member_page import Visitor

    return Visitor(author=AUTHOR, secret=value).nonce(action)


def _exports(club: Club) -> list[str]:
    texts: list[str] = []
    for name, exporter in exporters_by_name().items():
        output = club.folder / f"out-{name}{exporter.suffix}"
        options = ExportOptions(with_gone=exporter.is_for_reading)
        export_archive(_path(club), plan_export(output, name, options))
        files = [output] if output.is_file() else sorted(output.rglob("*.*"))
        texts += [one.read_bytes().decode("utf-8", "replace") for one in files if one.is_file()]
    return texts


def _not_in_file(path: Path, secrets: set[str]) -> bool:
    """Whether none is in an archive's pages, its raw bytes, or those of what lies beside it."""
    with reading(path) as held:
        rows = held.connection.execute("SELECT sha256 FROM contents").fetchall()
        bodies = [load_content(held, row[0]) for row in rows]
    assert bodies
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("VACUUM")
    raw = [one.read_bytes() for one in path.parent.glob("forum.db*")]
    return not [one for one in secrets for data in (*bodies, *raw) if one.encode() in data]


def test_a_canary_would_be_found(tmp_path: Path) -> None:
    """The search above finds what is there: words of a post, compressed or not."""
    with Club.of(tmp_path) as club:
        archive(club, LOUNGE, login=club.cookies())
    assert not _not_in_file(tmp_path / "forum.db", {"where we meet in spring"})
    assert zstandard.__version__


def test_cookies_that_end_in_the_middle_lose_nothing_and_go_on(tmp_path: Path) -> None:
    with Club.of(tmp_path, Gate(session_requests=4)) as club:
        report = archive(club, LOUNGE, login=club.cookies())
        assert report.exit_code == 6
        assert "has ended" in str(report.stopped or report.topics[0].error)
        first = kept(club)
        assert 0 < len(first) < 22
        assert gone(club) == 0
        with reading(_path(club)) as held:
            assert verify(held).exit_code == 3
        club.gate.session_requests = None
        again = archive(club, LOUNGE, login=club.cookies())
        assert again.exit_code == 0
        assert kept(club).items() >= first.items()
        assert len(kept(club)) == 22
        assert gone(club) == 0
        # What was read before the end is not read again.
        assert f"GET {LOUNGE}" not in club.asked


@pytest.mark.parametrize("has_wall", [False, True], ids=["not found", "sent to the login"])
@pytest.mark.parametrize("pages", [11, *rarely(*range(2, 11), *range(12, 19))])
def test_a_session_may_end_at_any_page(
    tmp_path: Path, pages: int, tried: Counter[str], *, has_wall: bool
) -> None:
    tried["pages at which a session ended"] += 1
    with Club.of(tmp_path, Gate(session_requests=pages, has_wall=has_wall)) as club:
        report = archive(club, INDEX, login=club.cookies(MODERATOR))
        assert report.exit_code == 6
        assert gone(club) == 0
        club.gate.session_requests = None
        assert archive(club, INDEX, login=club.cookies(MODERATOR)).exit_code == 0
        assert kept(club) == seen_by(club, "moderator")
        assert gone(club) == 0


@pytest.mark.parametrize("requests", [7, *rarely(5, 11)])
def test_a_password_outlasts_every_session(tmp_path: Path, requests: int) -> None:
    with Club.of(tmp_path, Gate(session_requests=requests)) as club:
        report = archive(club, INDEX, login=club.password(MODERATOR))
        assert report.exit_code == 0
        assert kept(club) == seen_by(club, "moderator")
        assert club.gate.logins > 1


def test_a_sync_whose_session_has_ended_marks_nothing_gone(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club:
        archive(club, INDEX, login=club.password(MODERATOR))
        whole = kept(club)
        report = archive(club, INDEX, login=club.cookies(MODERATOR, ended=True))
        assert report.exit_code == 6
        assert (kept(club), gone(club)) == (whole, 0)
        assert archive(club, INDEX, login=club.password(MODERATOR)).exit_code == 0
        assert (kept(club), gone(club)) == (whole, 0)


def test_a_guest_is_refused_where_a_member_was(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club:
        archive(club, INDEX, login=club.password())
        whole = kept(club)
        with pytest.raises(UsageError, match="was made logged in"):
            archive(club, INDEX)
        assert club.asked == []
        for _ in range(2):
            assert archive(club, INDEX, as_guest=True).exit_code == 0
            assert (kept(club), gone(club)) == (whole, 0)
        assert archive(club, INDEX, login=club.password()).exit_code == 0
        assert (kept(club), gone(club)) == (whole, 0)


@pytest.mark.parametrize("is_sync", [*rarely(False), True], ids=["the same again", "a sync"])
@pytest.mark.parametrize("has_wall", [False, True], ids=["not found", "sent to the login"])
def test_what_a_guest_was_refused_a_member_gets(
    tmp_path: Path, *, has_wall: bool, is_sync: bool
) -> None:
    lounge = "/forums/forum/members-lounge/"
    with Club.of(tmp_path, Gate(has_wall=has_wall)) as club:
        assert archive(club, INDEX, lounge).exit_code in {5, 6}
        assert kept(club) == seen_by(club, "guest")
        paths = () if is_sync else (INDEX, lounge)
        assert archive(club, *paths, login=club.password()).exit_code == 0
        assert kept(club) == seen_by(club, "participant")


def test_a_topic_that_was_withheld_is_asked_for_again_by_a_member(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club:
        slug = club.server.forum.topics[0].slug
        closed = {f"/forums/topic/{slug}/"}
        to_login = DemoAnswer(status=302, headers=(("Location", "/wp-login.php?redirect_to=x"),))

        def wall(request: DemoRequest) -> DemoAnswer | None:
            is_guest = "logged_in" not in (request.header("Cookie") or "")
            return to_login if is_guest and request.path in closed else None

        club.server.intercept = wall
        report = archive(club, INDEX)
        assert (report.exit_code, len(report.withheld)) == (0, 1)
        assert archive(club, INDEX, login=club.password()).exit_code == 0
        assert kept(club) == seen_by(club, "participant")


@pytest.mark.parametrize("role", ["moderator", *rarely("participant")])
def test_everything_that_the_demo_shows_off_is_archived(tmp_path: Path, role: Role) -> None:
    name = MEMBER if role == "participant" else MODERATOR
    with Club.of(tmp_path, showcase=True, topics=20) as club:
        report = archive(club, INDEX, login=club.password(name))
        assert report.exit_code == 0
        assert kept(club).keys() == seen_by(club, role).keys()
        assert ("Behind closed doors" in _titles(club)) == (role == "moderator")


def _titles(club: Club) -> str:
    with reading(_path(club)) as held:
        return " / ".join(thread.title for thread in threads(held))


def test_what_a_guest_could_not_read_again_a_member_does(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club:
        archive(club, INDEX, login=club.password())
        assert archive(club, LOUNGE, as_guest=True).exit_code == 3
        assert archive(club, INDEX, login=club.password()).exit_code == 0
        assert (kept(club), gone(club)) == (seen_by(club, "participant"), 0)


def test_a_plan_shows_what_members_see_and_keeps_nothing(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club:
        job = ArchiveJob(
            urls=(club.url(INDEX),), path=_path(club), fetch=HASTY, login=club.password()
        )
        plan = plan_run(job, clock=club.clock)
        assert any(LOUNGE in one.url for one in plan.topics)
        assert not _path(club).exists()


@pytest.mark.parametrize("words", [["--login", "ada"], ["--login=ada"]])
def test_an_archive_does_not_keep_the_accounts_name(
    monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["threadkeep", "archive", "URL", *words])
    assert "--login" in command_line()
    assert "ada" not in command_line()


def test_a_deletion_is_a_deletion_for_who_saw_as_much(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club:
        archive(club, INDEX, login=club.password(MODERATOR))
        keys = next(one for one in club.server.forum.topics if "Keys" in one.title)
        club.server.forum = club.server.forum.without_topic(keys.topic_id)
        archive(club, INDEX, login=club.password(MODERATOR))
        assert kept(club) == seen_by(club, "moderator")
        assert gone(club) == 4 + 1


def test_a_member_marks_nothing_gone_that_a_moderator_saw(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club:
        archive(club, INDEX, login=club.password(MODERATOR))
        whole = kept(club)
        archive(club, INDEX, login=club.password(MEMBER))
        assert (kept(club), gone(club)) == (whole, 0)


def test_the_archive_knows_as_whom_each_page_was_read(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club:
        archive(club, LOUNGE, STAFF, login=club.password(MODERATOR))
        with closing(sqlite3.connect(_path(club))) as connection:
            query = "SELECT DISTINCT viewer FROM pages WHERE kind = 'topic'"
            assert connection.execute(query).fetchall() == [("moderator",)]


def test_a_login_that_fails_leaves_no_trace(tmp_path: Path) -> None:
    with Club.of(tmp_path, Gate(obstacle="lockout")) as club:
        with pytest.raises(LoginFailedError):
            archive(club, INDEX, login=club.password())
        assert len([one for one in club.asked if one.startswith("POST")]) == 1
        assert not _path(club).exists()


# The command line


def test_the_command_takes_cookies(tmp_path: Path, threadkeep: CommandLine) -> None:
    with Club.of(tmp_path) as club:
        ran = threadkeep("archive", club.url(LOUNGE), "--cookies", club.cookies().path, "--json")
        assert ran.code == 0
        assert ran.report["topics"][0]["posts"] == 22


def test_the_command_takes_a_name_and_shows_no_password(
    tmp_path: Path, threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORUM_PASSWORD", PASSWORDS[MEMBER])
    log = tmp_path / "log.txt"
    with Club.of(tmp_path) as club:
        options = ("--login", MEMBER, "--password-env", "FORUM_PASSWORD", "--log-file", log)
        for more in ((), ("--json",), ("--refresh",)):
            ran = threadkeep("archive", club.url(LOUNGE), *options, *more)
            assert ran.code == 0
            assert PASSWORDS[MEMBER] not in f"{ran.out}{ran.err}{log.read_text()}"
        cookies = {one for one in club.sent_cookies if "logged_in" in one}
        values = {part.partition("=")[2] for one in cookies for part in one.split("; ")}
        assert not [one for one in values if len(one) > 30 and one in log.read_text()]


def test_the_command_ends_with_6_where_the_session_does(
    tmp_path: Path, threadkeep: CommandLine
) -> None:
    with Club.of(tmp_path) as club:
        cookies = club.cookies(ended=True).path
        ran = threadkeep("archive", club.url(LOUNGE), "--cookies", cookies)
        assert ran.code == 6
        assert "came as guests see it" in ran.err
        assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--cookies", "none.txt"), "No such file"),
        (("--cookies", "none.txt", "--login", "ada"), "choose one"),
        (("--login-url", "https://forum.example/enter/"), "name the account"),
        (("--login", "ada", "--password-env", "NOT_SET"), "NOT_SET holds no password"),
        (("--login", "ada"), "There is no password for ada"),
    ],
)
def test_the_command_refuses_what_cannot_be_meant(
    tmp_path: Path,
    threadkeep: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    words: str,
) -> None:
    monkeypatch.delenv("THREADKEEP_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with Club.of(tmp_path) as club:
        ran = threadkeep("archive", club.url(LOUNGE), *options)
        assert ran.code == 2
        assert words in ran.sentence
        assert club.asked == []
