"""Read who wrote a post: name, profile, role; guests without any markup; deleted accounts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from parsers.bbpress.address import absolute
from parsers.bbpress.byline import before_byline, text_before
from parsers.bbpress.post_part import scopes_of
from parsers.bbpress.text import shown, squeeze
from parsers.locale import english, fold, role_key
from parsers.records import Author

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parsers.bbpress.candidate import Candidate
    from parsers.element import Element
    from parsers.locale import Locale

_USER_ID = re.compile(r"user-id-(?<!\Suser-id-)(\d{1,18})(?!\S)")
_PLAIN_PROFILE = re.compile(r"[?&]bbp_user=(\d{1,18})(?=[&#]|$)")
# What comes first is literal, since a pattern that begins otherwise is tried at every letter.
_ROLE_TOKEN = re.compile(r"bbp-role-(?<!\wbbp-role-)(?:bbp_)?(\w+)(?=\s|$)")
_ROLE_NAME = re.compile(r"(?:^|[\s_-])role(?=$|\s)", re.IGNORECASE)
_NAME_NAME = re.compile(
    r"(?:^|[\s_-])(?:name|fn|author|username|nickname|user|authorname|displayname)(?=$|\s)",
    re.IGNORECASE,
)
# Links of an author's that show something else than the name.
_PICTURE_NAME = re.compile(r"(?:^|[\s_-])(?:avatar|picture|photo|thumb|badge)", re.IGNORECASE)
_DATE_NAME = re.compile(r"(?:^|[\s_-])(?:date|time|timestamp|posted|permalink)(?=$|[\s_-])")
_RANK_NAME = re.compile(r"(?:^|[\s_-])(?:role|rank|badge|level|title)(?=$|[\s_-])", re.IGNORECASE)
_LONGEST_NAME = 80
# What add-ons put behind a name, into its element.
_MARK_NAME = re.compile(
    r"(?:^|[\s_-])(?:badges?|verified|unverified|rank|level|status|online|offline|tooltip|icon)(?=$|[\s_-])",
    re.IGNORECASE,
)
_ROLE_KEYS = frozenset(("keymaster", "moderator", "participant", "spectator", "blocked"))


def read_author(
    one: Candidate, parts: Mapping[str, Element], url: str, locale: Locale | None
) -> Author:
    """Read who wrote a post.

    Args:
        one: the post; `user-id-N` among its class names names the account.
        parts: its known parts.
        url: the page's address, for relative links.
        locale: the page's language, for what it calls the nameless.
    """
    name, href = _name_and_link(one, parts, locale)
    return author_of(name, href, user_number(one.element), url, locale)


def user_number(element: Element) -> int | None:
    """The account that an element's class names tell."""
    match = _USER_ID.search(element.get("class") or "")
    return int(match[1]) if match else None


def author_of(
    name: str, href: str | None, user_id: int | None, url: str, locale: Locale | None
) -> Author:
    """Who has a name and a link.

    Args:
        name: as displayed.
        href: where the name leads, as written.
        user_id: the account, where the page tells it.
        url: the page's address, for relative links.
        locale: the page's language, for what it calls the nameless.
    """
    # Without a number (bbPress 2.0), a guest is who has no profile on this site.
    host = _host(url) if user_id is None else None
    return _author(name, absolute(url, href) if href else None, user_id, host, locale)


# The same people write again and again.
@lru_cache(maxsize=1024)
def _author(
    name: str, profile: str | None, user_id: int | None, host: str | None, locale: Locale | None
) -> Author:
    is_guest = _host(profile) != host if user_id is None else user_id == 0
    plain = _PLAIN_PROFILE.search(profile) if profile and not is_guest else None
    return Author(
        name=name,
        url=profile,
        slug=_slug(profile) if profile and not plain and not is_guest else None,
        user_id=user_id or (int(plain[1]) if plain else None),
        is_guest=is_guest,
        is_deleted=_is_deleted(name, profile, user_id, locale),
    )


