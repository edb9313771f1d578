"""The options that say what is fetched of the pictures and files that posts show, of every command that asks a site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from parsers.errors import UsageError
from scraper.sync.media_options import (
    MEDIA_CHOICES,
    MediaOptions,
    choice_of,
    file_size_of,
    hosts_named,
    size_of,
)
from threadkeep.cli.completion import one_of

if TYPE_CHECKING:
    from collections.abc import Iterable

MediaOption = Annotated[
    str,
    typer.Option(
        "--media",
        metavar="WHAT",
        help="Fetch what posts show, too: none, avatars, images, all (files as well).",
        autocompletion=one_of(MEDIA_CHOICES),
    ),
]
MediaHostsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--media-hosts",
        metavar="HOSTS",
        help="Fetch it from these hosts, too, or from all; else from the forum's own only.",
    ),
]
MediaLimitOption = Annotated[
    str | None,
    typer.Option(
        "--media-limit",
        metavar="SIZE",
        help="The most that the archive keeps of it, e.g. 500M; else 2G.",
    ),
]
MediaFileLimitOption = Annotated[
    str | None,
    typer.Option(
        "--media-file-limit",
        metavar="SIZE",
        help="The most that one file may have, e.g. 5M; else 20M.",
    ),
]


def media_options(
    choice: str, hosts: Iterable[str] | None, limit: str | None, file_limit: str | None
) -> MediaOptions:
    """What the options say.

    Args:
        choice: `--media`.
        hosts: `--media-hosts`.
        limit: `--media-limit`.
        file_limit: `--media-file-limit`.

    Raises:
        UsageError: one of them cannot be meant, or they say how to fetch nothing.
    """
    standard = MediaOptions()
    found = MediaOptions(
        choice=choice_of(choice),
        hosts=hosts_named(hosts or ()),
        total_limit=standard.total_limit if limit is None else size_of(limit),
        file_limit=standard.file_limit if file_limit is None else file_size_of(file_limit),
    )
    if not found.kinds and (hosts or limit is not None or file_limit is not None):
        raise UsageError(
            "--media-hosts, --media-limit and --media-file-limit say how pictures and files are fetched; say which with "
            "--media, as in --media images."
        )
    return found
