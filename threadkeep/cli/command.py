"""Load a command when it is meant: the list of all commands is shown without importing what any of them needs."""

from __future__ import annotations

import importlib
from functools import cache, wraps
from typing import TYPE_CHECKING, cast

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

from parsers.errors import ThreadkeepError
from threadkeep.cli.console import say_json, warn
from threadkeep.cli.error_report import ErrorReport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from typer._click.core import Command, Context

    Function = Callable[..., int | None]

_INTERRUPTED = 130
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class LazyGroup(TyperGroup):
    """Commands of which only the name and a line of help are known, until one of them is invoked or explained."""

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        """Find the command that a command line means, and load it."""
        name, found, rest = super().resolve_command(ctx, args)
        return name, found and loaded(args[0]), rest


def add_commands(app: typer.Typer, summaries: Mapping[str, str]) -> None:
    """Make commands known.

    Args:
        app: the command line; its class is `LazyGroup`.
        summaries: each command's first line of help by its name, in the order in which they are listed.
    """
    for name, summary in summaries.items():
        app.command(name, help=summary)(_not_loaded)


def _not_loaded() -> None:
    """Stand in for a command in the list of all."""


@cache
def loaded(name: str) -> TyperCommand:
    """The command of this name, its module imported.

    `import` is a word of Python's, so the module of this command is `import_`.
    """
    module = importlib.import_module(f"threadkeep.cli.{'import_' if name == 'import' else name}")
    alone = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=SETTINGS)
    alone.command(name)(_exiting(cast("Function", module.command)))
    return cast("TyperCommand", typer.main.get_command(alone))


def _exiting(command: Function) -> Callable[..., None]:
    """Turn what a command returns into the exit code, and what it raises on purpose into one sentence."""

    @wraps(command)
    def run_command(*arguments: object, **options: object) -> None:
        try:
            code = command(*arguments, **options) or 0
        except ThreadkeepError as error:
            code = error.exit_code
            warn(f"threadkeep: {error}")
            if options.get("as_json"):
                say_json(ErrorReport(error=str(error), exit_code=code))
        except KeyboardInterrupt:
            code = _INTERRUPTED
            warn("threadkeep: interrupted; what was not finished is as it was before.")
        raise typer.Exit(code)

    return run_command
