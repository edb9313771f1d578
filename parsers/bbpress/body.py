"""Cut a post's own body out of its content element: no revision log, no add-on blocks, nothing of the author's lost."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from lxml import etree

from parsers.bbpress.add_on import ADVERT_CLASS, is_add_on, is_advert, is_known_add_on
from parsers.visible_text import text_of_paragraphs, visible_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from parsers.element import Element

_URL_ATTRIBUTES = ("href", "src", "action", "name")
# libxml2 does not know these for elements without an end.
_ENDS_OF_VOID = re.compile(r"</(?:source|track|wbr)>")
_NEEDS_CARE = re.compile(r"[^!#-;=?-Z_a-z~\[\]@]")
_LOG_ID = re.compile(r"bbp-(?:reply|topic)-revision-log-(\d{1,18})$")
_BOX_ID = re.compile(r"[a-z][\w-]{0,40}-(\d{1,18})$")
# What shows without words.
_PICTURES = ("img", "iframe", "video", "audio", "object", "embed", "svg", "canvas")
# What bodies are made of: without a class or a number, these are the author's.
_PLAIN = frozenset(
    ("p", "br", "blockquote", "ul", "ol", "pre", "a", "em", "strong", "code", "img")
)
_MOST_BOXES = 4
_SPACERS = frozenset(("div", "p", "span"))
_LONGEST_LABEL = 20
# A name that no element of a page has.
_CUT = "{threadkeep}cut"
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
    if is_page_link is not None:
        content = deepcopy(content)
        _cut_page_links(content, is_page_link)
    html = inner_html(content)
    text = text_of_paragraphs(html)
    if text is not None:
        return Body(html=html, text=text, log=None)
    log: Element | None = None
    if _has_blocks(content, post_id):
        content, log = _without_blocks(deepcopy(content), post_id)
        html = inner_html(content)
    if ADVERT_CLASS.search(html):
        content = _without_adverts(deepcopy(content))
        html = inner_html(content)
    return Body(html=html, text=visible_text(content), log=log)


def inner_html(element: Element) -> str:
    """An element's inner HTML, every character as the page has it."""
    whole = etree.tostring(element, method="html", encoding="unicode", with_tail=False)
    if "%" in whole:
        whole = _with_urls_as_written(deepcopy(element), whole)
    if "</source>" in whole or "</track>" in whole or "</wbr>" in whole:
        whole = _ENDS_OF_VOID.sub("", whole)
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
    return re.sub(rf"{stem}(\d+)\.", lambda match: escape(written[int(match[1])]), whole)


def _has_blocks(content: Element, post_id: int | None) -> bool:
    """Whether there is something to cut at either end; most posts have nothing."""
    for child in content:
        if child.tag not in _PLAIN or child.get("class") or child.get("id"):
            return _has_blocks_among(content, post_id)
    return False


def _has_blocks_among(content: Element, post_id: int | None) -> bool:
    elements = content.iterchildren("*", reversed=True)
    last = next((one for one in elements if not _is_blank(one)), None)
    if last is None or _is_ornament(content[-1]):
        return _is_ornament(content[-1])
    if _is_log(last, post_id) or is_add_on(last) or _is_in_front(content[0], post_id):
        return True
    return _is_box_of(last, post_id) or (last is _only_box(content) and _has_blocks(last, post_id))


def _without_blocks(content: Element, post_id: int | None) -> tuple[Element, Element | None]:
    """A body without what stands at its ends, and its log; a box around all of it is looked into."""
    log = _cut_blocks(content, post_id)
    box = _only_box(content)
    for _ in range(_MOST_BOXES):
        if box is None:
            break
        found = _cut_blocks(box, post_id)
        log = found if log is None else log
        content = box if _is_box_of(box, post_id) else content
        box = _only_box(box)
    return content, log


def _cut_blocks(content: Element, post_id: int | None) -> Element | None:
    """Take add-on blocks off both ends of a body, and the post's own revision log off its end.

    Blocks that are only called after what add-ons do stay where a body would have nothing else.
    """
    log, ends = _cut_at_end(content, post_id)
    front = list(_cut_in_front(content, ends, post_id))
    cut = {*ends, *front}
    if not _is_left(content, cut):
        cut = {one for one in cut if one is log or _is_certain(one, post_id)}
    _remove_all(content, cut)
    if not cut.isdisjoint(front):
        drop_comments_in_front(content)
    return log


def _is_certain(element: Element, post_id: int | None) -> bool:
    """Whether an element is none of a body even where the body has nothing else."""
    return is_known_add_on(element) or _is_header(element, post_id) or _is_ornament(element)


def drop_comments_in_front(content: Element) -> None:
    """Take out the comments in front of a body with which a theme says what ended there."""
    while len(content) and not isinstance(content[0].tag, str):
        if _says_something(content.text):
            return
        try:
            content.text = content[0].tail
        except ValueError:
            # What lxml reads from a page, control characters for one, it may refuse to write.
            return
        content.remove(content[0])


def _without_adverts(content: Element) -> Element:
    """A body without the adverts in its middle, unless there is nothing else."""
    adverts = [one for one in content.iterdescendants() if is_advert(one)]
    inside = {inner for one in adverts for inner in one.iter()}
    texts = [content.text]
    for one in content.iterdescendants():
        texts.append(None if one in inside or not isinstance(one.tag, str) else one.text)
        texts.append(None if one in inside and one not in adverts else one.tail)
    if any(map(_says_something, texts)):
        _remove_all(content, set(adverts))
    return content


