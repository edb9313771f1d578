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
    r"(?:^|[\s_-])(?:reply|topic|post|comment|entry|message)(?:[_-](?:item|card|box))?[_-]{1,2}(?:content|body|text|entry|message)"
)
_BYLINE = re.compile(r"author|user|avatar|member|date|permalink")
# What themes print beside bodies.
_NO_BODY = re.compile(r"(?:^|[\s_-])(?:role|rank|date|time|name|count)s?(?=$|[\s_-])")
# What bbPress and its add-ons mark in bodies.
_IN_BODY = re.compile(
    r"bbp-(?:user-mention|user-id|(?:reply|topic)-revision|attachments|signature)"
)
# What bbPress prints bodies as.
_PLAIN = frozenset(("p", "blockquote", "ul", "ol", "pre", "img"))
_BODY_BOXES = frozenset(("div", "section", "article"))
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
        if _THEME_CONTENT.search(child.get("class") or "") and not _is_marked_alone(child):
            return _inside_frame(child)
    left = list(_unknown_blocks(element, _DEEPEST))
    if len(left) > 1:
        left = [one for one in left if _NO_BODY.search(one.get("class") or "") is None]
    if len(left) == 1:
        return left[0]
    outside = (one for one in element.iterdescendants(*_HOLDERS) if not is_in_log(one))
    return next(filter(_is_mixed, outside), None)


def is_bare_body(element: Element) -> bool:
    """Whether an element that carries a post's classes holds nothing of bbPress's, and so the body alone."""
    is_marked = any(map(holds_mark, element.iterchildren("*")))
    return not is_marked and bool("".join(element.itertext()).strip())


def holds_mark(element: Element) -> bool:
    """Whether an element is, or holds, what bbPress marks; what it marks in bodies does not count."""
    classes = element.get("class")
    if classes and "bbp-" in classes:
        return _IN_BODY.search(classes) is None
    return any(map(holds_mark, element.iterchildren("*")))


def is_in_log(element: Element) -> bool:
    """Whether an element is of what bbPress prints behind a body: an edit names who edited, and is no post."""
    around = (element, *element.iterancestors(*_HOLDERS, "ul"))
    return any("-revision-log" in (one.get("class") or "") for one in around)


def _is_marked_alone(element: Element) -> bool:
    """Whether an element holds what bbPress prints beside bodies, and nothing else: a number, say."""
    is_marked = any(map(holds_mark, element.iterchildren("*")))
    return is_marked and next(element.iter("img"), None) is None and not _says_own(element)


def _says_own(element: Element) -> bool:
    """Whether there is a text in an element that stands in nothing of bbPress's."""
    others = (one for one in element.iterchildren("*") if "bbp-" not in (one.get("class") or ""))
    return _has_bare_text(element) or any(map(_says_own, others))


def _is_block(element: Element) -> bool:
    """Whether an element can be what a theme puts a body into: one without a name is a part of a body."""
    is_named = any(element.get(name) for name in ("class", "id", "style"))
    return is_named or element.tag in {"td", "section", "article"}


def _is_mixed(element: Element) -> bool:
    """Whether a theme prints a body right into an element, behind what bbPress has marked."""
    is_behind = False
    for child in element.iterchildren("*"):
        is_marked = holds_mark(child)
        if is_behind and not is_marked and not (_is_block(child) or child.get("class")):
            return True
        is_behind = is_behind or is_marked
        if is_behind and child.tail and child.tail.strip():
            return True
    return False


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
    if first is None or not (has_number(first, post_id) and is_head(first)):
        return None, content
    rest = [one for one in first.itersiblings("*") if len(one) or (one.text or "").strip()]
    # What authors give a class does not begin as bbPress's names do.
    is_box = len(rest) == 1 and rest[0].tag in _BODY_BOXES and not _has_bare_text(content)
    return first, rest[0] if is_box and "bbp-" in (rest[0].get("class") or "") else content


def _has_bare_text(element: Element) -> bool:
    return any(text and text.strip() for text in (element.text, *(one.tail for one in element)))


def has_number(element: Element, post_id: int) -> bool:
    """Whether an element's `id` is a post's number, or a copy's: that has something after it."""
    identity, own = element.get("id") or "", f"post-{post_id}"
    return identity.startswith(own) and identity[len(own) :][:1] in {"", "-", "_"}


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
        if not holds_mark(child):
            is_part = _IN_BODY.search(child.get("class") or "") is not None
            if _is_block(child) and not is_part and "".join(child.itertext()).strip():
                yield child
        elif levels and "bbp-" not in (child.get("class") or ""):
            yield from _unknown_blocks(child, levels - 1)
