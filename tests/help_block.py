"""Print a command's `--help` as README and docs hold it; cog calls this."""

from __future__ import annotations

from typer.testing import CliRunner

from threadkeep.cli.main import app

_WIDTH = 100


def help_block(*command: str) -> str:
    """The help of a command, or of threadkeep itself, as a fenced block."""
    result = CliRunner().invoke(
        app, [*command, "--help"], prog_name="threadkeep", terminal_width=_WIDTH
    )
    assert result.exit_code == 0, result.output
    lines = [line.rstrip() for line in result.output.splitlines()]
    return "\n".join(["```text", *lines, "```\n"])
