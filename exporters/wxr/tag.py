"""Tags: what they are called in addresses, each for one tag, though several names may come to the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.wxr.markup import category, element, kept_name, plain_element
from exporters.wxr.naming import LONGEST_NAME, cut_name, tag_slug

if TYPE_CHECKING:
    from collections.abc import Iterator

TAXONOMY = "topic-tag"


class Tags:
    """Every tag, in the order in which topics had them first."""

    def __init__(self) -> None:
        """Begin without any."""
        self._slugs: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._numbers: dict[str, int] = {}

    def slug(self, name: str) -> str:
        """What a tag is called in addresses; WordPress has tags whose names differ in their case as one."""
        key = name.strip().lower()
        if key not in self._slugs:
            slug = self._slugs[key] = self._unused(tag_slug(name))
            self._names[slug] = kept_name(name.strip(), LONGEST_NAME)
            self._numbers[slug] = len(self._names)
        return self._slugs[key]

    def __iter__(self) -> Iterator[str]:
        """What all of them are called in addresses."""
        return iter(self._names)

    def category(self, slug: str) -> str:
        """The element of a topic that has the tag."""
        return category(TAXONOMY, slug, self._names[slug])

    def block(self, slug: str) -> str:
        """The element that makes the tag."""
        return (
            "<wp:term>\n"
            + plain_element("wp:term_id", self._numbers[slug])
            + element("wp:term_taxonomy", TAXONOMY)
            + element("wp:term_slug", slug)
            + element("wp:term_parent", "")
            + element("wp:term_name", self._names[slug])
            + "</wp:term>\n"
        )

    def _unused(self, slug: str) -> str:
        number, unused = 1, slug
        while unused in self._names:
            number += 1
            end = f"-{number}"
            unused = cut_name(slug, LONGEST_NAME - len(end)) + end
        return unused
