"""Have work done: here, one piece after the other, or by a cluster, of which no more is asked at a time than it can do."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from parsers.errors import ClusterError
from threadkeep.cluster.connection import ClusterChoice, open_cluster
from threadkeep.cluster.engine import distributed
from threadkeep.harvest.options import MIB
from threadkeep.harvest.progress import InputProgress
from threadkeep.harvest.staging import harvest_input

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from threadkeep.cluster.connection import Cluster
    from threadkeep.cluster.engine import Future
    from threadkeep.harvest.options import ReadOptions
    from threadkeep.harvest.place import HarvestFolder
    from threadkeep.harvest.progress import Tell
    from threadkeep.harvest.report import InputReport
    from threadkeep.harvest.source import Input

_TOPIC = "threadkeep-harvest"
# So many pieces of work a thread are on their way: one is done, one waits beside it.
_IN_HAND = 2
_Work = TypeVar("_Work")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerChoice:
    """Who is to do the work.

    Attributes:
        count: how many processes of this machine; 1: this one.
        address: of a scheduler that is running.
        memory: of a worker that is started, in bytes.
        with_dashboard: have a browser shown what is done.
    """

    count: int = 1
    address: str | None = None
    memory: int = 1024 * MIB
    with_dashboard: bool = True


class Workers(Protocol):
    """Who does the work."""

    @property
    def count(self) -> int:
        """How many pieces are done side by side."""
        ...

    @property
    def dashboard(self) -> str | None:
        """Where a browser shows them; None where nothing does."""
        ...

    def inputs(
        self, folder: HarvestFolder, options: ReadOptions, pieces: Iterable[Input], tell: Tell
    ) -> Iterator[InputReport]:
        """Do inputs; the reports come as they are ready."""
        ...

    def each(self, do: Callable[[_Work], _Result], pieces: Iterable[_Work]) -> Iterator[_Result]:
        """Do other pieces of work; the results come as they are ready."""
        ...


@contextmanager
def open_workers(choice: WorkerChoice) -> Generator[Workers]:
    """Have workers for as long as the block runs.

    Raises:
        UsageError: the address of a scheduler is none, or dask.distributed is not installed.
        ClusterError: no scheduler answers, or it has no worker.
    """
    if choice.address is None and choice.count == 1:
        yield _Here()
        return
    wanted = ClusterChoice(
        address=choice.address,
        workers=choice.count,
        memory=f"{choice.memory}B",
        with_dashboard=choice.with_dashboard,
    )
    with open_cluster(wanted) as cluster:
        yield _OnCluster(cluster)


@dataclass(frozen=True, slots=True)
class _Here:
    count: int = 1
    dashboard: str | None = None

    def inputs(
        self, folder: HarvestFolder, options: ReadOptions, pieces: Iterable[Input], tell: Tell
    ) -> Iterator[InputReport]:
        """See `Workers.inputs`."""
        return (harvest_input(folder, one, options, tell) for one in pieces)

    def each(self, do: Callable[[_Work], _Result], pieces: Iterable[_Work]) -> Iterator[_Result]:
        """See `Workers.each`."""
        return map(do, pieces)


@dataclass(frozen=True, slots=True)
class _OnCluster:
    cluster: Cluster

    @property
    def count(self) -> int:
        """See `Workers.count`."""
        return max(self.cluster.threads, 1)

    @property
    def dashboard(self) -> str | None:
        """See `Workers.dashboard`."""
        return self.cluster.dashboard

    def inputs(
        self, folder: HarvestFolder, options: ReadOptions, pieces: Iterable[Input], tell: Tell
    ) -> Iterator[InputReport]:
        """See `Workers.inputs`."""
        client = self.cluster.client
        client.subscribe_topic(_TOPIC, lambda event: tell(InputProgress(**event[1]["progress"])))
        try:
            yield from self.each(_OnWorker(folder, options), pieces)
        finally:
            client.unsubscribe_topic(_TOPIC)

    def each(self, do: Callable[[_Work], _Result], pieces: Iterable[_Work]) -> Iterator[_Result]:
        """See `Workers.each`."""
        waiting = iter(pieces)
        first = [self._submitted(do, one) for one in islice(waiting, _IN_HAND * self.count)]
        # It asks for a client of its own, unless it is told where one runs.
        loop = cast("Any", self.cluster.client).loop
        ready = cast("Any", distributed()).as_completed(first, loop=loop)
        for future in ready:
            yield result_of(future)
            future.release()
            for one in islice(waiting, 1):
                ready.add(self._submitted(do, one))

    def _submitted(self, do: Callable[[_Work], _Result], piece: _Work) -> Future:
        # What is done is known by the folder, not by the scheduler: to it, every piece is another one.
        return self.cluster.client.submit(do, piece, pure=False)


@dataclass(frozen=True, slots=True)
class _OnWorker:
    folder: HarvestFolder
    options: ReadOptions
    topic: str = field(default=_TOPIC)

    def __call__(self, one: Input) -> InputReport:
        worker = distributed().get_worker()

        def tell(progress: InputProgress) -> None:
            # dask puts names of its own beside.
            worker.log_event(self.topic, {"progress": asdict(progress)})

        return harvest_input(self.folder, one, self.options, tell)


def result_of(future: Future) -> Any:  # noqa: ANN401  whatever the work returns
    """What came of a piece of work.

    Raises:
        ClusterError: every worker that tried it ended, or the scheduler did.
    """
    if future.status in {"cancelled", "lost"}:
        raise ClusterError(
            "The cluster lost its scheduler; what was done is kept, and the same command goes on from there."
        )
    error = future.exception()
    if error is not None and type(error).__name__ == "KilledWorker":
        raise ClusterError(
            "A piece of work ended every worker that tried it, most likely since it took more memory than they may:"
            " raise --memory, or lower --max-record. What was done is kept."
        )
    return future.result()
