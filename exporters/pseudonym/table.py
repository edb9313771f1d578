"""The names of everybody on a site, to be found in text and addresses: as displayed, as in the profile, in any spelling."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

from exporters.pseudonym.identity import Identities, host_of, profile_address
from exporters.pseudonym.word import (
    UNSPACED,
    WORD,
    common_words,
    nameless,
    spelled_out,
    tells_somebody,
    words_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from exporters.pseudonym.key import PseudonymKey
    from parsers.records import Author

Where = Literal["text", "address", "mark"]
"""Where a name may be: in text, in an address, which knows no capitals, or where one is expected, even a common word."""
Word = tuple[int, int, str]
"""Where a word begins and ends in a text, and the word folded."""
# What may stand between the words of a name: blanks, hyphens, a dot and a blank; no end of a sentence.
_BETWEEN = re.compile(r"[^\n.!?;:<>]{1,3}|\.[^\S\n]?|[^\S\n]*\n[^\S\n]*|")
_SHORTEST_JOINED = 5
_SHORTEST_GENITIVE = 4
_SHORTEST_PART = 4
_MOST_PARTS = 3
# What stands before the last name in Dutch, German, Italian, Spanish and Arabic names, in small letters.
_PARTICLES = frozenset(
    re.findall(
        r"\S+",
        "van de der den het 't ’t ten ter te in op von zu zum zur vom la le du des di da do dos del della y e el al bin ibn ben",
    )
)


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name of somebody.

    Attributes:
        words: folded.
        pseudonym: what stands in its place.
        is_open: looked for in any text; else only where a name is marked.
        before: signs that belong to it and stand before its first word.
        after: and behind its last.
        is_part: it is one word of a longer name; in small letters it is a word like others.
        between: what stands between its words, where it is more than may part the words of any name: `Zonk!Quarrel`.
    """

    words: tuple[str, ...]
    pseudonym: str
    is_open: bool
    before: str = ""
    after: str = ""
    is_part: bool = False
    between: tuple[str, ...] = ()

    def is_looked_for(self, first: str, where: Where) -> bool:
        """Whether it is meant where its words are met, the first of which begins with this letter."""
        if where == "text":
            return self.is_open and not (self.is_part and first.islower())
        return self.is_open or where == "mark"


@dataclass(frozen=True, slots=True)
class Found:
    """A name in a text: where it begins and ends, whose, and how many words on the next may begin."""

    start: int
    end: int
    pseudonym: str
    words: int


