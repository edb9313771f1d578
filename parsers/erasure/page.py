"""Cut what was erased out of the bytes of a page of markup; all other bytes stay as they are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from parsers.erasure.mark import IN_ADDRESS, IN_TEXT, erased_mark
from parsers.erasure.match import find_matches, find_rows
from parsers.erasure.zone import Zones, is_quoted, is_title, outward
from parsers.redaction.hidden_post import find_posts
from parsers.redaction.link import shown_address
from parsers.redaction.outline import read_outline
from parsers.redaction.page import cut

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from parsers.erasure.erased import Erased
    from parsers.erasure.match import Match
    from parsers.erasure.zone import Zone
    from parsers.redaction.hidden_post import HiddenPost
    from parsers.redaction.outline import Outline, Part

Cut = tuple[int, int, bytes]

_ACCOUNT = re.compile(rb"user-id-0*([1-9]\d{0,17})")
# Every forum software and every dump writes a post's number otherwise; one that is none of a post costs a look at the page.
_NUMBER = re.compile(rb"\d+")
_MOST_DIGITS = 18
_BEFORE_ADDRESS, _AFTER_ADDRESS, _EDGES = (
    frozenset(bytes([value]) for value in values)
    for values in (b"/=@", b"/?#&\"' \t\r\n<>);,\\", b"\"'<>/=@:;,.()[]{}|&?#!\\\r\n\t")
)
_FIRST, _LAST = frozenset((b"", b">", b'"', b"'")), frozenset((b"", b"<", b'"', b"'"))
_TOPIC, _REPLY = frozenset((b"topic",)), frozenset((b"reply", b"type-reply"))
_SIGN = rb"(?:[!?.,:;()*+\[\]]|\xe2\x80[\x98-\x9f\xa6]|&(?:hellip|[lr][sd]quo|quot|#0?39|#x27|#82(?:1[67]|2[0123]|30));)"
_BEFORE_TITLE, _AFTER_TITLE = re.compile(_SIGN + rb"+\Z"), re.compile(_SIGN + rb"+")
# Sentences of bbPress about who wrote last.
_TELLING = frozenset((b"bbp-topic-description", b"bbp-forum-description"))
_SPACES = frozenset((b" ", b"\xa0"))
_FRAGMENT = re.compile(rb"#post-0*([1-9]\d{0,17})(?!\d)")
_SUMMARIES = re.compile(rb"(?:og:|twitter:)?description|articleBody|text", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedPage:
    """A page without what was erased.

    Attributes:
        body: its bytes.
        posts: the posts that were cut out.
        left: how often names or sentences of erased people are left in what others wrote.
    """

    body: bytes
    posts: tuple[int, ...] = ()
    left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a page beside its bytes.

    Attributes:
        posts: posts on it that are to be cut out.
        titles: titles, as folded words, of topics whose opening post is.
        shown: titles, as folded words, of other people's topics, which the page says in more places than as titles.
        addresses: addresses that have to stay, since topics are read from them.
        is_of_erased: the topic that it is a page of was opened by an erased post.
        is_read: an engine has read the page, so that no post is to be cut out that its links and marks alone speak of.
        url: the page's own address, which its links are relative to.
        aliases: paths of addresses that were erased as a whole, and what stands in their places.
    """

    posts: frozenset[int] = frozenset()
    titles: frozenset[tuple[str, ...]] = frozenset()
    shown: frozenset[tuple[str, ...]] = frozenset()
    addresses: frozenset[str] = frozenset()
    is_of_erased: bool = False
    is_read: bool = False
    url: str = ""
    aliases: tuple[tuple[str, str], ...] = ()


def names_erased_post(data: bytes, erased: Erased) -> bool:
    """Whether a page gives the number of a post or an account that was erased."""
    digits = {number.lstrip(b"0") for number in _NUMBER.findall(data)}
    numbers = {int(number) for number in digits if 0 < len(number) <= _MOST_DIGITS}
    accounts = {int(match[1]) for match in _ACCOUNT.finditer(data)}
    return any(map(erased.has_post, numbers)) or any(map(erased.has_account, accounts))


def erase_from_page(data: bytes, erased: Erased, known: Known) -> ErasedPage:
    """Cut out posts, and the names of who was erased wherever the forum says them.

    Args:
        data: the page, in an encoding in which ASCII is ASCII.
        erased: says what was erased.
        known: what is known of the page.
    """
    return _Cutter(data, erased, known).result()


