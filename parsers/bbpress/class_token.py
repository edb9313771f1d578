"""Take the class names of elements apart."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parsers.element import Element


def class_tokens(element: Element) -> frozenset[str]:
    """An element's class names."""
    return tokens_of(element.get("class"))


@lru_cache(maxsize=4096)
def tokens_of(classes: str | None) -> frozenset[str]:
    """The names in a `class` attribute."""
    return frozenset(classes.split()) if classes else frozenset()


def site_names(element: Element) -> list[str]:
    """An element's class names and its number, without those of a page builder that calls all of a page widgets."""
    tokens = [token for token in class_tokens(element) if not token.startswith("elementor")]
    return [*tokens, element.get("id") or ""]
