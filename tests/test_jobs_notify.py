"""Notifications: to whom, when, and what they say; everything stays on loopback."""

from __future__ import annotations

import json
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

import pytest

from scraper.archive.run_record import RecordedGap
from scraper.demo import DemoServer, DemoSettings, generate
from threadkeep.jobs.jobs_file import read_jobs
from threadkeep.jobs.notification import notify
from threadkeep.jobs.report import JobReport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import CommandLine
    from threadkeep.jobs.report import Notice

GAP = RecordedGap(of="Oak", url=None, code="page-missing", place="2", detail="Page 2.", missing=5)


class Receiver:
    """Takes what is posted to it on loopback."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.messages.append(json.loads(body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"json://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def only(self) -> dict[str, Any]:
        (message,) = self.messages
        return message


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with Receiver() as made:
        monkeypatch.setenv("TELL", made.address)
        yield made


def file_with(folder: Path, **notify: str) -> Path:
    path = folder / "JOBS.toml"
    jobs = "".join(
        f'[jobs.{name}]\nurls = ["http://127.0.0.1:1/"]\narchive = "{name}.db"\ndelay = 0\n'
        f"notify = {setting}\n"
        for name, setting in notify.items()
    )
    path.write_text(jobs, "utf-8")
    return path


def report(name: str, **values: Any) -> JobReport:  # noqa: ANN401  handed on as they are
    return JobReport(name=name, urls=(), archive=f"{name}.db", **values)


def told(folder: Path, setting: str, **values: Any) -> tuple[Notice, ...]:  # noqa: ANN401  likewise
    file = read_jobs(file_with(folder, lantern=setting))
    return notify(file, [report("lantern", **values)])


ALL = '{ on = ["failure", "gaps", "mass-disappearance"], urls_env = "TELL" }'


@pytest.mark.parametrize(
    ("values", "occasions"),
    [
        ({"exit_code": 4}, ("failure",)),
        ({"exit_code": 1}, ("failure",)),
        ({"exit_code": 3, "new_gaps": (GAP,)}, ("gaps",)),
        ({"exit_code": 4, "new_gaps": (GAP,), "held_back": 70}, ("failure", "gaps", "mass-disappearance")),
        ({"exit_code": 3, "held_back": 70}, ("mass-disappearance",)),
    ],
)  # fmt: skip
def test_an_occasion_is_told(
    values: dict[str, Any], occasions: tuple[str, ...], tmp_path: Path, receiver: Receiver
) -> None:
    (notice,) = told(tmp_path, ALL, **values)
    assert (notice.jobs, notice.occasions, notice.error) == (("lantern",), occasions, None)
    assert receiver.only["title"].startswith("threadkeep: lantern ")
    assert "lantern: 0 posts" in receiver.only["message"]


@pytest.mark.parametrize(
    "values",
    [{"exit_code": 0}, {"exit_code": 3, "known_gaps": 4}, {"exit_code": 130}],
    ids=["complete", "only known gaps", "stopped by somebody"],
)
def test_what_is_no_occasion_is_not_told(
    values: dict[str, Any], tmp_path: Path, receiver: Receiver
) -> None:
    assert told(tmp_path, ALL, **values) == ()
    assert receiver.messages == []


def test_always_is_always(tmp_path: Path, receiver: Receiver) -> None:
    assert len(told(tmp_path, '{ on = "always", urls_env = "TELL" }')) == 1
    assert receiver.only["title"] == "threadkeep: lantern complete"


def test_without_a_word_it_is_told_of_what_went_wrong(tmp_path: Path, receiver: Receiver) -> None:
    assert told(tmp_path, '{ urls_env = "TELL" }', exit_code=0) == ()
    assert len(told(tmp_path, '{ urls_env = "TELL" }', exit_code=4)) == 1
    assert len(receiver.messages) == 1


def test_jobs_that_name_the_same_place_are_one_message(tmp_path: Path, receiver: Receiver) -> None:
    always = '{ on = "always", urls_env = "TELL" }'
    file = read_jobs(file_with(tmp_path, lantern=always, harbour=ALL))
    problem = "https://harbour.example/ refuses connections."
    (notice,) = notify(
        file, [report("lantern"), report("harbour", exit_code=4, problems=(problem,))]
    )
    assert notice.jobs == ("lantern", "harbour")
    assert receiver.only["title"] == "threadkeep: lantern complete; harbour FAILED"
    assert problem in receiver.only["message"]


def test_addresses_come_from_a_file(tmp_path: Path, receiver: Receiver) -> None:
    (tmp_path / "whom.txt").write_text(f"# whom to tell\n\n{receiver.address}\n", "utf-8")
    (notice,) = told(tmp_path, '{ on = "always", urls_file = "whom.txt" }')
    assert notice.error is None
    assert receiver.only["message"]


def test_a_long_list_is_cut_and_says_so(tmp_path: Path, receiver: Receiver) -> None:
    problems = tuple(f"Problem {number}." for number in range(100))
    told(tmp_path, ALL, exit_code=4, problems=problems)
    message = cast("str", receiver.only["message"])
    assert len(message.splitlines()) < 30
    assert "and 80 more; `threadkeep verify -a lantern.db` says all" in message


# --- what fails ---


def test_a_receiver_that_is_away_is_told_without_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:  # bound and not listening: nobody answers
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("TELL", f"json://ada:secret@127.0.0.1:{free.getsockname()[1]}/")
        (notice,) = told(tmp_path, ALL, exit_code=3, new_gaps=(GAP,))
    assert notice.exit_code == 4
    assert notice.error
    assert "could not be delivered to 1 of the addresses" in notice.error
    assert "secret" not in notice.error


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "There is no address for notifications in the environment variable TELL"),
        ("no-such-thing://x", "Address 1 of the environment variable TELL is none that apprise"),
    ],
)
def test_an_address_that_is_none(
    value: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELL", value)
    (notice,) = told(tmp_path, ALL, exit_code=4)
    assert notice.exit_code == 2
    assert notice.error
    assert said in notice.error


def test_an_address_that_is_none_keeps_no_other_from_being_told(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELL", f"no-such-thing://secret {receiver.address}")
    (notice,) = told(tmp_path, ALL, exit_code=4)
    assert len(receiver.messages) == 1
    assert notice.error
    assert "Address 1 of" in notice.error
    assert "secret" not in notice.error


def test_a_file_of_addresses_that_is_not_there(tmp_path: Path) -> None:
    (notice,) = told(tmp_path, '{ on = "always", urls_file = "whom.txt" }')
    assert notice.error
    assert "cannot be read from" in notice.error


def test_without_apprise_a_run_is_made_and_says_what_is_missing(
    threadkeep: CommandLine, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    path = file_with(Path(), lantern=ALL)
    ran = threadkeep("run", path, "-q")
    assert ran.code == 2, "nobody was told, which weighs more than that the site is away"
    assert "lantern: 0 posts, FAILED" in ran.out
    assert "Notifications need apprise, which is not installed" in ran.err
    assert "threadkeep[notify]" in ran.err
    assert receiver.messages == []
    assert "threadkeep[notify]" in threadkeep("run", path, "--check").sentence


def test_a_run_tells_and_its_report_says_so(threadkeep: CommandLine, receiver: Receiver) -> None:
    ran = threadkeep("run", file_with(Path(), lantern=ALL), "--json")
    assert ran.code == 4
    assert ran.report["notices"] == [
        {"jobs": ["lantern"], "occasions": ["failure"], "error": None, "exit_code": 0}
    ]
    assert "refuses connections" in receiver.only["message"]


def test_a_mass_disappearance_is_told_night_after_night_until_it_is_confirmed(
    threadkeep: CommandLine, receiver: Receiver
) -> None:
    forum = generate(DemoSettings(showcase=False, topics=3, posts=40, per_page=20))
    with DemoServer(forum) as site:
        path = file_with(Path(), lantern=ALL)
        path.write_text(
            path.read_text("utf-8").replace("http://127.0.0.1:1/", f"{site.url}/forums/")
        )
        assert threadkeep("run", path, "-q").code == 0
        assert receiver.messages == []
        for topic in forum.topics[:2]:
            site.forum = site.forum.without_topic(topic.topic_id)
        for night in (1, 2):
            ran = threadkeep("run", path, "--json")
            (lantern,) = ran.report["jobs"]
            assert (ran.code, lantern["held_back"], lantern["gone"]) == (3, 80, 0)
            assert "mass-disappearance" in ran.report["notices"][0]["occasions"]
            assert len(receiver.messages) == night
        message = receiver.messages[-1]["message"]
        assert "80 posts seem to have vanished at once" in message
        (line,) = [one for one in message.splitlines() if "--confirm-gone" in one]
        threadkeep.line(f"{line.split('`')[1]} --delay 0 -q")
        done = threadkeep("run", path, "--json")
        assert (done.code, done.report["notices"], done.report["jobs"][0]["posts"]) == (0, [], 40)
