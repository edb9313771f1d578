"""`threadkeep schedule`: a timer of systemd's or a line of cron's, written, replaced and removed; never the machine's own."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from parsers.errors import UsageError
from scraper.demo import DemoServer, DemoSettings, generate
from tests.archiving import exported, readable_topics
from threadkeep.jobs import systemd
from threadkeep.jobs.when import next_by_cron, when_of

if TYPE_CHECKING:
    from tests.conftest import CommandLine

ANALYZE = shutil.which("systemd-analyze")
NASTY = "a b%n$c 'd' \"e\""
JOBS = """\
[jobs.lantern]
urls = ["http://127.0.0.1:1/"]
archive = "lantern.db"
"""
SYSTEMCTL = """\
#!{python}
import sys
folder = {folder!r}
with open(folder + "/asked", "a") as log:
    print(*sys.argv[1:], file=log)
words = " ".join(sys.argv[1:])
try:
    failing = open(folder + "/failing").read().strip()
except OSError:
    failing = None
if failing and failing in words:
    sys.exit("Failed to connect to bus: No medium found")
if "show" in words and ".timer" in words:
    print("ActiveState=active\\nNextElapseUSecRealtime=Wed 2026-01-14 03:00:00 UTC")
if "show" in words and ".service" in words:
    try:
        print(open(folder + "/service").read())
    except OSError:
        print("ExecMainCode=0\\nExecMainStatus=0\\nExecMainStartTimestamp=")
"""
CRONTAB = """\
#!{python}
import os, sys
path = {folder!r} + "/tab"
if os.path.exists({folder!r} + "/failing"):
    sys.exit("You (ada) are not allowed to use this program (crontab)")
if sys.argv[1:] == ["-l"]:
    try:
        sys.stdout.buffer.write(open(path, "rb").read())
    except OSError:
        sys.exit("no crontab for ada")
elif sys.argv[1:] == ["-"]:
    open(path, "wb").write(sys.stdin.buffer.read())
else:
    sys.exit("usage")
"""


class Machine:
    """A machine with a systemd and a cron that only take notes."""

    def __init__(self, folder: Path, patches: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.programs = folder / "bin"
        self.programs.mkdir()
        self._patches = patches
        for name, text in (("systemctl", SYSTEMCTL), ("crontab", CRONTAB)):
            path = self.programs / name
            path.write_text(text.format(python=sys.executable, folder=str(folder)), "utf-8")
            path.chmod(0o755)
        patches.setenv("PATH", str(self.programs))
        patches.setenv("HOME", str(folder / "home"))
        patches.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        patches.setenv("USER", "ada")
        patches.setattr(systemd, "SYSTEM_FOLDER", folder / "system")
        (folder / "system").mkdir()

    def without(self, *programs: str) -> None:
        for program in programs:
            (self.programs / program).unlink()

    def fails_at(self, words: str) -> None:
        (self.folder / "failing").write_text(words, "utf-8")

    @property
    def asked(self) -> list[str]:
        path = self.folder / "asked"
        return path.read_text("utf-8").splitlines() if path.exists() else []

    @property
    def units(self) -> dict[str, str]:
        """The units of the user's, by their ending."""
        return self._units_in(self.folder / "config" / "systemd" / "user")

    @property
    def system_units(self) -> dict[str, str]:
        return self._units_in(self.folder / "system")

    def _units_in(self, folder: Path) -> dict[str, str]:
        found = sorted(folder.glob("*")) if folder.exists() else []
        assert all(path.name.startswith("threadkeep-") for path in found)
        return {path.suffix: path.read_text("utf-8") for path in found}

    @property
    def crontab(self) -> str:
        path = self.folder / "tab"
        return path.read_text("utf-8") if path.exists() else ""

    @crontab.setter
    def crontab(self, text: str) -> None:
        (self.folder / "tab").write_text(text, "utf-8")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threadkeep: CommandLine) -> Machine:
    del threadkeep  # first, so that the folder is its own
    Path("JOBS.toml").write_text(JOBS, "utf-8")
    return Machine(tmp_path, monkeypatch)


def setting(unit: str, section: str, name: str) -> str:
    parser = ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's names are as they are written
    parser.read_string(unit)
    return parser[section][name]


# --- systemd ---