class NameTable:
    """Everybody of one site."""

    def __init__(self, key: PseudonymKey, site: str, authors: Iterable[Author]) -> None:
        self._key = key
        self._host = host_of(site)
        self._identities = Identities(self._host)
        self._common = common_words() | frozenset(words_of(self._host))
        self._profiles: dict[str, str] = {}
        self._slugs: dict[tuple[str, ...], str] = {}
        # By their first word, those of several by their first two: hundreds may begin with “the”.
        self._names: dict[tuple[str, ...], list[KnownName]] = defaultdict(list)
        self._unspaced: dict[str, list[KnownName]] = defaultdict(list)
        self._symbols: dict[str, str] = {}
        self._whose: dict[tuple[str, ...], str] = {}
        self._build(tuple((author, self._identities.add(author)) for author in authors))
        self.open_words = frozenset(
            begin[0] for begin, names in self._names.items() if any(name.is_open for name in names)
        )
        self.has_unspaced = bool(self._unspaced)

    # Who somebody is

    def of_author(self, author: Author) -> str:
        """The pseudonym of an author; the name itself where the site calls everybody so who has none."""
        if is_nameless(author):
            return author.name
        identity = self._identities.of(author)
        if identity.startswith("name:") and not author.is_guest:
            return self.of_name(author.name)
        return self._key.pseudonym(identity)

    def of_name(self, name: str) -> str:
        """The pseudonym of somebody of whom no more than a name is told; of its owner where there is one of that name."""
        words = words_of(name)
        known = self._whose.get(words) if words else self._symbols.get(name.strip())
        return known or self._key.pseudonym(self._identities.of_name(name))

    def of_slug(self, slug: str) -> str:
        """The pseudonym of whose profile's address has this name in it."""
        return self._slugs.get(words_of(unquote(slug))) or self.of_name(unquote(slug))

    def of_profile(self, address: str) -> str | None:
        """The pseudonym of whose profile, or web site, an address is; None where it is nobody's."""
        return self._profiles.get(profile_address(address))

    def is_common(self, words: Sequence[str]) -> bool:
        """Whether words may well be no name."""
        return not any(tells_somebody(word, self._common) for word in words)

    def has_common(self, words: Sequence[str]) -> bool:
        """Whether one of some words is a common one."""
        return any(word in self._common for word in words)

    # Names in text

    def at(self, text: str, words: Sequence[Word], place: int, where: Where) -> Found | None:
        """The longest name that begins with a word of a text.

        Args:
            text: the text.
            words: its words.
            place: which of them.
            where: what kind of place it is.
        """
        spaced = self.spaced_at(text, words, place, where)
        start, end, word = words[place]
        if spaced is None and self.has_unspaced and UNSPACED.match(word):
            return self.within(text, start, end, where)
        return spaced

    def spaced_at(
        self, text: str, words: Sequence[Word], place: int, where: Where
    ) -> Found | None:
        """The longest name that begins with a word and is none within it; see `at`."""
        start = words[place][0]
        for begin in _begins(words, place):
            for name in self._names.get(begin, ()):
                is_meant = name.is_looked_for(text[start], where)
                if is_meant and _agrees(text, words, place, name):
                    last = words[place + len(name.words) - 1][1]
                    return _with_signs(text, start, last, name)
        return None

    def named_by_signs(self, text: str) -> str | None:
        """The pseudonym of whose name is this text, of a name without letters."""
        return self._symbols.get(text.strip())

    def signs_at(self, text: str, start: int) -> tuple[str, str] | None:
        """The longest name without letters that begins at a place of a text, and whose it is."""
        found = [name for name in self._symbols if text.startswith(name, start)]
        return max(((name, self._symbols[name]) for name in found), key=_length, default=None)

    def within(self, text: str, start: int, end: int, where: Where) -> Found | None:
        """The longest name that begins somewhere in a run of letters without blanks."""
        for name in self._unspaced.get(text[start], ()):
            last = start + len(name.words[0])
            is_meant = name.is_looked_for(text[start], where)
            if is_meant and text[start:last] == name.words[0] and last <= end:
                return Found(start, last, name.pseudonym, 1)
        return None

    # Building

    def _build(self, people: tuple[tuple[Author, str], ...]) -> None:
        owners: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self.persons = len({self._identities.settled(sign) for _, sign in people})
        named = [(author, sign) for author, sign in people if not is_nameless(author)]
        vague: list[Author] = []
        for author, sign in named:
            identity = self._identities.settled(sign)
            if identity.startswith("name:") and not author.is_guest:
                vague.append(author)
            else:
                self._add_person(author, self._key.pseudonym(identity), owners)
        self._add_vague(vague, owners)
        self._settle(owners)
        for author, _ in named:
            self._add_display(author.name)
            self._add_joined_by_signs(author.name)
            self._add_parts(author.name)
        for names in (*self._names.values(), *self._unspaced.values()):
            names.sort(key=_longest_first)

    def _add_vague(
        self, authors: Iterable[Author], owners: dict[tuple[str, ...], set[str]]
    ) -> None:
        """Add those of whom only a name is known, where nobody else has it: else it is that person's."""
        taken = set(owners)
        for author in authors:
            pseudonym = self._key.pseudonym(self._identities.of_name(author.name))
            for words in variants(author.name):
                if words not in taken:
                    owners[words].add(pseudonym)
            if not words_of(author.name):
                self._symbols.setdefault(author.name.strip(), pseudonym)

    def _add_person(
        self, author: Author, pseudonym: str, owners: dict[tuple[str, ...], set[str]]
    ) -> None:
        for words in variants(author.name):
            owners[words].add(pseudonym)
        if not words_of(author.name) and author.name.strip():
            self._symbols[author.name.strip()] = pseudonym
        if author.url:
            address = profile_address(author.url)
            # A guest may give any address as his own, also that of a member.
            if not (author.is_guest and address in self._profiles):
                self._profiles[address] = pseudonym
        if author.slug:
            slug = unquote(author.slug)
            self._slugs[words_of(slug)] = pseudonym
            for words in variants(slug):
                owners[words].add(pseudonym)

    def _settle(self, owners: dict[tuple[str, ...], set[str]]) -> None:
        """Give each name to its owner; one that several have, to all of them at once."""
        for words, pseudonyms in owners.items():
            if len(pseudonyms) == 1:
                whose = next(iter(pseudonyms))
            else:
                whose = self._key.pseudonym(self._identities.of_several(" ".join(words)))
            self._whose[words] = whose
            self._add_name(words, whose)
        self.shared_names = sum(len(one) > 1 for one in owners.values())

    def _add_name(
        self, words: tuple[str, ...], pseudonym: str, before: str = "", after: str = ""
    ) -> None:
        is_open = any(tells_somebody(word, self._common) for word in words)
        self._put(KnownName(words, pseudonym, is_open, before, after))
        last = words[-1]
        if is_open and len(last) >= _SHORTEST_GENITIVE and not before and not after:
            # “Jannekes post”: as Dutch, German and the Scandinavian languages say whose something is.
            genitive = (*words[:-1], f"{last}s")
            if genitive not in self._whose and tells_somebody(genitive[-1], self._common):
                self._put(KnownName(genitive, pseudonym, is_open=True))

    def _put(self, name: KnownName) -> None:
        if UNSPACED.match(name.words[0]) and len(name.words) == 1:
            self._unspaced[name.words[0][0]].append(name)
        else:
            self._names[name.words[:2]].append(name)

    def _add_display(self, name: str) -> None:
        """A name with the signs around it, so that these go as well: `Zoë 🦊`."""
        found = list(WORD.finditer(name))
        if not found:
            return
        before, after = name[: found[0].start()].strip(), name[found[-1].end() :].strip()
        words = words_of(name)
        if (before or after) and words in self._whose:
            signed = (one for one in self._names[words[:2]] if one.words == words and one.is_open)
            if not any((one.before, one.after) == (before, after) for one in signed):
                self._add_name(words, self._whose[words], before, after)

    def _add_joined_by_signs(self, name: str) -> None:
        """A name whose words are parted by more than may part any: it is found as it is written."""
        found = list(WORD.finditer(name))
        words = words_of(name)
        between = tuple(name[one.end() : other.start()] for one, other in pairwise(found))
        if words not in self._whose or all(map(_BETWEEN.fullmatch, between)):
            return
        is_open = any(tells_somebody(word, self._common) for word in words)
        before, after = name[: found[0].start()].strip(), name[found[-1].end() :].strip()
        gaps = tuple(map(_with_single_blanks, between))
        self._put(KnownName(words, self._whose[words], is_open, before, after, between=gaps))

    def _add_parts(self, name: str) -> None:
        """First and last names by themselves, as people call each other; it is not known that this very person is meant."""
        written = [word for word in name.split() if word not in _PARTICLES]
        if not 1 < len(written) <= _MOST_PARTS or not all(_is_name_word(one) for one in written):
            return
        for word in written:
            whose = self._key.pseudonym(self._identities.of_name(word))
            for words in variants(word):
                is_fit = len("".join(words)) >= _shortest_part(words) and not self.is_common(words)
                if is_fit and words not in self._whose:
                    self._whose[words] = whose
                    self._put(KnownName(words, whose, is_open=True, is_part=True))

    @property
    def marked_only(self) -> int:
        """How many names are replaced only where they are marked."""
        both = (*self._names.values(), *self._unspaced.values())
        return len({name.words for names in both for name in names if not name.is_open})


