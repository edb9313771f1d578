"""What the commands that ask a site have in common: their options, and the pace that they may keep."""

from __future__ import annotations

import math
import re
import shlex
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from parsers.errors import UsageError
from scraper.fetch.address import parse_address
from scraper.fetch.network import is_loopback_host

if TYPE_CHECKING:
    from collections.abc import Iterable

LEAST_DELAY = 1.0
DelayOption = Annotated[
    float,
    typer.Option("--delay", min=0, metavar="SECONDS", help="Pause between requests to a host."),
]
MySiteOption = Annotated[
    bool,
    typer.Option(
        "--my-site",
        help="You run the site or have its permission: robots.txt, noarchive and pace are yours.",
    ),
]
ConfirmGoneOption = Annotated[
    bool,
    typer.Option(
        "--confirm-gone",
        help="What vanished is to be marked as gone, however much it is at once.",
    ),
]
AuditOption = Annotated[
    str | None,
    typer.Option(
        "--audit",
        metavar="SHARE",
        help="Read this share of the known pages again to find edits, e.g. 5%.",
    ),
]
DryRunOption = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Read the lists only, and print what would be asked for and how long it would take.",
    ),
]


def refuse_haste(urls: Iterable[str], delay: float, *, my_site: bool) -> None:
    """Be faster than one request a second on loopback or the user's own site only.

    Raises:
        UsageError: it is too fast, or no number.
    """
    if not math.isfinite(delay):
        raise UsageError(f"--delay {delay} is no number of seconds.")
    is_near = all(is_loopback_host(parse_address(url).host) for url in urls)
    if delay < LEAST_DELAY and not my_site and not is_near:
        raise UsageError(
            f"--delay {delay:g} is faster than one request a second; that takes --my-site."
        )


def share_of(text: str | None) -> float:
    """A share as people write it: `5%`, `0.05`; none is nothing.

    Raises:
        UsageError: it is none, or not between nothing and everything.
    """
    if text is None:
        return 0.0
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = math.nan
    if not 0 <= share <= 1:
        raise UsageError(f"--audit {text} is no share; write one from 0% to 100%, such as 5%.")
    return share


def command_line() -> str:
    """How this run was started, to be told to whoever finds the archive locked; an archive is no place for an account."""
    words = sys.argv[1:]
    shown = [
        "…" if before == "--login" else re.sub(r"^(--login=).*", r"\1…", word)
        for before, word in zip(["", *words], words, strict=False)
    ]
    return f"threadkeep {shlex.join(shown)}"[:200]
