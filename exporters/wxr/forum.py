"""The forums of an export: their ids, their tree, what is in them, and their items, which are known when all topics are."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Final

from exporters.wxr.item import Item, Status
from exporters.wxr.markup import php_list
from exporters.wxr.naming import post_name
from parsers.records import ForumLink

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporters.wxr.item import Meta
    from exporters.wxr.moment import DistinctMoments, Moment
    from parsers.forum_tree import ForumTree, KnownForum
    from parsers.records import Stickiness, Thread

# Where a program that knows no archive gives none, ids begin here: far above those of most sites.
_FIRST_NUMBER = 1_000_000_000
_STATUSES: Final[dict[str | None, Status]] = {"private": "private", "hidden": "hidden"}
_Path = tuple[ForumLink, ...]


class Numbers:
    """Ids for what has none, above all that the archive knows."""

    def __init__(self, highest: int) -> None:
        """Begin above a number."""
        self._last = highest or _FIRST_NUMBER

    def next(self) -> int:
        """An id that nothing has."""
        self._last += 1
        return self._last


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSummary:
    """What a topic adds to the numbers of its forum, and of those around that.

    Attributes:
        number: its id.
        replies: how many that everybody may see.
        hidden_replies: how many others.
        is_hidden: not everybody may see it.
        active: when somebody wrote in it last, as WordPress writes times.
        active_id: that post.
        last_reply_id: the last reply; 0 where there is none.
    """

    number: int
    replies: int
    hidden_replies: int
    is_hidden: bool
    active: str
    active_id: int
    last_reply_id: int
    sticky: Stickiness


@dataclass(slots=True, eq=False)
class Forum:
    """A forum.

    Attributes:
        number: its id.
        parent: the forum around it.
        moment: when it is said to have been made.
        is_wanted: it is part of the export.
        active: when somebody wrote in it last, and that post.
    """

    number: int
    parent: Forum | None
    link: ForumLink
    title: str
    moment: Moment
    known: KnownForum | None
    is_wanted: bool = False
    children: list[Forum] = field(default_factory=list["Forum"])
    topics: int = 0
    hidden_topics: int = 0
    total_topics: int = 0
    replies: int = 0
    total_replies: int = 0
    stickies: list[int] = field(default_factory=list[int])
    active: tuple[str, int] = ("", 0)
    last_topic_id: int = 0
    last_reply_id: int = 0

    def lineage(self) -> Iterator[Forum]:
        """The forum, and those around it, to the root."""
        forum: Forum | None = self
        while forum is not None:
            yield forum
            forum = forum.parent

    def add(self, topic: TopicSummary) -> None:
        """Count a topic that stands in it."""
        if topic.is_hidden:
            self.hidden_topics += 1
            return
        self.topics += 1
        self.replies += topic.replies
        if topic.sticky == "sticky":
            self.stickies.append(topic.number)
        for forum in self.lineage():
            forum.add_below(topic)

    def add_below(self, topic: TopicSummary) -> None:
        """Count a topic that stands in it, or in a forum below it."""
        self.total_topics += 1
        self.total_replies += topic.replies
        if (topic.active, topic.active_id) > self.active:
            self.active = (topic.active, topic.active_id)
            self.last_topic_id, self.last_reply_id = topic.number, topic.last_reply_id

    def meta(self) -> Meta:
        """What bbPress keeps of it."""
        known = self.known
        is_category = known is not None and known.is_category
        is_closed = known is not None and known.status == "closed"
        counts: Meta = (
            ("_bbp_forum_type", "category" if is_category else "forum"),
            ("_bbp_status", "closed" if is_closed else "open"),
            ("_bbp_topic_count", self.topics),
            ("_bbp_total_topic_count", self.total_topics),
            ("_bbp_topic_count_hidden", self.hidden_topics),
            ("_bbp_reply_count", self.replies),
            ("_bbp_total_reply_count", self.total_replies),
            ("_bbp_forum_subforum_count", sum(child.is_wanted for child in self.children)),
            ("_bbp_last_active_time", self.active[0]),
            ("_bbp_last_active_id", self.active[1]),
            ("_bbp_last_topic_id", self.last_topic_id),
            ("_bbp_last_reply_id", self.last_reply_id),
            ("_bbp_old_forum_id", self.number),
        )
        stickies: Meta = (("_bbp_sticky_topics", php_list(self.stickies)),)
        return (*counts, *stickies) if self.stickies else counts


class Board:
    """All forums of an export."""

    def __init__(
        self, tree: ForumTree, moment: Moment, moments: DistinctMoments, *, is_whole: bool
    ) -> None:
        """Begin with those that the archive knows of, so that each is the same in every export.

        Args:
            tree: those.
            moment: when they are said to have been made, which no page says.
            moments: keeps those of one title apart.
            is_whole: those without topics are part of the export, too.
        """
        self.numbers = Numbers(tree.highest_id)
        self._on_top = tree.on_top
        self._moment = moment
        self._moments = moments
        self._forums: dict[object, Forum] = {}
        self._known = {_key(one.path): one for one in tree.forums}
        self._given: set[int] = set()
        for one in tree.forums:
            self._forum(one.path)
        if is_whole:
            for forum in self._forums.values():
                forum.is_wanted = True

    def of(self, thread: Thread) -> Forum | None:
        """The forum that a topic is in; None where no page says it."""
        path = thread.path or tuple(ForumLink(title=title) for title in thread.forum)
        forum = self._forum(path)
        for one in forum.lineage() if forum is not None else ():
            one.is_wanted = True
        return forum

    def stickiness(self, thread: Thread, number: int) -> Stickiness:
        """Whether a topic stays on top."""
        return thread.sticky if thread.sticky != "no" else self._on_top.get(number, "no")

    def items(self) -> Iterator[tuple[Forum, Item]]:
        """The items of all forums of the export, each after the one around it."""
        return _items(forum for forum in self._forums.values() if forum.parent is None)

    def _forum(self, path: _Path) -> Forum | None:
        if not path:
            return None
        key = _key(path)
        forum = self._forums.get(key)
        if forum is None:
            known = self._known.get(key)
            path = known.path if known is not None else path
            parent = self._forum(path[:-1])
            # A forum that stands in itself, as a page may say, was made on the way.
            forum = self._forums.get(key) or self._made(key, path[-1], parent, known)
        return forum

    def _made(
        self, key: object, link: ForumLink, parent: Forum | None, known: KnownForum | None
    ) -> Forum:
        number = self._number(known)
        title = known.title if known is not None else link.title
        title = title if title.strip() else f"Forum {number}"
        moment = self._moments.of(title, self._moment)
        forum = Forum(number, parent, link, title, moment, known)
        self._forums[key] = forum
        if parent is not None:
            parent.children.append(forum)
        return forum

    def _number(self, known: KnownForum | None) -> int:
        number = known.forum_id if known is not None else None
        if number is None or number in self._given:
            number = self.numbers.next()
        self._given.add(number)
        return number


def _items(siblings: Iterable[Forum]) -> Iterator[tuple[Forum, Item]]:
    wanted = [forum for forum in siblings if forum.is_wanted]
    are_placed = any(_place(forum) for forum in wanted)
    ordered = sorted(wanted, key=lambda forum: _place(forum) or len(wanted))
    for place, forum in enumerate(ordered, 1):
        yield forum, _item(forum, place if are_placed else 0)
        yield from _items(forum.children)


def _item(forum: Forum, order: int) -> Item:
    known = forum.known
    return Item(
        number=forum.number,
        kind="forum",
        title=forum.title,
        moment=forum.moment,
        status=_STATUSES.get(known.visibility if known is not None else None, "publish"),
        name=post_name(forum.link.url),
        url=forum.link.url,
        parent=forum.parent.number if forum.parent is not None else 0,
        order=order,
        body=escape(known.description, quote=False) if known is not None else "",
        meta=forum.meta(),
    )


def _place(forum: Forum) -> int:
    return forum.known.place if forum.known is not None else 0


def _key(path: _Path) -> object:
    """What tells a forum: its address, since titles change; without one, the titles around it."""
    return path[-1].url or tuple(link.title for link in path)
