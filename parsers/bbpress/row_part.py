"""Read what rows of topics and of forums have in common: their cells, the newest post, who wrote."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute
from parsers.bbpress.author import author_of
from parsers.bbpress.class_token import class_tokens, tokens_of
from parsers.bbpress.text import shown, squeeze
from parsers.list_records import LastPost

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from parsers.element import Element
    from parsers.locale import Locale
    from parsers.records import Author

_PARTS = {
    "bbp-topic-permalink": "link",
    "spf-topics__permalink": "link",
    "bbp-forum-title": "link",
    "bbp-topic-title": "title",
    "bbp-forum-info": "title",
    "bbp-topic-pagination": "pages",
    "bbp-topic-started-by": "starter",
    "bbp-topic-started-in": "place",
    "bbp-topic-voice-count": "voices",
    "bs-voices": "voices",
    "bbp-topic-reply-count": "count",
    "bbpress-meta-replies": "count",
    "bbp-topic-counts": "counts",
    "bbp-forum-reply-count": "count",
    "bs-replies": "count",
    "bbp-forum-topic-count": "topics",
    "bbp-topic-freshness": "freshness",
    "bbp-forum-freshness": "freshness",
    "forum-topic-count": "topics",
    "forum-reply-count": "count",
    "forum-freshness": "freshness",
    "bbp-topic-freshness-author": "last author",
    "bbp-forum-content": "text",
    "bbp-forum-description": "text",
    "bbp-topic-content": "text",
    "bbp-forums-list": "forums",
    "bbp-header": "heading",
}
# In these are no parts: what somebody wrote, and the heading that a theme gives each row.
_CLOSED = frozenset(("text", "heading"))
_WITH_AUTHOR = 2  # links of a freshness cell: when it was, and who it was
_POST = re.compile(r"#post-0*([1-9]\d{0,17})$")
_DIGIT = re.compile(r"\d")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# What themes put into the link of a title, besides the title.
_MARK = re.compile(
    r"(?:^|[\s_-])(?:tag|badge|label|pinned|sticky|closed|status|hidden|sr-only|screen-reader-text)(?=$|\s)"
)
# What sets a label apart from what it labels (`Started by: Anna`).
_LABEL_END = re.compile(r"[:：﹕]\s*")


def find_row_parts(row: Element, others: Container[Element]) -> dict[str, Element]:
    """The first element of each part of a row. What somebody wrote is a part, and none are looked for in it.

    Args:
        row: the row.
        others: all rows: an element that was left open may hold the rows that follow.
    """
    found: dict[str, Element] = {}
    passed: set[Element] = set()
    for element in row.iter("*"):
        if element is row:
            continue
        if element in others:
            break
        if element.getparent() in passed:
            passed.add(element)
            continue
        part = _part(element.get("class"))
        if part is not None:
            found.setdefault(part, element)
            if part in _CLOSED:
                passed.add(element)
    return found


@lru_cache(maxsize=1024)
def _part(classes: str | None) -> str | None:
    return next((_PARTS[token] for token in tokens_of(classes) if token in _PARTS), None)


def find_title(row: Element, parts: Mapping[str, Element]) -> tuple[str, str | None]:
    """A row's title and where it leads: the link that is marked so, else the first with a text in the title's cell."""
    link = parts.get("link")
    if link is None:
        cell = parts.get("title", row)
        links = [one for one in cell.iter("a") if one.get("href") and shown(one)]
        link = next((one for one in links if _is_headed(one, row)), links[0] if links else None)
    if link is None:
        return "", None
    return _title_in(link), link.get("href") or None


def _is_headed(link: Element, row: Element) -> bool:
    """Whether a link lies in a heading of a row: beside it, a theme may link the forum or the author."""
    return any(outer.tag in _HEADINGS for outer in _up_to(link, row))


def _up_to(element: Element, end: Element) -> Iterator[Element]:
    for outer in element.iterancestors():
        if outer is end:
            return
        yield outer


def _title_in(link: Element) -> str:
    """A title without the marks that a theme puts beside it, and without the copy that it hides."""
    marks = [one for one in link if _MARK.search(one.get("class") or "")]
    if not marks:
        return shown(link)
    texts = [link.text, *(_shown_of(one, marks) for one in link)]
    return squeeze("".join(filter(None, texts))) or shown(link)


def _shown_of(one: Element, marks: Sequence[Element]) -> str:
    own = "" if one in marks or not isinstance(one.tag, str) else "".join(one.itertext())
    return own + (one.tail or "")


def read_last_post(
    parts: Mapping[str, Element], own_url: str | None, url: str, locale: Locale | None
) -> LastPost | None:
    """The newest post of a topic or forum; None where the row names none.

    Args:
        parts: the row's parts.
        own_url: where the row itself leads: a forum without topics links itself.
        url: the page's address.
        locale: the page's language.
    """
    cell = parts.get("freshness")
    if cell is None:
        return None
    author = parts.get("last author")
    links = [one for one in cell.iter("a") if shown(one) and not _lies_in(one, author)]
    named = [one for one in links if "bbp-author" in (one.get("class") or "")]
    links = [one for one in links if one not in named]
    link = links[0] if links else None
    if author is None:
        author = next(iter(named or links[1:_WITH_AUTHOR]), None)
    href = absolute(url, link.get("href") or "") if link is not None else None
    text = shown(link) if link is not None else _own_text(cell)
    is_empty = link is None and not _DIGIT.search(text)
    if is_empty or (href == own_url and not _DIGIT.search(text)):
        return None
    post = _POST.search(href or "")
    return LastPost(
        text=text or None,
        url=href,
        post_id=int(post[1]) if post else None,
        title=(link.get("title") or None) if link is not None else None,
        author=read_row_author(author, None, url, locale),
    )


def read_linked_post(
    row: Element,
    excerpt: Element | None,
    title: str,
    own_url: str,
    url: str,
    locale: Locale | None,
) -> LastPost | None:
    """The newest post of a topic in a theme that marks no cell for it, by the link to it; None where there is none.

    Args:
        row: the topic's row.
        excerpt: what somebody wrote in it.
        title: the topic's; a link that has it does not say when the post was written.
        own_url: where the topic is.
        url: the page's address.
        locale: the page's language.
    """
    for link in row.iter("a"):
        href = absolute(url, link.get("href") or "")
        post = _POST.search(href)
        if post is None or not href.startswith(own_url) or _lies_in(link, excerpt):
            continue
        text = shown(link)
        beside = link.itersiblings("a", "span", preceding=True)
        named = (one for one in beside if "bbp-author" in (one.get("class") or "") and shown(one))
        return LastPost(
            text=text if text and title not in text else None,
            url=href,
            post_id=int(post[1]),
            title=link.get("title") or None,
            author=read_row_author(next(named, None), None, url, locale),
        )
    return None


def _own_text(cell: Element) -> str:
    """The text of a cell before what it says of the author."""
    parts = [cell.text or ""]
    for child in cell:
        if "bbp-topic-meta" in class_tokens(child):
            break
        parts += [*child.itertext(), child.tail or ""] if isinstance(child.tag, str) else []
    return squeeze("".join(parts))


def _lies_in(element: Element, outer: Element | None) -> bool:
    return outer is not None and outer in element.iterancestors()


def read_row_author(
    element: Element | None,
    user_id: int | None,
    url: str,
    locale: Locale | None,
    *,
    is_labelled: bool = False,
) -> Author | None:
    """Who wrote, from the element that says it; None where it names nobody.

    Args:
        element: the element.
        user_id: the account, where the row tells it.
        url: the page's address.
        locale: the page's language.
        is_labelled: a label stands before the name (`Started by: Anna`).
    """
    if element is None:
        return None
    if is_labelled and _is_bare_label(element):
        element = next(element.itersiblings("*"), element)
    name, href = _name_and_link(element, is_labelled=is_labelled)
    return author_of(name, href, user_id, url, locale) if name else None


def _name_and_link(element: Element, *, is_labelled: bool) -> tuple[str, str | None]:
    named = {
        token: one
        for one in reversed(list(element.iter("a", "span", "div")))
        for token in class_tokens(one)
    }
    link = named.get("bbp-author-link")
    name = named.get("bbp-author-name", link)
    if name is not None and shown(name):
        source = name if name.tag == "a" else link
        return shown(name), source.get("href") if source is not None else None
    for one in element.iter("a"):
        if shown(one):
            return shown(one), one.get("href")
    return _bare_name(element, is_labelled=is_labelled), None


def _bare_name(element: Element, *, is_labelled: bool) -> str:
    """The name of a guest: bare text behind the picture, without a picture behind the label."""
    behind: list[str | None] = []
    has_picture = False
    for one in element.iter("*"):
        has_picture |= one.tag == "img"
        if has_picture:
            behind += [one.text, one.tail if one is not element else None]
    if has_picture:
        return squeeze("".join(filter(None, behind))).strip("\u00a0 ")
    return after_label(shown(element)) if is_labelled else shown(element)


def _is_bare_label(element: Element) -> bool:
    """Whether an element has but the label, and what it labels follows."""
    after = next(element.itersiblings("*"), None)
    return after is not None and not len(element) and after.find(".//a") is not None


def after_label(text: str) -> str:
    """A text without the label before it; all of it where it has none."""
    found = _LABEL_END.search(text)
    return text[found.end() :].strip("\u00a0 ") if found else text
