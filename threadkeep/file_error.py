"""What goes wrong with files wherever they are: fsspec hands on the errors of the libraries that it has at work."""

from __future__ import annotations

import sys

_THEIRS = (
    ("aiohttp", "ClientError"),
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("gcsfs.retry", "HttpError"),
    ("google.auth.exceptions", "GoogleAuthError"),
    ("paramiko", "SSHException"),
)


def file_errors(*more: type[BaseException]) -> tuple[type[BaseException], ...]:
    """What reading or writing a file may raise; a library that is not loaded has raised nothing.

    Args:
        more: what is to be caught as well.
    """
    found = (getattr(sys.modules.get(module), name, None) for module, name in _THEIRS)
    return (OSError, *more, *(one for one in found if one is not None))


def reason_of(error: BaseException) -> str:
    """Why, in a few words to go on a sentence with."""
    told = getattr(error, "strerror", None)
    if told is None and isinstance(error, FileNotFoundError):  # fsspec says the address alone
        return "it is not there, or not to be read"
    lines = (told or str(error)).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
