"""Weigh what speaks for a page's being a forum's topic, and what against it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from parsers.bbpress.address import absolute, first_page_of, without_fragment
from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.head import body_classes
from parsers.bbpress.text import shown
from parsers.structural.slot import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress.enclosure import Enclosure
    from parsers.document import Document
    from parsers.element import Element
    from parsers.structural.unit import Cut

_FORUM = re.compile(r"forum|bbp|topic(?!al)|buddyboss|message-?board", re.IGNORECASE)
_THREAD = re.compile(r"thread|discussion|repl(?:y|ies)|conversation", re.IGNORECASE)
_ADDRESS = re.compile(
    r"/(?:topics?|forums?|threads?|discussions?|boards?)/|[?&](?:topic|thread)=", re.IGNORECASE
)
_FORUM_ADDRESS = re.compile(r"forum|board|communit|discussion", re.IGNORECASE)
_SCHEMA = re.compile(r"schema\.org/(?:DiscussionForumPosting|QAPage)$")
_REPLYING = re.compile(r"repl(?:y|ies)|post|topic|message|forum", re.IGNORECASE)
_COMMENT_FORM = re.compile(r"comment|review", re.IGNORECASE)
# Class names of `body` that no topic has.
_OTHER_PAGES = frozenset(
    (
        *(
            "archive",
            "attachment",
            "author",
            "blog",
            "category",
            "date",
            "error404",
            "post-type-archive",
        ),
        *(
            "product",
            "search",
            "search-results",
            "single-post",
            "single-product",
            "tag",
            "woocommerce",
        ),
        *(
            "bbp-search",
            "bbp-search-results",
            "bbp-user-page",
            "bbp-view",
            "topic-archive",
            "forum-archive",
        ),
    )
)
_OTHER_THINGS = frozenset(
    (
        *("event", "hproduct", "hreview", "listing", "product", "recipe", "review", "testimonial"),
        *(
            "type-attachment",
            "type-event",
            "type-job",
            "type-page",
            "type-post",
            "type-product",
            "mail",
            "email",
        ),
    )
)
_OTHER_SCHEMAS = re.compile(
    r"schema\.org/(?:Review|UserReview|Product|BlogPosting|NewsArticle|Article|Recipe|Event|EmailMessage)$"
)
_MAILING_LIST = re.compile(
    r"pipermail|mailman|hyperkitty|mhonarc|hypermail|listinfo|mailing-list|public-inbox|/msg\d+\.html",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"comment", re.IGNORECASE)
_HEADINGS = ("h1", "h2", "h3", "h4")
_SHARE = 0.8
_ENOUGH = 3
_TELLING = frozenset(("names", "breadcrumb", "schema", "count"))


def reason_against(
    document: Document, cut: Cut, posts: Enclosure, *, has_count: bool
) -> str | None:
    """Why a page with repeating units is no topic, in one sentence; None where nothing says so.

    Args:
        document: the page.
        cut: its units.
        posts: everything that is in one of them.
        has_count: it counts posts in the words of a known language.
    """
    against = _other_page(document) or _other_units(document, cut)
    if against is not None:
        return against
    found = [*_signs(document, cut, posts), *(["count"] if has_count else [])]
    if len(found) < _ENOUGH or _TELLING.isdisjoint(found):
        seen = ", ".join(found) or "none"
        return f"Too little says that it is a topic of a forum (seen: {seen})."
    return None


def _other_page(document: Document) -> str | None:
    """What the page as a whole is, if it says that it is something else."""
    classes = body_classes(document.root) & _OTHER_PAGES
    if classes:
        return (
            f"Its body's class names say that it is another page ({', '.join(sorted(classes))})."
        )
    return "It is a page of a mailing list." if _is_mailing_list(document) else None


def _other_units(document: Document, cut: Cut) -> str | None:
    """What the units are, if they are no posts."""
    things = {token for unit in cut.units for root in unit.roots for token in class_tokens(root)}
    if things & _OTHER_THINGS or _has_schema(cut, _OTHER_SCHEMAS):
        return "What repeats on it are no posts of a forum, as its markup says."
    if _are_comments(cut):
        return "What repeats on it are comments."
    if _lead_elsewhere(cut, document.url):
        return "What repeats on it leads to pages of its own, as lists of topics and search results do."
    return None


def _signs(document: Document, cut: Cut, posts: Enclosure) -> Iterator[str]:
    """What speaks for a topic."""
    root = document.root
    around = _around(cut)
    inside = [words_of(part) for unit in cut.units for part in unit.roots]
    if any(map(_FORUM.search, (*around, *inside))):
        yield "names"
    if any(map(_THREAD.search, (*around, *inside))):
        yield "words of a thread"
    if _has_breadcrumb(root):
        yield "breadcrumb"
    if _has_schema(cut, _SCHEMA):
        yield "schema"
    if _ADDRESS.search(urlsplit(document.url).path + "?" + urlsplit(document.url).query):
        yield "address"
    if any(_is_reply_form(form) for form in root.iter("form") if not posts.encloses(form)):
        yield "form"
    if any(shown(one) for one in root.iter("h1", "h2") if not posts.encloses(one)):
        yield "heading"


def _around(cut: Cut) -> list[str]:
    """What the elements around the units are called, `body` among them."""
    outer = {one for unit in cut.units for one in unit.start.iterancestors() if one.tag != "html"}
    return [words_of(one) for one in outer]


def _has_breadcrumb(root: Element) -> bool:
    for element in root.iter("nav", "div", "ul", "ol", "p"):
        named = f"{words_of(element)} {element.get('aria-label') or ''}".casefold()
        if "breadcrumb" in named or "bread-crumb" in named:
            return any(
                _FORUM_ADDRESS.search(f"{link.get('href')} {shown(link)}")
                for link in element.iter("a")
            )
    return False


def _has_schema(cut: Cut, pattern: re.Pattern[str]) -> bool:
    parts = {part for unit in cut.units for part in (*unit.roots, *unit.start.iterancestors())}
    return any(pattern.search(part.get("itemtype") or "") for part in parts)


def _is_reply_form(form: Element) -> bool:
    if next(form.iter("textarea"), None) is None:
        return False
    fields = (field.get("name") or "" for field in form.iter("input", "textarea"))
    named = " ".join((form.get("action") or "", words_of(form), *fields))
    return bool(_REPLYING.search(named)) and not _COMMENT_FORM.search(named)


def _is_mailing_list(document: Document) -> bool:
    said = [document.url]
    for element in document.root.iter("meta", "a", "link", "body"):
        said.append(element.get("href") or words_of(element))
        if element.get("name") == "generator":
            said.append(element.get("content") or "")
    return any(map(_MAILING_LIST.search, said))


def _are_comments(cut: Cut) -> bool:
    """Whether units are called comments, on a page on which nothing is called a forum."""
    around = _around(cut)
    inside = [words_of(part) for unit in cut.units for part in unit.roots]
    near = [
        words_of(outer) for unit in cut.units for outer in list(unit.start.iterancestors())[:2]
    ]
    if not any(map(_COMMENT.search, (*inside, *near))):
        return False
    return not any(map(_FORUM.search, (*around, *inside)))


def _lead_elsewhere(cut: Cut, url: str) -> bool:
    """Whether units have headings, or links under their own numbers, that lead to different pages."""
    headings = [_heading_target(unit.roots, url) for unit in cut.units]
    known = [one for one in headings if one is not None]
    is_list = len(known) >= len(cut.units) * _SHARE and len(set(known)) == len(known)
    homes = {home for unit in cut.units for home in _homes(unit.roots, unit.number, url)}
    return is_list or len(homes) > 1


def _heading_target(roots: tuple[Element, ...], url: str) -> str | None:
    """Where a unit's first linked heading leads, if that is another page."""
    for root in roots:
        for heading in root.iter(*_HEADINGS):
            link = next(heading.iter("a"), heading.getparent())
            href = link.get("href") if link is not None and link.tag == "a" else None
            if href and not href.startswith("#"):
                target = _page(url, href)
                return None if _is_profile(href) or target == _page(url, url) else target
    return None


def _homes(roots: tuple[Element, ...], number: int, url: str) -> Iterator[str]:
    """The pages on which a unit's links to its own number say that it is."""
    for root in roots:
        for link in root.iter("a"):
            href = link.get("href") or ""
            address, mark, fragment = href.partition("#")
            if mark and address and re.fullmatch(rf"[a-z_-]*0*{number}", fragment, re.IGNORECASE):
                yield _page(url, address)


def _page(url: str, href: str) -> str:
    """The first page of what a link leads to, so that two of the same topic are equal."""
    address = first_page_of(without_fragment(absolute(url, href)))
    return (address.partition("://")[2] or address).rstrip("/")


def _is_profile(href: str) -> bool:
    return re.search(r"/(?:users?|members?|profiles?|authors?)/", href) is not None
