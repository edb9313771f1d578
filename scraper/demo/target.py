"""Which requests a script means: patterns over their paths."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from parsers.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

EVERYTHING = "*"
_AGAIN = re.compile(r"[?&]again=(\d+)$")


def check_pattern(pattern: str) -> None:
    """Refuse a pattern that can match nothing.

    Raises:
        UsageError: it is none of the three forms.
    """
    if not pattern.startswith(("/", "~")) and pattern != EVERYTHING:
        raise UsageError(
            f"the path {pattern!r} begins with neither / (an exact path, or with * at its end all that begin so) "
            "nor ~ (a regular expression)"
        )
    _matcher(pattern)


def is_meant(pattern: str, target: str) -> bool:
    """Whether a pattern means a request's path and query.

    `/robots.txt` means itself, `/forums/topic/*` all that begins so, `~page/[3-5]/$` what the expression is found in.
    Escapes are undone on both sides: clients spell them in their own way.
    """
    return _matcher(pattern)(bare(target))


def bare(target: str) -> str:
    """A path and query with its escapes undone, and without the mark of a redirect that leads back to it."""
    return unquote(without_rounds(target))


def rounds(target: str) -> int:
    """How often a request was redirected back to where it came from."""
    found = _AGAIN.search(target)
    return int(found[1]) if found else 0


def without_rounds(target: str) -> str:
    """The address that such redirects began at."""
    return _AGAIN.sub("", target)


def once_more(target: str) -> str:
    """The same address in other words."""
    plain = without_rounds(target)
    return f"{plain}{'&' if '?' in plain else '?'}again={rounds(target) + 1}"


@cache
def _matcher(pattern: str) -> Callable[[str], bool]:
    if pattern.startswith("~"):
        try:
            expression = re.compile(pattern[1:])
        except re.error as error:
            raise UsageError(f"the path {pattern!r} is no regular expression: {error}") from error
        return lambda target: expression.search(target) is not None
    wanted = unquote(pattern)
    if wanted.endswith("*"):
        return lambda target: target.startswith(wanted[:-1])
    return lambda target: target == wanted
