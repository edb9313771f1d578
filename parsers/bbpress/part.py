"""Find the parts that a `<!--nextpage-->` in a post cuts a topic page into, and what a part continues."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urldefrag

from parsers.bbpress.address import absolute
from parsers.bbpress.body import Body, read_body
from parsers.bbpress.landmark import class_tokens

if TYPE_CHECKING:
    from parsers.bbpress.landmark import Landmarks
    from parsers.element import Element

_LINK = "post-page-numbers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A page's parts.

    Attributes:
        current: which part this is, from 1.
        urls: addresses of the other parts, by number.
        is_cut: the last post of this part goes on in the next.
        page_url: the address of the page's first part.
    """

    current: int
    urls: tuple[tuple[int, str], ...]
    is_cut: bool
    page_url: str


def read_parts(root: Element, marks: Landmarks, url: str) -> Parts:
    """Read WordPress's links to a page's parts.

    Only links that no post encloses count, or that lie in the page's last post where the end of the replies list is
    missing: there the cut tore the frame open. Anything else with these classes is somebody's text.
    """
    whole = Parts(current=1, urls=(), is_cut=False, page_url=url)
    links = [
        element for element in root.iter("a", "span") if _LINK in (element.get("class") or "")
    ]
    if not links or _has_footer(marks):
        return whole
    last = marks.posts[-1].element
    numbered = {
        number: link
        for link in links
        if (number := _number(link)) is not None and _LINK in class_tokens(link)
    }
    if not all(_is_forums_own(link, marks, last) for link in numbered.values()):
        return whole
    current = next((number for number, link in numbered.items() if link.get("href") is None), 1)
    urls = {
        number: urldefrag(absolute(url, link.get("href") or "")).url
        for number, link in numbered.items()
    }
    others = tuple(
        sorted((number, address) for number, address in urls.items() if number != current)
    )
    page_url = dict(others).get(1, url)
    return Parts(
        current=current, urls=others, is_cut=current < max([*numbered, 1]), page_url=page_url
    )


def _has_footer(marks: Landmarks) -> bool:
    """Whether the list of replies is closed as the forum closes it."""
    return marks.replies is not None and any(
        "bbp-footer" in class_tokens(item) for item in marks.replies
    )


def _is_forums_own(link: Element, marks: Landmarks, last: Element) -> bool:
    enclosing = {one.element for one in marks.posts}
    outer = next((ancestor for ancestor in link.iterancestors() if ancestor in enclosing), None)
    return outer is None or outer is last


def _number(link: Element) -> int | None:
    digits = re.sub(r"\D", "", "".join(link.itertext()))
    return int(digits) if 0 < len(digits) <= 4 else None


def read_continuation(marks: Landmarks) -> Body | None:
    """The rest of the post that the part before cut: what stands in the theme's content element before the first post.

    WordPress prints the rest of the post straight into that element; the closing tags of the cut post then close the
    theme's, so that the first whole post of this part follows it as a sibling.
    """
    first = marks.posts[0].element
    head = _element_before(first)
    is_head = head is not None and head.get("id") == f"post-{marks.posts[0].post_id}"
    frame = _element_before(head if head is not None and is_head else first)
    holder: Element | None = None
    while frame is not None:
        if frame.tag == "div" and any("content" in token for token in class_tokens(frame)):
            holder = frame
        children = [child for child in frame if isinstance(child.tag, str)]
        frame = children[-1] if children else None
    return read_body(holder, None, may_be_cut=False) if holder is not None else None


def _element_before(element: Element) -> Element | None:
    previous = element.getprevious()
    while previous is not None and not isinstance(previous.tag, str):
        previous = previous.getprevious()
    return previous
