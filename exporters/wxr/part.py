"""Spread units over files: what a post belongs to stands before it in the same file, whichever file that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from exporters.record import json_of
from exporters.wxr.markup import cdata, plain_element

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from exporters.wxr.account import Accounts
    from exporters.wxr.spool import Spool, Unit
    from exporters.wxr.tag import Tags

BeginFile = Callable[[int], BinaryIO]
"""Begins the file of a number, from 1; the one before it is complete by then."""

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" ?>\n'
    "<!-- A forum, for Tools > Import > WordPress, with bbPress active. Repair the forums afterwards: Tools > Forums. -->\n"
    '<rss version="2.0"\n'
    '\txmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"\n'
    '\txmlns:content="http://purl.org/rss/1.0/modules/content/"\n'
    '\txmlns:dc="http://purl.org/dc/elements/1.1/"\n'
    '\txmlns:wp="http://wordpress.org/export/1.2/"\n'
    ">\n<channel>\n"
)
_TAIL = b"</channel>\n</rss>\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A forum as it stands in a further file.

    Attributes:
        parent: the id of the forum around it; 0: none.
        item: the element.
    """

    parent: int
    item: bytes


@dataclass(slots=True)
class _Part:
    """What one file has.

    Attributes:
        entries: places in the spool, and what is there again.
        holds: ids of what stands in it so far and has posts or forums below it.
    """

    size: int
    entries: list[int | bytes] = field(default_factory=list[int | bytes])
    logins: dict[str, None] = field(default_factory=dict[str, None])
    tags: dict[str, None] = field(default_factory=dict[str, None])
    holds: set[int] = field(default_factory=set[int])
    units: int = 0


def head(name: str, home: str, facts_by_name: dict[str, dict[str, object]]) -> bytes:
    """How a file begins.

    Args:
        name: the site's.
        home: the address of its home.
        facts_by_name: what is told of how the export was made; what is empty is left out.
    """
    told = " ".join(
        ["Archived with threadkeep."]
        + [f"{what}: {json_of(one).decode()}" for what, one in facts_by_name.items() if one]
    )
    facts = (
        f"<title>{cdata(name)}</title>\n"
        + plain_element("link", home)
        + f"<description>{cdata(told)}</description>\n"
        + "<generator>threadkeep</generator>\n"
        + plain_element("wp:wxr_version", "1.2")
        + plain_element("wp:base_site_url", home.rstrip("/"))
        + plain_element("wp:base_blog_url", home.rstrip("/"))
    )
    return (_HEAD + facts).encode()


class Parts:
    """The files of an export."""

    def __init__(self, head: bytes, spool: Spool, accounts: Accounts, tags: Tags) -> None:
        """Write what a spool holds."""
        self._head = head
        self._spool = spool
        self._accounts = accounts
        self._tags = tags
        self._sizes: dict[tuple[str, str], int] = {}

    def write_one(self, out: BinaryIO, stretches: Iterable[tuple[int, int]]) -> None:
        """Write all units into one file.

        Args:
            out: the file.
            stretches: where units begin and end, in the order to be written.
        """
        self._begin(out, self._accounts, self._tags)
        for start, end in stretches:
            out.writelines(unit.item for _, unit in self._spool.units(start, end))
        out.write(_TAIL)

    def write_several(
        self,
        begin_file: BeginFile,
        stretches: Iterable[tuple[int, int]],
        forums: Mapping[int, Again],
        most_bytes: int,
    ) -> None:
        """Write all units into files that are no larger than a limit, as far as single posts let them.

        Args:
            begin_file: begins each.
            stretches: where units begin and end, in the order to be written.
            forums: each forum's element for a further file, by id.
            most_bytes: the limit.
        """
        for number, part in enumerate(self._planned(stretches, forums, most_bytes), 1):
            out = begin_file(number)
            self._begin(out, part.logins, part.tags)
            for entry in part.entries:
                out.write(entry if isinstance(entry, bytes) else self._spool.at(entry).item)
            out.write(_TAIL)

    def _begin(self, out: BinaryIO, logins: Iterable[str], tags: Iterable[str]) -> None:
        out.write(self._head)
        out.writelines(self._accounts.block(login).encode() for login in logins)
        out.writelines(self._tags.block(tag).encode() for tag in tags)

    def _planned(
        self, stretches: Iterable[tuple[int, int]], forums: Mapping[int, Again], most_bytes: int
    ) -> Iterator[_Part]:
        part = self._new_part()
        topic: Unit | None = None
        for start, end in stretches:
            for place, unit in self._spool.units(start, end):
                if unit.again:
                    topic = unit
                around = _Around(forums, topic if unit.topic else None)
                cost = self._cost(part, unit, around)
                if part.units and part.size + cost > most_bytes:
                    yield part
                    part = self._new_part()
                    cost = self._cost(part, unit, around)
                part.size += cost
                self._put(part, unit, place, around)
        yield part

    def _new_part(self) -> _Part:
        return _Part(len(self._head) + len(_TAIL))

    def _cost(self, part: _Part, unit: Unit, around: _Around) -> int:
        """By how much a unit would make a file larger."""
        again = sum(map(len, around.of(unit, part.holds)[1]))
        logins = dict.fromkeys(around.logins(unit, part.holds))
        names = sum(self._size("login", one) for one in logins if one not in part.logins)
        terms = sum(self._size("tag", one) for one in unit.tags if one not in part.tags)
        return len(unit.item) + again + names + terms

    def _size(self, kind: str, name: str) -> int:
        size = self._sizes.get((kind, name))
        if size is None:
            block = self._accounts.block(name) if kind == "login" else self._tags.block(name)
            size = self._sizes[kind, name] = len(block.encode())
        return size

    def _put(self, part: _Part, unit: Unit, place: int, around: _Around) -> None:
        part.logins |= dict.fromkeys(around.logins(unit, part.holds))
        part.tags |= dict.fromkeys(unit.tags)
        numbers, again = around.of(unit, part.holds)
        part.holds.update(numbers)
        if unit.again or unit.number in around.forums:
            part.holds.add(unit.number)
        part.entries += [*again, place]
        part.units += 1


@dataclass(frozen=True, slots=True)
class _Around:
    """What a unit belongs to."""

    forums: Mapping[int, Again]
    topic: Unit | None

    def of(self, unit: Unit, held: set[int]) -> tuple[list[int], list[bytes]]:
        """What is not in a file yet: ids and elements, the outermost first."""
        numbers: list[int] = []
        items: list[bytes] = []
        if self.topic is not None and self.topic.number not in held:
            numbers.append(self.topic.number)
            items.append(self.topic.again)
        forum = unit.forum
        while forum and forum not in held:
            numbers.append(forum)
            items.append(self.forums[forum].item)
            forum = self.forums[forum].parent
        return numbers, items[::-1]

    def logins(self, unit: Unit, held: set[int]) -> tuple[str, ...]:
        """Whom the unit names, and whom its topic does where that stands before it once more."""
        if self.topic is None or self.topic.number in held:
            return unit.logins
        return (*self.topic.logins, *unit.logins)
