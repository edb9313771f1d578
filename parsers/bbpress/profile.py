"""Read somebody's profile, and whose pages the lists of a profile are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute, without_fragment
from parsers.bbpress.author import author_of
from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.head import read_head
from parsers.bbpress.landmark import find_landmarks
from parsers.bbpress.language import page_language
from parsers.bbpress.list_mark import find_lists
from parsers.bbpress.number import read_number
from parsers.bbpress.row_part import after_label
from parsers.bbpress.text import shown
from parsers.bbpress.topic_row import read_topic_row
from parsers.errors import LayoutChangedError
from parsers.list_records import ProfileLink, ProfilePage, TopicRow
from parsers.locale import role_key
from parsers.records import Problem
from parsers.visible_text import visible_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.document import Document
    from parsers.element import Element
    from parsers.list_records import ListKind
    from parsers.locale import Locale
    from parsers.records import Author

_LINKS: dict[str, ListKind] = {
    "bbp-user-topics-created-link": "started",
    "bbp-user-replies-created-link": "replies",
    "bbp-user-engagements-created-link": "engagements",
    "bbp-user-favorites-link": "favorites",
    "bbp-user-subscriptions-link": "subscriptions",
}
_LINES = {
    "bbp-user-description": "description",
    "bbp-user-website": "website",
    "bbp-user-last-activity": "last activity",
    "bbp-user-topic-count": "topics",
    "bbp-user-reply-count": "replies",
}
_ROLE_LINE = "bbp-user-forum-role"


def read_profile_page(document: Document, engine: str) -> ProfilePage:
    """Read a profile of bbPress 2.x markup.

    Raises:
        LayoutChangedError: it names nobody.
    """
    root, url = document.root, document.url
    marks = find_landmarks(root, document.page.viewer)
    head = read_head(document)
    language, locale = page_language(head.language, marks)
    owner = read_owner(root, url, locale)
    if owner is None:
        raise LayoutChangedError(
            f"The profile at {url} names nobody; its theme may be one that threadkeep does not read.",
            landmark="#bbp-user-avatar a",
            url=url,
        )
    if owner.url is None:  # a profile that does not link itself is where it was found
        owner = author_of(owner.name, without_fragment(url), None, url, locale)
    lines = _lines(root)
    roles = [after_label(shown(line)) for line in _role_lines(root)]
    role = roles[-1] if roles and roles[-1] else None
    about = lines.get("description")
    return ProfilePage(
        engine=engine,
        name=owner.name,
        slug=owner.slug,
        url=owner.url,
        role=role,
        role_key=role_key(role, locale) if role else None,
        registered_text=roles[0] if len(roles) > 1 else None,
        last_active_text=_value(lines.get("last activity")),
        description=_description(about),
        website=_website(lines.get("website"), url),
        topics=_count(lines.get("topics")),
        replies=_count(lines.get("replies")),
        links=tuple(_links(root, url)),
        started=tuple(_started(root, marks.wrappers, url, locale)),
        language=language,
        problems=(*document.problems, *_problems(head.language, locale)),
    )


def read_owner(root: Element, url: str, locale: Locale | None) -> Author | None:
    """Whose page it is: as the picture's link names them, else as a heading does.

    Args:
        root: the page.
        url: its address.
        locale: its language.
    """
    named = [one for one in (_avatar_link(root), _heading_link(root)) if one is not None]
    profile = next((one for one in (*named, _profile_link(root)) if one is not None), None)
    name = next((text for one in named if (text := _name(one))), "") or _heading(root)
    if not name:
        return None
    href = profile.get("href") if profile is not None else None
    own_url = without_fragment(absolute(url, href)) if href else None
    # On a saved page that tells no address, too, the owner of a profile is no guest of another site.
    return author_of(name, own_url, None, own_url or url, locale)


def _avatar_link(root: Element) -> Element | None:
    box = root.find(".//*[@id='bbp-user-avatar']")
    return next(box.iter("a"), None) if box is not None else None


def _heading_link(root: Element) -> Element | None:
    """The name in the heading of a profile before 2.2."""
    for heading in root.iter("h1", "h2"):
        if {"page-title", "author"} <= class_tokens(heading):
            return next(heading.iter("a"), None)
    return None


def _profile_link(root: Element) -> Element | None:
    for element in root.iter("span", "li"):
        if "bbp-user-profile-link" in class_tokens(element):
            return next(element.iter("a"), None)
    return None


def _name(link: Element) -> str:
    """The name on a link, or on the picture's link, whose title it is."""
    return shown(link) or " ".join((link.get("title") or "").split())


def _heading(root: Element) -> str:
    """The page's first heading, which is the name, or the name in an address behind a sign (`@anna`)."""
    headings = (shown(one) for one in root.iter("h1", "h2") if "entry-title" in class_tokens(one))
    return next((text.removeprefix("@") for text in headings if text), "")


def _lines(root: Element) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for element in root.iter("p", "div", "li", "span"):
        for token in class_tokens(element):
            if token in _LINES:
                found.setdefault(_LINES[token], element)
    about = root.find(".//*[@id='author-description']")
    if about is not None:
        found.setdefault("description", about)
    return found


def _role_lines(root: Element) -> Iterator[Element]:
    """The lines named after the role: from 2.6 on the first of two says when the account was made."""
    for element in root.iter("p", "div", "li"):
        if _ROLE_LINE in class_tokens(element):
            yield element


def _description(about: Element | None) -> str:
    """What somebody says of themselves, without the heading that a profile before 2.2 puts above it."""
    if about is None:
        return ""
    heading = shown(next(about.iterchildren("h2"), None))
    return visible_text(about).removeprefix(heading).strip()


def _value(line: Element | None) -> str | None:
    return after_label(shown(line)) or None


def _count(line: Element | None) -> int | None:
    return read_number(after_label(shown(line))) if line is not None else None


def _website(line: Element | None, url: str) -> str | None:
    link = next(line.iter("a"), None) if line is not None else None
    href = link.get("href") if link is not None else None
    return absolute(url, href) if href else None


def _links(root: Element, url: str) -> Iterator[ProfileLink]:
    met: set[ListKind] = set()
    for element in root.iter("span", "li"):
        kind: ListKind | None = next(
            (_LINKS[one] for one in class_tokens(element) if one in _LINKS), None
        )
        link = next(element.iter("a"), None) if kind is not None and kind not in met else None
        if kind is not None and link is not None and link.get("href"):
            met.add(kind)
            yield ProfileLink(kind=kind, url=absolute(url, link.get("href") or ""))


def _started(
    root: Element, wrappers: frozenset[Element], url: str, locale: Locale | None
) -> Iterator[TopicRow]:
    """The topics that the page itself lists as started by its owner; other lists on it are of other things."""
    box = root.find(".//*[@id='bbp-author-topics-started']")
    if box is None:
        return
    lists = find_lists(box, wrappers & frozenset(box.iter("div")))
    others = {row.element for row in lists.rows}
    for row in lists.of_kind("topic"):
        found = read_topic_row(row, others, url, locale)
        if found is not None:
            yield found


def _problems(declared: str | None, locale: Locale | None) -> Iterator[Problem]:
    if locale is None:
        detail = f"There is no table for the page's language ({declared or 'none declared'})."
        yield Problem(code="unknown-language", detail=detail)
