"""Tell which of the authors that posts show are one person: by the account's number, the profile's address, or the name."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.records import Author


class Identities:
    """Who is who on one site. What tells one person is joined as authors are added: a number, and old and new profiles."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._parents: dict[str, str] = {}

    def add(self, author: Author) -> str:
        """Note down an author.

        Returns:
            What tells this person; ask `settled` for it when all are added.
        """
        first, *others = self._signs(author)
        for other in others:
            self._join(first, other)
        return first

    def of(self, author: Author) -> str:
        """The identity of an author, who may have been added or not."""
        known = (sign for sign in self._signs(author) if sign in self._parents)
        return self.settled(next(known, self._signs(author)[0]))

    def settled(self, sign: str) -> str:
        """The identity that something stands for."""
        while (parent := self._parents.get(sign, sign)) != sign:
            sign = parent
        return sign

    def of_name(self, name: str) -> str:
        """The identity of somebody of whom only a name is known."""
        return f"name:{self._site}:{' '.join(name.casefold().split())}"

    def of_several(self, name: str) -> str:
        """The identity that stands for all who share a name, where it is not known who of them is meant."""
        return f"several:{self._site}:{name}"

    def _signs(self, author: Author) -> list[str]:
        if author.is_guest:
            return [self.of_name(author.name)]
        return list(self._account_signs(author)) or [self.of_name(author.name)]

    def _account_signs(self, author: Author) -> Iterator[str]:
        if author.user_id is not None:
            yield f"user:{self._site}:{author.user_id}"
        if author.url:
            yield f"profile:{profile_address(author.url)}"

    def _join(self, one: str, other: str) -> None:
        first, second = self.settled(one), self.settled(other)
        # The same one stands for both, whatever the order: a number, which outlasts new names, before a profile.
        kept, joined = sorted((first, second), key=lambda sign: (sign[0] != "u", sign))
        self._parents.setdefault(kept, kept)
        self._parents[joined] = kept


def profile_address(url: str) -> str:
    """An address as it tells a person, whatever its scheme and its spelling."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:  # a bracket where only an IPv6 address may have one
        return url.casefold()
    host = parts.netloc.lower().rpartition("@")[2].removeprefix("www.")
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{unquote(parts.path).rstrip('/')}{query}".casefold()


def host_of(site: str) -> str:
    """The host of a site, whether given by its host or by an address."""
    return profile_address(site if "//" in site else f"//{site}").partition("/")[0]
