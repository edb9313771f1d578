"""What to replace in a text: names, marked or not, contact data, and addresses of profiles; where each begins and ends."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from exporters.pseudonym.contact import EMAIL, IP, contacts, network_contacts
from exporters.pseudonym.mark import MarkFinder
from exporters.pseudonym.profile import profile_slug
from exporters.pseudonym.word import UNSPACED, WORD, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.pseudonym.table import NameTable, Where, Word
    from exporters.pseudonym.tally import Kind

PROFILE = "[profile]"
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"“”„«»]+", re.IGNORECASE)
_URL_END = ".,;:!?)]}'’…"
# Where a text can have more to replace than names: the rest is not searched for it.
_MAY_HAVE_MORE = re.compile(
    r"[@＠:：]|%40|(?i: at | -at- )|\d\D{0,3}\d\D{0,3}\d\D{0,3}\d|www\.|[\[({<]\s?(?i:at|ät|apen|arro)"
)
_KEPT_IN_ADDRESSES = "/:?#[]@!$&'()*+,;=%~-._"
_MOST_ENCODINGS = 3
_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text, and what stands in its place."""

    start: int
    end: int
    replacement: str
    kind: Kind


_CONTACT_KINDS: dict[str, Kind] = {EMAIL: "emails", IP: "ip_addresses"}


class SpanFinder:
    """Finds what is to be replaced; pure, the same for the same text."""

    def __init__(self, table: NameTable, site: str) -> None:
        self._table = table
        self._site = site
        self._marks = MarkFinder(table)

    @property
    def marks(self) -> MarkFinder:
        """What finds marked names."""
        return self._marks

    def in_text(self, text: str) -> list[Span]:
        """What is to be replaced in a text that people read, from its beginning to its end."""
        chosen = Chosen(text)
        if _MAY_HAVE_MORE.search(text):
            for span in self._addresses(text):
                chosen.add(span)
            for start, end, replacement in contacts(text):
                chosen.add(
                    Span(start, end, replacement, _CONTACT_KINDS.get(replacement, "phones"))
                )
            # What stands before a name, as an e-mail address does, is no part of it.
            for mark in self._marks.marked_names(masked(text, chosen.spans)):
                kind: Kind = "mentions" if mark.kind == "mention" else "quotes"
                chosen.add(Span(mark.start, mark.end, mark.pseudonym, kind))
        for span in self._names(text, "text"):
            chosen.add(span)
        return chosen.spans

    def in_question(self, text: str) -> list[Span]:
        """What is to be replaced in words that somebody searches with, who has no use for capitals."""
        chosen = Chosen(text)
        for span in (*self.in_text(text), *self._names(text, "address")):
            chosen.add(span)
        return chosen.spans

    def in_address(self, address: str) -> str:
        """An address without names and contact data."""
        plain = _decoded(address)
        chosen = Chosen(plain)
        for start, end, replacement in network_contacts(plain):
            word = replacement.strip("[]").replace(" ", "-")
            if plain[start:end] not in self._site:
                chosen.add(Span(start, end, word, _CONTACT_KINDS.get(replacement, "emails")))
        slug = profile_slug(plain)
        if slug is not None and self.is_profile(address):
            start = plain.rindex(slug)
            chosen.add(Span(start, start + len(slug), self._table.of_slug(slug), "addresses"))
        for span in self._names(plain, "address"):
            chosen.add(span)
        if not chosen.spans:
            return address
        replaced = applied(plain, chosen.spans)
        return replaced if plain == address else quote(replaced, safe=_KEPT_IN_ADDRESSES)

    def is_profile(self, address: str) -> bool:
        """Whether an address is that of a person's page; one that only looks so, as `/docs/user/guide/` does, is none."""
        return self.pseudonym_of_profile(address) is not None

    def pseudonym_of_profile(self, address: str) -> str | None:
        """Whose page an address is."""
        known = self._table.of_profile(address)
        if known is not None:
            return known
        slug = profile_slug(address)
        if slug is None:
            return None
        is_own = (bool(self._site) and self._site in address.lower()) or address.startswith(
            ("/", "?")
        )
        words = [fold(word) for word in WORD.findall(slug)]
        if not is_own and self._table.is_common(words) and not slug.isdigit():
            return None
        return self._table.of_slug(slug)

    def _names(self, text: str, where: Where) -> Iterator[Span]:
        table = self._table
        found = set(map(fold, WORD.findall(text)))
        found |= {word.rstrip(_DIGITS) for word in found}
        if not table.has_unspaced and table.open_words.isdisjoint(found):
            return
        words = list(map(self._word, WORD.finditer(text)))
        place = 0
        while place < len(words):
            step, hits = self._at(text, words, place, where)
            yield from hits
            place += step

    def _word(self, found: re.Match[str]) -> Word:
        """A word; of a name with digits behind it, as nicknames have them, the name."""
        start, end, word = found.start(), found.end(), fold(found[0])
        bare = word.rstrip(_DIGITS)
        if bare != word and word not in self._table.open_words and bare in self._table.open_words:
            return start, end - len(word) + len(bare), bare
        return start, end, word

    def _at(
        self, text: str, words: list[Word], place: int, where: Where
    ) -> tuple[int, list[Span]]:
        start, end, word = words[place]
        if word in self._table.open_words:
            hit = self._table.spaced_at(text, words, place, where)
            if hit is not None:
                return hit.words, [Span(hit.start, hit.end, hit.pseudonym, "names")]
        if self._table.has_unspaced and UNSPACED.match(word):
            return 1, list(self._within(text, start, end))
        return 1, []

    def _within(self, text: str, start: int, end: int) -> Iterator[Span]:
        """Names within a run of letters that has no blanks."""
        while start < end:
            hit = self._table.within(text, start, end, "text")
            if hit is not None:
                yield Span(hit.start, hit.end, hit.pseudonym, "names")
            start = hit.end if hit is not None else start + 1

    def _addresses(self, text: str) -> Iterator[Span]:
        if "://" not in text and "www." not in text.lower():
            return
        for found in _URL.finditer(text):
            address = found[0].rstrip(_URL_END)
            end = found.start() + len(address)
            if self.is_profile(address):
                yield Span(found.start(), end, PROFILE, "profile_links")
            elif "%" in address:
                replaced = self.in_address(address)
                if replaced != address:
                    yield Span(found.start(), end, replaced, "addresses")


