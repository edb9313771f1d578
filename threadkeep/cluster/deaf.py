"""Have the workers that a command starts not heed the signals that are meant for the command: it tells them when to end."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from distributed import WorkerPlugin

if TYPE_CHECKING:
    from distributed import Worker

# A terminal sends Ctrl-C to everything that was started from it, a service manager SIGTERM.
_STOPPING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class Deaf(WorkerPlugin):
    """Takes effect when a worker comes, also one that comes in the place of another that died."""

    def setup(self, worker: Worker) -> None:
        """Ignore them from now on."""
        del worker
        if threading.current_thread() is threading.main_thread():
            for number in _STOPPING:
                signal.signal(number, signal.SIG_IGN)
