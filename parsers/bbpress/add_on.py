"""Tell blocks that add-ons print around and into bodies by their names: votes, thanks, share bars, signatures, adverts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.bbpress.class_token import tokens_of

if TYPE_CHECKING:
    from parsers.element import Element

# Names of known add-ons (facts: GD bbPress Tools, bbPress Votes, share bars, adverts).
_KNOWN = frozenset(
    (
        "bbp-admin-links",
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
# bbPress lets members write none of these, and lets them give a class to none of what they may write but code.
_BOXES = frozenset(
    (
        *("div", "p", "span", "section", "aside", "footer", "form", "button"),
        *("ul", "ol", "hr", "ins", "a"),
    )
)
# Add-ons put no more boxes around theirs.
_MOST_BOXES = 4
_FRAMES = frozenset(("div", "section", "aside"))
_MAY_BE_NAMELESS = _MUTE | _FRAMES
# Owners write with the site's editor; its blocks have names of this kind.
_EDITOR = ("wp-block-", "wp-caption")
_ADVERT_WORDS = r"ads?|adsense|adsbygoogle|adverts?|advertisements?|advertising|sponsor(?:ed|s)?"
_ADVERT = re.compile(rf"(?:^|[\s_-])(?:{_ADVERT_WORDS})(?=$|[\s_-])", re.IGNORECASE)
# The same in what lxml writes.
ADVERT_CLASS = re.compile(rf'class="(?i:(?:[^"]*[\s_-])?(?:{_ADVERT_WORDS})(?=["\s_-]))')
_EXTRA = re.compile(
    rf"(?:^|[\s_-])(?:{_ADVERT_WORDS}|sig|signatures?|thanks?|thankyou|votes?|voting|upvotes?|likes?|w?p?ulike"
    r"|reactions?|shar(?:e|es|ing|er|edaddy)|shariff|addtoany|a2a|addthis|essb|swp|ssba|sfsi|heateor|social"
    r"|ratings?|karma|reputation|relatedposts|(?:best|accepted)[_-]answer|resolved"
    r"|report|footer[_-]meta|quote[_-](?:link|button)|tc[_-]display|favou?rited?|mark[_-]as[_-]read)(?=$|[\s_-])",
    re.IGNORECASE,
)
_ATTACHMENTS = re.compile(r"(?:^|[\s_-])attachments(?=$|[\s_-])")
_HEADINGS = frozenset(("h4", "h5", "h6"))


def is_known_add_on(element: Element) -> bool:
    """Whether an element is none of a body for certain: an add-on that is known by name, or a script."""
    if not isinstance(element.tag, str):
        return False
    classes = element.get("class")
    if element.tag in _MUTE or (classes and not _KNOWN.isdisjoint(tokens_of(classes))):
        return True
    return bool(classes) and "bbp-attachments" in tokens_of(classes) and _lists_files(element)


def is_add_on(element: Element) -> bool:
    """Whether an element at a body's end is an add-on's: it is known, or it is called after what add-ons do.

    A box that has nothing else in it is one too.
    """
    if element.get("class") is None and element.tag not in _MAY_BE_NAMELESS:
        return False
    inner: Element | None = element
    for _ in range(_MOST_BOXES):
        if inner is None:
            return False
        if is_known_add_on(inner) or _is_called_add_on(inner):
            return True
        inner = _only_child(inner)
    return False


def _is_called_add_on(element: Element) -> bool:
    classes = element.get("class")
    if not classes or element.tag not in _BOXES:
        return False
    return _is_extra(classes) or _is_of_files(classes)


def _only_child(element: Element) -> Element | None:
    """What a box holds that has nothing of its own."""
    if element.tag not in _FRAMES or len(element) != 1:
        return None
    child = element[0]
    has_words = (element.text or "").strip() or (child.tail or "").strip()
    return None if has_words or not isinstance(child.tag, str) else child


def is_advert(element: Element) -> bool:
    """Whether an element is called an advert, which may stand in the middle of a body."""
    classes = element.get("class")
    return bool(classes) and element.tag in _BOXES and _is_advert(classes)


def _lists_files(element: Element) -> bool:
    """Whether a block of attachments is the add-on's, for its marks, or a notice that stands in for it under its heading."""
    items = list(element.iter("ol", "ul", "li"))
    first = next(element.iterchildren("*"), None)
    if not items and first is not None and first.tag in _HEADINGS:
        return True
    return any("d4p-" in (item.get("class") or "") for item in items)


@lru_cache(maxsize=1024)
def _is_extra(classes: str) -> bool:
    return _EXTRA.search(classes) is not None and not _is_of_editor(classes)


@lru_cache(maxsize=1024)
def _is_advert(classes: str | None) -> bool:
    return classes is not None and _ADVERT.search(classes) is not None


@lru_cache(maxsize=1024)
def _is_of_files(classes: str) -> bool:
    if "bbp-attachments" in classes or _is_of_editor(classes):
        return False
    return _ATTACHMENTS.search(classes) is not None


def _is_of_editor(classes: str) -> bool:
    return any(name in classes for name in _EDITOR)