def test_install_writes_a_timer_and_switches_it_on(
    machine: Machine, threadkeep: CommandLine
) -> None:
    ran = threadkeep("schedule", "install", "JOBS.toml", "--at", "03:30")
    assert ran.code == 0
    assert "next run: 2026-01-14T03:00:00Z" in ran.out
    assert set(machine.units) == {".service", ".timer"}
    timer, service = machine.units[".timer"], machine.units[".service"]
    assert setting(timer, "Timer", "OnCalendar") == "*-*-* 03:30:00"
    assert setting(timer, "Timer", "Persistent") == "true"
    assert setting(timer, "Install", "WantedBy") == "timers.target"
    assert setting(service, "Service", "Type") == "oneshot"
    assert "User=" not in service
    assert [line.split()[:2] for line in machine.asked[:3]] == [
        ["--user", "daemon-reload"], ["--user", "enable"], ["--user", "restart"],
    ]  # fmt: skip
    assert machine.system_units == {}


def test_what_is_installed_twice_is_replaced(machine: Machine, threadkeep: CommandLine) -> None:
    threadkeep("schedule", "install", "--at", "03:30")
    before = machine.units
    threadkeep("schedule", "install", "--at", "03:30")
    assert machine.units == before
    threadkeep("schedule", "install", "--every", "Mon,Thu 04:30")
    assert set(machine.units) == {".service", ".timer"}
    assert setting(machine.units[".timer"], "Timer", "OnCalendar") == "Mon,Thu 04:30"


@pytest.mark.parametrize(
    ("options", "calendar"),
    [
        ((), "*-*-* 03:00:00"),
        (("--every", "daily"), "daily"),
        (("--every", "hourly"), "hourly"),
        (("--every", "Mon *-*-1..7 04:00"), "Mon *-*-1..7 04:00"),
    ],
)
def test_when_it_starts(
    options: tuple[str, ...], calendar: str, machine: Machine, threadkeep: CommandLine
) -> None:
    assert threadkeep("schedule", "install", "JOBS.toml", *options).code == 0
    timer = machine.units[".timer"]
    assert setting(timer, "Timer", "OnCalendar") == calendar
    is_exact = "*-*-1..7" in calendar
    assert ("RandomizedDelaySec" in timer) != is_exact, "not everybody comes at once"


def command_of(service: str) -> list[str]:
    """What systemd starts, by its own rules: quotes as in C, %% for a per cent sign, $$ for a dollar sign."""
    line = setting(service, "Service", "ExecStart")
    assert not re.search(r"(?<!%)(?:%%)*%(?!%)", line), "systemd would fill something in"
    program, *arguments = shlex.split(line.replace("%%", "%"))
    return [program, *(argument.replace("$$", "$") for argument in arguments)]


def test_any_path_is_quoted_so_that_it_arrives(machine: Machine, threadkeep: CommandLine) -> None:
    folder = Path(NASTY)
    folder.mkdir()
    (folder / "JOBS.toml").write_text(JOBS, "utf-8")
    assert threadkeep("schedule", "install", folder / "JOBS.toml").code == 0
    service = machine.units[".service"]
    command = command_of(service)
    assert command[0] == sys.executable
    assert command[-3:] == ["run", str((folder / "JOBS.toml").absolute()), "--quiet"]
    place = setting(service, "Service", "WorkingDirectory")
    assert place.replace("%%", "%") == str(folder.absolute()), "quotes would be part of it"


