"""`threadkeep serve`: read an archive in a browser."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import typer

from scraper.archive.database import reading
from threadkeep.cli.console import flush_output, say, warn
from threadkeep.cli.location import only_archive
from threadkeep.cli.option import ArchiveOption


def command(
    archive: ArchiveOption = None,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Where to listen.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")
    ] = 8000,
    token: Annotated[
        str | None,
        typer.Option(
            "--token", metavar="TEXT", envvar="THREADKEEP_TOKEN", help="What readers must know."
        ),
    ] = None,
) -> None:
    """Read an archive in the browser.

    The archive is only read, and may be synced meanwhile. ^C ends it.

    \b
    Examples:
      threadkeep serve
      threadkeep serve -a forum.db --port 8080
      threadkeep serve --host 0.0.0.0 --token "a long secret"
    """
    from threadkeep.reader.serving import is_loopback, serve  # noqa: PLC0415  slow to import

    path = archive or only_archive()
    with reading(path):
        pass  # what is wrong with it is said before anything listens

    def told(address: str) -> None:
        shown = f"{address}?token={quote(token, safe='')}" if token else address
        say(f"Read {path} at {shown} (^C ends it)")
        flush_output()

    if not is_loopback(host) and not token:
        warn(
            f"threadkeep: whoever reaches {host} can read the whole archive; ask for a secret with --token."
        )
    try:
        serve(path, host, port, token, told)
    except KeyboardInterrupt:
        warn("threadkeep: the reader has ended.")
