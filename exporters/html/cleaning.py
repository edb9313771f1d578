"""Make a post's body safe to show: an allow-list, nothing that runs, nothing that a browser would fetch by itself."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import nh3

from exporters.markdown.address import EMBEDDED, LINKED, safe_address
from exporters.record import whole_text
from parsers.local_media import LocalMedia

if TYPE_CHECKING:
    from collections.abc import Callable

    from parsers.local_media import Place

REL = "noreferrer noopener nofollow"

_SHOWN = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "wbr",
    ]
)
_OF_ALL = frozenset(("dir", "lang", "title"))
_OWN = {
    "a": frozenset(("href",)),
    "ol": frozenset(("start", "type", "reversed")),
    "li": frozenset(("value",)),
    "td": frozenset(("colspan", "rowspan")),
    "th": frozenset(("colspan", "rowspan", "scope")),
    "time": frozenset(("datetime",)),
}
_PICTURE = frozenset(("src", "data-src", "alt", "width", "height"))
# What a browser would fetch at once becomes a link; these never reach a reader.
_FETCHED = frozenset(("img", "iframe", "embed", "video", "audio", "source"))
_ADDRESSES = frozenset(("href", "src", "data-src"))
_RAW = frozenset(
    ("script", "style", "title", "textarea", "template", "noscript", "noembed", "noframes")
)
_MEASURE = re.compile(r"\d{1,5}")
# The cleaner writes tags so, and no other “<”: text and attributes cannot be mistaken for one.
_TAG = re.compile(r'<(/?)([a-z0-9]+)((?: [a-z-]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')


def nowhere(url: str, /) -> LocalMedia:
    """Where the file of an address is kept: nowhere."""
    del url
    return LocalMedia()


def as_it_is(address: str) -> str:
    """Where a link leads: where it says."""
    return address


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is kept beside a body.

    Attributes:
        place: where the file of an address is kept, as the page that is written reaches it.
        link: where a link leads, as the page that is written reaches it.
    """

    place: Place = nowhere
    link: Callable[[str], str] = as_it_is


class _Judge:
    """What decides which attributes stay.

    It knows nothing of the cleaners that ask it: Python's collector does not see what these hold, and would never free a
    circle through one.

    Attributes:
        around: what is kept beside a body.
        base: the address of the page that the body was on.
        kept: where the kept pictures are that it shows.
    """

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self.base = ""
        self.kept: set[str] = set()

    def first(self, tag: str, attribute: str, value: str) -> str | None:
        """See `nh3.clean`: of a body as it came."""
        del tag
        if attribute in {"width", "height"}:
            return value if _MEASURE.fullmatch(value) else None
        if attribute not in _ADDRESSES:
            return value
        schemes = LINKED if attribute == "href" else EMBEDDED
        address = safe_address(value, self.base, schemes)
        if attribute == "href" and address:
            return self.around.link(address)
        return address or None

    def again(self, tag: str, attribute: str, value: str) -> str | None:
        """See `nh3.clean`: of a body in which pictures were replaced."""
        del tag
        return value if attribute != "src" or value in self.kept else None


class Cleaner:
    """Makes bodies that may stand in a page: what is not known to be harmless is left out, its text stays."""

    def __init__(self, around: Surroundings | None = None) -> None:
        self._around = around or Surroundings()
        self._judge = _Judge(self._around)
        self._pictures: dict[str, str | None] = {}
        self._first = _cleaner(_SHOWN | _FETCHED, self._judge.first)

    @cached_property
    def _second(self) -> nh3.Cleaner:
        return _cleaner(_SHOWN, self._judge.again)

    @cached_property
    def _with_pictures(self) -> nh3.Cleaner:
        return _cleaner(_SHOWN | {"img"}, self._judge.again)

    def clean(self, body_html: str, base: str) -> str:
        """A body that is safe to show.

        Args:
            body_html: as a site sent it; hostile.
            base: the address of the page that it was on, or the empty string.
        """
        self._judge.base = base
        first = self._first.clean(whole_text(body_html))
        if not any(f"<{name}" in first for name in _FETCHED):
            return first
        # What was put in place of a picture goes through the cleaner as well: nothing in it is trusted.
        self._judge.kept.clear()
        instead = self._without_fetched(first)
        return (self._with_pictures if self._judge.kept else self._second).clean(instead)

    def kept_picture(self, address: str | None) -> str | None:
        """Where the picture at an address is kept; None where it is not, or is no picture: nothing is fetched from elsewhere."""
        if address is None:
            return None
        if address not in self._pictures:
            kept = self._around.place(address)
            self._pictures[address] = kept.address if kept.is_picture else None
        return self._pictures[address]

    def _without_fetched(self, text: str) -> str:
        """A cleaned body of which pictures are kept ones, and what else a browser would fetch is a link."""
        is_linked = False

        def replaced(match: re.Match[str]) -> str:
            nonlocal is_linked
            if match[2] == "a":
                is_linked = not match[1]
            if match[2] not in _FETCHED or match[1]:
                return match[0]
            found: dict[str, str] = {
                name: html.unescape(value) for name, value in _ATTRIBUTE.findall(match[3])
            }
            return self._shown_instead(match[2], found, is_linked=is_linked)

        return _TAG.sub(replaced, text)

    def _shown_instead(self, tag: str, found: dict[str, str], *, is_linked: bool) -> str:
        # Where pictures load late, `src` is a blank that the page brings along, and was left out.
        address = found.get("data-src") or found.get("src") or ""
        if tag != "img":
            return _link(f"embedded: {address}", address, is_linked=is_linked) if address else ""
        label = " ".join(found.get("alt", "").split())
        kept = self._around.place(address) if address else LocalMedia()
        if kept.address is not None and kept.is_picture:
            self._judge.kept.add(kept.address)
            return _picture(kept.address, label, found)
        if _is_symbol(label):  # pictures of emoji are letters
            return html.escape(label)
        why = f", {kept.note}" if kept.note else ""
        shown = f"image: {label or _name(address)}{why}"
        return _link(shown, kept.address or address, is_linked=is_linked)


def _cleaner(tags: frozenset[str], judged: Callable[[str, str, str], str | None]) -> nh3.Cleaner:
    """One that keeps these tags; each attribute that stays is named, each address is judged."""
    pictures = {name: set(_PICTURE) for name in _FETCHED & tags}
    return nh3.Cleaner(
        tags=set(tags),
        clean_content_tags=set(_RAW),
        attributes={
            "*": set(_OF_ALL),
            **{name: set(own) for name, own in _OWN.items()},
            **pictures,
        },
        attribute_filter=judged,
        url_schemes=set(LINKED),
        link_rel=REL,
        strip_comments=True,
    )


def _picture(kept: str, label: str, found: dict[str, str]) -> str:
    measures = "".join(f' {name}="{found[name]}"' for name in ("width", "height") if name in found)
    return f'<img src="{html.escape(kept)}" alt="{html.escape(label)}"{measures}>'


def _link(label: str, address: str, *, is_linked: bool) -> str:
    shown = html.escape(f"[{label}]")
    # A link within a link would end the one around it.
    return shown if is_linked or not address else f'<a href="{html.escape(address)}">{shown}</a>'


def _is_symbol(label: str) -> bool:
    """Whether a picture's text is a sign that stands for itself, such as an emoji."""
    return 0 < len(label) <= 8 and not any(letter.isascii() for letter in label)


def _name(address: str) -> str:
    """What a picture without a text is called: its file."""
    return address.rpartition("/")[2].partition("?")[0] or address or "without an address"