@pytest.mark.skipif(ANALYZE is None, reason="no systemd to ask")
def test_systemd_itself_finds_no_fault_with_the_units(
    machine: Machine, threadkeep: CommandLine, tmp_path: Path
) -> None:
    folder = Path(NASTY)
    folder.mkdir()
    (folder / "JOBS.toml").write_text(JOBS, "utf-8")
    threadkeep("schedule", "install", folder / "JOBS.toml", "--every", "Mon,Thu 04:30")
    (tmp_path / "runtime").mkdir(mode=0o700)
    units = [str(path) for path in (machine.folder / "config/systemd/user").glob("*")]
    done = subprocess.run(
        [str(ANALYZE), "verify", "--user", *units],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path / "runtime")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_what_it_starts_archives(machine: Machine, threadkeep: CommandLine) -> None:
    forum = generate(DemoSettings(showcase=False, topics=1, posts=3))
    folder = Path(NASTY)
    folder.mkdir()
    with DemoServer(forum) as site:
        (topic,) = readable_topics(site)
        (folder / "JOBS.toml").write_text(
            f'[jobs.a]\nurls = ["{topic.url}"]\narchive = "a.db"\ndelay = 0\n', "utf-8"
        )
        threadkeep("schedule", "install", folder / "JOBS.toml")
        done = subprocess.run(
            command_of(machine.units[".service"]),
            cwd="/",
            capture_output=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(exported(folder / "a.db")) == 3


def test_a_timer_of_the_machine_runs_as_the_owner_of_the_file(
    machine: Machine, threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ada(path: Path) -> str:
        del path
        return "ada"

    monkeypatch.setattr(Path, "owner", ada)
    assert threadkeep("schedule", "install", "--system").code == 0
    assert setting(machine.system_units[".service"], "Service", "User") == "ada"
    assert "network-online.target" in machine.system_units[".service"]
    assert machine.units == {}
    assert not any("--user" in line for line in machine.asked)
    assert threadkeep("schedule", "status").out.count("of the whole machine") == 1
    threadkeep("schedule", "remove")
    assert machine.system_units == {}


def test_remove_takes_all_of_it_away_and_may_be_repeated(
    machine: Machine, threadkeep: CommandLine
) -> None:
    threadkeep("schedule", "install")
    ran = threadkeep("schedule", "remove", "JOBS.toml")
    assert (ran.code, machine.units) == (0, {})
    assert any("disable --now" in line for line in machine.asked)
    asked = machine.asked
    again = threadkeep("schedule", "remove", "JOBS.toml")
    assert (again.code, again.out) == (0, f"{Path('JOBS.toml').absolute()}: nothing starts it.\n")
    assert machine.asked == asked


def test_remove_does_not_need_the_jobs(machine: Machine, threadkeep: CommandLine) -> None:
    threadkeep("schedule", "install")
    Path("JOBS.toml").unlink()
    assert threadkeep("schedule", "remove").code == 0
    assert machine.units == {}


@pytest.mark.parametrize("words", ["daemon-reload", "enable", "restart"])
@pytest.mark.parametrize("is_there", [False, True])
def test_where_systemd_refuses_all_is_as_it_was(
    words: str, is_there: bool, machine: Machine, threadkeep: CommandLine
) -> None:
    if is_there:
        threadkeep("schedule", "install", "--at", "01:00")
    before = machine.units
    machine.fails_at(words)
    ran = threadkeep("schedule", "install", "--at", "02:00")
    assert ran.code == 8
    assert "Failed to connect to bus: No medium found" in ran.sentence
    assert machine.units == before


def test_status_tells_how_it_ended(machine: Machine, threadkeep: CommandLine) -> None:
    threadkeep("schedule", "install")
    assert "last run: -" in threadkeep("schedule", "status").out
    service = (
        "ExecMainCode=1\nExecMainStatus=3\nExecMainStartTimestamp=Tue 2026-01-13 03:00:07 UTC"
    )
    (machine.folder / "service").write_text(service, "utf-8")
    assert "last run: 2026-01-13T03:00:07Z, exit code 3" in threadkeep("schedule", "status").out
    report = threadkeep("schedule", "status", "--json").report
    assert (report["keeper"], report["is_active"]) == ("systemd-user", True)
    assert (report["last_run"], report["last_exit_code"]) == ("2026-01-13T03:00:07Z", 3)
    assert [Path(path).suffix for path in report["files"]] == [".service", ".timer"]


def test_status_of_nothing(machine: Machine, threadkeep: CommandLine) -> None:
    ran = threadkeep("schedule", "status")
    assert (ran.code, "nothing starts it" in ran.out) == (0, True)
    assert machine.asked == []


def test_install_says_what_the_environment_needs(
    machine: Machine, threadkeep: CommandLine
) -> None:
    notify = 'notify = { urls_env = "TELL" }\n'
    Path("JOBS.toml").write_text(JOBS + notify, "utf-8")
    ran = threadkeep("schedule", "install")
    assert "TELL must be set for the service: `systemctl --user edit threadkeep-jobs-" in ran.err
    assert "TELL must be set for cron" in threadkeep("schedule", "install", "--cron").err
    assert "loginctl enable-linger ada" in ran.err
    assert machine.units


# --- cron ---


def test_cron_gets_a_line_between_marks(machine: Machine, threadkeep: CommandLine) -> None:
    machine.crontab = "MAILTO=ada@example.org\n5 5 * * * true"
    ran = threadkeep("schedule", "install", "--cron", "--at", "4:05")
    assert ran.code == 0
    kept, begin, line, end = machine.crontab.rsplit("\n", 4)[:-1]
    assert kept == "MAILTO=ada@example.org\n5 5 * * * true"
    assert begin.startswith("# begin threadkeep-jobs-")
    assert end.startswith("# end threadkeep-jobs-")
    assert line.startswith("5 4 * * * cd ")
    assert machine.units == {}
    assert machine.asked == []


def test_cron_twice_is_one_line_and_remove_leaves_the_rest(
    machine: Machine, threadkeep: CommandLine
) -> None:
    mine = "# my own\n5 5 * * * true \\% no newline lost\n"
    machine.crontab = mine
    threadkeep("schedule", "install", "--cron")
    once = machine.crontab
    threadkeep("schedule", "install", "--cron")
    assert machine.crontab == once
    Path("other.toml").write_text(JOBS, "utf-8")
    threadkeep("schedule", "install", "other.toml", "--cron", "--every", "hourly")
    threadkeep("schedule", "remove", "JOBS.toml")
    assert machine.crontab.startswith(mine)
    assert machine.crontab.count("# begin ") == 1
    assert "other.toml" in machine.crontab
    threadkeep("schedule", "remove", "other.toml", "--cron")
    assert machine.crontab == mine


def test_cron_starts_it_whatever_the_path(machine: Machine, threadkeep: CommandLine) -> None:
    forum = generate(DemoSettings(showcase=False, topics=1, posts=3))
    folder = Path(NASTY)
    folder.mkdir()
    with DemoServer(forum) as site:
        (topic,) = readable_topics(site)
        (folder / "JOBS.toml").write_text(
            f'[jobs.a]\nurls = ["{topic.url}"]\narchive = "a.db"\ndelay = 0\n', "utf-8"
        )
        threadkeep("schedule", "install", folder / "JOBS.toml", "--cron", "--at", "03:00")
        line = machine.crontab.splitlines()[1].removeprefix("0 3 * * * ")
        assert not re.search(r"(?<!\\)%", line), "cron would end the line there"
        done = subprocess.run(
            ["/bin/sh", "-c", line.replace("\\%", "%")],
            cwd="/",
            capture_output=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert len(exported(folder / "a.db")) == 3
    status = threadkeep("schedule", "status", folder / "JOBS.toml", "--json").report
    assert (status["keeper"], status["when"], status["last_exit_code"]) == ("cron", "0 3 * * *", 0)
    assert status["last_run"]
    assert status["next_run"]


def test_a_line_that_somebody_switched_off_is_told(
    machine: Machine, threadkeep: CommandLine
) -> None:
    threadkeep("schedule", "install", "--cron", "--at", "03:00")
    machine.crontab = machine.crontab.replace("0 3 * * *", "#0 3 * * *")
    assert "switched off" in threadkeep("schedule", "status").out


@pytest.mark.parametrize("action", ["install", "remove", "status"])
def test_a_crontab_that_cannot_be_read_is_left_alone(
    action: str, machine: Machine, threadkeep: CommandLine
) -> None:
    machine.crontab = "5 5 * * * true\n"
    machine.fails_at("crontab")
    ran = threadkeep("schedule", action, "JOBS.toml", "--cron")
    assert ran.code == 8
    assert "You (ada) are not allowed to use this program" in ran.sentence
    assert machine.crontab == "5 5 * * * true\n"


# --- what cannot be ---


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("begin",), "takes install, remove, status, not “begin”"),
        (("install", "--at", "25:00"), "--at takes a time of the day, as 03:00, not “25:00”."),
        (("install", "--at", "03:00", "--every", "daily"), "--at and --every both say when"),
        (("install", "--every", "a\nOnCalendar=b"), "--every takes hourly"),
        (("install", "--every", " "), "--every takes hourly"),
        (("install", "--cron", "--every", "Mon 04:00"), "cron has no words for “Mon 04:00”"),
        (("install", "--cron", "--system"), "leave out --system"),
        (("remove", "--at", "03:00"), "`schedule remove` takes neither"),
    ],
)
def test_what_cannot_be_meant(
    arguments: tuple[str, ...], said: str, machine: Machine, threadkeep: CommandLine
) -> None:
    action, *options = arguments
    ran = threadkeep("schedule", action, "JOBS.toml", *options)
    assert ran.code == 2
    assert said in ran.sentence
    assert (machine.units, machine.crontab, machine.asked) == ({}, "", [])


