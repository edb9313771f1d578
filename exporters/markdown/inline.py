"""Write the inline content of an element as one marked line for `line` to finish; blocks are not its business."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from exporters.markdown import line, marking
from exporters.markdown.address import EMBEDDED, LINKED, safe_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.html import HtmlElement

_BLOCK_NAMES = """
    address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hr html li main nav ol option p pre section summary table tbody td tfoot th thead tr ul
"""
BLOCKS = frozenset(_BLOCK_NAMES.split())
MEDIA = ("audio", "embed", "iframe", "object", "video")
MARKS = {
    **dict.fromkeys(("b", "strong", "dt", "summary"), (marking.STRONG_OPEN, marking.STRONG_CLOSE)),
    **dict.fromkeys(("i", "em"), (marking.EMPHASIS_OPEN, marking.EMPHASIS_CLOSE)),
    **dict.fromkeys(("del", "s", "strike"), (marking.STRIKE_OPEN, marking.STRIKE_CLOSE)),
    # Markdown has neither, and H2O or x2 would be wrong; every renderer knows the HTML.
    "sub": ("<sub>", "</sub>"),
    "sup": ("<sup>", "</sup>"),
}
_HIDDEN = frozenset(("script", "style", "template"))
_EMOJI = frozenset(("emoji", "wp-smiley"))
_LAZY = ("data-src", "data-lazy-src", "data-original")
_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the post the walk is.

    Attributes:
        base: the address that relative links count from.
        around: inline elements that stand around whole blocks, outermost first.
        depth: how many elements are open.
        marker: the kind of the block before.
    """

    base: str
    around: tuple[HtmlElement, ...] = ()
    depth: int = 0
    marker: str = ""

    @property
    def is_too_deep(self) -> bool:
        """Whether to stop walking, before Python does."""
        return self.depth > _DEEPEST

    def below(self, *around: HtmlElement) -> Place:
        """One element deeper."""
        return Place(self.base, (*self.around, *around), self.depth + 1)


def inline(node: HtmlElement, place: Place) -> str:
    """The content of an element."""
    if place.is_too_deep:
        return flat(node)
    parts = [marking.escaped(node.text or "")]
    for child in node:
        parts += [inline_element(child, place), marking.escaped(child.tail or "")]
    return "".join(parts)


def inline_element(element: HtmlElement, place: Place) -> str:
    """One element with its content; a block among text becomes a line of its own."""
    tag = element.tag
    if not isinstance(tag, str) or tag in _HIDDEN or _repeats_image(element):
        return ""
    renderer = _INLINE_RENDERERS.get(tag)
    if renderer:
        return renderer(element, place)
    inner = inline(element, place.below())
    if tag in BLOCKS:
        return f"{marking.LINE_BREAK}{inner}{marking.LINE_BREAK}"
    return wrapped(element, inner, place)


def _repeats_image(element: HtmlElement) -> bool:
    """Whether it is what shows an image that loads late to those without scripts."""
    before = element.getprevious()
    return element.tag == "noscript" and before is not None and before.tag == "img"


def wrapped(element: HtmlElement, inner: str, place: Place) -> str:
    """What an inline element makes of its text."""
    if element.tag == "a":
        return _link(element, inner, place)
    if element.tag not in MARKS or not inner.strip():
        return inner
    begin, end = MARKS[str(element.tag)]
    return f"{begin}{inner}{end}"


def _link(element: HtmlElement, inner: str, place: Place) -> str:
    url = safe_address(_attribute(element, "href"), place.base, LINKED)
    text = line.without_empty_lines(line.tidy(inner))
    shown = text.strip(f" {marking.LINE_BREAK}")
    if not url or not shown or _is_linked(element):
        return inner
    before, _, after = text.partition(shown)
    return f"{before}{marking.link(shown, url, _attribute(element, 'title'))}{after}"


def _is_linked(element: HtmlElement) -> bool:
    return next(element.iterancestors("a"), None) is not None


def picture(element: HtmlElement, place: Place) -> str:
    """An image, or a link to whatever else is embedded."""
    return (_image if element.tag == "img" else _embedded)(element, place)


def _image(element: HtmlElement, place: Place) -> str:
    alternative = _attribute(element, "alt")
    if _is_emoji(element):
        return marking.escaped(alternative)
    url = _source(element, place)
    if not url and not alternative:
        return ""
    return marking.image(alternative, url, _attribute(element, "title"))


def _embedded(element: HtmlElement, place: Place) -> str:
    sources = (_source(one, place) for one in (element, *element.iterdescendants("source")))
    url = next(filter(None, sources), "")
    text = marking.escaped(url)
    return marking.link(text, url) if url and not _is_linked(element) else text


def _source(element: HtmlElement, place: Place) -> str:
    """Where it is loaded from; pages that load late keep a placeholder in `src` and the address elsewhere."""
    for name in ("src", "data", *_LAZY):
        url = safe_address(_attribute(element, name), place.base, EMBEDDED)
        if url:
            return url
    return ""


def _code(element: HtmlElement, place: Place) -> str:
    if not is_text_only(element):
        return inline(element, place.below())
    lines = plain_text(element).split(marking.LINE_BREAK)
    return marking.LINE_BREAK.join(marking.code_span(text) for text in lines)


_INLINE_RENDERERS: dict[str, Callable[[HtmlElement, Place], str]] = {
    **dict.fromkeys(("code", "kbd", "samp", "tt"), _code),
    **dict.fromkeys(MEDIA, _embedded),
    "br": lambda _element, _place: marking.LINE_BREAK,
    "img": _image,
}


def _is_emoji(element: HtmlElement) -> bool:
    return not _EMOJI.isdisjoint(_attribute(element, "class").split())


def is_text_only(element: HtmlElement) -> bool:
    """Whether code holds no image or embedded thing, which a code span would lose."""
    return all(_is_emoji(one) for one in element.iterdescendants("img", *MEDIA))


def _attribute(element: HtmlElement, name: str) -> str:
    return marking.clean(element.get(name, ""))


def plain_text(element: HtmlElement) -> str:
    """The text of code, its white space kept."""
    return "".join(_code_parts(element))


def _code_parts(element: HtmlElement) -> Iterator[str]:
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if event == "start":
            yield marking.clean(node.text or "")
        if event == "start" and node.tag == "br":
            yield marking.LINE_BREAK
        if event == "start" and node.tag == "img" and _is_emoji(node):
            yield _attribute(node, "alt")
        if event != "start" and node is not element:
            yield marking.clean(node.tail or "")


def flat(node: HtmlElement) -> str:
    """All text of an element, where it is nested deeper than anyone can read."""
    return marking.escaped("".join(node.itertext(etree.Element)))
