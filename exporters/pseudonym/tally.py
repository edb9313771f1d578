"""Count what was replaced and what could not be, and tell it in plain data."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Literal

Kind = Literal[
    "authors", "names", "mentions", "quotes", "editors", "addresses", "profile_links", "avatars", "emails",
    "ip_addresses", "phones", "dates", "pictures", "attachments", "quotes_without_name",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """What was replaced or removed, as often as it was met.

    Attributes:
        authors: posts whose author got a pseudonym.
        names: names in text: bodies, titles, tags, reasons, problems.
        mentions: names behind an @.
        quotes: names of who is quoted.
        editors: names in revision logs.
        addresses: addresses that had a name in them.
        profile_links: links to profiles and to networks' pages of persons.
        avatars: pictures of authors, and their addresses.
        emails: e-mail addresses, links that write a mail among them.
        ip_addresses: IP addresses, version 4 and 6.
        phones: telephone numbers.
        dates: dates and times that were made coarser, or left out.
    """

    authors: int = 0
    names: int = 0
    mentions: int = 0
    quotes: int = 0
    editors: int = 0
    addresses: int = 0
    profile_links: int = 0
    avatars: int = 0
    emails: int = 0
    ip_addresses: int = 0
    phones: int = 0
    dates: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReplaced:
    """What may still tell who somebody is.

    Attributes:
        names_only_where_marked: names of fewer than three letters, numbers and common words: they were replaced behind an @, before
            “wrote:” and the like, and in links to profiles, and stay in other text.
        shared_names: names that several persons have: in text they became one pseudonym of their own.
        pictures: pictures that bodies show; what is seen in them was not looked at.
        attachments: files that bodies link.
        quotes_without_name: quotes that do not say whose words they are.
    """

    names_only_where_marked: int = 0
    shared_names: int = 0
    pictures: int = 0
    attachments: int = 0
    quotes_without_name: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PseudonymReport:
    """What became of names, contact data and dates.

    Attributes:
        key_id: tells two keys apart; null where names stayed and only dates were made coarser.
        dates: `exact`, `week` or `month`.
        persons: how many persons the table of names has.
        replaced: what was replaced or removed.
        left: what could not be.
    """

    key_id: str | None
    dates: str
    persons: int
    replaced: Replaced = field(default_factory=Replaced)
    left: NotReplaced = field(default_factory=NotReplaced)


class Tally:
    """Counts while a transformation goes on."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def add(self, kind: Kind, count: int = 1) -> None:
        """Count something."""
        self._counts[kind] = self._counts.get(kind, 0) + count

    @property
    def replaced(self) -> Replaced:
        """What was replaced up to now."""
        return Replaced(**{one.name: self._counts.get(one.name, 0) for one in fields(Replaced)})

    def left(self, *, names_only_where_marked: int, shared_names: int) -> NotReplaced:
        """What could not be, up to now."""
        return NotReplaced(
            names_only_where_marked=names_only_where_marked,
            shared_names=shared_names,
            pictures=self._counts.get("pictures", 0),
            attachments=self._counts.get("attachments", 0),
            quotes_without_name=self._counts.get("quotes_without_name", 0),
        )