class Chosen:
    """Spans that do not meet; those that come first stay."""

    def __init__(self, text: str) -> None:
        self._spans: list[Span] = []
        self._length = len(text)
        self._taken: bytearray | None = None

    def add(self, span: Span) -> None:
        """Take a span, unless a part of it is taken."""
        if self._taken is None:
            self._taken = bytearray(self._length)
        size = span.end - span.start
        if size > 0 and self._taken.find(1, span.start, span.end) < 0:
            self._taken[span.start : span.end] = b"\1" * size
            self._spans.append(span)

    @property
    def spans(self) -> list[Span]:
        """What was taken, in order."""
        return sorted(self._spans, key=lambda span: span.start)


def masked(text: str, spans: list[Span]) -> str:
    """A text of the same length with a sign that ends names in the place of all that its spans have."""
    return applied(
        text,
        [replace(span, replacement="]" * (span.end - span.start)) for span in spans],
    )


def applied(text: str, spans: list[Span]) -> str:
    """A text with its spans replaced."""
    parts: list[str] = []
    end = 0
    for span in spans:
        parts += (text[end : span.start], span.replacement)
        end = span.end
    return "".join((*parts, text[end:]))


def _decoded(address: str) -> str:
    """An address in letters, however often it is encoded."""
    for _ in range(_MOST_ENCODINGS):
        plain = unquote(address) if "%" in address else address
        if plain == address:
            return plain
        address = plain
    return address
