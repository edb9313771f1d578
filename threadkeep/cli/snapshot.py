"""`threadkeep snapshot`: a dated copy of an archive, and those of earlier ones that need not stay taken away."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parsers.errors import UsageError
from scraper.archive.database import reading
from scraper.archive.retention import Retention, snapshot_name
from scraper.archive.snapshot import Pruned, Snapshot, prune_snapshots, take_snapshot
from scraper.politeness.clock import SystemClock
from threadkeep.cli.console import counted, say, say_json
from threadkeep.cli.location import only_archive
from threadkeep.cli.option import ArchiveOption, JsonOption, QuietOption

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotReport:
    """What `threadkeep snapshot` did, or would do.

    Attributes:
        archive: the archive.
        path: the copy of it.
        size: of the copy, in bytes; None in a dry run.
        posts: posts in it, gone ones not among them; None in a dry run.
        topics: topics in it; None in a dry run.
        kept: all copies of this archive in the folder that stay, oldest first.
        removed: those that were removed, oldest first.
        is_dry_run: nothing was written and nothing removed.
    """

    archive: Path
    path: Path
    size: int | None
    posts: int | None
    topics: int | None
    kept: tuple[Path, ...]
    removed: tuple[Path, ...]
    is_dry_run: bool


def command(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where the copies are; made where it is not.")
    ],
    archive: ArchiveOption = None,
    keep_daily: Annotated[
        int | None,
        typer.Option("--keep-daily", metavar="N", min=0, help="Keep the newest of N days."),
    ] = None,
    keep_weekly: Annotated[
        int | None,
        typer.Option("--keep-weekly", metavar="N", min=0, help="Keep the newest of N weeks."),
    ] = None,
    keep_monthly: Annotated[
        int | None,
        typer.Option("--keep-monthly", metavar="N", min=0, help="Keep the newest of N months."),
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be copied and removed.")
    ] = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """Copy an archive to a dated file, also while a run writes it.

    The copy is one file, and is checked. Copying it back restores the archive. With a --keep option, earlier copies of
    this archive in FOLDER that none of the options keeps are removed; without one, none is.

    \b
    Examples:
      threadkeep snapshot snapshots/
      threadkeep snapshot snapshots/ --keep-daily 7 --keep-weekly 4 --keep-monthly 12
      threadkeep snapshot snapshots/ --keep-daily 7 --dry-run

    Exit code 0: the copy is there and whole. 7: the archive is damaged, and no copy was made. 8: it cannot be written.
    """
    path = archive or only_archive()
    if folder.resolve() == path.parent.resolve():
        raise UsageError(
            f"A copy beside {path} would be taken for another archive; name another folder, such as snapshots/."
        )
    chosen = (keep_daily, keep_weekly, keep_monthly)
    keep = None if chosen == (None, None, None) else _retention(*chosen)
    now = SystemClock().now()
    report = _planned(path, folder, keep, now) if dry_run else _done(path, folder, keep, now)
    if as_json:
        say_json(report)
    elif not quiet:
        _tell(report)
    return 0


def _retention(daily: int | None, weekly: int | None, monthly: int | None) -> Retention:
    return Retention(daily=daily or 0, weekly=weekly or 0, monthly=monthly or 0)


def _planned(archive: Path, folder: Path, keep: Retention | None, now: datetime) -> SnapshotReport:
    with reading(archive):  # what cannot be read cannot be copied
        pass
    path = folder / snapshot_name(archive.stem, now)
    pruned = _pruned(archive, folder, keep, now, dry_run=True)
    return _report(archive, path, None, Pruned(kept=(*pruned.kept, path), removed=pruned.removed))


def _done(archive: Path, folder: Path, keep: Retention | None, now: datetime) -> SnapshotReport:
    taken = take_snapshot(archive, folder, now)
    return _report(archive, taken.path, taken, _pruned(archive, folder, keep, now, dry_run=False))


def _pruned(
    archive: Path, folder: Path, keep: Retention | None, now: datetime, *, dry_run: bool
) -> Pruned:
    """What became of earlier copies; without a rule they are only listed."""
    found = prune_snapshots(
        folder, archive.stem, keep or Retention(), now, dry_run=dry_run or keep is None
    )
    if keep is not None:
        return found
    return Pruned(kept=tuple(sorted((*found.kept, *found.removed))), removed=())


def _report(archive: Path, path: Path, taken: Snapshot | None, pruned: Pruned) -> SnapshotReport:
    return SnapshotReport(
        archive=archive,
        path=path,
        size=taken.size if taken else None,
        posts=taken.posts if taken else None,
        topics=taken.topics if taken else None,
        kept=tuple(dict.fromkeys(pruned.kept)),
        removed=pruned.removed,
        is_dry_run=taken is None,
    )


def _tell(report: SnapshotReport) -> None:
    if report.is_dry_run:
        say(f"would copy {report.archive} to {report.path}")
    else:
        topics = counted(report.topics or 0, "topic")
        size = f"{(report.size or 0) / 1_000_000:.1f} MB"
        say(f"{report.path}: {counted(report.posts or 0, 'post')} in {topics}, {size}")
    for path in report.removed:
        say(f"{'would remove' if report.is_dry_run else 'removed'} {path}")
    number = len(report.kept)
    say(f"{number} {'copy' if number == 1 else 'copies'} in {report.path.parent}")
