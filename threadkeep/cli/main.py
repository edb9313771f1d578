"""The entry point: the commands put together, errors turned into one sentence and an exit code."""

from __future__ import annotations

import signal
import sys
from functools import wraps
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from parsers.errors import ExportError, ThreadkeepError
from threadkeep.cli import archive, demo, export, import_, inspect, reparse, show, verify
from threadkeep.cli.console import flush_output, prepare_streams, say_json, told_plainly, warn

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


_INTERRUPTED = 130


def _exiting(command: Callable[..., int | None]) -> Callable[..., None]:
    """Turn what a command returns into the exit code, and what it raises on purpose into one sentence."""

    @wraps(command)
    def run_command(*arguments: object, **options: object) -> None:
        try:
            code = command(*arguments, **options) or 0
        except ThreadkeepError as error:
            code = error.exit_code
            warn(f"threadkeep: {error}")
            if options.get("as_json"):
                say_json({"error": str(error), "exit_code": code})
        except KeyboardInterrupt:
            code = _INTERRUPTED
            warn("threadkeep: interrupted; what was not finished is as it was before.")
        raise typer.Exit(code)

    return run_command


app = typer.Typer(
    name="threadkeep",
    help="Archive forum threads from outside: every post, exactly, and complete or it says so.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
_COMMANDS: dict[str, Callable[..., int | None]] = {
    "archive": archive.command,
    "export": export.command,
    "show": show.command,
    "verify": verify.command,
    "reparse": reparse.command,
    "import": import_.command,
    "inspect": inspect.command,
    "demo": demo.command,
}
for _name, _command in _COMMANDS.items():
    app.command(_name)(_exiting(_command))


def _print_version(wanted: bool) -> None:  # typer calls it so
    if wanted:
        sys.stdout.write(f"threadkeep {version('threadkeep')}\n")
        raise typer.Exit


@app.callback()
def _options(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    pass


def main() -> NoReturn:
    """Run the command line and exit with the code that docs/errors.md gives."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; every error that threadkeep raises on purpose becomes one sentence on stderr.

    Returns:
        The exit code.
    """
    prepare_streams()
    for number in _STOPPING:
        if signal.getsignal(number) != signal.SIG_IGN:  # as `nohup` has it
            signal.signal(number, _interrupt)
    try:
        return _ended(arguments)
    except ExportError as error:
        warn(f"threadkeep: {error}")
        return error.exit_code


def _ended(arguments: list[str]) -> int:
    """Run one command, and print everything that is still waiting to be printed."""
    code = 0
    with told_plainly():  # help is printed by typer, which does not look whether it can be
        try:
            app(arguments, prog_name="threadkeep")
        except SystemExit as ending:
            code = ending.code if isinstance(ending.code, int) else 0
    flush_output()
    return code


# A terminal that is closed, and a service manager, stop a run as Ctrl-C does.
_STOPPING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
