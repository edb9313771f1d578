"""What a run of JOBS.toml did, in records: for the terminal, for `--json`, for report files and notifications."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path  # noqa: TC003  msgspec looks it up

from exporters.pseudonym.tally import PseudonymReport  # noqa: TC001  msgspec looks it up
from scraper.archive.run_record import (  # noqa: TC001  msgspec looks them up
    AskedRequest,
    RecordedGap,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """What was asked of one host for one reason.

    Attributes:
        host: the host, with its port where it is not the usual one.
        reason: what for; numbers of pages are left out.
        requests: how many requests.
        failed: how many of them brought no answer, or one that is an error.
        body_bytes: bytes of the bodies, decompressed.
    """

    host: str
    reason: str
    requests: int
    failed: int
    body_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """A file that was exported.

    Attributes:
        path: the file.
        posts: how many posts are in it; 0 of a web archive.
        pages: how many pages are in it, of a web archive.
        pseudonyms: what was replaced by pseudonyms or made coarser, and what could not be; null: all is as it was.
    """

    path: Path
    posts: int
    pages: int = 0
    pseudonyms: PseudonymReport | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReport:
    """What one job did.

    Attributes:
        name: its name in JOBS.toml.
        urls: what it archives.
        archive: the archive's file, or the address of its home.
        started_at: when it began, in UTC; None where the run was stopped before.
        seconds: how long it took.
        requests: requests sent to the site, further attempts and redirects included.
        body_bytes: bytes of the bodies that came, decompressed.
        pages: pages that were kept.
        new: posts met for the first time.
        changed: posts whose body had changed.
        gone: posts found to have vanished.
        held_back: posts that seem to have vanished, too many at once to be believed before they are confirmed.
        withheld: topics that the site lists and does not let this reader see; they change no exit code.
        topics: topics in the archive.
        posts: posts in the archive, gone ones not among them.
        new_gaps: what is missing and was not missing, or not known to be, before this run.
        known_gaps: how many gaps there were before and still are, that nobody has accepted.
        problems: what failed, one sentence each.
        exports: the files that were exported.
        snapshot: the copy of the archive that was made; None where none was.
        ledger: what was asked of whom, and why, counted.
        asked: each request that was sent, in order.
        error: why it ended early; None where it came to its end.
        exit_code: as the command line would exit for this job alone.
    """

    name: str
    urls: tuple[str, ...]
    archive: str
    started_at: str | None = None
    seconds: float = 0.0
    requests: int = 0
    body_bytes: int = 0
    pages: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    held_back: int = 0
    withheld: int = 0
    topics: int = 0
    posts: int = 0
    new_gaps: tuple[RecordedGap, ...] = ()
    known_gaps: int = 0
    problems: tuple[str, ...] = ()
    exports: tuple[ExportedFile, ...] = ()
    snapshot: Path | None = None
    ledger: tuple[LedgerLine, ...] = ()
    asked: tuple[AskedRequest, ...] = ()
    error: str | None = None
    exit_code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notification about jobs of a run.

    Attributes:
        jobs: the jobs that it tells of.
        occasions: why: `failure`, `gaps`, `mass-disappearance` or `always`.
        error: why it could not be delivered; None where it was.
        exit_code: 0 where it was delivered.
    """

    jobs: tuple[str, ...]
    occasions: tuple[str, ...]
    error: str | None = None
    exit_code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What a run of JOBS.toml did.

    Attributes:
        jobs_file: the JOBS.toml.
        started_at: when it began, in UTC.
        ended_at: when it ended, in UTC.
        seconds: how long it took.
        jobs: one for each job, in the order of the file.
        notices: the notifications that were due.
        problems: what else failed, one sentence each: a report file that could not be written.
        interrupted: it was stopped from outside; the next run goes on from there.
        exit_code: as the command line exits.
    """

    jobs_file: Path
    started_at: str
    ended_at: str
    seconds: float
    jobs: tuple[JobReport, ...]
    notices: tuple[Notice, ...] = ()
    problems: tuple[str, ...] = ()
    interrupted: bool = False
    exit_code: int = 0
