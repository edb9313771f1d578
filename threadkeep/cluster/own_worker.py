"""What is special about workers that a command starts itself: they end when it tells them, and do its work alone."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from distributed import WorkerPlugin

from threadkeep.without_pandas import keep_pandas_out

if TYPE_CHECKING:
    from distributed import Worker

# A terminal sends Ctrl-C to everything that was started from it, a service manager SIGTERM.
_STOPPING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class OwnWorker(WorkerPlugin):
    """Takes effect when a worker comes, also one that comes in the place of another that died."""

    def setup(self, worker: Worker) -> None:
        """Heed no signals that are meant for the command, and load nothing that it does not load."""
        del worker
        keep_pandas_out()
        if threading.current_thread() is threading.main_thread():
            for number in _STOPPING:
                signal.signal(number, signal.SIG_IGN)