def _cut_at_end(content: Element, post_id: int | None) -> tuple[Element | None, set[Element]]:
    """What to cut at a body's end, and the revision log among it."""
    log: Element | None = None
    cut: set[Element] = set()
    blanks: set[Element] = set()
    for child in content.iterchildren(reversed=True):
        if _says_something(child.tail):
            break
        if not isinstance(child.tag, str):
            continue
        if _is_blank(child):
            (cut if _is_ornament(child) else blanks).add(child)
            continue
        if log is None and _is_log(child, post_id):
            log = child
        elif not is_add_on(child):
            break
        # What parts blocks from each other goes with them.
        cut |= {child, *blanks}
        blanks.clear()
    return log, cut


def _cut_in_front(content: Element, ends: set[Element], post_id: int | None) -> Iterator[Element]:
    before = content.text
    for child in content:
        if _says_something(before) or not (child in ends or _is_in_front(child, post_id)):
            return
        yield child
        before = child.tail


def _is_left(content: Element, cut: set[Element]) -> bool:
    """Whether a body has anything to show when some of its children are gone."""
    if _says_something(content.text) or any(_says_something(child.tail) for child in content):
        return True
    return any(
        child not in cut and (_says_something("".join(child.itertext())) or _has_picture(child))
        for child in content.iterchildren("*")
    )


def _has_picture(element: Element) -> bool:
    return next(element.iter(*_PICTURES), None) is not None


def _remove_all(content: Element, cut: set[Element]) -> None:
    """Take some children out, but not the texts after them.

    No text is set anew: what lxml reads from a page, control characters for one, it may refuse to write into a tree.
    """
    for child in cut:
        child.tag = _CUT
    etree.strip_elements(content, _CUT, with_tail=False)


def _is_log(element: Element, post_id: int | None) -> bool:
    match = _LOG_ID.match(element.get("id") or "") if element.tag == "ul" else None
    return match is not None and (post_id is None or int(match[1]) == post_id)


def _is_in_front(element: Element, post_id: int | None) -> bool:
    """Whether an element in front of a body is none of it: an add-on's, a notice, or the post's header."""
    is_notice = element.tag == "div" and "bbp-template-notice" in (element.get("class") or "")
    return is_notice or is_add_on(element) or _is_header(element, post_id)


def _is_header(element: Element, post_id: int | None) -> bool:
    return element.get("id") == f"post-{post_id}"


def _only_box(content: Element) -> Element | None:
    """The box around a whole body, where there is nothing else."""
    boxes = list(content.iterchildren("*"))
    texts = (content.text, *(child.tail for child in content))
    is_alone = len(boxes) == 1 and boxes[0].tag == "div"
    return boxes[0] if is_alone and not any(map(_says_something, texts)) else None


def _is_box_of(element: Element, post_id: int | None) -> bool:
    """Whether an element is a box that an add-on put around a whole body: it has the post's number."""
    match = _BOX_ID.match(element.get("id") or "") if element.tag == "div" else None
    return match is not None and int(match[1]) == post_id


def _is_blank(element: Element) -> bool:
    """Whether an element only parts others: a line end, or a box with nothing in it."""
    if element.tag == "br":
        return True
    return element.tag in _SPACERS and not len(element) and not _says_something(element.text)


def _is_ornament(element: Element) -> bool:
    """Whether an element that shows nothing is a theme's: members give no names that begin as bbPress's do."""
    is_named = isinstance(element.tag, str) and "bbp-" in (element.get("class") or "")
    return is_named and _is_blank(element)


def _says_something(text: str | None) -> bool:
    return bool(text and text.strip())


def _cut_page_links(content: Element, is_page_link: Callable[[Element], bool]) -> None:
    """End a cut body where WordPress's links to the page's other parts begin."""
    # A dictionary, since it is looked up in: a page may have as many links as it likes.
    links = dict.fromkeys(link for link in content.iter("a", "span") if is_page_link(link))
    if not links:
        return
    block = next(reversed(links))
    while (parent := block.getparent()) is not None and parent is not content:
        if not _holds_only_links(parent):
            break
        block = parent
    while (before := block.getprevious()) is not None and before in links:
        block = before
    _cut_from(block, content)


def _holds_only_links(element: Element) -> bool:
    """Whether the text of a box is numbers and a label. A paragraph without a class is an author's, if no colon tells."""
    said = "".join(_texts_beside_links(element)).strip()
    if element.tag == "p" and not element.get("class"):
        return _LABEL.fullmatch(said) is not None
    return len(said) < _LONGEST_LABEL


def _texts_beside_links(element: Element) -> Iterator[str]:
    for node in element.iter():
        if isinstance(node.tag, str) and (len(node) or node.tag not in {"a", "span"}):
            yield node.text or ""
        if node is not element:
            yield node.tail or ""


def _cut_from(element: Element, end: Element) -> None:
    """Remove an element and everything after it up to the end of `end`."""
    node: Element | None = element
    while node is not None and node is not end:
        parent = node.getparent()
        if parent is not None:
            for follower in list(node.itersiblings()):
                parent.remove(follower)
        node.tail = None
        node = parent
    holder = element.getparent()
    if holder is not None:
        holder.remove(element)
