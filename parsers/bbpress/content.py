"""Find the element that holds a post's body: by bbPress's classes, by a theme's, or because nothing else is left."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parsers.bbpress.class_token import class_tokens, tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.element import Element

_CONTENT = frozenset(("bbp-reply-content", "bbp-topic-content"))
HEADS = frozenset(("bbp-reply-header", "bbp-topic-header"))
# The same classes head the columns of a list, in its first and last row.
_HEADINGS = frozenset(("bbp-header", "bbp-footer"))
_HOLDERS = ("div", "td", "section", "article", "span", "p", "li", "blockquote")
_THEME_CONTENT = re.compile(
    r"(?:^|[\s_-])(?:reply|topic|post|comment|entry|message)[_-]{1,2}(?:content|body|text|entry|message)"
)
_BYLINE = re.compile(r"author|user|avatar|member")
# No theme wraps a body in more boxes than this.
_DEEPEST = 8


def find_content(element: Element) -> Element | None:
    """The first content element of bbPress's own inside an element: a child as a rule, deeper in some themes."""
    for child in element:
        if is_content(child):
            return child
    for child in element.iterdescendants(*_HOLDERS):
        if _begins_post(child):
            return None
        if is_content(child) and not _is_heading(child):
            return child
    return None


def find_theme_content(element: Element) -> Element | None:
    """The content element of a theme that gave bbPress's class up: named after one, else the only block that is left.

    Args:
        element: one that certainly is a post, not a frame around several.
    """
    for child in element.iterdescendants(*_HOLDERS):
        if _begins_post(child):
            return None
        if _THEME_CONTENT.search(child.get("class") or ""):
            return _inside_frame(child)
    left = list(_unknown_blocks(element, _DEEPEST))
    return left[0] if len(left) == 1 else None


def _inside_frame(element: Element) -> Element:
    """An element that is called content, or what is called so in it, where it holds the author too."""
    named = [one for one in element.iterdescendants(*_HOLDERS) if one.get("class")]
    inner = next((one for one in named if _THEME_CONTENT.search(one.get("class") or "")), None)
    if inner is None:
        return element
    inside = set(inner.iter())
    is_frame = any(
        one not in inside and _BYLINE.search(one.get("class") or "") is not None for one in named
    )
    return inner if is_frame else element


def split_content(content: Element, post_id: int) -> tuple[Element | None, Element]:
    """Part a post's header from its body where a theme puts both into the content element.

    Returns:
        The header, if there is one in it, and what holds the body then.
    """
    first = next(content.iterchildren("*"), None)
    if first is None or first.get("id") != f"post-{post_id}" or not is_head(first):
        return None, content
    rest = list(first.itersiblings("*"))
    return first, rest[0] if len(rest) == 1 else content


def is_head(element: Element) -> bool:
    """Whether an element is a post's header."""
    return not HEADS.isdisjoint(class_tokens(element))


def is_content(element: Element) -> bool:
    """Whether an element has bbPress's own name for what holds a body."""
    classes = element.get("class")
    return bool(classes and "-content" in classes and not _CONTENT.isdisjoint(tokens_of(classes)))


def _begins_post(element: Element) -> bool:
    """Whether another post begins with an element: what follows is that post's."""
    return "bbp-parent-" in (element.get("class") or "")


def _is_heading(element: Element) -> bool:
    parent = element.getparent()
    return parent is not None and not _HEADINGS.isdisjoint(class_tokens(parent))


def _unknown_blocks(element: Element, levels: int) -> Iterator[Element]:
    """The largest blocks with text that nothing of bbPress's is in, some levels deep."""
    for child in element.iterchildren(*_HOLDERS):
        if not any("bbp-" in (inner.get("class") or "") for inner in child.iter("*")):
            if "".join(child.itertext()).strip():
                yield child
        elif levels and "bbp-" not in (child.get("class") or ""):
            yield from _unknown_blocks(child, levels - 1)
