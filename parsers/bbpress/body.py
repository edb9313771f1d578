"""Cut a post's own body out of its content element: no revision log, no add-on blocks, nothing of the author's lost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from lxml import etree

from parsers.bbpress.landmark import class_tokens
from parsers.visible_text import visible_text

if TYPE_CHECKING:
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
_PAGE_LINK = "post-page-numbers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A post's body and what was found attached to it.

    Attributes:
        html: inner HTML.
        text: visible text.
        log: the list of revisions, where there is one.
        page_links: the links to a page's other parts, where a `<!--nextpage-->` cut this body.
    """

    html: str
    text: str
    log: Element | None
    page_links: tuple[Element, ...] = ()


def read_body(content: Element, post_id: int | None, *, may_be_cut: bool) -> Body:
    """Read a post's body.

    Args:
        content: the element that holds it; its attached blocks are taken out of the tree.
        post_id: whose revision log to look for; a log of any other post is the author's text. None where only the rest
            of a post is here, whose number is on the part before.
        may_be_cut: this is the last post of a page whose end is missing, so that links to the page's other parts at its
            end are the forum's.
    """
    links = _cut_page_links(content) if may_be_cut else ()
    log = _cut_blocks(content, post_id)
    return Body(html=inner_html(content), text=visible_text(content), log=log, page_links=links)


def inner_html(element: Element) -> str:
    """An element's inner HTML, every character as the page has it."""
    whole = etree.tostring(element, method="html", encoding="unicode", with_tail=False)
    if "%" in whole:
        whole = _with_urls_as_written(element)
    return whole[whole.index(">") + 1 : whole.rindex("</")].strip()


def _with_urls_as_written(element: Element) -> str:
    """Serialise around libxml2's habit of percent-encoding addresses: they travel as tokens and are put back."""
    written: list[str] = []
    for node in element.iter(etree.Element):
        for attribute in _URL_ATTRIBUTES:
            value = node.get(attribute)
            if value and _NEEDS_CARE.search(value):
                node.set(attribute, f"tk-address-{len(written)}-")
                written.append(value)
    whole = etree.tostring(element, method="html", encoding="unicode", with_tail=False)
    for number, value in enumerate(written):
        whole = whole.replace(f"tk-address-{number}-", escape(value), 1)
    return whole


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
        if _says_something(content.text) or not _is_add_on(child):
            break
        _remove(child)
    return log


def _is_log(element: Element, post_id: int | None) -> bool:
    match = _LOG_ID.match(element.get("id") or "") if element.tag == "ul" else None
    return match is not None and (post_id is None or int(match[1]) == post_id)


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
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        previous = element.getprevious()
        if previous is None:
            parent.text = (parent.text or "") + element.tail
        else:
            previous.tail = (previous.tail or "") + element.tail
        element.tail = None
    parent.remove(element)


def _cut_page_links(content: Element) -> tuple[Element, ...]:
    """Take WordPress's links to a page's other parts, and whatever the theme put after them, off a cut body."""
    links = tuple(
        element for element in content.iter("a", "span") if _PAGE_LINK in class_tokens(element)
    )
    if not links:
        return ()
    block = links[0]
    parent = block.getparent()
    while parent is not None and parent is not content and _holds_only(parent, links):
        block, parent = parent, parent.getparent()
    _cut_from(block, content)
    return links


def _holds_only(element: Element, links: tuple[Element, ...]) -> bool:
    rest = "".join(element.itertext())
    for link in links:
        rest = rest.replace("".join(link.itertext()), "", 1)
    return len(rest.strip()) < 20 and element.tag != "p"


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
