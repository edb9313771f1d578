"""What a run found out, in records: for the terminal, for `--json`, for whoever calls threadkeep as a library."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scraper.archive.post_writer import Saved

if TYPE_CHECKING:
    from scraper.archive.gap import Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicOutcome:
    """What came of one topic.

    Attributes:
        url: the address given; where nothing was fetched, the file that it comes from.
        topic_id: the topic's number; None where it was not reached or no page shows it.
        topic_url: the topic's own address, where it was reached.
        title: the topic's title, where it was reached.
        pages: pages read in this run.
        saved: what they changed.
        gone: posts found to have vanished in this run.
        posts: posts kept of the topic, gone ones not among them.
        expected: how many the site claims; None where it does not say.
        gaps: what is missing and was not accepted.
        notes: differences from counts that bbPress lets drift; they change no exit code.
        error: one sentence, where it failed.
        exit_code: as the command line would exit for this topic alone.
    """

    url: str
    topic_id: int | None = None
    topic_url: str | None = None
    title: str | None = None
    pages: int = 0
    saved: Saved = field(default_factory=Saved)
    gone: int = 0
    posts: int = 0
    expected: int | None = None
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    error: str | None = None
    exit_code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesOutcome:
    """How the posts' times were settled.

    Attributes:
        timezone: the site's zone where it is stated or only one is possible.
        source: where it is from: `configured`, `site`, `feeds` or `none`.
        feeds: feeds that were asked for.
        without_utc: posts whose time in UTC is not known.
    """

    timezone: str | None
    source: str
    feeds: int
    without_utc: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaOutcome:
    """What was fetched of the pictures and files that posts show; it changes no exit code.

    Attributes:
        kept: addresses whose file came in this run.
        new_files: files among them that the archive did not have from another address.
        new_bytes: their bytes.
        dead: addresses of this run at which nothing is any more.
        failed: addresses of this run at which the site or the network failed; the next run tries them again.
        refused: addresses of this run that may not be read.
        unfit: addresses of this run with a file that is too large or not what it should be.
        waiting: what is still to be asked for in further runs.
        elsewhere: addresses on hosts that were not to be asked.
        files: files that the archive has now.
        bytes: their bytes.
        is_full: the archive may have no more.
    """

    kept: int = 0
    new_files: int = 0
    new_bytes: int = 0
    dead: int = 0
    failed: int = 0
    refused: int = 0
    unfit: int = 0
    waiting: int = 0
    elsewhere: int = 0
    files: int = 0
    bytes: int = 0
    is_full: bool = False


# The first code of this order that anything met is the exit code of the whole.
_PRECEDENCE = (130, 1, 2, 7, 8, 4, 6, 5, 3, 0)


def worst_exit_code(codes: list[int]) -> int:
    """The exit code of several outcomes together."""
    return next((code for code in _PRECEDENCE if code in codes), 0)
