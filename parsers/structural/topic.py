"""Put a topic page together from its repeating units, and say of each field how many of them have it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute, first_page_of
from parsers.bbpress.body import read_body
from parsers.bbpress.candidate import Candidate
from parsers.bbpress.forum_path import read_forum_path
from parsers.bbpress.head import body_classes, read_head
from parsers.bbpress.landmark import find_landmarks
from parsers.bbpress.language import page_language
from parsers.bbpress.thread import FLAT, find_places
from parsers.bbpress.title import read_title
from parsers.locale import role_key
from parsers.records import Author, Pager, ParsedPost, Problem, TopicPage
from parsers.structural.ending import has_end

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.bbpress.thread import Place
    from parsers.document import Document
    from parsers.element import Element
    from parsers.locale import Locale
    from parsers.structural.reading import Reading
    from parsers.structural.unit import Unit

_FIELDS = ("author", "role", "date", "body")


def read_topic(document: Document, reading: Reading, engine: str) -> TopicPage:
    """Read a page's units into posts."""
    root, url = document.root, document.url
    marks = find_landmarks(root, document.page.viewer)
    head = read_head(document)
    language, locale = page_language(head.language, marks)
    candidates = tuple(_candidate(unit) for unit in reading.cut.units)
    topic_id = _topic_id(document, reading)
    posts = tuple(_Posts(reading, document, locale, topic_id).read(candidates))
    around = next(root.iterchildren("body"), root)
    framed = replace(marks, posts=candidates, wrappers=frozenset((around,)))
    title, is_shown = read_title(root, framed, None)
    path = read_forum_path(root, framed, url, locale)
    is_threaded = any(post.depth is not None for post in posts)
    pager = _pager(reading.pages.pager, url, is_threaded=is_threaded)
    found = TopicPage(
        engine=engine,
        topic_id=topic_id,
        title=title,
        url=dict(pager.urls).get(1),
        forum=path.forums,
        posts=posts,
        pager=pager,
        claim=reading.claim,
        has_lead=_has_lead(reading, topic_id),
        is_threaded=is_threaded,
        language=language,
        home_url=path.home or head.home_url,
        api_url=head.api_url,
    )
    problems = (
        *document.problems,
        *_without_end(document),
        *_problems(found, reading, is_shown=is_shown),
    )
    shares = _shares(found, reading)
    return replace(found, confidence=shares, problems=problems)


def _candidate(unit: Unit) -> Candidate:
    """A unit in the form in which bbPress's own parts take one."""
    return Candidate(
        element=unit.start,
        post_id=unit.number,
        tokens=frozenset(),
        is_marked=False,
        content=unit.roots[0],
        usual=None,
        head=None,
    )


def _topic_id(document: Document, reading: Reading) -> int | None:
    """The topic's number: as the page says, where one of its posts has it or the page is a topic's; else the first post's."""
    stated = read_head(document).post_id
    numbers = {unit.number for unit in reading.cut.units}
    if stated is not None and (stated in numbers or "single-topic" in body_classes(document.root)):
        return stated
    return reading.cut.units[0].number if reading.pages.pager.current == 1 else None


def _has_lead(reading: Reading, topic_id: int | None) -> bool:
    """Whether the opening post stands above the answers and is none of what is counted."""
    claim = reading.claim
    is_first = reading.cut.units[0].number == topic_id
    return reading.has_lead and is_first and (claim is None or claim.unit != "posts")


def _pager(pager: Pager, url: str, *, is_threaded: bool) -> Pager:
    """The page links; a threaded topic without any is whole on this page, whatever number its address has."""
    is_whole = is_threaded and pager.last == pager.current
    return Pager(urls=((1, first_page_of(url)),)) if is_whole else pager


