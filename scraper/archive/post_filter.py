"""Conditions on posts that searches and selections share: days, forums, authors and roles, as SQL sees them."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from parsers.errors import UsageError
from scraper.archive.forum import forums_inside
from scraper.archive.search_text import storable

if TYPE_CHECKING:
    import sqlite3

_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
MOMENT = "coalesce(published, published_local)"
"""When a post was published, as well as it is known."""


def first_moment(day: str) -> str:
    """What is not before a year, month or day.

    Raises:
        UsageError: it is none.
    """
    return _day(day, "since")


def last_moment(day: str) -> str:
    """What is after all of a year, month or day.

    Raises:
        UsageError: it is none.
    """
    return f"{_day(day, 'until')}~"  # sorts after all that begins so


def forum_ids(
    connection: sqlite3.Connection, title: str, *, must_be_there: bool = True
) -> tuple[int, ...]:
    """The forums of a title, and those inside them.

    Args:
        connection: knows the function `folded`.
        title: as shown, case and diacritics aside.
        must_be_there: that there is none is a mistake of whoever asks.

    Raises:
        UsageError: there is none.
    """
    found = forums_inside(connection, storable(title))
    if not found and must_be_there:
        raise UsageError(
            f"No forum of this archive is called “{title}”; `threadkeep show ID` prints the forums of a topic."
        )
    return found


def is_author(value: str) -> str:
    """The condition that a post is by the author whom a placeholder names."""
    return f"folded({value}) IN (folded(name), {_folded('slug')})"


def is_role(value: str) -> str:
    """The condition that a post's author is shown with the role that a placeholder names."""
    return f"folded({value}) IN ({_folded('role')}, {_folded('role_key')})"


def _folded(column: str) -> str:
    """A column's text folded: where there is none, no text is the same, not even an empty one."""
    return f"iif({column} IS NULL, NULL, folded({column}))"


def _day(text: str, name: str) -> str:
    if not _DAY.fullmatch(text) or not _is_real(text):
        raise UsageError(
            f"{name} takes a year, month or day such as 2019, 2019-03 or 2019-03-17, not “{text}”."
        )
    return text


def _is_real(day: str) -> bool:
    year, month, number = (*map(int, day.split("-")), 1, 1)[:3]
    try:
        date(year, month, number)
    except ValueError:  # there is no 2019-02-30
        return False
    return True
