"""Read a page's repeating units: try every way to number them, and keep the one in which all that a post needs repeats."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.bbpress.address import page_number_of
from parsers.bbpress.enclosure import Enclosure
from parsers.bbpress.head import body_classes, read_head
from parsers.bbpress.landmark import find_landmarks
from parsers.bbpress.language import page_language
from parsers.bbpress.text import shown
from parsers.structural.author import find_names, find_roles
from parsers.structural.body import find_bodies
from parsers.structural.claim import find_claim
from parsers.structural.date import DateFinder
from parsers.structural.ending import ends_within, is_torn
from parsers.structural.lead import is_apart, with_lead
from parsers.structural.mark import find_series
from parsers.structural.pager import find_pager
from parsers.structural.sign import reason_against
from parsers.structural.slot import Table
from parsers.structural.unit import cut_page, is_shifted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parsers.document import Document
    from parsers.element import Element
    from parsers.locale import Locale
    from parsers.records import CountClaim
    from parsers.structural.author import Names
    from parsers.structural.body import Bodies
    from parsers.structural.date import Dates
    from parsers.structural.mark import Series
    from parsers.structural.pager import PageLinks
    from parsers.structural.slot import Slot
    from parsers.structural.unit import Cut

_KINDS = ("class", "id", "data", "link")
_SHARE = 0.8
_MOST_ON_A_PAGE = 60
# No page numbers its posts in more ways; each is gone through, and a page may be made to have thousands.
_MOST_SERIES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Where a page's units have what.

    Attributes:
        series: how they are numbered.
        cut: the units.
        table: their insides.
        names: where the authors are.
        roles: where their roles are.
        dates: where the dates are.
        bodies: where the texts are.
        pages: the page links.
        has_lead: the first unit stands apart from the others.
        claim: what a count sentence says.
        lost: numbers of posts that the page has elsewhere, and whose parts were not found.
    """

    series: Series
    cut: Cut
    table: Table
    names: Names
    roles: Slot | None
    dates: Dates
    bodies: Bodies
    pages: PageLinks
    has_lead: bool = False
    claim: CountClaim | None = None
    lost: tuple[int, ...] = ()


# A page is judged when it is recognised, and read after that.
@lru_cache(maxsize=1)
def read_structure(document: Document) -> Reading | str:
    """Where a topic's posts have what; a sentence where the page is none, or not for certain."""
    marks = find_landmarks(document.root, document.page.viewer)
    if any(one.usual is not None for one in marks.posts):
        return "It has posts with bbPress's own marks."
    if is_torn(document):
        return "It ends before its end, and only of a whole page can be told what its posts have in common."
    series = [one for one in find_series(document.root) if not _are_positions(one, document.url)]
    if not series:
        return "Nothing repeats on it that carries different numbers of posts."
    locale = page_language(read_head(document).language, marks)[1]
    judged = [_judge(one, document, locale) for one in sorted(series, key=_rank)[:_MOST_SERIES]]
    readings = [one for one in judged if isinstance(one, Reading)]
    if not readings:
        return next(one for one in judged if isinstance(one, str))
    best = max(readings, key=lambda one: len(one.cut.units))
    against = _contradiction(best, readings)
    if against is not None:
        return against
    whole = _with_lead(best, document, locale) or best
    return replace(whole, lost=_lost(whole, series, read_head(document).post_id))


def _rank(series: Series) -> tuple[int, int]:
    return -len(series.numbers), _KINDS.index(series.kind)


def _lost(best: Reading, every: Sequence[Series], topic_id: int | None) -> tuple[int, ...]:
    """Numbers that stand in a row with those of the units; the topic's own is on its later pages, too."""
    known = {unit.number for unit in best.cut.units}
    rows = (one.numbers for one in every if known.issubset(one.numbers))
    found = dict.fromkeys(number for row in rows for number in row if number not in known)
    return tuple(number for number in found if best.pages.pager.current == 1 or number != topic_id)


def _with_lead(best: Reading, document: Document, locale: Locale | None) -> Reading | None:
    """The same with the opening post that stands above the answers without a number; None where none does for certain."""
    number = read_head(document).post_id
    if number is None or number in {unit.number for unit in best.cut.units}:
        return None
    if "single-topic" not in body_classes(document.root):
        return None
    ways = (
        _fields(best.series, cut, best.pages, document, locale)
        for cut in with_lead(best.cut, number)
    )
    found = [one for one in ways if isinstance(one, Reading) and _goes_before(one, best)]
    return replace(found[0], claim=best.claim) if len(found) == 1 else None


