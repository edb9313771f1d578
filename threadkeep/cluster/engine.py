"""What is used of dask.distributed, as types; the library itself is imported where a cluster is opened, and nowhere else."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Protocol, cast

from parsers.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_INSTALL = "Work on a cluster takes dask.distributed: install threadkeep[cluster]."


class Future(Protocol):
    """What a worker is doing, or has done.

    Attributes:
        key: its name; whoever opens the dashboard sees it.
        status: `pending`, `finished`, `error`, `cancelled` or `lost`.
    """

    key: object
    status: str

    def result(self, timeout: float | None = None) -> Any:  # noqa: ANN401  whatever the work returns
        """What came of it; raises what it raised."""
        ...

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """What it raised."""
        ...

    def cancel(self) -> None:
        """Have it not begun."""
        ...

    def release(self) -> None:
        """Have the cluster forget it."""
        ...

    def add_done_callback(self, call: Callable[[Future], None]) -> None:
        """Have a function called when it has ended, in a thread of its own."""
        ...


class Client(Protocol):
    """A connection to a scheduler.

    Attributes:
        dashboard_link: the address of its dashboard.
        status: `running`, or what became of it.
    """

    dashboard_link: str
    status: str

    def submit(self, work: Callable[..., Any], *arguments: object, **options: object) -> Future:
        """Have a worker do something."""
        ...

    def scatter(self, data: object, **options: object) -> Future:
        """Bring data to the workers once."""
        ...

    def run(
        self, work: Callable[..., Any], *arguments: object, **options: object
    ) -> dict[str, Any]:
        """Have every worker do something at once, beside what it is doing; results by address."""
        ...

    def cancel(self, futures: Iterable[Future]) -> None:
        """Have several not begun."""
        ...

    def scheduler_info(self, n_workers: int = 5) -> Mapping[str, Any]:
        """What the scheduler says of itself and its workers."""
        ...

    def wait_for_workers(self, n_workers: int, timeout: float | None = None) -> None:
        """Wait until so many have come."""
        ...

    def register_plugin(self, plugin: object, name: str | None = None) -> object:
        """Have something done on every worker when it comes, those that are there included."""
        ...

    def unregister_worker_plugin(self, name: str) -> object:
        """Undo that."""
        ...

    def subscribe_topic(self, topic: str, handler: Callable[[Any], None]) -> None:
        """Have a function called with each event of a topic: a moment and what was logged."""
        ...

    def unsubscribe_topic(self, topic: str) -> None:
        """Undo that."""
        ...

    def close(self, timeout: float | None = None) -> None:
        """Leave the scheduler."""
        ...


class LocalCluster(Protocol):
    """A scheduler and workers on this machine.

    Attributes:
        scheduler_address: where they are reached.
    """

    scheduler_address: str

    def close(self, timeout: float | None = None) -> None:
        """End them."""
        ...


class Worker(Protocol):
    """The worker that work is done on.

    Attributes:
        address: where it is reached.
        local_directory: its place on its own disk.
        status: `running` while it belongs to the cluster, `paused` where its memory is full.
        state: what it has in hand.
    """

    address: str
    local_directory: str
    status: Any
    state: Any

    def get_current_task(self) -> object:
        """The name of what this thread is doing."""
        ...

    def log_event(self, topic: str, message: object) -> None:
        """Tell all who subscribed to a topic."""
        ...


class SharedLock(Protocol):
    """A lock that a scheduler keeps, for all who know its name."""

    def acquire(self, *, timeout: float | None = None) -> bool:
        """Take it; false where it is not free in time."""
        ...

    def release(self) -> None:
        """Let go of it."""
        ...


class Distributed(Protocol):
    """The library."""

    def Lock(self, name: str) -> SharedLock:  # noqa: N802  its own name
        """See `SharedLock`."""
        ...

    def Client(self, address: object, **options: object) -> Client:  # noqa: N802  its own name
        """See `Client`."""
        ...

    def LocalCluster(self, **options: object) -> LocalCluster:  # noqa: N802  its own name
        """See `LocalCluster`."""
        ...

    def as_completed(self, futures: Iterable[Future]) -> Iterator[Future]:
        """Futures in the order in which they end; more can be added."""
        ...

    def get_worker(self) -> Worker:
        """The worker that this is done on."""
        ...


def distributed() -> Distributed:
    """dask.distributed.

    Raises:
        UsageError: it is not installed.
    """
    try:
        return cast("Distributed", importlib.import_module("distributed"))
    except ModuleNotFoundError as error:
        if error.name not in {"distributed", "dask"}:
            raise
        raise UsageError(_INSTALL) from error


def own_worker() -> object:
    """What is done on each worker that a command starts."""
    distributed()
    return importlib.import_module("threadkeep.cluster.own_worker").OwnWorker()


def has_certificates() -> bool:
    """Whether dask's configuration says with which certificates a scheduler is asked over TLS."""
    distributed()
    return bool(importlib.import_module("dask.config").get("distributed.comm.tls.ca-file", None))
