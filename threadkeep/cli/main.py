"""The entry point: the commands put together, errors turned into one sentence and an exit code."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from parsers.errors import ExportError
from threadkeep.cli.command import SETTINGS, LazyGroup, add_commands
from threadkeep.cli.console import flush_output, prepare_streams, told_plainly, warn
from threadkeep.without_pandas import keep_pandas_out

if TYPE_CHECKING:
    from types import FrameType

# Each is a module of this package, which is imported when the command is meant; its help begins with this sentence.
_COMMANDS = {
    "archive": "Archive a topic, a forum or a whole site.",
    "sync": "Bring an archive up to date.",
    "run": "Archive and sync many sites, as a file says.",
    "schedule": "Have `threadkeep run` start by itself.",
    "status": "Show how archives stand, many at a glance.",
    "export": "Write an archive to a file, a folder or stdout.",
    "show": "Show an archive, a topic or a post.",
    "diff": "Show what changed between two archives, or two dates.",
    "search": "Search the posts of an archive.",
    "serve": "Read an archive in the browser.",
    "snapshot": "Copy an archive to a dated file, also while a run writes it.",
    "verify": "Find out whether an archive is whole and complete.",
    "reparse": "Parse the stored pages anew, without one request.",
    "import": "Import saved pages, web archives, a text dump or an export.",
    "harvest": "Harvest posts out of web archives.",
    "erase": "Erase a person or a post from an archive, for good.",
    "inspect": "Parse one page and show what was understood.",
    "schema": "Print the JSON Schema of a report or of exported posts.",
    "demo": "Archive a forum that ships with threadkeep.",
}

app = typer.Typer(
    name="threadkeep",
    cls=LazyGroup,
    help="Archive forum threads from outside: every post, exactly, and complete or it says so.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings=SETTINGS,
)
add_commands(app, _COMMANDS)


def _print_version(wanted: bool) -> None:  # typer calls it so
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415  # slow to import, and seldom asked for

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
    keep_pandas_out()
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
            app(arguments, prog_name="threadkeep", obj=arguments)
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
