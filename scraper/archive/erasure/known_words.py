"""The words by which somebody is known again: names, sentences of their posts, titles of their topics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import html

from parsers.erasure import PHRASE, folded_words, windows
from parsers.visible_text import visible_text
from scraper.archive.erasure.key import (
    key_of_account,
    key_of_guest,
    key_of_phrase,
    key_of_profile,
    key_of_title,
    keys_of_name,
)
from scraper.archive.erasure.whom import people_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Iterator

    from scraper.archive.erasure.whom import Person

_SHORTEST_WORD = 3


def keys_of_person(connection: sqlite3.Connection, person: Person) -> Iterator[tuple[str, int]]:
    """Everything by which somebody is known again."""
    yield from map(key_of_account, person.user_ids)
    yield from map(key_of_profile, person.urls)
    others = {
        folded_words(name)
        for one in people_of(connection)
        if one.author_ids != person.author_ids
        for name in one.names
    }
    for name in person.names:
        words = folded_words(name)
        yield from keys_of_name(name, is_shared=words in others or not _is_telling(words))
        if person.is_guest:
            yield key_of_guest(name)


def _is_telling(words: tuple[str, ...]) -> bool:
    """Whether a name is no number, and not so short that anything can be called so."""
    return len(words) > 1 or any(
        len(word) >= _SHORTEST_WORD and not word.isdecimal() for word in words
    )


def phrases_of_posts(connection: sqlite3.Connection) -> Iterator[tuple[str, ...]]:
    """So many words in a row of the posts that go, of what they quote nothing."""
    query = "SELECT body_html FROM revisions JOIN temp.going USING (post_id)"
    for row in connection.execute(query).fetchall():
        yield from windows(folded_words(_own_words(row["body_html"])), PHRASE)


def quoted_keys(
    bodies: Iterable[str], is_phrase: Callable[[tuple[str, ...]], bool]
) -> Iterator[tuple[str, int]]:
    """The keys of what bodies of others quote of the posts that go."""
    for body in bodies:
        for words in windows(folded_words(body), PHRASE):
            if is_phrase(words):
                yield key_of_phrase(words)


def _own_words(body: str) -> str:
    element = html.fragment_fromstring(body, create_parent="div")
    for quote in list(element.iter("blockquote", "q", "cite")):
        quote.drop_tree()
    return visible_text(element)


def titles_of(
    connection: sqlite3.Connection, topic_keys: Iterable[int]
) -> frozenset[tuple[str, ...]]:
    """The titles that topics have and had, as folded words; of one word is said by others as well."""
    found: set[tuple[str, ...]] = set()
    for key in topic_keys:
        for row in connection.execute(_TITLES, {"key": key}):
            found |= {folded_words(title) for title in row if title}
    return frozenset(words for words in found if len(words) > 1)


def keys_of_titles(
    connection: sqlite3.Connection, topic_keys: Collection[int]
) -> Iterator[tuple[str, int]]:
    """The keys of titles that no topic has that stays as it is."""
    others = {
        folded_words(row["title"])
        for row in connection.execute("SELECT topic_key, title FROM topics")
        if row["topic_key"] not in topic_keys
    }
    return map(key_of_title, titles_of(connection, topic_keys) - others)


_TITLES = """
SELECT title, NULL FROM topics WHERE topic_key = :key
UNION SELECT old_value, new_value FROM topic_changes WHERE topic_key = :key AND field = 'title'
UNION SELECT title, NULL FROM listings WHERE topic_key = :key
"""
