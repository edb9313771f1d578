"""`--log-file`: what a run does, a line an event, appended to a file; what is logged is said where it happens."""

from __future__ import annotations

import inspect
import logging
import re
import shlex
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

from parsers.errors import ExportError, ThreadkeepError, UsageError
from scraper.archive.header import is_archive
from scraper.politeness.agent import version
from scraper.politeness.clock import SystemClock
from threadkeep.cli.console import one_line, warn
from threadkeep.cli.option import LogFileOption

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

logger = logging.getLogger(__name__)

# Above these are all loggers of threadkeep's; see docs/library.md.
_LOGGERS = ("threadkeep", "scraper")
_PASSWORD = re.compile(r"(?<=://)[^\s/]+(?=@)")
_CONTACT = re.compile(r"(?<=--contact=).*", re.DOTALL)
_HIDDEN = "…"
_INTERRUPTED = 130


def logged(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the option `--log-file`; what it does from its first to its last step is logged there."""

    @wraps(command)
    def run_logged(
        *arguments: object, context: typer.Context, log_file: Path | None, **options: object
    ) -> int:
        if log_file is None:
            return command(*arguments, **options)
        _refuse_other_use(log_file, options)
        with _logging_to(log_file), _Told(context) as told:
            told.exit_code = command(*arguments, **options)
        return told.exit_code

    own = inspect.signature(command, eval_str=True)
    added = (_parameter("log_file", LogFileOption, None), _parameter("context", typer.Context))
    signature = own.replace(parameters=[*own.parameters.values(), *added])
    run_logged.__signature__ = signature  # type: ignore[attr-defined] # typer makes the options of it
    return run_logged


def _parameter(
    name: str, annotation: object, default: object = inspect.Parameter.empty
) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default
    )


def _refuse_other_use(path: Path, options: dict[str, object]) -> None:
    """Never append to what is something else already, or will be."""
    others = [value for value in options.values() if isinstance(value, Path)]
    if str(path) == "-":
        raise UsageError("--log-file takes a file; what is on standard error needs none.")
    if (path.is_file() and is_archive(path)) or any(
        path.absolute() == other.absolute() for other in others
    ):
        raise UsageError(f"“{path}” is for something else; name another file with --log-file.")


class _Told(AbstractContextManager["_Told"]):
    """The first and the last line of a run."""

    def __init__(self, context: typer.Context) -> None:
        self.exit_code = 1
        typed = cast("list[str]", context.obj or [context.info_name])
        logger.info("threadkeep %s: %s", version(), shlex.join(_without_contact(typed)))

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, ThreadkeepError):
            self.exit_code = error.exit_code
            logger.error("%s", error)
        elif isinstance(error, KeyboardInterrupt):
            self.exit_code = _INTERRUPTED
            logger.error("interrupted")
        elif error is not None:
            logger.critical("a bug of threadkeep's: %s: %s", type(error).__name__, error)
        logger.info("ended with exit code %d", self.exit_code)


def _without_contact(arguments: list[str]) -> list[str]:
    """What was typed, without the user's own address: a log is what people show to others."""
    before = ["", *arguments]
    return [
        _HIDDEN if option == "--contact" else _CONTACT.sub(_HIDDEN, word)
        for option, word in zip(before, arguments, strict=False)
    ]


@contextmanager
def _logging_to(path: Path) -> Generator[None]:
    handler = LogFile(path)
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [one.level for one in loggers]
    for one in loggers:
        one.addHandler(handler)
        one.setLevel(min(one.getEffectiveLevel(), logging.INFO))
    try:
        yield
    finally:
        for one, level in zip(loggers, levels, strict=True):
            one.removeHandler(handler)
            one.setLevel(level)
        handler.close()


class LogFile(logging.Handler):
    """Appends a line an event: time in UTC, level, message. That the file cannot be written any more stops no run.

    A line is written at once and in one piece, so that the lines of runs that share a file do not mix.
    """

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            ExportError: it cannot be written.
        """
        super().__init__(logging.INFO)
        self._path = path
        self._has_begun = self._is_lost = False
        try:
            self._file = path.open("ab", buffering=0)
        except OSError as error:
            raise self._unwritable(error) from error

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler.emit`.

        Raises:
            ExportError: not even the first line can be written; nothing has been done yet.
        """
        if self._is_lost:
            return
        try:
            self._write(f"{self.format(record)}\n".encode("utf-8", "backslashreplace"))
            self._has_begun = True
        except OSError as error:
            self._is_lost = True
            if not self._has_begun:
                raise self._unwritable(error) from error
            because = f"({error.strerror}); the run goes on without it."
            warn(f"threadkeep: the log file “{self._path}” cannot be written any more {because}")

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Handler.format`."""
        moment = f"{SystemClock().now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        message = _PASSWORD.sub(_HIDDEN, one_line(record.getMessage()))
        return f"{moment} {record.levelname} {message}"

    def close(self) -> None:
        """See `logging.Handler.close`."""
        with suppress(OSError):
            self._file.close()
        super().close()

    def _unwritable(self, error: OSError) -> ExportError:
        return ExportError(
            f"The log file “{self._path}” cannot be written ({error.strerror}); name another with --log-file."
        )

    def _write(self, line: bytes) -> None:
        while line:
            line = line[self._file.write(line) or 0 :]