def test_jobs_that_cannot_be_meant_are_not_scheduled(
    machine: Machine, threadkeep: CommandLine
) -> None:
    Path("JOBS.toml").write_text(f"{JOBS}dealy = 3\n", "utf-8")
    ran = threadkeep("schedule", "install")
    assert (ran.code, "did you mean “delay”?" in ran.sentence) == (2, True)
    assert machine.units == {}


@pytest.mark.parametrize(
    ("options", "program"), [((), "systemctl"), (("--system",), "systemctl"), (("--cron",), "crontab")]
)  # fmt: skip
def test_a_machine_without_the_program(
    options: tuple[str, ...], program: str, machine: Machine, threadkeep: CommandLine
) -> None:
    machine.without("systemctl", "crontab")
    ran = threadkeep("schedule", "install", "JOBS.toml", *options)
    assert ran.code == 2
    assert f"There is no program {program} here" in ran.sentence
    assert (machine.units, machine.system_units) == ({}, {})
    assert threadkeep("schedule", "status").code == 0
    assert threadkeep("schedule", "remove").code == 0


def test_a_path_that_no_schedule_can_hold(machine: Machine, threadkeep: CommandLine) -> None:
    Path("a\nb.toml").write_text(JOBS, "utf-8")
    for options in ((), ("--cron",)):
        ran = threadkeep("schedule", "install", "a\nb.toml", *options)
        assert (ran.code, "holds a character that no schedule can hold" in ran.err) == (2, True)
    assert (machine.units, machine.crontab) == ({}, "")


