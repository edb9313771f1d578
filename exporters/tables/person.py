"""Tell people apart by what posts show of them, and count what each wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.records import Author, Post


def author_key(author: Author) -> str:
    """One key for one person, as far as posts tell: the profile's address, else the account's number, else the name.

    Guests, and people whose account is gone, are known by their name alone: several may share one.
    """
    if author.url and author.slug:
        return author.url
    if author.user_id is not None:
        return f"user:{author.user_id}"
    return f"{'guest' if author.is_guest else 'name'}:{author.name}"


@dataclass(slots=True)
class Person:
    """Somebody as the newest post shows him or her, and how much he or she wrote.

    Attributes:
        author: as the newest post shows the author, where no time is known the last one.
        role: the role that it shows.
        role_key: the bbPress role that this means.
        posts: how many.
        topics: how many of these open a topic.
        first_published: the earliest known time of a post.
        last_published: the latest.
    """

    author: Author
    role: str | None
    role_key: str | None
    posts: int = 0
    topics: int = 0
    first_published: str | None = None
    last_published: str | None = None

    def add(self, post: Post) -> None:
        """Count a post."""
        self.posts += 1
        self.topics += post.kind == "topic"
        moment = post.published or ""
        if moment >= (self.last_published or ""):
            self.author, self.role, self.role_key = post.author, post.role, post.role_key
            self.last_published = post.published
        if moment and (self.first_published is None or moment < self.first_published):
            self.first_published = moment


class People:
    """Everybody who wrote a post."""

    def __init__(self) -> None:
        self._by_key: dict[str, Person] = {}

    def add(self, post: Post) -> str:
        """Count a post, and give its author's key."""
        key = author_key(post.author)
        person = self._by_key.get(key)
        if person is None:
            person = self._by_key[key] = Person(post.author, post.role, post.role_key)
        person.add(post)
        return key

    def __len__(self) -> int:
        return len(self._by_key)

    def __iter__(self) -> Iterator[tuple[str, Person]]:
        """Everybody, by key."""
        return iter(sorted(self._by_key.items()))