def is_nameless(author: Author) -> bool:
    """Whether an author's name is what the site calls everybody who has none."""
    is_known = author.url is not None or author.user_id is not None
    return not is_known and author.name.strip().casefold() in {*nameless(), ""}


def variants(name: str) -> Iterator[tuple[str, ...]]:
    """A name's words in the spellings that text and addresses have: with `ue` for `ü`, and in one word."""
    for spelling in dict.fromkeys((name, spelled_out(name))):
        words = words_of(spelling)
        if words:
            yield words
            joined = "".join(words)
            if len(words) > 1 and len(joined) >= _shortest_joined(words):
                yield (joined,)


def _shortest_joined(words: Sequence[str]) -> int:
    """How long words have to be together; where no blanks part words, names are written without one more often than with it."""
    return 1 if all(map(UNSPACED.match, words)) else _SHORTEST_JOINED


def _shortest_part(words: Sequence[str]) -> int:
    return 1 if all(map(UNSPACED.match, words)) else _SHORTEST_PART


def _is_name_word(word: str) -> bool:
    return (
        word.replace("-", "").replace("'", "").replace("’", "").isalpha() and not word[0].islower()
    )


def _agrees(text: str, words: Sequence[Word], place: int, name: KnownName) -> bool:
    wanted = name.words
    if len(wanted) == 1:
        return True
    if place + len(wanted) > len(words):
        return False
    for step in range(1, len(wanted)):
        (_, end, _), (start, _, word) = words[place + step - 1], words[place + step]
        if word != wanted[step] or not _may_part(text, end, start, name.between[step - 1 : step]):
            return False
    return True


def _may_part(text: str, end: int, start: int, wanted: tuple[str, ...]) -> bool:
    if wanted:
        return _with_single_blanks(text[end:start]) == wanted[0]
    return _BETWEEN.fullmatch(text, end, start) is not None


def _with_single_blanks(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _begins(words: Sequence[Word], place: int) -> Iterator[tuple[str, ...]]:
    first = words[place][2]
    if place + 1 < len(words):
        yield first, words[place + 1][2]
    yield (first,)


def _length(named: tuple[str, str]) -> int:
    return len(named[0])


def _longest_first(name: KnownName) -> tuple[int, int, int, str]:
    signs = len(name.before) + len(name.after)
    return -len(name.words), -len(name.words[0]), -signs, name.pseudonym


def _with_signs(text: str, start: int, end: int, name: KnownName) -> Found:
    """Where a name is in a text, the signs that belong to it among it."""
    before, after = name.before, name.after
    if before and text[max(0, start - len(before) - 1) : start].rstrip(" ").endswith(before):
        start = text.rindex(before, 0, start)
    if after and text[end : end + len(after) + 1].lstrip(" ").startswith(after):
        end = text.index(after, end) + len(after)
    return Found(start, end, name.pseudonym, len(name.words))