@pytest.mark.skipif(ANALYZE is None, reason="no systemd to ask")
def test_a_moment_that_systemd_does_not_understand(
    machine: Machine, threadkeep: CommandLine
) -> None:
    (machine.programs / "systemd-analyze").symlink_to(str(ANALYZE))
    ran = threadkeep("schedule", "install", "--every", "next tuesday")
    assert ran.code == 2
    assert "systemd does not understand “next tuesday”" in ran.sentence
    assert machine.units == {}
    assert threadkeep("schedule", "install", "--every", "Tue 04:00").code == 0


# --- when ---


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ("30 3 * * *", datetime(2026, 1, 15, 3, 30, tzinfo=UTC)),
        ("30 12 * * *", datetime(2026, 1, 14, 12, 30, tzinfo=UTC)),
        ("5 * * * *", datetime(2026, 1, 14, 13, 5, tzinfo=UTC)),
        ("0 0 * * 1", datetime(2026, 1, 19, 0, 0, tzinfo=UTC)),
        ("0 0 1 * *", datetime(2026, 2, 1, 0, 0, tzinfo=UTC)),
        ("*/5 * * * *", None),
        ("", None),
    ],
)
def test_when_cron_starts_next(fields: str, wanted: datetime | None) -> None:
    # A Wednesday.
    now = datetime(2026, 1, 14, 12, 10, tzinfo=UTC)
    assert next_by_cron(fields, now) == wanted


def test_cron_counts_in_the_zone_of_the_machine() -> None:
    now = datetime(2026, 1, 14, 23, 10, tzinfo=timezone(timedelta(hours=2)))
    found = next_by_cron("0 3 * * *", now)
    assert found
    assert found.astimezone(UTC) == datetime(2026, 1, 15, 1, 0, tzinfo=UTC)


def test_everybody_has_a_minute_of_their_own() -> None:
    minutes = {when_of(None, "hourly", Path(f"/srv/{name}/JOBS.toml")).cron for name in range(30)}
    assert len(minutes) > 10
    with pytest.raises(UsageError):
        when_of("3", None, Path("JOBS.toml"))
