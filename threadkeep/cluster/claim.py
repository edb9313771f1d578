"""Whose turn it is to write an archive's home: a note beside it, so that who was taken for dead overwrites nothing newer."""

from __future__ import annotations

import importlib
import os
import socket
import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from parsers.errors import ArchiveLockedError
from parsers.first_use import prepared
from scraper.archive.page import utc_moment, utc_text
from threadkeep.jobs.job_run import Known  # noqa: TC001  msgspec looks it up
from threadkeep.jobs.report import JobReport  # noqa: TC001  msgspec looks it up

if TYPE_CHECKING:
    from scraper.politeness.clock import Clock
    from threadkeep.home import Home

ENDING = ".claim"


def run_of_job(run: str, job: str) -> str:
    """What a run's claims of a job's home are for: two addresses can name one place, and two jobs must not take it in turns."""
    return f"{run} {job}"


class SupersededError(ArchiveLockedError):
    """Another worker has taken over what this one holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who writes a home.

    Attributes:
        token: no other claim has it.
        run: the run of JOBS.toml that it is for, and its job; see `run_of_job`.
        worker: the worker, as it is shown.
        machine: the machine that it runs on.
        process: its process there.
        until: in UTC; after it nobody need believe that the worker lives.
        known: what the archive held before that run began; None: nobody has looked yet.
        is_free: it was given back.
        done: what the job did, where all is done; a worker that is given it again has nothing to do.
    """

    token: str
    run: str
    worker: str
    machine: str
    process: int
    until: str
    known: Known | None = None
    is_free: bool = False
    done: JobReport | None = None


class Holding:
    """A home that this worker writes.

    Attributes:
        claim: what the note beside it says.
        before: the claim that was not given back, of a worker that died; None where there is none.
    """

    def __init__(self, home: Home, run: str, worker: str, clock: Clock, seconds: float) -> None:
        """Take over a home.

        Args:
            home: the home.
            run: the run that it is for.
            worker: who takes it.
            clock: tells the time.
            seconds: how long the claim is believed without being renewed.

        Raises:
            ArchiveLockedError: another run writes it.
            ArchiveError: the home cannot be read.
            ExportError: the home cannot be written.
        """
        self._home, self._clock, self._seconds = home, clock, seconds
        before = self.before = read_claim(home)
        if before is not None and before.run != run and self._is_alive(before):
            raise ArchiveLockedError(
                f"Another run or job holds {home.address} (process {before.process} on {before.machine}, last heard of to hold it"
                f" until {before.until}); wait for it, or end it and remove {home.address}{ENDING}."
            )
        again = before if before is not None and before.run == run else None
        self.claim = Claim(
            token=uuid.uuid4().hex,
            run=run,
            worker=worker,
            machine=socket.gethostname(),
            process=os.getpid(),
            until=self._later(),
            known=again.known if again else None,
        )
        self._write()

    def remember(self, known: Known) -> None:
        """Have whoever takes over know what was there before the run."""
        self.claim = replace(self.claim, known=known)
        self._write()

    def publish(self) -> None:
        """Settle what was brought to the home with the claim's token, and hold it for longer.

        Raises:
            SupersededError: another worker has taken over; the home stays as that one has it.
            ExportError: the home cannot be written.
        """
        self.check()
        self._home.settle(self.claim.token)
        self.claim = replace(self.claim, until=self._later())
        self._write()

    def check(self) -> None:
        """Make sure that nobody has taken over.

        Raises:
            SupersededError: somebody has.
        """
        now = read_claim(self._home)
        if now is None or now.token != self.claim.token:
            raise SupersededError(
                f"Another worker has taken over {self._home.address}; what this one read since its last publication is left out."
            )

    def release(self, done: JobReport | None) -> None:
        """Give it back, unless somebody has taken over.

        Args:
            done: what the job did, where all is done.
        """
        now = read_claim(self._home)
        if now is not None and now.token == self.claim.token:
            self.claim = replace(self.claim, is_free=True, done=done)
            self._write()

    def _write(self) -> None:
        self._home.write_note(ENDING, msgspec.json.encode(self.claim, enc_hook=str))

    def _later(self) -> str:
        return utc_text(self._clock.now() + timedelta(seconds=self._seconds))

    def _is_alive(self, claim: Claim) -> bool:
        if claim.is_free:
            return False
        if claim.machine == socket.gethostname() and not _is_running(claim.process):
            return False
        return utc_moment(claim.until) > self._clock.now()


def forget_claim(home: Home, run: str) -> None:
    """Take away what a run has given back.

    Raises:
        ArchiveError: it cannot be read.
        ExportError: it cannot be removed.
    """
    claim = read_claim(home)
    if claim is not None and claim.is_free and claim.run == run:
        home.remove_note(ENDING)


def _made(kind: type, value: object) -> object:
    """A value of a kind that JSON has not: paths are text there."""
    return kind(value)


def _is_running(process: int) -> bool:
    return bool(importlib.import_module("psutil").pid_exists(process))  # comes with dask


def read_claim(home: Home) -> Claim | None:
    """Who writes a home; None: nobody.

    Raises:
        ArchiveError: it cannot be read.
    """
    data = home.read_note(ENDING)
    try:
        return (
            None
            if data is None
            else msgspec.json.decode(data, type=prepared(Claim), dec_hook=_made)
        )
    except msgspec.DecodeError:  # cut off by a crash: nobody holds it any more
        return None
