"""Choose the place in a page's units that holds the text: the most words, no two alike, and nothing else that is known."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.bbpress.text import shown
from parsers.structural.slot import short_text, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.element import Element
    from parsers.structural.slot import Table

_Path = tuple[tuple[str, int], ...]
_CALLED = re.compile(
    r"content|body|text|message|entry|comment(?!-?(?:author|meta))|poruka|description|markdown|prose|excerpt",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"author|user|member|profile|avatar|meta|header|footer|signature|action|toolbar|attachment|share|vote|button|like",
    re.IGNORECASE,
)
_ADD_ON = re.compile(r"revision|signature|share|attachment|advert", re.IGNORECASE)
_FILES = re.compile(r"attachment", re.IGNORECASE)
# What an add-on's block is made of; pictures and what the site's editor makes are an author's, whatever they are called.
_BLOCKS = frozenset(
    ("div", "p", "span", "section", "aside", "footer", "form", "ul", "ol", "dl", "table")
)
_EDITOR = ("wp-caption", "wp-block-")
# Members cannot write these.
_HEADINGS = frozenset(("h4", "h5", "h6"))
_PICTURES = ("img", "iframe", "video", "audio", "object", "embed", "svg", "canvas")
# What a text is made of: where these hold the most words, the text is all of them together.
_OF_TEXT = frozenset(("p", "blockquote", "ul", "ol", "pre", "figure", "table", "h1", "h2", "h3"))
_NONE = frozenset(("a", "button", "form", "label", "time", "img", "h1", "h2", "h3", "h4", "nav"))
_SHARE = 0.8
_MUCH_MORE = 2
# Characters in a text, on the average: what is shorter may be a name, a date or a button.
_LEAST_LENGTH = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """The elements at one place that hold none of what is known.

    Attributes:
        length: characters in all of them.
        is_called: it is named as texts are.
    """

    path: _Path
    elements: dict[int, Element]
    length: int
    is_called: bool


class Bodies:
    """The text of each unit."""

    def __init__(
        self, table: Table, known: list[set[Element]], path: _Path, *, is_loose: bool
    ) -> None:
        """Take the place of the bodies, or, where they are loose paragraphs, of what holds them."""
        self._table = table
        self._known = known
        self._path = path
        self._is_loose = is_loose
        self._boilerplate = self._repeated() if is_loose else frozenset[str]()

    def element(self, place: int) -> Element | None:
        """What holds a unit's text and nothing else; None where there is no such thing."""
        found = self._table.elements[place].get(self._path)
        if found is None or self._table.holds_another(found) or _goes_beyond(found):
            return None
        if self._is_loose:
            return self._loose(found, place)
        return None if self._holds_known(found, place) else _without_add_ons(found)

    def _holds_known(self, element: Element, place: int) -> bool:
        return any(inner in self._known[place] for inner in element.iter("*"))

    def _loose(self, holder: Element, place: int) -> Element:
        """A copy of what holds the paragraphs, without what is known and what every unit repeats."""
        copy = deepcopy(holder)
        for child, twin in zip(list(holder), list(copy), strict=True):
            if isinstance(child.tag, str) and self._is_frame(child, place):
                _remove(copy, twin)
        return copy

    def _is_frame(self, child: Element, place: int) -> bool:
        return self._holds_known(child, place) or shown(child) in self._boilerplate

    def _repeated(self) -> frozenset[str]:
        """The texts that every unit has in it, beside its paragraphs."""
        common: set[str] | None = None
        for elements in self._table.elements:
            holder = elements.get(self._path)
            beside = holder.iterchildren("*") if holder is not None else ()
            texts = {shown(child) for child in beside if child.tag not in _OF_TEXT}
            common = texts if common is None else common & texts
        return frozenset(common or ()) - {""}


def find_bodies(table: Table, known: list[set[Element]], writers: list[str]) -> Bodies | None:
    """The place of the bodies; None where no place is it for certain.

    Args:
        table: the units.
        known: what holds a unit's name, date and number, for each.
        writers: who wrote each.
    """
    blocks = [
        one
        for one in _blocks(table, known)
        if not _is_link(one) and (one.is_called or not _is_of_writer(one, writers))
    ]
    if not blocks:
        return None
    best = max(blocks, key=lambda one: (one.is_called, one.length))
    rivals = [one for one in blocks if one is not best and not _is_sibling(one, best)]
    if not best.is_called and not _stands_out(best, rivals):
        return None
    is_loose = best.path[-1][0].partition(" ")[0] in _OF_TEXT
    path = best.path[:-1] if is_loose else best.path
    return Bodies(table, known, path, is_loose=is_loose) if path else None


