"""Do one input: read its records, sift them, parse what is left, and write its output under its id."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from parsers.errors import (
    ExportError,
    FetchError,
    NothingReadableError,
    ThreadkeepError,
    UsageError,
)
from scraper.politeness.clock import SystemClock
from threadkeep.harvest.input_part import BadPart, parts_of
from threadkeep.harvest.page_reader import read_page
from threadkeep.harvest.place import write_json
from threadkeep.harvest.progress import InputProgress, silent
from threadkeep.harvest.records import Damage, ReadTimes, RecordReader
from threadkeep.harvest.report import InputReport, StageCounts, StageSeconds
from threadkeep.harvest.seen_page import SeenPage, page_table, row
from threadkeep.harvest.sifting import Sifter
from threadkeep.harvest.sorted_pages import SortedWriter, row_of

if TYPE_CHECKING:
    from pathlib import Path

    from exporters.tables.parquet import ParquetTable
    from scraper.politeness.clock import Clock
    from threadkeep.harvest.input_part import Part
    from threadkeep.harvest.options import ReadOptions
    from threadkeep.harvest.place import HarvestFolder
    from threadkeep.harvest.progress import Tell
    from threadkeep.harvest.records import Found
    from threadkeep.harvest.source import Input

_MOST_PROBLEMS = 100
# So much of a worker's memory holds pages that wait to be sorted.
_SHARE_OF_MEMORY = 16
_PARTIAL = 3
_SECONDS_BETWEEN = 1.0


def harvest_input(
    folder: HarvestFolder, one: Input, options: ReadOptions, tell: Tell = silent
) -> InputReport:
    """Do an input, unless it is done.

    An input that cannot be reached is not done: the next run tries again. One that is no web archive is, with nothing in it.

    Args:
        folder: where the output belongs.
        one: the input.
        options: what is read of it.
        tell: is told how it is getting on, about once a second.

    Raises:
        ExportError: the output cannot be written.
    """
    key = one.key(options)
    known = folder.done(key)
    if known is not None:
        return known
    temporary = folder.scratch(f"{key}-")
    try:
        return _kept(
            folder, key, temporary, _Harvesting(temporary, one, options, tell).report(key)
        )
    except OSError as error:
        raise ExportError(
            f"Cannot write “{folder.path}” ({error.strerror or error}); check the disk, its space and the permissions."
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _kept(folder: HarvestFolder, key: str, temporary: Path, report: InputReport) -> InputReport:
    """Put an input's output in its place; what says that it is there comes last."""
    if report.exit_code in {FetchError.exit_code, UsageError.exit_code}:
        return replace(report, hosts={})  # what was read of it until then goes with it
    (temporary / "pages.parquet").replace(folder.pages(key))
    (temporary / "staged.parquet").replace(folder.staged(key))
    write_json(folder.report(key), report)
    return report


@dataclass(slots=True)
class _Harvesting:
    folder: Path
    one: Input
    options: ReadOptions
    tell: Tell
    clock: Clock = field(default_factory=SystemClock)
    _counts: Counter[str] = field(default_factory=Counter[str])
    _seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    _hosts: Counter[str] = field(default_factory=Counter[str])
    _problems: list[str] = field(default_factory=list[str])
    _host_before: str = ""
    _told_at: float = 0.0

    def report(self, key: str) -> InputReport:
        """Do it, and say how it went."""
        sifter = Sifter(self.options)
        writer = SortedWriter(
            self.folder / "staged.parquet", self.options.memory // _SHARE_OF_MEMORY
        )
        code = 0
        with (self.folder / "pages.parquet").open("wb") as file, page_table(file) as pages:
            try:
                for part in parts_of(self.one, self.options):
                    if isinstance(part, BadPart):
                        self._take_damage(part.name, None, part.reason, pages)
                    else:
                        self._take_part(part, sifter, writer, pages)
            except ThreadkeepError as error:
                code = error.exit_code
                self._note(f"{self.one.title}: {error}")
        started = self.clock.monotonic()
        writer.close()
        self._spend("writing", started)
        return InputReport(
            key=key,
            name=self.one.title,
            size=self.one.size,
            exit_code=code or self._exit_code(),
            counts=StageCounts(**self._counts, pages=sifter.pages),
            seconds=StageSeconds(**self._seconds),
            passed=dict(sorted(sifter.passed.items())),
            hosts=dict(sorted(self._hosts.items())),
            problems=tuple(self._problems),
        )

    def _exit_code(self) -> int:
        if not self._counts["damaged"]:
            return 0
        return _PARTIAL if self._counts["records"] else NothingReadableError.exit_code

    def _take_part(
        self, part: Part, sifter: Sifter, writer: SortedWriter, pages: ParquetTable
    ) -> None:
        times = ReadTimes()
        reader = RecordReader(
            name=part.name,
            stream=part.stream,
            most_bytes=self.options.most_bytes,
            clock=self.clock,
            times=times,
        )
        for one in reader.records():
            if isinstance(one, Damage):
                self._take_damaged_record(part, one, pages)
                continue
            started = self.clock.monotonic()
            is_candidate = sifter.is_candidate(one)
            self._spend("filtering", started)
            self._counts["records"] += 1
            if is_candidate:
                self._take(part, one, writer, pages)
            if started - self._told_at > _SECONDS_BETWEEN:
                self._told_at = started
                self.tell(self._progress())
        self._counts["bytes_read"] += times.bytes_read
        self._seconds["reading"] += times.reading + part.waited
        self._seconds["decompression"] += times.unpacking

    def _take_damaged_record(self, part: Part, damage: Damage, pages: ParquetTable) -> None:
        offset = part.offset + damage.offset
        reason = f"The record at offset {offset} {damage.reason}."
        self._take_damage(part.name, offset, reason, pages)

    def _take_damage(
        self, source: str, offset: int | None, reason: str, pages: ParquetTable
    ) -> None:
        seen = SeenPage(source=source, offset=offset, url=None, outcome="damaged", reason=reason)
        pages.add(row(seen, is_nameless=self.options.is_nameless))
        self._counts["damaged"] += 1
        self._note(f"{source}: {reason[0].lower()}{reason[1:]}")

    def _take(self, part: Part, found: Found, writer: SortedWriter, pages: ParquetTable) -> None:
        started = self.clock.monotonic()
        read = read_page(found, part.name, self.options.most_bytes, self._host_before)
        self._spend("parsing", started)
        started = self.clock.monotonic()
        if read.seen.outcome == "damaged":
            damage = Damage(offset=found.offset, reason="is not what its digest says")
            self._take_damaged_record(part, damage, pages)
            return
        seen = replace(read.seen, offset=part.offset + found.offset)
        pages.add(row(seen, is_nameless=self.options.is_nameless))
        for page in read.kept:
            writer.add(row_of(read.host, page, self._counts["records"]))
        self._spend("writing", started)
        if read.host:
            self._host_before = read.host
            self._hosts[read.host] += 1
        self._counts["candidates"] += 1
        self._counts["topic_pages"] += seen.outcome == "read"
        self._counts["posts"] += seen.posts or 0
        self._counts["refused"] += seen.outcome == "refused"

    def _spend(self, stage: str, started: float) -> None:
        self._seconds[stage] += self.clock.monotonic() - started

    def _progress(self) -> InputProgress:
        names = ("records", "candidates", "topic_pages", "posts")
        return InputProgress(name=self.one.title, **{name: self._counts[name] for name in names})

    def _note(self, problem: str) -> None:
        if len(self._problems) < _MOST_PROBLEMS:
            self._problems.append(problem)
