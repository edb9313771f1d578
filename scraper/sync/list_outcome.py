"""What came of one list of topics."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOutcome:
    """What came of one list.

    Attributes:
        url: its address.
        title: its heading; None where it was not reached.
        pages: pages read of it.
        topics: topics that it shows.
        error: one sentence, where it failed.
        exit_code: as the command line would exit for this list alone.
        is_passed_over: it is not there, or withheld from guests, and that is no failure: nobody asked for it.
    """

    url: str
    title: str | None
    pages: int
    topics: int
    error: str | None = None
    exit_code: int = 0
    is_passed_over: bool = False
