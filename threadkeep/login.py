"""Find the password of an account without its ever being typed into a command: environment, keyring, or a prompt."""

from __future__ import annotations

import getpass
import importlib
import os
import sys
from typing import Protocol, cast

from parsers.errors import UsageError

PASSWORD_VARIABLE = "THREADKEEP_PASSWORD"  # noqa: S105  # its name
_SERVICE = "threadkeep"


class _Keyring(Protocol):
    """What is used of the library `keyring`."""

    def get_password(self, service: str, name: str) -> str | None:
        """The password kept under a service and a name."""
        ...


def find_password(name: str, host: str, *, variable: str | None = None) -> str:
    """The password of an account: of an environment variable, else of the keyring, else typed at a terminal.

    Args:
        name: the account.
        host: the site's host, under which a keyring keeps it.
        variable: the environment variable to take, and nothing else; else `THREADKEEP_PASSWORD` is looked at first.

    Raises:
        UsageError: there is none.
    """
    if variable is not None:
        return password_in_environment(variable)
    found = os.environ.get(PASSWORD_VARIABLE) or _kept_in_keyring(name, host) or _typed(name, host)
    if found:
        return found
    raise UsageError(
        f"There is no password for {name} at {host}: put it into the environment variable {PASSWORD_VARIABLE} (or one "
        f"that --password-env names), into a keyring (`keyring set {service_of(host)} {name}`), or run this on a terminal."
    )


def password_in_environment(variable: str) -> str:
    """The password in an environment variable.

    Raises:
        UsageError: it is not set, or empty.
    """
    found = os.environ.get(variable)
    if not found:
        raise UsageError(f"The environment variable {variable} holds no password.")
    return found


def password_in_keyring(service: str, name: str) -> str:
    """The password that a keyring keeps.

    Raises:
        UsageError: it keeps none, or there is no keyring.
    """
    keyring = _keyring()
    if keyring is None:
        raise UsageError(
            "A password of a keyring takes the library keyring: install threadkeep[keyring]."
        )
    found = _asked(keyring, service, name)
    if not found:
        raise UsageError(
            f"The keyring has no password for {name} under {service}; `keyring set {service} {name}` puts it there."
        )
    return found


def service_of(host: str) -> str:
    """What a host's passwords are kept under in a keyring."""
    return f"{_SERVICE}:{host}"


def _kept_in_keyring(name: str, host: str) -> str | None:
    keyring = _keyring()
    return None if keyring is None else _asked(keyring, service_of(host), name)


def _keyring() -> _Keyring | None:
    try:
        return cast("_Keyring", importlib.import_module("keyring"))
    except ImportError:
        return None


def _asked(keyring: _Keyring, service: str, name: str) -> str | None:
    """What a keyring has; one that is locked or not set up has nothing."""
    failure = cast("type[Exception]", importlib.import_module("keyring.errors").KeyringError)
    try:
        return keyring.get_password(service, name)
    except failure:
        return None


def _typed(name: str, host: str) -> str | None:
    is_at_terminal = sys.stdin is not None and sys.stdin.isatty()
    return getpass.getpass(f"Password of {name} at {host}: ") if is_at_terminal else None
