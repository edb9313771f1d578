"""The search of a site without a server: an index in pieces, as scripts, so that a browser loads only what it needs.

A piece is a script that hands its data to `threadkeepSearch`, since a page that was opened from a folder may load scripts
and nothing else. Words are in a piece by their first two letters, posts by their numbers.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from exporters.html.environment import legible
from exporters.record import json_of
from scraper.archive.browse.lookup import post_lines
from scraper.archive.browse.search_words import indexed_words
from threadkeep.reader.author import beginning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scraper.archive.browse.lookup import PostLine
    from scraper.archive.browse.search_words import IndexedWord
    from threadkeep.reader.open_archive import OpenArchive

# A word of so many posts finds nothing by itself, and would fill a piece alone.
_MOST_POSTS = 20_000
_POSTS_A_PIECE = 200
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def index_files(opened: OpenArchive, pages: Mapping[int, int]) -> Iterator[tuple[str, bytes]]:
    """The files of the index, by name.

    Args:
        opened: the archive.
        pages: the page of its topic that each post is on.
    """
    pieces: list[str] = []
    words = indexed_words(opened.archive, pages)
    for start, group in groupby(words, key=lambda word: word.word[:2]):
        piece = "-".join(f"{ord(letter):x}" for letter in start)
        pieces.append(piece)
        yield f"search/w-{piece}.js", _call("words", piece, _words(group))
    shown = post_lines(opened.archive, sorted(pages))
    for number, lines in groupby(shown, key=lambda line: line.post_id // _POSTS_A_PIECE):
        yield f"search/p-{number}.js", _call("posts", number, _posts(opened, lines, pages))
    yield "search/index.js", _call("begin", _POSTS_A_PIECE, pieces)


def _call(function: str, *arguments: object) -> bytes:
    """A script that hands over data; what stands in it is JSON, which no text of a post can end."""
    given = b",".join(map(json_of, arguments))
    return b"threadkeepSearch.%s(%s);\n" % (function.encode(), given)


def _words(group: Iterator[IndexedWord]) -> dict[str, list[str] | int]:
    """The posts of each word: in the text, and in the title; only their number where there are too many."""
    return {
        word.word: len(word.in_body)
        if len(word.in_body) > _MOST_POSTS
        else [_steps(word.in_body), _steps(word.in_title)]
        for word in group
    }


def _steps(numbers: Sequence[int]) -> str:
    """Numbers as the steps between them, in base 36."""
    before = 0
    steps: list[str] = []
    for number in numbers:
        steps.append(_base36(number - before))
        before = number
    return " ".join(steps)


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits


def _posts(
    opened: OpenArchive, lines: Iterator[PostLine], pages: Mapping[int, int]
) -> dict[str, object]:
    """What is shown of posts that are found; titles and addresses of topics once."""
    topics: dict[int, tuple[int, str, str]] = {}
    posts: dict[int, tuple[object, ...]] = {}
    for line in lines:
        title = legible(opened.survey.topics[line.topic_key].title or "(no title)")
        place = topics.setdefault(
            line.topic_key, (len(topics), title, opened.names.topic(line.topic_key))
        )[0]
        when = line.published or line.published_text or ""
        page = pages[line.post_id]
        posts[line.post_id] = (place, page, line.author, when, beginning(line.text))
    return {"topics": [topic[1:] for topic in topics.values()], "posts": posts}