def _blocks(table: Table, known: list[set[Element]]) -> Iterator[_Block]:
    found: dict[_Path, dict[int, Element]] = {}
    for place in range(len(table.units)):
        for path, element in _free(table, place, known[place]):
            found.setdefault(path, {})[place] = element
    for path, elements in found.items():
        words = [words_of(element) for element in elements.values()]
        is_other = any(_OTHERS.search(one) and not _CALLED.search(one) for one in words)
        if len(elements) >= len(table.units) * _SHARE and not is_other:
            length = sum(len("".join(one.itertext()).strip()) for one in elements.values())
            called = sum(bool(_CALLED.search(one)) for one in words)
            yield _Block(
                path=path,
                elements=elements,
                length=length,
                is_called=called * 2 > len(words),
            )


def _free(table: Table, place: int, known: set[Element]) -> Iterator[tuple[_Path, Element]]:
    """The largest elements of a unit with nothing known in them, nor another unit."""
    held = {outer for element in known for outer in element.iterancestors()} | known
    taken: list[_Path] = []
    for path, element in table.elements[place].items():
        if element in held or element.tag in _NONE or table.holds_another(element):
            continue
        if any(path[: len(outer)] == outer for outer in taken[-1:]):
            continue
        taken.append(path)
        yield path, element


def _stands_out(best: _Block, rivals: list[_Block]) -> bool:
    """Whether a text that nothing calls one is much longer than a name is, and than all else."""
    if best.length < _LEAST_LENGTH * len(best.elements):
        return False
    return all(one.length * _MUCH_MORE <= best.length for one in rivals)


def _is_of_writer(block: _Block, writers: list[str]) -> bool:
    """Whether a text goes with the person and not with the post, or is the same everywhere."""
    texts = {place: short_text(element) for place, element in block.elements.items()}
    if len(set(texts.values())) == 1 and None not in texts.values():
        return True
    by_writer: dict[str, set[str | None]] = {}
    for place, text in texts.items():
        by_writer.setdefault(writers[place], set()).add(text)
    repeats = len(texts) > len(by_writer)
    return repeats and all(len(one) == 1 and None not in one for one in by_writer.values())


def _goes_beyond(element: Element) -> bool:
    """Whether an element that was left open has taken in what follows the posts: nobody writes fields to fill in."""
    return next(element.iter("textarea", "footer"), None) is not None


def _is_link(block: _Block) -> bool:
    """Whether all that a block shows is a link, wherever it is."""
    for element in block.elements.values():
        text = short_text(element)
        if not text or not any(shown(link) == text for link in element.iter("a")):
            return False
    return True


def _is_sibling(one: _Block, other: _Block) -> bool:
    """Whether two blocks are paragraphs of one text."""
    tag = one.path[-1][0].partition(" ")[0]
    return tag in _OF_TEXT and one.path[:-1] == other.path[:-1]


def _without_add_ons(element: Element) -> Element:
    """A body without the blocks at its end that are called something else, unless there is nothing else in it."""
    cut = set(_blocks_at_end(element))
    rest = (element.text, *(child.tail for child in element), *_shown_beside(element, cut))
    if not cut or not any(text and text.strip() for text in rest):
        return element
    copy = deepcopy(element)
    copy.tail = None
    for child, twin in zip(list(element), list(copy), strict=True):
        if child in cut:
            _remove(copy, twin)
    return copy


def _blocks_at_end(element: Element) -> Iterator[Element]:
    """Logs of revisions, signatures, share bars, and lists of attachments with their heading."""
    has_files = False
    for child in element.iterchildren("*", reversed=True):
        if (child.tail or "").strip():
            return
        is_heading = has_files and child.tag in _HEADINGS
        if not (is_heading or _is_add_on(child)):
            return
        yield child
        has_files = _FILES.search(words_of(child)) is not None


def _is_add_on(element: Element) -> bool:
    words = words_of(element)
    is_of_editor = any(name in words for name in _EDITOR)
    return element.tag in _BLOCKS and not is_of_editor and _ADD_ON.search(words) is not None


def _shown_beside(element: Element, cut: set[Element]) -> Iterator[str]:
    """What the children show that stay: words, or something to be seen."""
    for child in element.iterchildren("*"):
        if child not in cut:
            yield "img" if next(child.iter(*_PICTURES), None) is not None else shown(child)


def _remove(outer: Element, child: Element) -> None:
    """Take a child out, and leave the text after it."""
    tail, before = child.tail, child.getprevious()
    outer.remove(child)
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        outer.text = (outer.text or "") + tail
