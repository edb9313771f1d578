"""The templates, with everything that they put into a page escaped; and the style sheet that belongs to them."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, cast

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined

from exporters.record import whole_text

if TYPE_CHECKING:
    from collections.abc import Sequence


def environment(*packages: str) -> Environment:
    """Templates of this package, and of others that build on them.

    Args:
        packages: further packages with a folder `templates`; theirs are looked up first.
    """
    loaders: Sequence[BaseLoader] = [
        PackageLoader(package) for package in (*packages, "exporters.html")
    ]
    made = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    cast("dict[str, object]", made.filters).update(counted=counted, legible=legible)
    return made


def legible(text: str) -> str:
    """A text, or a word in its place where there is nothing to be seen of it: such a link could not be followed."""
    return text if any(_is_seen(letter) for letter in text) else "(blank)"


def _is_seen(letter: str) -> bool:
    return letter.isprintable() and not letter.isspace()


def counted(number: int, what: str) -> str:
    """A number with its noun: `1 post`, `1,200 posts`, `2 replies`."""
    if number == 1:
        return f"1 {what}"
    plural = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{number:,} {plural}"


def encoded(page: str) -> bytes:
    """A page as it is written: UTF-8, halves of characters replaced."""
    try:
        return page.encode()
    except UnicodeEncodeError:
        return whole_text(page).encode()


@cache
def asset(name: str, package: str = "exporters.html") -> str:
    """A style sheet or a script."""
    return files(package).joinpath("assets", name).read_text("utf-8")


def source_hash(text: str) -> str:
    """What a Content-Security-Policy calls a style that stands in the page: nothing else may be one."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