def read_role(
    one: Candidate, parts: Mapping[str, Element], locale: Locale | None
) -> tuple[str | None, str | None]:
    """Read an author's role as displayed, and the bbPress role that it means."""
    element = parts.get("role", parts.get("title"))
    if element is None and "cell" in parts:
        element = _named_role(parts["cell"], locale)
    if element is None and "cell" not in parts:
        element = _role_in_scopes(one, locale)
    role = shown(element)
    if element is None or not role:
        return None, None
    match = _ROLE_TOKEN.search(element.get("class") or "")
    named = match[1] if match and match[1] in _ROLE_KEYS else None
    return role, named or _role_key(role, locale)


def _role_in_scopes(one: Candidate, locale: Locale | None) -> Element | None:
    """What a theme without author cells calls a role; else a known role in what it calls a rank or a badge."""
    found = [inner for scope in scopes_of(one) for inner in scope.iter("*")]
    called = next((inner for inner in found if _is_called(inner, _ROLE_NAME)), None)
    if called is not None:
        return called
    ranks = (inner for inner in found if _RANK_NAME.search(inner.get("class") or ""))
    return next((role for rank in ranks if (role := _named_role(rank, locale)) is not None), None)


def _named_role(cell: Element, locale: Locale | None) -> Element | None:
    """The element of an author cell that says nothing but a known role, in themes that give bbPress's class up."""
    for element in cell.iter("span", "div", "p", "small", "em", "strong"):
        is_bare = not len(element) and "bbp-" not in (element.get("class") or "")
        if is_bare and _role_key(shown(element), locale) is not None:
            return element
    return None


@lru_cache(maxsize=1024)
def _role_key(role: str, locale: Locale | None) -> str | None:
    return role_key(role, locale)


def _name_and_link(
    one: Candidate, parts: Mapping[str, Element], locale: Locale | None
) -> tuple[str, str | None]:
    """The name and where it leads, by the named parts; else by the author cell's text; else by a link or the header."""
    named, linked = parts.get("name"), parts.get("link")
    if named is not None or linked is not None:
        name = _name_in(named) or _name_in(linked)
        if name or named is not None:
            return name, _profile(_first_href(named, linked, parts.get("avatar")))
    name, href = "", None
    if "cell" in parts:
        name, href = _unnamed(parts["cell"], parts.get("permalink"), locale)
    return (name, href) if name else _from_scopes(one, parts.get("permalink"), locale)


def _first_href(*elements: Element | None) -> str | None:
    """Where the first link leads that is or lies in one of some elements."""
    for element in elements:
        link = next(element.iter("a"), None) if element is not None else None
        if link is not None:
            return link.get("href")
    return None


def _unnamed(
    cell: Element, permalink: Element | None, locale: Locale | None
) -> tuple[str, str | None]:
    """The name of an author without named parts: the cell's own text, else its first link that has a text."""
    texts = list(filter(None, (squeeze(cell.text), *(squeeze(child.tail) for child in cell))))
    if permalink is not None and permalink.getparent() is cell:
        texts = list(filter(None, (before_byline(" ".join(texts), locale),)))
    if texts:
        # On a damaged page, the heading above the authors may be all that is left.
        return ("" if fold(texts[0]) in _headings(locale) else texts[0]), None
    name, href = _first_link([cell])
    return (name, href) if name else (_called_name([cell]), None)


@lru_cache(maxsize=64)
def _headings(locale: Locale | None) -> frozenset[str]:
    own = locale.labels.author if locale is not None else ()
    return frozenset(map(fold, (*own, *english().labels.author)))


def _called_name(scopes: Sequence[Element]) -> str:
    """What a theme calls a name and links nowhere; where there is more in it, what stands in it bare."""
    for scope in scopes:
        for one in scope.iter("*"):
            classes = one.get("class") or one.get("itemprop")
            if classes and _NAME_NAME.search(classes):
                text = shown(one) if not len(one) else squeeze(one.text)
                if 0 < len(text) <= _LONGEST_NAME:
                    return text
    return ""


