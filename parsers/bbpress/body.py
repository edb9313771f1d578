"""Cut a post's own body out of its content element: no revision log, no add-on blocks, nothing of the author's lost."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from lxml import etree

from parsers.bbpress.class_token import class_tokens
from parsers.visible_text import visible_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from parsers.element import Element

# Blocks that add-ons put before or after a body, in the content element itself (facts: GD bbPress Attachments and Tools,
# bbPress Votes, share bars, adverts).
_ADD_ONS = frozenset(
    (
        "bbp-signature",
        "bbp-share",
        "bbpvotes-post-votes-log",
        "bbpvotes-post-vote-link",
        "d4p-bbp-quote-button",
        "sharedaddy",
        "adsbygoogle",
    )
)
# Scripts at a body's ends are adverts' and widgets': authors may not write any.
_MUTE = frozenset(("script", "style", "noscript"))
_URL_ATTRIBUTES = ("href", "src", "action", "name")
_NEEDS_CARE = re.compile(r"[^!#-;=?-Z_a-z~\[\]@]")
_LOG_ID = re.compile(r"bbp-(?:reply|topic)-revision-log-(\d{1,18})$")
_LONGEST_LABEL = 20
_LABEL = re.compile(r"[^:：.]{1,20}[:：][\s\d]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A post's body and what was found attached to it.

    Attributes:
        html: inner HTML.
        text: visible text.
        log: the list of revisions, where there is one.
    """

    html: str
    text: str
    log: Element | None


def read_body(
    content: Element,
    post_id: int | None,
    *,
    is_page_link: Callable[[Element], bool] | None = None,
) -> Body:
    """Read a post's body.

    Args:
        content: the element that holds it; it stays as it is.
        post_id: whose revision log to look for; a log of any other post is the author's text. None where only the rest
            of a post is here, whose number is on the part before.
        is_page_link: tells links to the page's other parts, where a `<!--nextpage-->` cut this body; they and whatever
            the theme put after them are no part of it.
    """
    log: Element | None = None
    if is_page_link is not None:
        content = deepcopy(content)
        _cut_page_links(content, is_page_link)
    if _has_blocks(content, post_id):
        content = deepcopy(content)
        log = _cut_blocks(content, post_id)
    return Body(html=inner_html(content), text=visible_text(content), log=log)


def inner_html(element: Element) -> str:
    """An element's inner HTML, every character as the page has it."""
    whole = etree.tostring(element, method="html", encoding="unicode", with_tail=False)
    if "%" in whole:
        whole = _with_urls_as_written(deepcopy(element), whole)
    # An empty item of a list is written without an end tag.
    return whole[whole.index(">") + 1 :].removesuffix(f"</{element.tag!s}>").strip()


def _with_urls_as_written(element: Element, whole: str) -> str:
    """Serialise around libxml2's habit of percent-encoding addresses: they travel as tokens and are put back."""
    stem = "tk-address"
    while stem in whole:
        stem += "-"
    written: list[str] = []
    for node in element.iter(etree.Element):
        for attribute in _URL_ATTRIBUTES:
            value = node.get(attribute)
            if value and _NEEDS_CARE.search(value):
                node.set(attribute, f"{stem}{len(written)}.")
                written.append(value)
    whole = etree.tostring(element, method="html", encoding="unicode", with_tail=False)
    for number, value in enumerate(written):
        whole = whole.replace(f"{stem}{number}.", escape(value), 1)
    return whole


def _has_blocks(content: Element, post_id: int | None) -> bool:
    """Whether there is something to cut at either end; most posts have nothing."""
    last = next(content.iterchildren("*", reversed=True), None)
    if last is None:
        return False
    return _is_log(last, post_id) or _is_add_on(last) or _is_in_front(content[0], post_id)


def _cut_blocks(content: Element, post_id: int | None) -> Element | None:
    """Take add-on blocks off both ends of a body, and the post's own revision log off its end."""
    log: Element | None = None
    for child in reversed(list(content)):
        if _says_something(child.tail):
            break
        if not isinstance(child.tag, str):
            continue
        if log is None and _is_log(child, post_id):
            log = child
        elif not _is_add_on(child):
            break
        _remove(child)
    for child in list(content):
        if _says_something(content.text) or not _is_in_front(child, post_id):
            break
        _remove(child)
    return log


def _is_log(element: Element, post_id: int | None) -> bool:
    match = _LOG_ID.match(element.get("id") or "") if element.tag == "ul" else None
    return match is not None and (post_id is None or int(match[1]) == post_id)


def _is_in_front(element: Element, post_id: int | None) -> bool:
    """Whether an element in front of a body is none of it: an add-on's, or the post's header."""
    return _is_add_on(element) or element.get("id") == f"post-{post_id}"


def _is_add_on(element: Element) -> bool:
    if not isinstance(element.tag, str):
        return False
    if element.tag in _MUTE:
        return True
    tokens = class_tokens(element)
    return not _ADD_ONS.isdisjoint(tokens) or (
        "bbp-attachments" in tokens and _lists_attachments(element)
    )


def _lists_attachments(element: Element) -> bool:
    """Whether a block of attachments is the add-on's: its items carry the add-on's own marks, which no author types."""
    return any("d4p-" in (item.get("class") or "") for item in element.iter("ol", "li"))


def _says_something(text: str | None) -> bool:
    return bool(text and text.strip())


def _remove(element: Element) -> None:
    """Take an element out, but not the text after it."""
    parent = element.getparent()
    if parent is None:
        return
    previous, tail = element.getprevious(), element.tail or ""
    if previous is None:
        parent.text = (parent.text or "") + tail
    else:
        previous.tail = (previous.tail or "") + tail
    element.tail = None
    parent.remove(element)


def _cut_page_links(content: Element, is_page_link: Callable[[Element], bool]) -> None:
    """End a cut body where WordPress's links to the page's other parts begin."""
    links = [link for link in content.iter("a", "span") if is_page_link(link)]
    if not links:
        return
    block = links[-1]
    while (parent := block.getparent()) is not None and parent is not content:
        if not _holds_only_links(parent):
            break
        block = parent
    while (before := block.getprevious()) is not None and before in links:
        block = before
    _cut_from(block, content)


def _holds_only_links(element: Element) -> bool:
    """Whether the text of a box is numbers and a label. A paragraph without a class is an author's, if no colon tells."""
    said = "".join(element.itertext())
    for link in element.iter("a", "span"):
        if not len(link):
            said = said.replace(link.text or "", "", 1)
    if element.tag == "p" and not element.get("class"):
        return _LABEL.fullmatch(said.strip()) is not None
    return len(said.strip()) < _LONGEST_LABEL


def _cut_from(element: Element, end: Element) -> None:
    """Remove an element and everything after it up to the end of `end`."""
    node: Element | None = element
    while node is not None and node is not end:
        parent = node.getparent()
        for follower in list(node.itersiblings()):
            follower.tail = None
            _remove(follower)
        node.tail = None
        node = parent
    _remove(element)
