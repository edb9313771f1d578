"""What a harvest is asked for, as plain data that travels to workers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from parsers.selection import Selection

if TYPE_CHECKING:
    from pathlib import Path

    from exporters.pseudonym.coarse_date import Dates

# Whatever changes what is read out of the same bytes makes another number.
_VERSION = 1
MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What decides what is read from an input.

    Attributes:
        hosts: the only hosts whose pages are wanted; all where there are none.
        most_bytes: of a record; what is larger is not loaded.
        is_unsifted: every page is made into a tree, and every row of an index read, whatever it looks like.
        is_nameless: the table of pages has no addresses, since they can name people.
        memory: of a worker, in bytes; it decides nothing about the result.
    """

    hosts: tuple[str, ...] = ()
    most_bytes: int = 16 * MIB
    is_unsifted: bool = False
    is_nameless: bool = False
    memory: int = 1024 * MIB

    def is_wanted(self, host: str) -> bool:
        """Whether pages of a host are wanted."""
        return not self.hosts or host in self.hosts

    @property
    def facts(self) -> dict[str, object]:
        """What was asked for, as it matters to a result."""
        return {
            "hosts": sorted(self.hosts),
            "most_bytes": self.most_bytes,
            "is_unsifted": self.is_unsifted,
            "is_nameless": self.is_nameless,
        }

    @property
    def key(self) -> str:
        """What the options are to a result."""
        return digest(_VERSION, self.facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOptions:
    """What decides what is written of a site.

    Attributes:
        selection: the posts that are wanted.
        timezone: the sites' zone, where the user names it.
        key: the file with the secret that pseudonyms are made with; none are made without it.
        dates: `exact`, or coarser.
    """

    selection: Selection = field(default_factory=Selection)
    timezone: str | None = None
    key: Path | None = None
    dates: Dates = "exact"

    @property
    def is_changed(self) -> bool:
        """Whether posts are written otherwise than they were, for the sake of people."""
        return self.key is not None or self.dates != "exact"

    @property
    def facts(self) -> dict[str, object]:
        """What was asked for, as it matters to a result."""
        return {
            "selection": self.selection.facts,
            "timezone": self.timezone,
            "dates": self.dates,
            "is_changed": self.is_changed,
        }

    @property
    def told(self) -> dict[str, object]:
        """The same, as it may lie beside what is written: a selection can name people."""
        hidden = {"selection": None} if self.key is not None else {}
        return {**self.facts, **hidden}


def digest(*parts: object) -> str:
    """A short name for what values say together."""
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:24]
