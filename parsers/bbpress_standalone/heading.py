"""Read what stands above the posts of a topic: title, labels, count of posts, tags, and the way from the site's home."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute
from parsers.bbpress.class_token import class_tokens
from parsers.bbpress.text import shown, squeeze
from parsers.locale import fold
from parsers.records import ForumLink

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress_standalone.landmark import Landmarks
    from parsers.element import Element
    from parsers.records import Stickiness, TopicStatus

_COUNT = re.compile(r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?!\d)|\d{1,12}")
_FORUM = re.compile(r"/forum/[^/?#]|/forum\.php\?")
_CLOSED, _STICKY = "[closed]", "[sticky]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crumbs:
    """The way to a topic, as far as shown.

    Attributes:
        home: the site's home.
        forums: from the root down.
    """

    home: str | None = None
    forums: tuple[ForumLink, ...] = ()


def read_title(root: Element, marks: Landmarks) -> tuple[str, bool]:
    """Read the topic's title, and whether the page shows it; else it is the head's, which adds the site's name."""
    heading = marks.named.get("title")
    if heading is None and "info" in marks.named:
        heading = next(marks.named["info"].iter("h1", "h2"), None)
    title = _without_labels(heading, marks) if heading is not None else ""
    if title:
        return title, True
    whole = next((text for text in map(shown, root.iter("title")) if text), "")
    before, mark, _ = whole.rpartition(" « ")
    return (before if mark else whole), False


def _without_labels(heading: Element, marks: Landmarks) -> str:
    labels = marks.named.get("labels")
    if labels is None or labels.getparent() is not heading:
        return shown(heading)
    parts = [heading.text, *("" if one is labels else shown(one) for one in heading)]
    return squeeze("".join(filter(None, (*parts, *(one.tail for one in heading)))))


def read_status(marks: Landmarks) -> TopicStatus | None:
    """Read whether the topic is closed: by its labels, else by whether the page offers a way to reply.

    Labels are in the site's language: one that is not known is taken for “closed” only where there is no such way.
    """
    heading, labels = marks.named.get("title"), marks.named.get("labels")
    said = fold(shown(labels))
    if _CLOSED in said or (heading is not None and "closed" in class_tokens(heading)):
        return "closed"
    if (labels is not None and not said) or offers_reply(marks) is not None:
        return "open"
    is_known = not said.replace(_STICKY, "").strip()
    return None if is_known or not marks.is_closed else "closed"


def offers_reply(marks: Landmarks) -> str | None:
    """What way to reply is after the posts: a `form`, or only a `login`, which stands right behind them."""
    if any(one.tag == "form" and _is_reply_form(one) for one in _after(marks.thread)):
        return "form"
    beside = marks.thread.itersiblings("*") if marks.thread is not None else ()
    links = (link.get("href") or "" for one in beside for link in one.iter("a"))
    return "login" if any("/bb-login.php" in href for href in links) else None


def _is_reply_form(form: Element) -> bool:
    return form.get("id") == "postform" or "bb-post.php" in (form.get("action") or "")


def _after(thread: Element | None) -> Iterator[Element]:
    """Every element that begins after an element has ended."""
    outer: Element | None = thread
    while outer is not None and outer.tag != "body":
        for follower in outer.itersiblings("*"):
            yield from follower.iter("*")
        outer = outer.getparent()


def read_stickiness(marks: Landmarks) -> Stickiness:
    """Read whether the topic is sticky, as far as its labels tell."""
    heading = marks.named.get("title")
    tokens = class_tokens(heading) if heading is not None else frozenset[str]()
    if "super-sticky" in tokens:
        return "super"
    is_sticky = "sticky" in tokens or _STICKY in fold(shown(marks.named.get("labels")))
    return "sticky" if is_sticky else "no"


def read_count(marks: Landmarks) -> tuple[str, int] | None:
    """Read how many posts the topic has: the first number of what says so. A second one is of posts that are hidden."""
    text = shown(marks.named.get("count"))
    match = _COUNT.search(text)
    return (text, int(re.sub(r"\D", "", match[0]))) if match else None


def read_tags(marks: Landmarks) -> tuple[str, ...]:
    """Read the topic's tags."""
    block = marks.named.get("tags")
    links = block.iter("a") if block is not None else ()
    names = (shown(link) for link in links if "tag" in (link.get("rel") or "").split())
    return tuple(dict.fromkeys(filter(None, names)))


def read_crumbs(marks: Landmarks, url: str) -> Crumbs:
    """Read the breadcrumb: the first step is the site's home, and what links a forum is one."""
    block = marks.named.get("crumbs")
    links = block.iter("a") if block is not None else ()
    steps = [
        ForumLink(title=shown(link), url=absolute(url, link.get("href") or ""))
        for link in links
        if link.get("href") and shown(link)
    ]
    forums = tuple(one for one in steps if _FORUM.search(one.url or ""))
    home = next((one.url for one in steps[:1] if one not in forums), None)
    return Crumbs(home=home, forums=forums)
