"""Read a post's revision log: who changed it, and why, oldest first as shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.text import shown
from parsers.locale import english
from parsers.records import Edit
from parsers.revision_line import read_edit, read_reason

if TYPE_CHECKING:
    from parsers.element import Element
    from parsers.locale import Locale


def read_edits(log: Element, locale: Locale | None) -> tuple[Edit, ...]:
    """Read the lines of a revision log."""
    return tuple(_read_edit(item, locale) for item in log if item.tag == "li")


def _read_edit(item: Element, locale: Locale | None) -> Edit:
    text = shown(item)
    mark = _editor(item)
    if mark is None:
        # Before 2.6 the name of an editor without a profile stood there bare.
        found = read_edit(text, [english()] if locale is None else [locale, english()])
        reason = found.reason if found is not None else read_reason(text, locale)
        return Edit(text=text, editor=found.editor if found else None, reason=reason)
    return Edit(
        text=text,
        editor=shown(mark),
        reason=read_reason(_after(mark, item), locale),
    )


def _editor(item: Element) -> Element | None:
    """The element that names the editor: marked as a name, else the last link with a text."""
    links: list[Element] = []
    for element in item.iter("a", "span"):
        tokens = class_tokens(element)
        if "bbp-author-name" in tokens:
            return element
        if element.tag == "a" and shown(element):
            links.append(element)
    return links[-1] if links else None


def _after(mark: Element, item: Element) -> str:
    """The line's text after the editor's name."""
    parts: list[str] = []
    node: Element | None = mark
    while node is not None and node is not item:
        parts.append(node.tail or "")
        parts.extend(
            "".join(follower.itertext()) + (follower.tail or "")
            for follower in node.itersiblings("*")
        )
        node = node.getparent()
    return " ".join("".join(parts).split())
