"""Find out who or which post is meant: by address, number or name; several that it can mean are an error that lists them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from parsers.erasure import folded_words
from parsers.errors import UsageError
from parsers.records import Author
from scraper.archive.erasure.key import is_nameless, path_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from scraper.archive.erasure.key import ErasureKeys

Kind = Literal["author", "post"]
_GUEST = "guest:"
_PERMALINK = re.compile(r"#post-0*([1-9]\d{0,17})$")
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody, under all names that they were seen with.

    Attributes:
        author_ids: the rows of `authors`.
        names: as displayed, and the last parts of profiles' addresses.
        urls: profiles; a guest's web site is none.
        user_ids: numbers of accounts.
        is_guest: nothing but a name tells who it is.
        posts: how many are kept.
    """

    author_ids: tuple[int, ...]
    names: tuple[str, ...]
    urls: tuple[str, ...]
    user_ids: tuple[int, ...]
    is_guest: bool
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Who or what is to be erased: one of both, or neither, where it was erased before.

    Attributes:
        person: somebody, with all their posts.
        post_id: one post.
    """

    person: Person | None = None
    post_id: int | None = None

    @property
    def kind(self) -> Kind | None:
        """Which of both it is."""
        if self.person is not None:
            return "author"
        return "post" if self.post_id is not None else None


def meant_by(
    connection: sqlite3.Connection, text: str, kind: Kind | None, known: ErasureKeys | None
) -> Meant:
    """Who or which post a text means.

    Args:
        connection: to the archive.
        text: a profile's address, an account's number, a name, `guest:NAME`; a post's number or permalink.
        kind: which of both it is; None: whichever there is.
        known: what was erased before.

    Raises:
        UsageError: nobody and nothing, or several.
    """
    people = _people_by(connection, text) if kind != "post" else []
    posts = _posts_by(connection, text) if kind != "author" else []
    if len(people) + len(posts) > 1:
        raise _ambiguous(text, people, posts)
    if people:
        return Meant(person=people[0])
    if posts:
        return Meant(post_id=posts[0])
    if known is not None and _was_erased(known, text):
        return Meant()
    raise UsageError(
        f"No author or post of this archive is “{text}”; give a profile's address, a user id, a name as shown, "
        "a post's number or its permalink."
    )


def people_of(connection: sqlite3.Connection) -> list[Person]:
    """Everybody, each once: rows with one number or one profile are one person, guests of one name as well."""
    rows = {row["author_id"]: row for row in connection.execute(_AUTHORS)}
    old_names = _old_names(connection)
    return [_person([rows[one] for one in group], old_names) for group in _groups(rows)]


def _groups(rows: dict[int, sqlite3.Row]) -> Iterator[list[int]]:
    """Which rows are one person: those that share a mark, and those that share one with these."""
    marks = {author_id: tuple(_marks(row)) for author_id, row in rows.items()}
    marked: dict[str, set[int]] = {}
    for author_id, own in marks.items():
        for mark in own:
            marked.setdefault(mark, set()).add(author_id)
    grouped: set[int] = set()
    for author_id, own in marks.items():
        group, waiting = list[int](), [author_id] if own else []
        while waiting:
            one = waiting.pop()
            if one not in grouped:
                grouped.add(one)
                group.append(one)
                waiting += [other for mark in marks[one] for other in marked.pop(mark, ())]
        if group:
            yield sorted(group)


_AUTHORS = """
SELECT authors.*, count(post_id) AS posts FROM authors LEFT JOIN posts USING (author_id) GROUP BY author_id ORDER BY author_id
"""


def _marks(row: sqlite3.Row) -> Iterator[str]:
    if row["user_id"] is not None:
        yield f"account:{row['user_id']}"
    if row["slug"] is not None and row["url"] is not None:
        yield f"profile:{path_of(row['url'])}"
    if is_nameless(_author(row)):
        yield f"guest:{' '.join(folded_words(row['name']))}"


def _author(row: sqlite3.Row) -> Author:
    return Author(
        name=row["name"],
        url=row["url"],
        slug=row["slug"],
        user_id=row["user_id"],
        is_deleted=bool(row["is_deleted"]) if row["is_deleted"] is not None else None,
    )


def _person(rows: list[sqlite3.Row], old_names: dict[str | int, list[str]]) -> Person:
    urls = {row["url"] for row in rows if row["slug"] is not None and row["url"] is not None}
    user_ids = {row["user_id"] for row in rows if row["user_id"] is not None}
    names = dict.fromkeys(row["name"] for row in rows if not row["is_deleted"])
    names |= dict.fromkeys(row["slug"] for row in rows if row["slug"] is not None)
    for one in (*urls, *user_ids):
        names |= dict.fromkeys(old_names.get(one, ()))
    return Person(
        author_ids=tuple(row["author_id"] for row in rows),
        names=tuple(names),
        urls=tuple(sorted(urls)),
        user_ids=tuple(sorted(user_ids)),
        is_guest=not (urls or user_ids),
        posts=sum(row["posts"] for row in rows),
    )


def _old_names(connection: sqlite3.Connection) -> dict[str | int, list[str]]:
    """The names that people had, by the addresses of their profiles and by their numbers."""
    found: dict[str | int, list[str]] = {}
    for row in connection.execute("SELECT * FROM author_changes WHERE field = 'name'"):
        names = [name for name in (row["old_value"], row["new_value"]) if name]
        for one in (row["author_url"], row["user_id"]):
            if one is not None:
                found.setdefault(one, []).extend(names)
    return found


def _people_by(connection: sqlite3.Connection, text: str) -> list[Person]:
    people = people_of(connection)
    if text.startswith(_GUEST):
        words = folded_words(text.removeprefix(_GUEST))
        return [one for one in people if one.is_guest and words in map(folded_words, one.names)]
    if "://" in text:
        path = path_of(text)
        return [one for one in people if path in map(path_of, one.urls)]
    by_number = [one for one in people if text.isdecimal() and int(text) in one.user_ids]
    words = folded_words(text)
    by_name = [one for one in people if words and words in map(folded_words, one.names)]
    return by_number or by_name


def _posts_by(connection: sqlite3.Connection, text: str) -> list[int]:
    named = _PERMALINK.search(text)
    if text.isascii() and text.isdecimal():
        query, value = "SELECT post_id FROM posts WHERE post_id = ?", int(text[:18])
    elif named is not None:
        query, value = "SELECT post_id FROM posts WHERE post_id = ?", int(named[1])
    else:
        rows = connection.execute("SELECT post_id FROM posts WHERE url = ?", (text,))
        return [row[0] for row in rows]
    return [row[0] for row in connection.execute(query, (value,))]


def _ambiguous(text: str, people: list[Person], posts: list[int]) -> UsageError:
    named = [*map(_described, people), *(f"post {post_id}" for post_id in posts)]
    listed = "; ".join(named[:_MOST_NAMED]) + ("; …" if len(named) > _MOST_NAMED else "")
    advice = "say --as author or --as post" if posts and len(people) < 2 else "give one of these"
    return UsageError(f"“{text}” can mean {len(named)}: {listed}; {advice}.")


def _described(person: Person) -> str:
    posts = f"{person.posts} post{'s' * (person.posts != 1)}"
    if person.is_guest:
        return f"{_GUEST}{person.names[0]} ({posts})"
    who = person.urls[0] if person.urls else f"user id {person.user_ids[0]}"
    return f"{who} ({posts})"


def _was_erased(known: ErasureKeys, text: str) -> bool:
    named = _PERMALINK.search(text)
    number = named[1] if named is not None else text
    if number.isascii() and number.isdecimal():
        return known.has_post(int(number)) or known.has_account(int(number))
    if "://" in text:
        return known.has_author(Author(name="", url=text, slug=""))
    return known.has_own_name(folded_words(text.removeprefix(_GUEST)))
