"""Open a cluster and close it cleanly: one that is running elsewhere, processes of this machine, or threads of this process."""

from __future__ import annotations

import importlib.metadata
import logging
import socket
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from parsers.errors import ClusterError, UsageError
from threadkeep.cluster.engine import distributed, has_certificates, own_worker

if TYPE_CHECKING:
    from collections.abc import Generator

    from threadkeep.cluster.engine import Client, Distributed, LocalCluster

logger = logging.getLogger(__name__)

_PROTOCOLS = frozenset(("inproc", "tcp", "tls", "ucx", "ws", "wss"))
_CONNECT_SECONDS = 10.0
_WORKER_SECONDS = 60.0
_CLOSE_SECONDS = 20.0
_LOGGERS = ("distributed", "tornado", "asyncio")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterChoice:
    """Which cluster is to do the work.

    Attributes:
        address: of a scheduler that is running, as `tcp://10.0.0.1:8786`; None: one is started on this machine.
        workers: how many processes are started on this machine; 0: none, the work is done by threads of this process.
        threads: how many pieces of work each worker that is started has in hand at a time.
        memory: the most memory that each worker that is started may take, as `4GB`; None: an equal share of the machine's.
        with_dashboard: have the scheduler that is started show what it does in a browser.
    """

    address: str | None = None
    workers: int = 0
    threads: int = 1
    memory: str | None = None
    with_dashboard: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A cluster that is open.

    Attributes:
        client: the connection to its scheduler.
        dashboard: the address of its dashboard; None where there is none.
        is_own: it was started here and ends with the block.
    """

    client: Client
    dashboard: str | None
    is_own: bool

    @property
    def workers(self) -> int:
        """How many workers it has now."""
        return len(self.client.scheduler_info(n_workers=-1)["workers"])

    @property
    def threads(self) -> int:
        """How many threads its workers have now, all together."""
        found: dict[str, Any] = self.client.scheduler_info(n_workers=-1)["workers"]
        return sum(int(one["nthreads"]) for one in found.values())


@contextmanager
def open_cluster(choice: ClusterChoice) -> Generator[Cluster]:
    """Open a cluster for as long as the block runs; every worker that is there has this version of threadkeep.

    Raises:
        UsageError: the address is none, dask.distributed is not installed, or workers have another threadkeep or none.
        ClusterError: nobody answers at the address, or no worker comes.
    """
    library = distributed()
    if choice.address is not None:
        _check_address(choice.address)
    with ExitStack() as stack:
        stack.enter_context(_silence())
        client = _connected(choice, library, stack)
        _wait_for_workers(client, choice)
        check_versions(client)
        if choice.address is None and choice.workers:
            client.register_plugin(own_worker(), name="threadkeep-own")
        dashboard = client.dashboard_link if choice.address or choice.with_dashboard else None
        yield Cluster(client=client, dashboard=dashboard, is_own=choice.address is None)


def check_versions(client: Client) -> None:
    """Make sure that the workers have this threadkeep.

    Raises:
        UsageError: one has another, or none.
    """
    ours = version_here()
    # Of the standard library, so that a worker can be asked that has no threadkeep to be asked with.
    found = client.run(importlib.metadata.version, "threadkeep", on_error="return")
    for address, theirs in sorted(found.items()):
        if theirs != ours:
            has = f"threadkeep {theirs}" if isinstance(theirs, str) else "no threadkeep"
            raise UsageError(
                f"The worker at {address} has {has}, and this is threadkeep {ours}: install the same version there."
            )


def version_here() -> str:
    """The version of threadkeep that runs here."""
    return importlib.metadata.version("threadkeep")


def _check_address(address: str) -> None:
    hint = "write it as the scheduler prints it, as tcp://10.0.0.1:8786."
    parts = urlsplit(address)
    if parts.scheme not in _PROTOCOLS or not parts.netloc:
        raise UsageError(f"“{address}” is no address of a scheduler; {hint}")
    if parts.scheme in {"tcp", "tls"} and not _port(parts):
        raise UsageError(f"“{address}” names no port of a scheduler; {hint}")
    if parts.scheme == "tls" and not has_certificates():
        raise UsageError(
            f"“{address}” takes certificates: say in dask's configuration, distributed.comm.tls, where they are."
        )


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:  # larger than ports are
        return None


def _connected(choice: ClusterChoice, library: Distributed, stack: ExitStack) -> Client:
    if choice.address is None:
        cluster = _started(choice, library)
        stack.callback(cluster.close, timeout=_CLOSE_SECONDS)
        target: object = cluster
    else:
        target = choice.address
        _refuse_others(choice.address)
    try:
        client = library.Client(target, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (
        OSError,
        ValueError,
    ) as error:  # its own timeouts are the former, a protocol that it lacks the latter
        raise _no_scheduler(choice.address) from error
    stack.callback(client.close, timeout=_CLOSE_SECONDS)
    return client


def _refuse_others(address: str) -> None:
    """Find out that something else listens there: dask itself would wait for it to speak, for ever."""
    parts = urlsplit(address)
    if parts.scheme != "tcp":
        return
    try:
        with socket.create_connection(
            (parts.hostname or "", parts.port or 0), _CONNECT_SECONDS
        ) as there:
            # A scheduler speaks first: it says how many frames come, in eight bytes of which most are zero.
            is_scheduler = b"\0\0\0" in there.recv(8)
    except TimeoutError:
        is_scheduler = False
    except OSError:  # one that is just being started is tried again by dask
        return
    if not is_scheduler:
        raise _no_scheduler(address)


def _no_scheduler(address: str | None) -> ClusterError:
    return ClusterError(
        f"No scheduler answers at {address}: start one with `dask scheduler`, or correct the address of --cluster."
    )


def _started(choice: ClusterChoice, library: Distributed) -> LocalCluster:
    is_alone = choice.workers == 0
    limit = {} if choice.memory is None else {"memory_limit": choice.memory}
    return library.LocalCluster(
        n_workers=max(choice.workers, 1),
        threads_per_worker=choice.threads,
        processes=not is_alone,
        scheduler_port=0,
        # Without one the scheduler listens all the same, at a port that another one may have.
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
        **limit,
    )


def _wait_for_workers(client: Client, choice: ClusterChoice) -> None:
    try:
        client.wait_for_workers(1, timeout=_WORKER_SECONDS)
    except TimeoutError as error:
        raise ClusterError(
            f"The scheduler at {choice.address} has no worker: start some with `dask worker {choice.address}`."
        ) from error


@contextmanager
def _silence() -> Generator[None]:
    """Keep what the library logs off the terminal: what matters to the user is said in our own words."""
    names = [
        name for name in logging.root.manager.loggerDict if name.partition(".")[0] in _LOGGERS
    ]
    # Each has a level of its own, which dask's configuration sets.
    loggers = [logging.getLogger(name) for name in {*_LOGGERS, *names}]
    levels = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for one, level in zip(loggers, levels, strict=True):
            one.setLevel(level)
