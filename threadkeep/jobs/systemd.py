"""A schedule that systemd keeps: a service that runs JOBS.toml, and a timer that starts it."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.destination import write_bytes
from parsers.errors import ExportError, ThreadkeepError, UsageError
from threadkeep.jobs.program import is_there, started, succeeded
from threadkeep.jobs.schedule import Schedule, run_command, schedule_name

if TYPE_CHECKING:
    from collections.abc import Generator

    from threadkeep.jobs.when import When

SYSTEM_FOLDER = Path("/etc/systemd/system")
_LINGERING = Path("/var/lib/systemd/linger")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)")
_WRITTEN_BY = (
    "# Written by `threadkeep schedule install`; `threadkeep schedule remove` takes it away."
)


class SystemdTimer:
    """The timer of one JOBS.toml, of the user's own systemd or of the machine's."""

    def __init__(self, jobs_file: Path, *, is_system: bool) -> None:
        self._jobs_file = jobs_file
        self._is_system = is_system
        self._name = schedule_name(jobs_file)
        folder = SYSTEM_FOLDER if is_system else _user_folder()
        self._service = folder / f"{self._name}.service"
        self._timer = folder / f"{self._name}.timer"

    @property
    def is_installed(self) -> bool:
        """Whether it is there."""
        return self._timer.exists()

    def install(self, when: When) -> None:
        """Write it and switch it on; one that is there is replaced. Where that fails, all is as it was.

        Raises:
            UsageError: there is no systemd, or it does not understand when.
            ExportError: it cannot be written or switched on.
        """
        _check_calendar(when.calendar)
        if not is_there("systemctl"):
            started("systemctl")  # which says what to do instead
        with self._undone():
            if not self._is_system:
                _make_folder(self._timer.parent)
            write_bytes(self._service, self._service_unit().encode("utf-8", "surrogateescape"))
            write_bytes(self._timer, self._timer_unit(when).encode("utf-8", "surrogateescape"))
            self._control("daemon-reload")
            self._control("enable", "--quiet", self._timer.name)
            # One that ran under another time would keep that until it is started anew.
            self._control("restart", self._timer.name)

    def remove(self) -> bool:
        """Switch it off and take it away.

        Returns:
            Whether it was there.

        Raises:
            UsageError: there is no systemd.
            ExportError: it cannot be switched off or taken away.
        """
        if not self.is_installed and not self._service.exists():
            return False
        self._control("disable", "--now", "--quiet", self._timer.name)
        try:
            for path in (self._timer, self._service):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise ExportError(
                f"{self._timer} cannot be removed ({error.strerror}); use the rights that it was made with."
            ) from error
        self._control("daemon-reload")
        return True

    def schedule(self) -> Schedule:
        """What is known of it.

        Raises:
            UsageError: there is no systemd.
            ExportError: systemd does not answer.
        """
        timer = self._properties(self._timer.name, "ActiveState", "NextElapseUSecRealtime")
        service = self._properties(
            self._service.name, "ExecMainCode", "ExecMainStatus", "ExecMainStartTimestamp"
        )
        has_run = service.get("ExecMainCode", "0") != "0"
        return Schedule(
            jobs_file=self._jobs_file,
            keeper="systemd-system" if self._is_system else "systemd-user",
            is_active=timer.get("ActiveState") == "active",
            when=_calendar_in(self._timer),
            next_run=_moment(timer.get("NextElapseUSecRealtime", "")),
            last_run=_moment(service.get("ExecMainStartTimestamp", "")) if has_run else None,
            last_exit_code=int(service.get("ExecMainStatus") or 0) if has_run else None,
            files=(self._service, self._timer),
            notes=() if self._is_system else tuple(_lingering()),
        )

    def environment_hint(self, names: tuple[str, ...]) -> str:
        """How environment variables get to the run."""
        scope = "" if self._is_system else " --user"
        return (
            f"{', '.join(names)} must be set for the service: `systemctl{scope} edit {self._service.name}`,"
            " and there a line Environment= or EnvironmentFile= under [Service]."
        )

    def _control(self, *arguments: str) -> bytes:
        scope = () if self._is_system else ("--user",)
        return succeeded("systemctl", *scope, *arguments)

    def _properties(self, unit: str, *names: str) -> dict[str, str]:
        out = self._control("show", unit, f"--property={','.join(names)}").decode(
            "utf-8", "replace"
        )
        return dict(line.split("=", 1) for line in out.splitlines() if "=" in line)

    @contextmanager
    def _undone(self) -> Generator[None]:
        """Put back what was there, where something goes wrong."""
        paths = (self._service, self._timer)
        before = [path.read_bytes() if path.exists() else None for path in paths]
        try:
            yield
        except ThreadkeepError:
            for path, data in zip(paths, before, strict=True):
                if data is not None:
                    write_bytes(path, data)
                elif path.exists():
                    path.unlink()
            raise

    def _service_unit(self) -> str:
        network = ["Wants=network-online.target", "After=network-online.target"]
        owner = _owner(self._jobs_file) if self._is_system else None
        return "\n".join(
            [
                _WRITTEN_BY,
                "[Unit]",
                f"Description=threadkeep run {_literal(str(self._jobs_file))}",
                *(network if self._is_system else ()),
                "",
                "[Service]",
                "Type=oneshot",
                *([f"User={owner}"] if owner else ()),
                # Quotes would be part of it here.
                f"WorkingDirectory={_literal(str(self._jobs_file.parent))}",
                f"ExecStart={_command_line(run_command(self._jobs_file))}",
                "",
            ]
        )

    def _timer_unit(self, when: When) -> str:
        spread = [f"RandomizedDelaySec={when.spread}"] if when.spread else []
        return "\n".join(
            [
                _WRITTEN_BY,
                "[Unit]",
                f"Description=when to start threadkeep run {_literal(str(self._jobs_file))}",
                "",
                "[Timer]",
                f"OnCalendar={when.calendar}",
                *spread,
                "Persistent=true",
                "",
                "[Install]",
                "WantedBy=timers.target",
                "",
            ]
        )


def _user_folder() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "systemd" / "user"


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(f"The folder “{folder}” cannot be made ({error.strerror}).") from error


def _check_calendar(calendar: str) -> None:
    if is_there("systemd-analyze"):
        done = started("systemd-analyze", "calendar", "--", calendar)
        if done.code:
            raise UsageError(
                f"systemd does not understand “{calendar}” ({done.complaint}); `systemd-analyze calendar` tries one out."
            )


def _literal(text: str) -> str:
    """Text in which systemd fills nothing in."""
    return text.replace("%", "%%")


def _command_line(words: tuple[str, ...]) -> str:
    """A program with its arguments, of which systemd splits none and fills nothing in."""
    program, *arguments = words
    # A dollar sign stands for a variable in arguments only.
    return " ".join([_quoted(program), *(_quoted(word).replace("$", "$$") for word in arguments)])


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_literal(escaped)}"'


def _owner(path: Path) -> str | None:
    """Whose file it is, where that is not root: nobody else's archives should become root's."""
    try:
        owner = path.owner()
    except (OSError, KeyError, NotImplementedError):
        return None
    return owner if owner != "root" else None


def _calendar_in(timer: Path) -> str | None:
    try:
        found = re.search(r"^OnCalendar=(.*)$", timer.read_text("utf-8"), re.MULTILINE)
    except (OSError, UnicodeDecodeError):
        return None
    return found[1] if found else None


def _moment(text: str) -> str | None:
    found = _MOMENT.search(text)
    return f"{found[1]}T{found[2]}Z" if found else None


def _lingering() -> Generator[str]:
    """What to say where a user's timers rest while the user is away."""
    user = os.environ.get("USER") or os.environ.get("LOGNAME") or ""
    if user and user != "root" and not (_LINGERING / user).exists():
        yield f"It runs only while {user} is logged in; `loginctl enable-linger {user}` has it run always."
