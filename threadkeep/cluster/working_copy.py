"""An archive on a worker's own disk: begun with what its home has, and published there, whole, while and after it is written."""

from __future__ import annotations

import logging
import shutil
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from parsers.errors import ArchiveLockedError, ExportError, ThreadkeepError
from scraper.archive.header import is_archive
from scraper.archive.lock import locked
from scraper.archive.snapshot import copy_archive
from threadkeep.cluster.claim import Holding, SupersededError, read_claim, run_of_job
from threadkeep.home import home_at
from threadkeep.jobs.follow_up import make_folder
from threadkeep.jobs.job_run import known_of

if TYPE_CHECKING:
    from threadkeep.cluster.piece_clock import PieceClock
    from threadkeep.jobs.job_run import Known
    from threadkeep.jobs.report import JobReport
    from threadkeep.jobs.settings import Job

logger = logging.getLogger(__name__)

_TRIES = 30

_Signature = tuple[tuple[int, int] | None, ...]


class WorkingCopy:
    """Holds a job's home while the job is run on a copy of the archive.

    Attributes:
        path: the copy.
    """

    def __init__(self, job: Job, run: str, worker: str, clock: PieceClock, disk: Path) -> None:
        """Prepare one; nothing is touched yet.

        Args:
            job: the job.
            run: the run that it is for.
            worker: who works on it, as it is shown.
            clock: what tells when to publish.
            disk: a folder on the worker's own disk.

        Raises:
            UsageError: the home cannot be meant.
            ExportError: the disk cannot be written.
        """
        self._job, self._worker, self._clock = job, worker, clock
        self._run = run_of_job(run, job.name)
        self._home = home_at(job.place)
        self._every = job.settings.publish_every
        self._folder = _folder_on(disk)
        self.path = self._folder / self._home.name
        self._stack = ExitStack()
        self._published: _Signature = ()
        self._holding: Holding | None = None
        self._is_begun = self._is_to_stay = False

    def held(self, command: str, known: Known | None) -> _Held:
        """Hold the home; what was known of the archive before the run comes out.

        Args:
            command: what is running, to be told to whoever finds the home locked.
            known: what was known before the run, where a worker before told it.
        """
        return _Held(self, command, known)

    def done_before(self) -> JobReport | None:
        """What the job did, where another worker has done all of it for the same run, and could not tell any more.

        Raises:
            ArchiveError: the home cannot be read.
        """
        claim = read_claim(self._home)
        return claim.done if claim is not None and claim.run == self._run else None

    def give_back(self, done: JobReport | None) -> None:
        """Let other workers have the home, and take the copy away, unless it holds what could not be published.

        Args:
            done: what the job did, where all is done.
        """
        with suppress(ThreadkeepError):  # then the claim runs out by itself
            if self._holding is not None:
                self._holding.release(done)
        if not self._is_to_stay:
            shutil.rmtree(self._folder, ignore_errors=True)

    def begin(self, command: str, known: Known | None) -> Known:
        """Hold the home, and copy what it has."""
        if self._home.path is not None:
            make_folder(self._home.path)
            self._lock(self._home.path, command)
        self._holding = Holding(
            self._home, self._run, self._worker, self._clock, seconds=2 * self._every + 60
        )
        before = self._holding.before
        self._home.clear(before.token if before is not None else None)
        self._home.fetch(self.path)
        self._published = self._signature()
        self._is_begun = True
        known = known or self._holding.claim.known or known_of(self.path)
        self._holding.remember(known)
        self._clock.publish_by(self.publish, self._every)
        return known

    def end(self, *, is_failed: bool) -> None:
        """Publish what there is, and let commands on the same disk have the home."""
        self._clock.publish_by(None)
        try:
            if self._is_begun:
                self._publish_last(is_failed=is_failed)
        finally:
            self._stack.close()

    def publish(self) -> None:
        """Bring the archive home as it is now, if it is another than what is there.

        Raises:
            SupersededError: another worker has taken over.
            ThreadkeepError: it cannot be copied or brought there.
        """
        holding, signature = self._holding, self._signature()
        if holding is None or signature == self._published or not is_archive(self.path):
            return
        copy = self.path.with_name(f"{self.path.name}.copy")
        try:
            copy_archive(self.path, copy)
            self._home.put_beside(copy, holding.claim.token)
        finally:
            copy.unlink(missing_ok=True)
        try:
            holding.publish()
        except SupersededError:
            self._home.discard(holding.claim.token)
            raise
        self._published = signature
        logger.info("published %s", self._home.address)

    def _publish_last(self, *, is_failed: bool) -> None:
        try:
            self.publish()
        except SupersededError:
            if not is_failed:
                raise
        except ThreadkeepError as error:
            self._is_to_stay = True
            raise ExportError(
                f"{error} What was read since the last publication is in {self.path} on {self._worker}."
            ) from error

    def _signature(self) -> _Signature:
        return tuple(
            _stat_of(self.path.with_name(f"{self.path.name}{ending}")) for ending in ("", "-wal")
        )

    def _lock(self, path: Path, command: str) -> None:
        """Keep commands on the same disk off, as `threadkeep sync`; a worker that is ending lets go in a moment."""
        before = read_claim(self._home)
        tries = _TRIES if before is not None and before.run == self._run else 1
        while True:
            tries -= 1
            try:
                self._stack.enter_context(locked(path, command))
            except ArchiveLockedError:
                if not tries:
                    raise
                self._clock.sleep(1.0)
            else:
                return


class _Held:
    """See `WorkingCopy.held`."""

    def __init__(self, copy: WorkingCopy, command: str, known: Known | None) -> None:
        self._copy, self._command, self._known = copy, command, known

    def __enter__(self) -> Known:
        try:
            return self._copy.begin(self._command, self._known)
        except BaseException:
            self._copy.end(is_failed=True)
            raise

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._copy.end(is_failed=kind is not None)


def _folder_on(disk: Path) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="threadkeep-", dir=disk))
    except OSError as error:
        raise ExportError(
            f"The worker cannot write to {disk} ({error.strerror}); check its disk, or start it with --local-directory."
        ) from error


def _stat_of(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
