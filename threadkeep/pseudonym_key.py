"""The file of the key that pseudonyms are made with: read, made where there is none, and kept out of what is exported."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from exporters.destination import told_plainly
from exporters.pseudonym.key import PseudonymKey
from parsers.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

_SHORTEST = 32
# Less than an archive has, or any picture.
_LONGEST = 1024
_MODE = 0o600


def check_key_place(path: Path, output: Path | None) -> None:
    """Find out whether a key would be passed on with what is exported.

    Args:
        path: the key's file, which may not be there yet.
        output: where to export to; None for stdout.

    Raises:
        UsageError: it would, or it is the output itself.
    """
    if output is None:
        return
    key, target = path.resolve(), output.resolve()
    if key == target or (target in key.parents):
        raise UsageError(
            f"The key “{path}” would be part of the export “{output}”, and who has it can tell who is who: keep it elsewhere."
        )


def read_or_make_key(path: Path) -> tuple[PseudonymKey, bool]:
    """The key in a file, which is made for its owner alone where there is none.

    Returns:
        The key, and whether it is new.

    Raises:
        UsageError: the file is no key: too short, too long, or not to be read.
        ExportError: there is no file, and it cannot be made.
    """
    try:
        with path.open("rb") as file:
            return _key(path, file.read(_LONGEST + 1)), False
    except FileNotFoundError:
        return _made(path), True
    except OSError as error:
        raise UsageError(
            f"The key “{path}” cannot be read ({error.strerror}): name another file, or one that is not there yet to have it made."
        ) from error


def _key(path: Path, data: bytes) -> PseudonymKey:
    secret = data.strip()
    if not _SHORTEST <= len(secret) <= _LONGEST:
        raise UsageError(
            f"“{path}” is no key, which has {_SHORTEST} to {_LONGEST} bytes: name another file, or one that is not there yet to "
            "have it made."
        )
    return PseudonymKey(secret=secret)


def _made(path: Path) -> PseudonymKey:
    secret = secrets.token_hex(_SHORTEST).encode()
    with told_plainly(path):
        # For nobody else from the first moment on; a file that came in between is not written over.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secret + b"\n")
            file.flush()
            os.fsync(file.fileno())
    return PseudonymKey(secret=secret)
