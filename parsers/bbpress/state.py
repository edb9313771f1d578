"""Read a topic's state and what its page claims of it: closed, sticky, tags, counts, whether replying needs a login."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.enclosure import Enclosure
from parsers.bbpress.text import shown
from parsers.count_sentence import read_count
from parsers.locale import english, fold, template_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress.candidate import Candidate
    from parsers.bbpress.landmark import Landmarks
    from parsers.element import Element
    from parsers.locale import Locale
    from parsers.records import CountClaim, Stickiness, TopicStatus

# What only moderators read beside the count of replies, in every language: “(+2 hidden)”.
_AND_HIDDEN = re.compile(r"[(\uff08]\s*[+\u548c]")
_COUNT = re.compile(r"[0-9]{1,6}$")
_NUMBER = re.compile(r"\d{1,3}(?:[.,'\u00a0\u202f ]\d{3})+(?!\d)|\d{1,12}")


def read_status(
    marks: Landmarks, locale: Locale | None, erased: frozenset[str] | None = None
) -> TopicStatus | None:
    """Read whether the topic is closed: by the opening post's classes, on other pages by the notice that says so.

    Args:
        marks: of the page.
        locale: of its language.
        erased: what an opening post that was erased said of the topic.
    """
    opening = _opening(marks)
    tokens = opening.tokens if opening is not None else erased
    if tokens is not None:
        return "closed" if "status-closed" in tokens else "open"
    said = shown(marks.notice)
    return "closed" if any(one.search(said) for one in _closings(locale)) else None


@lru_cache(maxsize=64)
def _closings(locale: Locale | None) -> tuple[re.Pattern[str], ...]:
    own = locale.notices.topic_closed if locale is not None else ()
    sources = dict.fromkeys((*own, *english().notices.topic_closed))
    return tuple(
        re.compile(template_pattern(one, {"s": ".+", "1$s": ".+"}), re.IGNORECASE)
        for one in sources
    )


def read_stickiness(marks: Landmarks, erased: frozenset[str] | None = None) -> Stickiness:
    """Read whether the topic is sticky, which only an opening post that stands apart shows for certain."""
    opening = _opening(marks)
    tokens = opening.tokens if opening is not None else erased or frozenset[str]()
    if "super-sticky" in tokens:
        return "super"
    return "sticky" if "sticky" in tokens else "no"


def _opening(marks: Landmarks) -> Candidate | None:
    return next((one for one in marks.posts if one.is_opening), None)


def read_tags(marks: Landmarks) -> tuple[str, ...]:
    """Read the topic's tags."""
    block = marks.named.get("tags")
    links = block.iter("a") if block is not None else _links_beside_posts(marks)
    names = (shown(link) for link in links if "tag" in (link.get("rel") or "").split())
    return tuple(dict.fromkeys(name for name in names if name))


def _links_beside_posts(marks: Landmarks) -> Iterator[Element]:
    """The links that bbPress prints outside posts, for themes that keep tags in a box of their own."""
    contents = {one.content for one in marks.posts}
    posts = Enclosure(contents.__contains__)
    for wrapper in marks.wrappers:
        for link in wrapper.iter("a"):
            if link.get("rel") and not posts.encloses(link):
                yield link


def read_claim(marks: Landmarks, locale: Locale | None, *, is_threaded: bool) -> CountClaim | None:
    """Read the count sentence."""
    text = shown(marks.named.get("count"))
    is_lead = marks.lead is not None
    return read_count(text, locale, threaded=is_threaded, lead=is_lead) if text else None


def stated_replies(marks: Landmarks) -> int | None:
    """Read the reply count: the description's first number outside its links (authors and times may hold numbers)."""
    element = marks.named.get("description")
    if element is None:
        return None
    before, *beyond = _AND_HIDDEN.split(shown(element), maxsplit=1)
    if beyond:
        numbers = _NUMBER.findall(before)[-1:]
    else:
        own = " ".join(filter(None, (element.text, *(one.tail for one in element))))
        numbers = _NUMBER.findall(own)[:1]
    return int(re.sub(r"\D", "", numbers[0])) if numbers else None


def needs_login(marks: Landmarks, locale: Locale | None) -> bool:
    """Read whether replying needs a login."""
    if marks.notice is None:
        return False
    if any("bbp-login-form" in class_tokens(form) for form in marks.notice.iter("form")):
        return True
    said = fold(shown(marks.notice))
    own = locale.notices.login_to_reply if locale is not None else ()
    return any(fold(text) in said for text in (*own, *english().notices.login_to_reply))


def kept_back(marks: Landmarks) -> int | None:
    """How many answers a page keeps behind buttons of BuddyBoss's; None where it keeps none back."""
    named = [items for classes, items in marks.classed.items() if "bp_view_more" in classes]
    buttons = [item for items in named for item in items if _is_button(item, marks)]
    counts = (item.get("data-child-count") or "" for item in buttons)
    return sum(int(count) for count in counts if _COUNT.match(count)) if buttons else None


def _is_button(item: Element, marks: Landmarks) -> bool:
    is_named = item.tag == "li" and "bp_view_more" in class_tokens(item)
    return is_named and any(outer is marks.replies for outer in item.iterancestors())
