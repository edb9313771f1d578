"""The table of the pages that were looked at closely: which were read, which refused, and why."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from typing import TYPE_CHECKING, Final

from exporters.tables.parquet import ParquetTable

if TYPE_CHECKING:
    from typing import BinaryIO, Literal

    from exporters.tables.column import Columns

    Outcome = Literal["read", "beside", "repetition", "other", "refused", "damaged"]

COLUMNS: Final[Columns] = {
    "source": "text",
    "offset": "integer",
    "url": "text",
    "host": "text",
    "captured_at": "utc",
    "outcome": "text",
    "kind": "text",
    "engine": "text",
    "posts": "integer",
    "error": "text",
    "reason": "text",
    "sha256": "text",
}
"""The columns of the table `pages`, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPage:
    """A page that was looked at closely, or a damaged place; a row of the table `pages`.

    Attributes:
        source: the input, as the user named it; of a WACZ file and of an index, with the file in it.
        offset: where the record begins in it; null in tables without names.
        url: its address, as far as known.
        host: the site that it is of.
        captured_at: when it came.
        outcome: `read`; `beside`, it tells times; `repetition`, the same as another; `other`, no topic's; `refused`; or
            `damaged`.
        kind: what it is.
        engine: which reader read it.
        posts: how many posts it shows.
        error: the class of what went wrong.
        reason: why it was not read, in a sentence.
        sha256: of its body, as it may be kept.
    """

    source: str
    offset: int | None
    url: str | None
    host: str | None = None
    captured_at: str | None = None
    outcome: Outcome
    kind: str | None = None
    engine: str | None = None
    posts: int | None = None
    error: str | None = None
    reason: str | None = None
    sha256: str | None = None


def page_table(out: BinaryIO) -> ParquetTable:
    """The table, to be filled with `row`."""
    return ParquetTable("pages", out, {"table_of": "harvest"}, COLUMNS)


def row(seen: SeenPage, *, is_nameless: bool) -> tuple[object, ...]:
    """A page as a row of the table.

    Args:
        seen: the page.
        is_nameless: leave out what names people, or leads to where they are named: addresses, digests, places and days.
    """
    if is_nameless:
        return astuple(
            replace(seen, offset=None, url=None, captured_at=None, reason=None, sha256=None)
        )
    return astuple(seen)