def _is_called(element: Element, pattern: re.Pattern[str]) -> bool:
    """Whether an element without further ones in it has a class of some kind."""
    classes = element.get("class")
    return bool(classes) and not len(element) and pattern.search(classes or "") is not None


def _name_in(element: Element | None) -> str:
    """A name without the marks that add-ons put behind it; empty where there is no element."""
    if element is None:
        return ""
    if not len(element):
        return squeeze(element.text)
    marks = [one for one in element if _MARK_NAME.search(one.get("class") or "")]
    if not marks:
        return shown(element)
    texts = [element.text]
    for one in element:
        if one not in marks and isinstance(one.tag, str):
            texts.extend(one.itertext(with_tail=False))
        texts.append(one.tail)
    return squeeze("".join(filter(None, texts)))


def _from_scopes(
    one: Candidate, permalink: Element | None, locale: Locale | None
) -> tuple[str, str | None]:
    """The name where a theme has no author cell: a link beside the body, else words before the permalink."""
    scopes = scopes_of(one)
    name, href = _first_link(scopes)
    if name:
        return name, href
    beside = next((found for scope in scopes if (found := _name_by_picture(scope))), "")
    name = beside or _called_name(scopes)
    if name:
        return name, None
    words = text_before(permalink) if permalink is not None else ""
    name = before_byline(words, locale)
    return (name if name != words else _bare_name(one)), None


def _bare_name(one: Candidate) -> str:
    """The bare name in front of all else that a theme prints into a guest's content."""
    first = one.insets[0] if one.insets else None
    if first is None or first.getparent() is not one.content or first.getprevious() is not None:
        return ""
    return squeeze(one.content.text) if one.content is not None else ""


def _name_by_picture(scope: Element) -> str:
    """The bare text beside a guest's picture."""
    for picture in scope.iter("img"):
        holder = picture.getparent()
        if holder is not None and "avatar" in (picture.get("class") or ""):
            texts = (squeeze(one.tail) for one in holder)
            return next(filter(None, texts), "")
    return ""


def _first_link(scopes: Sequence[Element]) -> tuple[str, str | None]:
    """The first link with a text that is neither bbPress's nor a place on a page; what shows a picture comes last."""
    links = [link for scope in scopes for link in scope.iter("a") if not _is_of_bbpress(link)]
    for link in sorted(links, key=_shows_picture):
        text, href = _name_in(link), link.get("href") or ""
        if text and not (text.startswith("#") or href.startswith("#") or "#post-" in href):
            return text, _profile(href)
    return "", None


def _shows_picture(link: Element) -> bool:
    return _PICTURE_NAME.search(link.get("class") or "") is not None


def _is_of_bbpress(link: Element) -> bool:
    """Whether a link is bbPress's own, a page's, a date, or one of the row with which moderators act on a post."""
    around = link.getparent()
    row = around.get("class") or "" if around is not None else ""
    classes = link.get("class") or ""
    is_date = "-post-date" in row or _DATE_NAME.search(classes) is not None
    is_named = "bbp-" in classes or "page-numbers" in classes
    return is_named or "bbp-admin-links" in row or is_date


def _profile(href: str | None) -> str | None:
    """A link that is one: the empty link and a script are none."""
    return href if href and not href.startswith(("#", "javascript:")) else None


def _host(url: str | None) -> str | None:
    try:
        return urlsplit(url).netloc if url else None
    except ValueError:  # brackets that are no IPv6 address
        return None


def _slug(href: str) -> str | None:
    """A profile's key: the last part of its address, if it can be one."""
    path = href.partition("#")[0].partition("?")[0]
    slug = unquote(path.rstrip("/").rpartition("/")[2])
    return slug if slug and "\0" not in slug else None


def _is_deleted(
    name: str, href: str | None, user_id: int | None, locale: Locale | None
) -> bool | None:
    """Whether the account is gone: bbPress then keeps its id, shows no link and calls it by the word for nobody."""
    if href is not None or user_id == 0:
        return False
    if user_id is None:
        return None
    names = {"Anonymous", *(locale.notices.anonymous if locale else ())}
    return True if name in names or not name else None
