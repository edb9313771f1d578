"""Takes lines out of pages at random, and tells what a reader then passes off as true."""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lxml import etree

from parsers.document import read_document
from parsers.errors import ThreadkeepError
from parsers.registry import parse_topic, recognise

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from parsers.records import Page, ParsedPost, TopicPage

_SHARE = 0.05
_FEWEST_LINES = 20
_TAG_OR_TEXT = re.compile(rb"<[^<>]*>|[^<>]+|[<>]")
# Inline elements are no boxes: browsers close these wherever a box ends.
_BOX = re.compile(
    rb"<(/?)(div|table|tr|td|ul|ol|li|article|section|main|header|blockquote)\b", re.IGNORECASE
)
# What says of a page as a whole that none of its letters is certain.
_ALWAYS = frozenset(("encoding-guessed",))
_LETTER = re.compile(r"\w")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mangled:
    """A page without some of its lines.

    Attributes:
        page: what is left.
        removed: what was taken out.
    """

    page: Page
    removed: bytes


def mangle(page: Page, random: Random) -> Mangled:
    """Take a twentieth of a page's lines out; of a page of hardly any lines, of its tags and texts."""
    lines = page.body.splitlines(keepends=True)
    if len(lines) < _FEWEST_LINES:
        lines = _TAG_OR_TEXT.findall(page.body)
    chosen = set(random.sample(range(len(lines)), max(1, round(len(lines) * _SHARE))))
    left = b"".join(line for place, line in enumerate(lines) if place not in chosen)
    removed = b"\n".join(lines[place] for place in sorted(chosen))
    return Mangled(page=replace(page, body=left), removed=removed)


def read(page: Page) -> TopicPage | None:
    """What a page is read as; None where it is refused, in a sentence, or is no topic."""
    try:
        document = read_document(page)
        engine, kind = recognise(document)
        return parse_topic(engine, document) if kind == "topic" else None
    except ThreadkeepError:
        return None


def untruths(whole: TopicPage, mangled: Mangled) -> Iterator[str]:
    """What is wrong in the reading of a mangled page and told by no problem and no gap."""
    found = read(mangled.page)
    if found is None:
        return
    if _general(found) - _general(whole) or any(code in _ALWAYS for code, _ in _general(found)):
        return  # the page as a whole is doubted
    known = {post.post_id: post for post in whole.posts}
    named = {problem.post_id for problem in whole.problems}
    doubted = {post.post_id for post in found.posts if _is_doubted(post, known)}
    for post in found.posts:
        if post.post_id not in known and post.post_id not in named | doubted:
            yield f"post {post.post_id} does not exist"
        elif post.post_id in known and post.post_id not in doubted:
            yield from _misnamed(known[post.post_id], post)
    if not cancels_out(mangled.removed):
        yield from _misquoted(whole, found, doubted, Counter(_letters_of(mangled.removed)))


def cancels_out(removed: bytes) -> bool:
    """Whether what was taken out opens and closes the same, so that what is left is as well-formed as the page was.

    Where a box begins and where it ends, its tags tell and nothing else: of a page without the end of one box and the
    beginning of the next one, nobody can tell that it ever had these.
    """
    opened = Counter(name for slash, name in _BOX.findall(removed) if not slash)
    closed = Counter(name for slash, name in _BOX.findall(removed) if slash)
    return bool(opened) and opened == closed


def _is_doubted(post: ParsedPost, known: dict[int, ParsedPost]) -> bool:
    before = known.get(post.post_id)
    return bool(_codes(post) - _codes(before))


def _general(found: TopicPage) -> set[tuple[str, int | None]]:
    """Problems of the page itself, and of posts that are not among those read."""
    shown = {post.post_id for post in found.posts}
    return {
        (problem.code, problem.post_id)
        for problem in found.problems
        if problem.post_id not in shown
    }


def _codes(post: ParsedPost | None) -> set[str]:
    return {problem.code for problem in post.problems} if post is not None else set()


def _misnamed(known: ParsedPost, post: ParsedPost) -> Iterator[str]:
    if post.author.name != known.author.name:
        yield f"post {post.post_id} is by “{known.author.name}”, not by “{post.author.name}”"


def _misquoted(
    whole: TopicPage, found: TopicPage, doubted: set[int], removed: Counter[str]
) -> Iterator[str]:
    """Bodies that say anything but what is left of them: of a line amid a text that is gone, nothing can be seen."""
    known = {post.post_id: post for post in whole.posts}
    for post in found.posts:
        if post.post_id in known and post.post_id not in doubted:
            was = known[post.post_id].body_text
            before, after = _LETTER.findall(was), _LETTER.findall(post.body_text)
            lacking = Counter(before) - Counter(after)
            if not _is_part_of(after, before) or lacking - removed:
                yield f"post {post.post_id} says “{was}”, not “{post.body_text}”"
    yield from _vanished(whole, found, removed)


def _is_part_of(part: list[str], whole: list[str]) -> bool:
    """Whether all letters of a text are in another, in the same order."""
    rest = iter(whole)
    return all(letter in rest for letter in part)


def _vanished(whole: TopicPage, found: TopicPage, removed: Counter[str]) -> Iterator[str]:
    """Posts that are gone without a word: those that were taken out with all they say do not count."""
    told = {problem.post_id for problem in found.problems if problem.code == "lost-post"}
    shown = {post.post_id for post in found.posts}
    if _is_counted_short(found) or any(code == "by-structure" for code, _ in _general(found)):
        return
    for post in whole.posts:
        is_out = not Counter(_LETTER.findall(post.body_text)) - removed
        if post.post_id not in shown | told and not is_out:
            yield f"post {post.post_id} is gone, and nothing says so"


def _is_counted_short(found: TopicPage) -> bool:
    """Whether the page says itself that it shows more posts than were read."""
    claim = found.claim
    if claim is None:
        return False
    if claim.first is not None and claim.last is not None:
        return claim.last - claim.first + 1 > len(found.posts)
    return (claim.count or claim.total or 0) > len(found.posts)


def _letters_of(markup: bytes) -> list[str]:
    text = f"{markup.decode('utf-8', 'replace')} {markup.decode('cp1252', 'replace')}"
    try:
        whole = etree.HTML(f"<div>{text}</div>")
        shown = " ".join(whole.itertext())
    except (etree.LxmlError, AttributeError):  # nothing in it that could be an element
        shown = ""
    return _LETTER.findall(f"{shown} {html.unescape(re.sub(r'<[^>]*>', ' ', text))}")
