"""Keep two runs off one archive: a lock file beside it, which names its holder and goes with it."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from parsers.errors import ArchiveLockedError, ExportError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


@contextmanager
def locked(path: Path, command: str) -> Generator[None]:
    """Hold an archive for as long as the block runs.

    The lock is the system's own on the open file, so one that a killed run leaves behind holds nobody up.

    Args:
        path: the archive.
        command: what is running, to be told to whoever finds it locked.

    Raises:
        ArchiveLockedError: another run holds it.
        ExportError: its folder cannot be written.
    """
    name = path.with_name(f"{path.name}.lock")
    lock = _acquired(path, name)
    try:
        with suppress(OSError):  # some systems do not let a locked file be written
            name.write_text(f"process {os.getpid()}, `{command}`\n", "utf-8")
        yield
    finally:
        with suppress(
            OSError
        ):  # some systems do not let an open file be removed; then it stays, and harms nobody
            # While it is held: whoever has opened it by now finds it unlinked, and opens the next one.
            name.unlink()
        lock.release()


def remove_stale_lock(path: Path) -> None:
    """Remove the lock file that a killed run has left beside an archive; one that is held stays."""
    name = path.with_name(f"{path.name}.lock")
    if not name.exists() or not os.access(path.parent, os.W_OK):
        return
    lock = FileLock(name)
    with suppress(Timeout, OSError):  # it is held
        lock.acquire(timeout=0)
        name.unlink()
        lock.release()


def _acquired(path: Path, name: Path) -> FileLock:
    if not path.parent.is_dir():  # the lock would make the folder
        raise _unwritable(path, f"there is no folder {path.parent}")
    lock = FileLock(name)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if not name.exists():  # it could not even be made, which the lock takes for being held
            raise _unwritable(path, "its folder takes no file") from None
        raise ArchiveLockedError(
            f"Another run holds {path}{_holder(name)}; wait for it, or end it."
        ) from None
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from error
    return lock


def _unwritable(path: Path, reason: str) -> ExportError:
    return ExportError(
        f"The archive {path} cannot be written ({reason}); choose another place with -a."
    )


def _holder(name: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        text = name.read_text("utf-8").strip()
        return f" ({text})" if text else ""
    return ""
