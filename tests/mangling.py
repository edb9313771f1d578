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
    if _general(found) - _general(whole):
        return  # the page as a whole is doubted
    removed = Counter(_letters_of(mangled.removed))
    known = {post.post_id: post for post in whole.posts}
    for post in found.posts:
        if not _codes(post) - _codes(known.get(post.post_id)):
            yield from _differences(known.get(post.post_id), post, removed)
    yield from _vanished(whole, found, removed)


def _general(found: TopicPage) -> set[str]:
    """Problems of the page itself, and of posts that are not among those read."""
    shown = {post.post_id for post in found.posts}
    return {problem.code for problem in found.problems if problem.post_id not in shown}


def _codes(post: ParsedPost | None) -> set[str]:
    return {problem.code for problem in post.problems} if post is not None else set()


def _differences(
    known: ParsedPost | None, post: ParsedPost, removed: Counter[str]
) -> Iterator[str]:
    if known is None:
        yield f"post {post.post_id} does not exist"
        return
    if post.author.name != known.author.name:
        yield f"post {post.post_id} is by “{known.author.name}”, not by “{post.author.name}”"
    before, after = _LETTER.findall(known.body_text), _LETTER.findall(post.body_text)
    lacking = Counter(before) - Counter(after)
    if not _is_part_of(after, before) or lacking - removed:
        yield f"post {post.post_id} says “{known.body_text}”, not “{post.body_text}”"


def _is_part_of(part: list[str], whole: list[str]) -> bool:
    """Whether all letters of a text are in another, in the same order."""
    rest = iter(whole)
    return all(letter in rest for letter in part)


def _vanished(whole: TopicPage, found: TopicPage, removed: Counter[str]) -> Iterator[str]:
    """Posts that are gone without a word: those that were taken out with all they say do not count."""
    told = {problem.post_id for problem in found.problems if problem.code == "lost-post"}
    shown = {post.post_id for post in found.posts}
    if _is_counted_short(found) or "by-structure" in _general(found):
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