def _goes_before(found: Reading, best: Reading) -> bool:
    """Whether a first post was found with all that posts have, and all others are read as they were without it."""
    is_whole = found.names.piece(0) and found.dates.text(0) and found.bodies.element(0) is not None
    return bool(is_whole) and all(
        found.names.piece(place + 1) == best.names.piece(place)
        and found.dates.text(place + 1) == best.dates.text(place)
        and _text(found, place + 1) == _text(best, place)
        for place in range(len(best.cut.units))
    )


def _text(reading: Reading, place: int) -> str | None:
    element = reading.bodies.element(place)
    return shown(element) if element is not None else None


def _contradiction(best: Reading, readings: Sequence[Reading]) -> str | None:
    """What speaks against a numbering: another that numbers the same units otherwise."""
    numbers = {unit.number for unit in best.cut.units}
    for other in readings:
        theirs = {unit.number for unit in other.cut.units}
        if len(theirs) == len(numbers) and theirs != numbers and other.series.kind != "data":
            return "Its posts carry two different numbers each."
    return None


def _are_positions(series: Series, url: str) -> bool:
    """Whether numbers only count the posts: 1, 2, 3, or 16, 17, 18 on the second page."""
    numbers = sorted(series.numbers)
    count = len(numbers)
    if numbers != list(range(numbers[0], numbers[0] + count)):
        return False
    before, page = numbers[0] - 1, page_number_of(url)
    return before == 0 or (
        page > 1 and before % (page - 1) == 0 and before // (page - 1) <= _MOST_ON_A_PAGE
    )


def _judge(series: Series, document: Document, locale: Locale | None) -> Reading | str:
    cut = cut_page(series)
    if cut is None:
        return "It cannot be told where its posts begin and end."
    roots = cut.starts
    posts = Enclosure(roots.__contains__)
    if is_shifted(cut) or ends_within(document, cut):
        return "It cannot be told where its posts begin and end."
    claim = find_claim(document.root, posts, locale)
    against = reason_against(document, cut, posts, has_count=claim is not None)
    if against is not None:
        return against
    pages = find_pager(document.root, document.url, read_head(document).canonical, posts)
    if not pages.is_whole:
        return "It has page links that cannot be understood."
    found = _fields(series, cut, pages, document, locale)
    return found if isinstance(found, str) else replace(found, claim=claim)


def _fields(
    series: Series, cut: Cut, pages: PageLinks, document: Document, locale: Locale | None
) -> Reading | str:
    table = Table(cut)
    slots = table.slots()
    count = len(cut.units)
    dates = DateFinder(locale, document.page.fetched_at).find(slots, count)
    if dates is None:
        return "No date repeats in its posts."
    names = find_names(table, slots, dates, locale, document.url)
    if names is None:
        return "No author's name repeats in its posts, or it cannot be told which text it is."
    known = [set(_known(place, series, cut, names, dates)) for place in range(count)]
    writers = [found[0] if (found := names.piece(place)) else "" for place in range(count)]
    bodies = find_bodies(table, known, writers)
    read = sum(bodies.element(place) is not None for place in range(count)) if bodies else 0
    if bodies is None or read < count * _SHARE:
        return "No text repeats in its posts, or it cannot be told which one is theirs."
    return Reading(
        series=series,
        cut=cut,
        table=table,
        names=names,
        roles=find_roles(slots, names, count, locale),
        dates=dates,
        bodies=bodies,
        pages=pages,
        has_lead=is_apart(cut.units),
    )


def _known(place: int, series: Series, cut: Cut, names: Names, dates: Dates) -> Iterator[Element]:
    """The elements of a unit that hold its name, its date and its number."""
    found = names.piece(place)
    if found is not None:
        yield found[1]
    for slot in dates.places:
        if place in slot.pieces:
            yield slot.pieces[place].element
    if series.kind == "link":
        number = cut.units[place].number
        yield next(mark.element for mark in series.marks if mark.number == number)
