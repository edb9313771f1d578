"""Harvest: every input that is not done yet, then every site that they have changed; the same result in any order."""

from __future__ import annotations

import importlib.util
import shutil
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from parsers.errors import ExportError, NothingReadableError, UsageError
from scraper.archive.lock import locked
from scraper.archive.selection import check_selection
from scraper.sync.report import worst_exit_code
from scraper.sync.site_time import check_zone
from threadkeep.harvest.manifest import Manifest, check_manifest
from threadkeep.harvest.merging import few_files
from threadkeep.harvest.options import ReadOptions, WriteOptions, digest
from threadkeep.harvest.place import HarvestFolder, write_json
from threadkeep.harvest.report import (
    HarvestReport,
    HostReport,
    InputReport,
    StageCounts,
    StageSeconds,
    bounding_stage,
)
from threadkeep.harvest.source import find_inputs
from threadkeep.harvest.workers import WorkerChoice, open_workers
from threadkeep.harvest.writing import HostTask, HostWriter
from threadkeep.pseudonym_key import check_key_place, read_or_make_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporters.pseudonym.key import PseudonymKey
    from scraper.politeness.clock import Clock
    from threadkeep.harvest.progress import HarvestListener
    from threadkeep.harvest.source import Input
    from threadkeep.harvest.workers import Workers

_MODULES = {"fastwarc": "fastwarc", "fsspec": "fsspec", "pyarrow": "pyarrow"}
_ABSENT = (
    "Harvesting takes {missing}, which is not installed: `pip install 'threadkeep[cluster]'`."
)
_MOST_PROBLEMS = 1000
# A piece of work is so many pages or sites, whichever comes first; fewer where a worker would have less than some pieces.
_PAGES_A_TASK, _HOSTS_A_TASK = 2_000, 200
_FEWEST_PAGES, _TASKS_A_WORKER = 100, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestJob:
    """What to harvest.

    Attributes:
        sources: paths, folders, patterns, addresses of fsspec, lists as `@file`, and indexes.
        output: the folder.
        base: what stands before the names of files in an index.
        read: what is read.
        write: what is written.
        workers: who does it.
    """

    sources: tuple[str, ...]
    output: Path
    base: str = ""
    read: ReadOptions = field(default_factory=ReadOptions)
    write: WriteOptions = field(default_factory=WriteOptions)
    workers: WorkerChoice = field(default_factory=WorkerChoice)


def harvest(job: HarvestJob, clock: Clock, listener: HarvestListener) -> HarvestReport:
    """Harvest posts out of web archives.

    Raises:
        UsageError: an option makes no sense, an input is not there, the folder is another harvest's, or the extra is not
            installed.
        FetchError: an input that a source names by a pattern or a list cannot be reached.
        ArchiveLockedError: another run writes the folder.
        ExportError: the folder cannot be written.
        ClusterError: no scheduler answers, or a piece of work ends its workers.
    """
    _check(job)
    inputs = find_inputs(list(job.sources), base=job.base)
    key = None if job.write.key is None else read_or_make_key(job.write.key)[0]
    folder = HarvestFolder(path=job.output.absolute())
    with locked(job.output, "harvest"):
        wanted = Manifest(
            options=digest(job.read.key, job.write.facts, key.key_id if key else None),
            asked={**job.read.facts, **job.write.told},
            inputs={one.title: one.key(job.read) for one in inputs},
        )
        known = check_manifest(folder, wanted, job.output)
        if known is not None and _is_finished(known, wanted) and known.report is not None:
            return replace(known.report, inputs_done=0, hosts_written=0)
        with open_workers(job.workers) as workers:
            folder.make(wanted)
            report = _Harvest(job, folder, workers, clock, listener, key).done(inputs)
        write_json(folder.manifest, replace(wanted, report=report))
    return report


def _check(job: HarvestJob) -> None:
    for name in _MODULES:
        if importlib.util.find_spec(name) is None:
            raise UsageError(_ABSENT.format(missing=name))
    if not job.output.absolute().parent.is_dir():
        _refuse_address(str(job.output))
        raise ExportError(
            f"Cannot write “{job.output}”, since there is no folder “{job.output.parent}”: create it first."
        )
    check_zone(job.write.timezone)
    check_selection(job.write.selection)
    if job.write.key is not None:
        check_key_place(job.write.key, job.output)


def _refuse_address(output: str) -> None:
    scheme, is_one, place = output.partition(":/")
    if is_one and len(scheme) > 1 and "/" not in scheme:
        raise UsageError(
            f"“{scheme}://{place.lstrip('/')}” is an address, and a harvest takes a folder that all workers see: it is locked,"
            " and what is in it renamed, as stores of objects cannot. Harvest into a folder, and copy that."
        )


def _is_finished(known: Manifest, wanted: Manifest) -> bool:
    """Whether nothing is to be done, of a harvest that has kept nothing to go on with."""
    report = known.report
    is_whole = report is not None and not report.inputs_failed
    return is_whole and known.inputs == wanted.inputs and bool(known.asked.get("is_changed"))


@dataclass(slots=True)
class _Sites:
    """What inputs say of sites; one line a site, however many inputs there are."""

    pages: Counter[str] = field(default_factory=Counter[str])
    states: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, report: InputReport) -> None:
        """Take what an input holds."""
        for host, pages in report.hosts.items():
            self.pages[host] += pages
            self.states[host] ^= int(report.key, 16)

    def tasks(
        self, wanted: dict[str, str], files: tuple[Path, ...], workers: int
    ) -> list[HostTask]:
        """Pieces of work, the largest first: what is begun last is what the other workers wait for."""
        share = self._size(list(wanted)) // (workers * _TASKS_A_WORKER)
        most = min(max(share, _FEWEST_PAGES), _PAGES_A_TASK)
        groups = sorted(self._groups(sorted(wanted), most), key=self._size, reverse=True)
        return [
            HostTask(hosts=tuple((host, wanted[host]) for host in group), files=files)
            for group in groups
        ]

    def _groups(self, hosts: list[str], most: int) -> Iterator[list[str]]:
        group: list[str] = []
        pages = 0
        for host in hosts:
            if group and (pages + self.pages[host] > most or len(group) == _HOSTS_A_TASK):
                yield group
                group, pages = [], 0
            group.append(host)
            pages += self.pages[host]
        if group:
            yield group

    def _size(self, hosts: list[str]) -> int:
        return sum(self.pages[host] for host in hosts)


