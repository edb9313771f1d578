"""Read JOBS.toml: every value is checked before anything is done, and nothing is asked of any site."""

from __future__ import annotations

import codecs
from collections import defaultdict
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from parsers.errors import UsageError
from threadkeep.jobs.job import settled
from threadkeep.jobs.settings import DefaultSettings, JobSettings, JobsFile
from threadkeep.jobs.shape import key_path, record_of, refuse_unknown, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from threadkeep.jobs.settings import Job


def read_jobs(path: Path) -> JobsFile:
    """Read and check a JOBS.toml.

    Raises:
        UsageError: it cannot be read, or something in it cannot be meant; the sentence names the key.
    """
    whole = Path(path).absolute()
    try:
        return JobsFile(path=whole, jobs=tuple(_jobs(_decoded(whole), whole)))
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error


def _decoded(path: Path) -> Mapping[str, Any]:
    try:
        data = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except IsADirectoryError:
        raise UsageError(
            "this is a folder; name the file with the jobs in it, as JOBS.toml."
        ) from None
    except OSError as error:
        raise UsageError(
            f"the file cannot be read ({error.strerror}); docs/jobs.md shows what to write into one."
        ) from error
    try:
        return table(msgspec.toml.decode(data), "")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"this is no TOML ({error}); correct that line.") from error


def _jobs(whole: Mapping[str, Any], source: Path) -> Iterator[Job]:
    refuse_unknown(whole, ("defaults", "jobs"), "")
    defaults = table(whole.get("defaults", {}), "defaults")
    _check_defaults(defaults)
    if isinstance(whole.get("jobs"), list):
        raise UsageError("a job begins with a line such as [jobs.lantern], not with [[jobs]].")
    jobs = table(whole.get("jobs", {}), "jobs")
    if not jobs:
        raise UsageError("there is no job in it; begin one with a line such as [jobs.lantern].")
    found = [_job(name, value, defaults, source) for name, value in jobs.items()]
    _refuse_shared(found)
    yield from found


def _check_defaults(defaults: Mapping[str, Any]) -> None:
    for name in ("urls", "login", "as_guest"):
        if name in defaults:
            raise UsageError(f"“defaults.{name}” belongs to one job; write it under [jobs.NAME].")
    record_of(defaults, DefaultSettings, "defaults", own=defaults)


def _job(name: str, value: object, defaults: Mapping[str, Any], source: Path) -> Job:
    path = key_path("jobs", name)
    own = table(value, path)
    shared = {one.name for one in fields(DefaultSettings)}
    inherited = {key: default for key, default in defaults.items() if key in shared}
    settings = record_of({**inherited, **own}, JobSettings, path, own=own)
    return settled(name, settings, source, path)


def _refuse_shared(jobs: list[Job]) -> None:
    """Let no two jobs write to one place, nor one job to one place twice."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for job in jobs:
        for what, place in _places(job):
            places[place].append(f"“{key_path('jobs', job.name, what)}”")
    for place, keys in places.items():
        if len(keys) > 1:
            raise UsageError(
                f"{' and '.join(keys)} are the same place, {place}; give each its own."
            )


def _places(job: Job) -> Iterator[tuple[str, str]]:
    yield "archive", job.home or str(job.archive.resolve())
    for export in job.exports:
        yield "exports", str(export.path.resolve())
    if job.report is not None:
        yield "report", str(job.report.resolve())
    if job.snapshots is not None:
        # A folder may have the copies of several archives, whose names tell them apart.
        yield "retention", str((job.snapshots / job.archive.stem).resolve())
