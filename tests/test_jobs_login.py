"""Jobs that log in: the password comes from where the file says, goes nowhere else, and stops no other job where it is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.archiving import exported, readable_topics
from tests.membership import MEMBER, Club

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import CommandLine

CANARY = "wrong-canary-password"


@pytest.fixture
def club(tmp_path: Path) -> Iterator[Club]:
    with Club.of(tmp_path) as made:
        yield made


def written(club: Club, login: str, *more: str) -> Path:
    path = Path("JOBS.toml")
    topic = club.url("/forums/topic/keys-to-the-workshop/")
    lines = "\n".join(more)
    path.write_text(
        f'[defaults]\ndelay = 0\narchive = "{{name}}.db"\nreport = "{{name}}.json"\n'
        f'[jobs.lounge]\nurls = ["{topic}"]\n{login}\n{lines}\n',
        "utf-8",
    )
    return path


def secret_of(club: Club) -> str:
    return club.password().password


def test_a_job_reads_what_members_see(
    club: Club, threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOUNGE", secret_of(club))
    path = written(club, f'login = {{ user = "{MEMBER}", password_env = "LOUNGE" }}')
    ran = threadkeep("run", path, "--log-file", "run.log")
    assert ran.code == 0, ran.err
    assert len(exported(Path("lounge.db"))) == 4
    left = [one for one in Path().iterdir() if one.is_file()]
    assert {one.name for one in left} >= {"JOBS.last-run.json", "lounge.json", "run.log"}
    assert not [one for one in left if secret_of(club).encode() in one.read_bytes()]
    assert secret_of(club) not in ran.out + ran.err


def test_a_job_takes_the_cookies_of_a_browser(club: Club, threadkeep: CommandLine) -> None:
    Path("cookies.txt").write_text(club.cookies().path.read_text("utf-8"), "utf-8")
    path = written(club, 'login = { cookies = "cookies.txt" }')
    assert threadkeep("run", path, "-q").code == 0
    assert len(exported(Path("lounge.db"))) == 4


def test_a_guest_is_told_that_a_login_is_needed(club: Club, threadkeep: CommandLine) -> None:
    ran = threadkeep("run", written(club, ""), "-q")
    assert ran.code in {5, 6}
    assert not Path("lounge.db").exists()


@pytest.mark.parametrize(
    ("secret", "code", "said"),
    [(CANARY, 6, "password you entered"), (None, 2, "The environment variable LOUNGE holds no")],
)
def test_what_is_wrong_with_a_password_stops_no_other_job(
    secret: str | None,
    code: int,
    said: str,
    club: Club,
    threadkeep: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("LOUNGE", raising=False)
    if secret is not None:
        monkeypatch.setenv("LOUNGE", secret)
    open_topic = readable_topics(club.server)[0].url
    path = written(
        club,
        f'login = {{ user = "{MEMBER}", password_env = "LOUNGE" }}',
        "[jobs.open]",
        f'urls = ["{open_topic}"]',
    )
    ran = threadkeep("run", path, "-q")
    assert ran.code == code
    assert said in ran.err
    assert CANARY not in ran.out + ran.err
    assert "open: 4 posts, complete" in ran.out


def test_going_on_as_a_guest_takes_a_word(
    club: Club, threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOUNGE", secret_of(club))
    threadkeep("run", written(club, f'login = {{ user = "{MEMBER}", password_env = "LOUNGE" }}'))
    ran = threadkeep("run", written(club, ""), "-q")
    assert ran.code == 2
    assert "threadkeep: lounge: " in ran.err
    threadkeep("run", written(club, "as_guest = true"), "-q")
    assert len(exported(Path("lounge.db"))) == 4, "what only members saw stays"