@dataclass(slots=True)
class _Cutter:
    """One page."""

    data: bytes
    erased: Erased
    known: Known
    outline: Outline = field(init=False)
    zones: Zones = field(init=False)
    left: int = 0
    shown: list[tuple[int, int]] | None = None

    def __post_init__(self) -> None:
        self.outline = read_outline(self.data)
        self.zones = Zones(self.outline)

    def result(self) -> ErasedPage:
        matches = find_matches(self.data, self.erased, self.known.titles)
        links = self._own_links()
        named = frozenset[int]() if self.known.is_read else self._posts_of(links)
        posts = find_posts(self.outline, self.known.posts | named)
        spans = [span for post in posts for span in post.spans]
        cuts = [one for post in posts for one in self._of_post(post)]
        cuts += self._of_links(links)
        cuts += self._summaries() if self.known.is_of_erased else ()
        cuts += self._of_numbers(spans)
        cuts += self._of_aliases()
        kept = self._kept_spans()
        for match in matches:
            if not (_lies_in(match, spans) or _lies_in(match, kept)):
                cuts += self._of_match(match, links)
        return ErasedPage(
            body=cut(self.data, cuts),
            posts=tuple(post.post_id for post in posts),
            left=self.left,
        )

    # Who is meant

    def _own_links(self) -> dict[int, Part]:
        """Links to profiles of erased people, by where they begin."""
        found: dict[int, Part] = {}
        base = self._base()
        for part in self.outline.parts:
            href = self.outline.written(part, b"href") if part.name == b"a" else b""
            if href and self.erased.has_profile(_joined(base, shown_address(href))):
                found[part.start] = part
        return found

    def _base(self) -> str:
        """What links are relative to, wherever on the page that is said."""
        named = (self.outline.written(one, b"href") for one in self._bases())
        href = next(filter(None, named), b"")
        return _joined(self.known.url, shown_address(href).strip())

    def _bases(self) -> Iterator[Part]:
        return (one for one in self.outline.parts if one.name == b"base" and not one.is_text)

    def _is_segment(self, match: Match) -> bool:
        """Whether words are all between two slashes of an address."""
        before = self.data[match.start - 1 : match.start]
        after = self.data[match.end : match.end + 1]
        return before in _BEFORE_ADDRESS and (not after or after in _AFTER_ADDRESS)

    def _posts_of(self, links: dict[int, Part]) -> frozenset[int]:
        """The posts that are by erased people: an account's number or a link beside them says so."""
        found = {one.post_id for one in self.outline.parts if self._is_by_account(one)}
        for link in links.values():
            if (link.is_name or link.is_beside) and not link.is_text:
                found |= {one.post_id for one in outward(link)}
        return frozenset(number for number in found if number is not None)

    def _is_by_account(self, part: Part) -> bool:
        numbers = (_ACCOUNT.fullmatch(token) for token in part.classes)
        return not part.is_text and any(
            match is not None and self.erased.has_account(int(match[1])) for match in numbers
        )

    # What goes

    def _of_post(self, post: HiddenPost) -> Iterator[Cut]:
        first, *others = sorted(post.spans)
        own = [
            one for one in self.outline.parts if one.post_id == post.post_id and not one.is_text
        ]
        classes = frozenset(token for one in own for token in one.classes)
        is_opening = b"type-topic" in classes or not _TOPIC.isdisjoint(classes - _REPLY)
        yield (*first, erased_mark(classes, is_opening=is_opening and _REPLY.isdisjoint(classes)))
        for start, end in others:
            yield start, end, b""

    def _of_links(self, links: dict[int, Part]) -> Iterator[Cut]:
        """The pictures in links to erased people, where the forum shows them."""
        pictures = (one for one in self.outline.parts if links and one.name == b"img")
        for part in pictures:
            is_of_forum = self.zones.zone_of(part, part.start) == "forum"
            if is_of_forum and any(one.start in links for one in outward(part)):
                yield part.start, part.end, b""

    def _of_numbers(self, spans: list[tuple[int, int]]) -> Iterator[Cut]:
        """Where the forum links an erased post, the post's number."""
        for match in _FRAGMENT.finditer(self.data):
            place = match.start()
            is_gone = any(start <= place < end for start, end in spans)
            if not is_gone and self.erased.has_post(int(match[1])):
                part = self.zones.part_at(place)
                is_theirs = self.zones.is_in_text(part, place) and not self.erased.in_mentions
                if not is_theirs:
                    yield match.start(), match.end(), b""

    def _of_aliases(self) -> Iterator[Cut]:
        for path, alias in self.known.aliases:
            for match in re.finditer(re.escape(path.encode()) + rb"(?![\w-])", self.data):
                yield match.start(), match.end(), alias.encode()

    def _summaries(self) -> Iterator[Cut]:
        """What a page's head tells of an opening post for other machines."""
        for part in self.outline.parts:
            if part.name == b"meta" and self._is_summary(part):
                yield part.start, part.end, b""
            if part.name == b"script" and b"ld+json" in self.outline.written(part, b"type"):
                yield part.start, part.end, b""

    def _is_summary(self, part: Part) -> bool:
        names = (self.outline.written(part, name) for name in (b"name", b"property", b"itemprop"))
        return any(_SUMMARIES.fullmatch(name) for name in names)

    def _of_match(self, match: Match, links: dict[int, Part]) -> Iterator[Cut]:
        part = self.zones.part_at(match.start)
        zone = self.zones.zone_of(part, match.start)
        if match.kind == "title":
            is_meant = match.length > 1 or any(map(is_title, outward(part)))
            if is_meant and not self._is_slug(match):
                yield *self._with_punctuation(match), self._instead(match)
        elif match.kind == "heading":
            if self._is_all(match):
                yield *self._with_punctuation(match), self._instead(match)
        elif zone == "words" or self._is_in_title(match):
            yield from self._of_others_words(match, part)
        elif self._is_meant(match, part, links, zone):
            yield match.start, match.end, self._instead(match)

    def _is_in_title(self, match: Match) -> bool:
        """Whether words are a part of somebody else's title that the forum repeats."""
        if self.shown is None:
            self.shown = find_rows(self.data, self.known.shown)
        return match.kind == "name" and _lies_in(match, self.shown)

    def _with_punctuation(self, match: Match) -> tuple[int, int]:
        """All of a title: what is no word of it stands around its words."""
        before = _BEFORE_TITLE.search(self.data, max(0, match.start - 40), match.start)
        after = _AFTER_TITLE.match(self.data, match.end)
        return before.start() if before else match.start, after.end() if after else match.end

    def _of_others_words(self, match: Match, part: Part | None) -> Iterator[Cut]:
        """What somebody else wrote: the same words in a row are a quotation only where they are marked as one."""
        if match.kind == "own" or (match.kind == "phrase" and not is_quoted(part)):
            return
        if self.erased.in_mentions:
            yield match.start, match.end, self._instead(match)
        else:
            self.left += 1

    def _is_all(self, match: Match) -> bool:
        """Whether words are all that an element or an attribute says, or all that stands behind a colon there."""
        start, end = self._with_punctuation(match)
        before, after = self.data[max(0, start - 2) : start], self.data[end : end + 1]
        is_first = before[-1:] in _FIRST or before == b": "
        return is_first and after in _LAST

    def _is_meant(
        self, match: Match, part: Part | None, links: dict[int, Part], zone: Zone
    ) -> bool:
        """Whether words that the forum says are the name of who was erased, and not a part of another's."""
        if match.kind == "phrase" or any(one.start in links for one in outward(part)):
            return True
        if match.kind == "own":
            return False
        if zone == "person":
            return self._edges(match) == (b">", b"<")
        if any(not _TELLING.isdisjoint(one.classes) for one in outward(part)):
            return all(edge in _EDGES | _SPACES for edge in self._edges(match))
        if self._is_slug(match):
            return self._is_segment(match)
        edges = self._edges(match)
        return match.length > 1 or all(edge in _EDGES for edge in edges)

    def _is_slug(self, match: Match) -> bool:
        """Whether words stand in an address, parted by hyphens."""
        before, after = self._edges(match)
        return before in {b"/", b"-", b"="} or after == b"-" or (after == b"/" and before != b"<")

    def _edges(self, match: Match) -> tuple[bytes, bytes]:
        return (
            self.data[max(0, match.start - 1) : match.start] or b"<",
            self.data[match.end : match.end + 1] or b"<",
        )

    def _instead(self, match: Match) -> bytes:
        return (IN_ADDRESS if self._is_slug(match) else IN_TEXT).encode()

    def _kept_spans(self) -> list[tuple[int, int]]:
        """Where addresses stand that have to stay."""
        paths = {urlsplit(url).path.encode() for url in self.known.addresses}
        return [
            match.span()
            for path in paths
            if path.strip(b"/")
            for match in re.finditer(re.escape(path), self.data)
        ]


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:  # brackets that are no IPv6 address
        return href


def _lies_in(match: Match, spans: Collection[tuple[int, int]]) -> bool:
    return any(start <= match.start and match.end <= end for start, end in spans)
