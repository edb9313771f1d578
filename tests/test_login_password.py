"""A password comes from the environment, a keyring or a prompt, in this order, and from nowhere else."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from parsers.errors import UsageError
from scraper.fetch.login import CookieLogin, PasswordLogin
from threadkeep.cli.membership import login_of
from threadkeep.login import (
    find_password,
    password_in_environment,
    password_in_keyring,
    service_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "forum.example"


class KeyringError(Exception):
    """What the library raises."""


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No password anywhere, no keyring, no terminal."""
    monkeypatch.delenv("THREADKEEP_PASSWORD", raising=False)
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)


def keyring(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[str, str], str | None]
) -> list[tuple[str, str]]:
    """Install a keyring; what it is asked for is returned."""
    asked: list[tuple[str, str]] = []

    def get_password(service: str, name: str) -> str | None:
        asked.append((service, name))
        return answer(service, name)

    module, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    module.__dict__["get_password"] = get_password
    errors.__dict__["KeyringError"] = KeyringError
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    return asked


def terminal(monkeypatch: pytest.MonkeyPatch, typed: str) -> list[str]:
    """Somebody at a terminal; the prompts are returned."""
    prompts: list[str] = []

    def ask(prompt: str = "") -> str:
        prompts.append(prompt)
        return typed

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(getpass, "getpass", ask)
    return prompts


def _full(*_: str) -> str:
    return "kept"


def test_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = keyring(monkeypatch, _full)
    prompts = terminal(monkeypatch, "typed")
    monkeypatch.setenv("THREADKEEP_PASSWORD", "set")
    assert find_password("ada", HOST) == "set"
    assert (asked, prompts) == ([], [])


def test_then_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = keyring(monkeypatch, _full)
    prompts = terminal(monkeypatch, "typed")
    assert find_password("ada", HOST) == "kept"
    assert (asked, prompts) == ([("threadkeep:forum.example", "ada")], [])


def _locked(*_: str) -> str:
    raise KeyringError


def _empty(*_: str) -> None:
    return None


@pytest.mark.parametrize("answer", [_locked, _empty], ids=["locked", "without it"])
def test_then_whoever_sits_there(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[str, str], str | None]
) -> None:
    keyring(monkeypatch, answer)
    prompts = terminal(monkeypatch, "typed")
    assert find_password("ada", HOST) == "typed"
    assert prompts == ["Password of ada at forum.example: "]


def test_without_any_of_them_it_is_said_what_to_do() -> None:
    with pytest.raises(UsageError) as caught:
        find_password("ada", HOST)
    for way in (
        "THREADKEEP_PASSWORD",
        "--password-env",
        "keyring set threadkeep:forum.example ada",
    ):
        assert way in str(caught.value)


def test_a_variable_that_is_named_is_the_only_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREADKEEP_PASSWORD", "another")
    with pytest.raises(UsageError, match="FORUM_PASSWORD holds no password"):
        find_password("ada", HOST, variable="FORUM_PASSWORD")
    monkeypatch.setenv("FORUM_PASSWORD", "set")
    assert find_password("ada", HOST, variable="FORUM_PASSWORD") == "set"
    assert password_in_environment("FORUM_PASSWORD") == "set"


def test_a_keyring_that_is_meant_has_to_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"threadkeep\[keyring\]"):
        password_in_keyring("mine", "ada")
    keyring(monkeypatch, _empty)
    with pytest.raises(UsageError, match="keyring set mine ada"):
        password_in_keyring("mine", "ada")
    keyring(monkeypatch, lambda service, name: f"{service}/{name}")
    assert password_in_keyring("mine", "ada") == "mine/ada"
    assert service_of(HOST) == "threadkeep:forum.example"


def named(
    cookies: Path | None = None,
    name: str | None = None,
    login_url: str | None = None,
    password_env: str | None = None,
) -> CookieLogin | PasswordLogin | None:
    return login_of(
        f"https://{HOST}/forums/",
        cookies=cookies,
        name=name,
        login_url=login_url,
        password_env=password_env,
    )


def test_options_mean_a_guest_a_file_or_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORD", "set")
    assert named() is None
    assert named(cookies=Path("c.txt")) == CookieLogin(path=Path("c.txt"))
    login = named(name="ada", password_env="WORD", login_url="https://forum.example/enter/")
    assert login == PasswordLogin(name="ada", password="set", url="https://forum.example/enter/")
    assert "set" not in repr(login)


def test_options_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(UsageError, match="choose one"):
        named(cookies=Path("c.txt"), name="ada")
    for options in ({"login_url": "https://x.example/"}, {"password_env": "WORD"}):
        with pytest.raises(UsageError, match="belong to --login"):
            named(**options)  # type: ignore[arg-type]  # texts, all of them
