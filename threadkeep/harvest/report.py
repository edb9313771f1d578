"""What a harvest did: counts and times a stage, of an input and of all together."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path  # noqa: TC003  msgspec reads the types of fields


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSeconds:
    """Seconds of work by stage, of all workers together.

    Attributes:
        reading: waiting for bytes from the disk or the network.
        decompression: unpacking them, and finding where records begin.
        filtering: deciding by cheap evidence what is read.
        parsing: making trees and records of what is left.
        writing: sorting, putting together by host, and writing tables.
    """

    reading: float = 0.0
    decompression: float = 0.0
    filtering: float = 0.0
    parsing: float = 0.0
    writing: float = 0.0

    @property
    def total(self) -> float:
        """All of it."""
        return sum(float(getattr(self, one.name)) for one in fields(self))

    def __add__(self, other: StageSeconds) -> StageSeconds:
        return StageSeconds(
            **{
                one.name: getattr(self, one.name) + getattr(other, one.name)
                for one in fields(self)
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCounts:
    """How much came to each stage.

    Attributes:
        bytes_read: as stored.
        records: that may hold a page: answers, resources, repetitions and texts.
        pages: of those, what a person could read.
        candidates: of those, what was looked at closely.
        topic_pages: of those, pages of topics.
        posts: on these pages, each as often as it was captured.
        refused: pages that should be of a topic and could not be read.
        damaged: places that could not be read.
    """

    bytes_read: int = 0
    records: int = 0
    pages: int = 0
    candidates: int = 0
    topic_pages: int = 0
    posts: int = 0
    refused: int = 0
    damaged: int = 0

    def __add__(self, other: StageCounts) -> StageCounts:
        return StageCounts(
            **{
                one.name: getattr(self, one.name) + getattr(other, one.name)
                for one in fields(self)
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InputReport:
    """What became of an input; kept beside its output, so that it is not done again.

    Attributes:
        key: its id.
        name: as the user gave it.
        size: in bytes.
        exit_code: 0, 3 where parts of it are damaged, or why nothing of it could be read.
        counts: how much came to each stage.
        seconds: where the time went.
        passed: records that were passed over, by the reason.
        hosts: pages by host.
        problems: the first ones, a sentence each.
    """

    key: str
    name: str
    size: int
    exit_code: int
    counts: StageCounts
    seconds: StageSeconds
    passed: dict[str, int]
    hosts: dict[str, int]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostReport:
    """What was written of a site.

    Attributes:
        host: host and port.
        state: what names the inputs and the options that it was written from.
        posts: rows: each body of each post, once.
        topics: how many topics were read.
        incomplete_topics: how many of them lack posts that their own pages claim.
        lost_repetitions: repetitions of pages that no input has.
        seconds: of work.
    """

    host: str
    state: str
    posts: int
    topics: int
    incomplete_topics: int
    lost_repetitions: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestReport:
    """What a harvest did, and what bounded it.

    Attributes:
        output: the folder.
        inputs: how many inputs there are.
        inputs_done: how many of them this run read; the others were done before.
        inputs_failed: how many could not be read at all.
        hosts: how many sites have posts in the output.
        hosts_written: how many of them this run wrote.
        topics: how many topics.
        incomplete_topics: how many of them lack posts that their own pages claim.
        lost_repetitions: repetitions of pages that no input has.
        posts: rows of the table: each body of each post, once.
        counts: how much came to each stage, over all inputs.
        passed: records that were passed over without being parsed, by the reason.
        seconds: work by stage in this run, of all workers together.
        elapsed: how long this run took.
        workers: how many worked side by side.
        records_per_core_second: of this run's inputs.
        posts_per_core_second: of this run's inputs, up to the written tables.
        bytes_per_core_second: of this run's inputs, as stored.
        bounded_by: the stage that took most of the work; `nothing` where there was none.
        problems: what could not be read, the first thousand, a sentence each, with the place.
        exit_code: as the command line exits.
    """

    output: Path
    inputs: int
    inputs_done: int
    inputs_failed: int
    hosts: int
    hosts_written: int
    topics: int
    incomplete_topics: int
    lost_repetitions: int
    posts: int
    counts: StageCounts
    passed: dict[str, int]
    seconds: StageSeconds
    elapsed: float
    workers: int
    records_per_core_second: float
    posts_per_core_second: float
    bytes_per_core_second: float
    bounded_by: str
    problems: tuple[str, ...]
    exit_code: int


def bounding_stage(seconds: StageSeconds) -> str:
    """The stage that took most of the work."""
    stages = [one.name for one in fields(seconds)]
    longest = max(stages, key=lambda name: getattr(seconds, name))
    return longest if getattr(seconds, longest) > 0 else "nothing"