@dataclass(slots=True)
class _Harvest:
    job: HarvestJob
    folder: HarvestFolder
    workers: Workers
    clock: Clock
    listener: HarvestListener
    key: PseudonymKey | None
    _sites: _Sites = field(default_factory=_Sites)
    _staged: list[Path] = field(default_factory=list["Path"])
    _codes: set[int] = field(default_factory=set[int])
    _problems: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    _counts: StageCounts = field(default_factory=StageCounts)
    _passed: Counter[str] = field(default_factory=Counter[str])
    _now: StageCounts = field(default_factory=StageCounts)
    _seconds: StageSeconds = field(default_factory=StageSeconds)
    _failed: int = 0

    def done(self, inputs: list[Input]) -> HarvestReport:
        """Do what is missing."""
        started = self.clock.monotonic()
        done = self._do_inputs(inputs)
        hosts, written = self._write_hosts()
        self._clean(inputs, hosts)
        return self._report(len(inputs), done, hosts, written, self.clock.monotonic() - started)

    def _do_inputs(self, inputs: list[Input]) -> int:
        missing: list[Input] = []
        for one in inputs:
            known = self.folder.done(one.key(self.job.read))
            if known is None:
                missing.append(one)
            else:
                self._take(known)
        # At the end, nobody is to wait for a large one.
        missing.sort(key=lambda one: one.size, reverse=True)
        before = len(inputs) - len(missing)
        self.listener.begun(len(inputs), before, self.workers.dashboard)
        reports = self.workers.inputs(
            self.folder, self.job.read, missing, self.listener.input_going_on
        )
        for report in reports:
            self._take(report)
            self._now += report.counts
            self._seconds += report.seconds
            self.listener.input_done(report)
        return len(missing)

    def _take(self, report: InputReport) -> None:
        self._codes.add(report.exit_code)
        self._problems += ((report.name, one) for one in report.problems)
        if len(self._problems) > 2 * _MOST_PROBLEMS:
            self._problems = sorted(self._problems)[:_MOST_PROBLEMS]
        self._counts += report.counts
        self._passed.update(report.passed)
        self._failed += report.exit_code not in {0, 3}
        if report.hosts:
            self._sites.add(report)
            self._staged.append(self.folder.staged(report.key))

    def _write_hosts(self) -> tuple[list[HostReport], int]:
        kept: list[HostReport] = []
        wanted: dict[str, str] = {}
        for host, state in self._sites.states.items():
            named = digest(state, self.job.write.facts)
            known = self.folder.written(host, named)
            if known is None:
                wanted[host] = named
            else:
                kept.append(known)
        if not wanted:
            return kept, 0
        self.listener.writing(len(wanted))
        files = few_files(self.folder, self._staged, self.workers)
        writer = HostWriter(self.folder, self.job.write, self.key)
        tasks = self._sites.tasks(wanted, files, self.workers.count)
        for reports in self.workers.each(writer, tasks):
            for report in reports:
                kept.append(report)
                self._seconds += StageSeconds(writing=report.seconds)
                self.listener.host_done(report)
        return kept, len(wanted)

    def _clean(self, inputs: list[Input], hosts: list[HostReport]) -> None:
        """Remove what belongs to inputs that are replaced, and to sites that have no posts any more."""
        keys = {one.key(self.job.read) for one in inputs}
        for kept in self.folder.of_inputs():
            if kept.stem not in keys:
                kept.unlink()
        names = {self.folder.posts(one.host).parent for one in hosts if one.posts}
        for kept in self.folder.of_hosts():
            if kept not in names:
                shutil.rmtree(kept)
        for name in ("merged", "temporary"):
            shutil.rmtree(self.folder.work / name)
        if self.job.write.is_changed:
            shutil.rmtree(self.folder.work)

    def _report(
        self, inputs: int, done: int, hosts: list[HostReport], written: int, elapsed: float
    ) -> HarvestReport:
        posts = sum(one.posts for one in hosts)
        codes = {*self._codes, *([] if posts else [NothingReadableError.exit_code])}
        work = self._seconds.total
        rate = 1 / work if work else 0.0
        problems = [sentence for _, sentence in sorted(self._problems)][:_MOST_PROBLEMS]
        return HarvestReport(
            output=self.job.output,
            inputs=inputs,
            inputs_done=done,
            inputs_failed=self._failed,
            hosts=sum(bool(one.posts) for one in hosts),
            hosts_written=written,
            topics=sum(one.topics for one in hosts),
            incomplete_topics=sum(one.incomplete_topics for one in hosts),
            lost_repetitions=sum(one.lost_repetitions for one in hosts),
            posts=posts,
            counts=self._counts,
            passed=dict(sorted(self._passed.items())),
            seconds=self._seconds,
            elapsed=elapsed,
            workers=self.workers.count,
            records_per_core_second=self._now.records * rate,
            posts_per_core_second=self._now.posts * rate,
            bytes_per_core_second=self._now.bytes_read * rate,
            bounded_by=bounding_stage(self._seconds),
            problems=tuple(problems),
            exit_code=worst_exit_code(sorted(codes)),
        )
