"""Name the pages of a reader: for people to read, the same in a browser's address and in a folder of files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from exporters.destination import file_stem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scraper.archive.browse.survey import Survey

TopicOrder = Literal["activity", "replies", "title"]
ORDERS: tuple[TopicOrder, ...] = ("activity", "replies", "title")
NO_FORUM = 0

# How a page's number is written: there is no page 0, and no larger one.
PAGE_NUMBER = r"[1-9][0-9]{0,8}"
# A slug has letters, digits and hyphens only, so that a full stop ends it. SQLite holds no number that is longer.
_NAME = re.compile(
    r"(?P<folder>topics|forums|authors|history|runs)/(?P<number>k?[0-9]{1,18})(?:-[^./]*)?"
    rf"(?:\.by-(?P<order>[a-z]+))?(?:\.page-(?P<page>{PAGE_NUMBER}))?"
)


class PageNames:
    """The names of the pages of one survey, without an ending and from the reader's root on."""

    def __init__(self, survey: Survey, kept: Mapping[str, str] | None = None) -> None:
        """Take the archive's pages, and names that pages had before: a page keeps its name when its title changes.

        Args:
            survey: the archive.
            kept: earlier names by what comes before the title in them, `topics/102`.
        """
        self._survey = survey
        self._names = dict(kept or {})

    def topic(self, key: int, page: int = 1) -> str:
        """A page of a topic."""
        topic = self._survey.topics[key]
        number = f"k{key}" if topic.topic_id is None else str(topic.topic_id)
        return _paged(self._named("topics", number, topic.title), page)

    def forum(self, forum_id: int, page: int = 1, order: TopicOrder = "activity") -> str:
        """A page of a forum's topics."""
        forum = self._survey.forums.get(forum_id)
        stem = self._named("forums", str(forum_id), forum.title if forum else "")
        return _paged(stem if order == "activity" else f"{stem}.by-{order}", page)

    def author(self, author_id: int, page: int = 1) -> str:
        """A page of a person's posts."""
        author = self._survey.authors[author_id]
        return _paged(self._named("authors", str(author_id), author.slug or author.name), page)

    def _named(self, folder: str, number: str, title: str) -> str:
        begin = f"{folder}/{number}"
        if begin not in self._names:
            self._names[begin] = begin + file_stem(0, title).removeprefix("0")
        return self._names[begin]


def beginning_of(name: str) -> tuple[str, str] | None:
    """The name of a first page, and what comes before the title in it: `topics/102` of `topics/102-bread`."""
    match = _NAME.fullmatch(name)
    if match is None or match["order"] or match["page"]:
        return None
    return f"{match['folder']}/{match['number']}", name


def read_name(name: str) -> tuple[str, str, TopicOrder, int] | None:
    """Folder, number, order and page of a page's name, whatever the title in it; None where it is no name of a page."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    order = match["order"] or "activity"
    if order not in ORDERS:
        return None
    return match["folder"], match["number"], order, int(match["page"] or 1)


def _paged(stem: str, page: int) -> str:
    return stem if page == 1 else f"{stem}.page-{page}"