class _Posts:
    """Reads the posts of one page."""

    def __init__(
        self, reading: Reading, document: Document, locale: Locale | None, topic_id: int | None
    ) -> None:
        self._reading = reading
        self._url = document.url
        self._locale = locale
        self._topic_id = topic_id

    def read(self, candidates: tuple[Candidate, ...]) -> Iterator[ParsedPost]:
        """Every post whose text was found."""
        places = find_places(candidates, is_whole=True)
        units = self._reading.cut.units
        found = [
            (place, element)
            for place in range(len(units))
            if (element := self._reading.bodies.element(place)) is not None
        ]
        numbers = {units[place].number for place, _ in found}
        for place, element in found:
            nested = places.get(units[place].number, FLAT)
            known = nested.reply_to if nested.reply_to in numbers else None
            yield self._post(place, element, replace(nested, reply_to=known))

    def _post(self, place: int, element: Element, nested: Place) -> ParsedPost:
        reading, url = self._reading, self._url
        number = reading.cut.units[place].number
        author = reading.names.author(place, url)
        role = reading.roles.pieces.get(place) if reading.roles is not None else None
        body = read_body(element, number)
        link = _permalink(reading.cut.units[place])
        post = ParsedPost(
            post_id=number,
            kind="topic" if number == self._topic_id else "reply",
            url=absolute(url, link) if link else None,
            author=author or Author(name=""),
            role=role.text if role is not None else None,
            role_key=role_key(role.text, self._locale) if role is not None else None,
            published_text=reading.dates.text(place),
            published_attribute=reading.dates.attribute(place),
            reply_to=nested.reply_to,
            depth=nested.depth,
            body_html=body.html,
            body_text=body.text,
        )
        return replace(post, problems=tuple(_post_problems(post)))


def _permalink(unit: Unit) -> str | None:
    """A post's link to itself, which ends in its number."""
    end = str(unit.number)
    for root in unit.roots:
        for link in root.iter("a"):
            href = link.get("href") or ""
            fragment = href.partition("#")[2]
            if fragment.endswith(end) and not fragment[: -len(end)][-1:].isdigit():
                return href
    return None


def _post_problems(post: ParsedPost) -> Iterator[Problem]:
    if not post.author.name:
        yield Problem(code="no-author", detail="The page names no author.", post_id=post.post_id)
    if post.published_text is None:
        yield Problem(code="no-date", detail="The page shows no date.", post_id=post.post_id)


def _shares(found: TopicPage, reading: Reading) -> tuple[tuple[str, float], ...]:
    """For each field, the share of the units in which it was found."""
    count = len(found.posts) + sum(1 for _ in _lost(found, reading)) + reading.cut.unnumbered
    numbers = (
        sum(bool(post.author.name) for post in found.posts),
        sum(post.role is not None for post in found.posts),
        sum(post.published_text is not None for post in found.posts),
        len(found.posts),
    )
    return tuple(
        (field, round(number / count, 3)) for field, number in zip(_FIELDS, numbers, strict=True)
    )


def _problems(found: TopicPage, reading: Reading, *, is_shown: bool) -> Iterator[Problem]:
    count = len(reading.cut.units)
    shares = ", ".join(f"{name} {share:.0%}" for name, share in _shares(found, reading))
    detail = (
        f"No known template fits; {count} posts were read by position and repetition ({shares})."
    )
    yield Problem(code="by-structure", detail=detail)
    if reading.cut.unnumbered:
        detail = f"{reading.cut.unnumbered} parts of the page look like posts and have no number; they were not read."
        yield Problem(code="unnumbered-post", detail=detail)
    for number in _lost(found, reading):
        detail = "The page has the post's number, but its body was not found."
        yield Problem(code="lost-post", detail=detail, post_id=number)
    if not is_shown:
        detail = "The page shows no title; it was taken from its head."
        yield Problem(code="title-from-head", detail=detail)
    for post in found.posts:
        yield from post.problems


def _without_end(document: Document) -> Iterator[Problem]:
    if not has_end(document):
        detail = "The page leaves its end out, as some writers do; it cannot be told whether all of it came."
        yield Problem(code="no-end", detail=detail)


def _lost(found: TopicPage, reading: Reading) -> Iterator[int]:
    """Numbers of posts that the page says that it has and whose texts were not found, the first page's opening among them."""
    known = {post.post_id for post in found.posts}
    opening = (found.topic_id,) if found.pager.current == 1 else ()
    numbers = (*(unit.number for unit in reading.cut.units), *reading.lost, *opening)
    for number in dict.fromkeys(numbers):
        if number is not None and number not in known:
            yield number
