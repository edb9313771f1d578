"""How the archives of a JOBS.toml, or of a folder, stand; reads archives and asks no site."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from parsers.errors import ArchiveError, ThreadkeepError, UsageError
from scraper.archive.database import reading
from scraper.archive.header import is_archive
from scraper.archive.page import utc_moment
from scraper.archive.retention import snapshot_moment
from scraper.archive.standing import standing
from scraper.sync.report import worst_exit_code
from threadkeep.home import archives_at, home_at, is_address
from threadkeep.jobs.jobs_file import read_jobs
from threadkeep.jobs.last_run import last_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from threadkeep.jobs.last_run import LastJob
    from threadkeep.jobs.settings import Job

_ENDINGS = frozenset((".db", ".sqlite", ".sqlite3"))
_BESIDE = ("", "-wal")
_NEVER = "it was never run; `threadkeep run` makes the archive."
_INCOMPLETE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveStatus:
    """How one archive stands.

    Attributes:
        name: the job's name; of an archive that was found in a folder, the file's.
        archive: the file, or the address of its home.
        host: the site's host; empty where it is not known.
        topics: topics kept.
        posts: posts kept, gone ones not among them.
        gone: posts that have vanished from the site.
        gaps: how many things are missing that nobody has accepted.
        size: bytes of the file, with what is still in its journal.
        last_run: when the newest run began, in UTC; None where there was none.
        last_complete: when the newest run ended that was complete, in UTC; None where there was none.
        age: seconds since then.
        is_unfinished: the newest run has no end: it is under way, or was killed.
        last_exit_code: how the newest run ended that came to its end; None where none did.
        error: what failed last; None where nothing did.
    """

    name: str
    archive: str
    host: str = ""
    topics: int = 0
    posts: int = 0
    gone: int = 0
    gaps: int = 0
    size: int = 0
    last_run: str | None = None
    last_complete: str | None = None
    age: float | None = None
    is_unfinished: bool = False
    last_exit_code: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """How archives stand.

    Attributes:
        of: the JOBS.toml, the folder or the archive that was asked about.
        archives: one for each archive, in the order of the file, or by name.
        exit_code: the worst of theirs with `--check`, else 0.
    """

    of: str
    archives: tuple[ArchiveStatus, ...]
    exit_code: int = 0


def status_of(path: Path | str, now: datetime, *, check: bool = False) -> StatusReport:
    """How archives stand.

    Args:
        path: a JOBS.toml, a folder with archives in it, or an archive; the latter two also by their address.
        now: the time.
        check: have the worst exit code of their newest runs be that of the report.

    Raises:
        UsageError: there is nothing of that kind, or the JOBS.toml cannot be meant.
    """
    found = tuple(_archives(path, now))
    if not found:
        raise UsageError(
            f"There is no archive in {path}; name a folder with some, or a JOBS.toml."
        )
    codes = [one.last_exit_code for one in found if one.last_exit_code is not None]
    code = worst_exit_code(codes) if check else 0
    return StatusReport(of=str(path), archives=found, exit_code=code)


def _archives(place: Path | str, now: datetime) -> Iterator[ArchiveStatus]:
    if isinstance(place, str) and is_address(place):
        yield from _elsewhere(place, now)
        return
    path = Path(place)
    if path.is_dir():
        for one in _in_folder(path):
            yield _status(one.stem, one, now)
    elif is_archive(path):
        yield _status(path.stem, path, now)
    else:
        file = read_jobs(path)
        written = last_run(file.path)
        ended = {job.name: job for job in written.jobs} if written else {}
        for job in file.jobs:
            yield _of_job(job, ended.get(job.name), now)


def _elsewhere(address: str, now: datetime) -> Iterator[ArchiveStatus]:
    """Of an archive at an address, or of those in a folder there."""
    is_one = address.endswith(tuple(_ENDINGS))
    for one in [address] if is_one else archives_at(address):
        yield _status_of_home(one.rpartition("/")[2].rpartition(".")[0], one, now)


def _status_of_home(name: str, address: str, now: datetime) -> ArchiveStatus:
    """How an archive stands whose home is elsewhere: it is looked at in a copy."""
    with tempfile.TemporaryDirectory(prefix="threadkeep-") as folder:
        path = Path(folder) / "archive.db"
        try:
            home_at(address).fetch(path)
        except ArchiveError as error:
            return ArchiveStatus(
                name=name, archive=address, last_exit_code=error.exit_code, error=str(error)
            )
        return replace(_status(name, path, now), archive=address)


def _in_folder(folder: Path) -> list[Path]:
    """The archives in a folder; copies by date are none of their own."""
    found = [one for one in sorted(folder.iterdir()) if one.suffix in _ENDINGS and is_archive(one)]
    stems = {one.stem for one in found}
    return [one for one in found if not any(snapshot_moment(stem, one.name) for stem in stems)]


def _of_job(job: Job, ended: LastJob | None, now: datetime) -> ArchiveStatus:
    """An archive, and what is known only of the run: a site that was never reached leaves no archive."""
    known = (
        _status(job.name, job.archive, now)
        if job.home is None
        else _status_of_home(job.name, job.home, now)
    )
    if ended is None or ended.started_at is None:
        return known
    if known.last_run is not None and known.last_run > ended.started_at:
        return replace(known, error=known.error if known.last_exit_code else None)
    found = known.error if ended.exit_code else None
    error = ended.problems[0] if ended.problems else found
    return replace(known, last_run=ended.started_at, last_exit_code=ended.exit_code, error=error)


def _status(name: str, path: Path, now: datetime) -> ArchiveStatus:
    if not is_archive(path):
        return ArchiveStatus(
            name=name, archive=str(path), last_exit_code=_INCOMPLETE, error=_NEVER
        )
    try:
        with reading(path) as archive:
            found = standing(archive)
    except ThreadkeepError as error:
        return ArchiveStatus(
            name=name,
            archive=str(path),
            size=_size(path),
            last_exit_code=error.exit_code,
            error=str(error),
        )
    return ArchiveStatus(
        name=name,
        archive=str(path),
        host=found.host,
        topics=found.topics,
        posts=found.posts,
        gone=found.gone,
        gaps=found.gaps,
        size=_size(path),
        last_run=found.last_run,
        last_complete=found.last_complete,
        age=_age(found.last_complete, now),
        is_unfinished=found.is_unfinished,
        last_exit_code=found.exit_code,
        error=found.error if found.exit_code else None,
    )


def _age(moment: str | None, now: datetime) -> float | None:
    return None if moment is None else max((now - utc_moment(moment)).total_seconds(), 0.0)


def _size(path: Path) -> int:
    files = (path.with_name(path.name + ending) for ending in _BESIDE)
    return sum(one.stat().st_size for one in files if one.exists())
