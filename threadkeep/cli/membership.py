"""What the options for logging in mean: who, and with what; a password is no option."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.errors import UsageError
from scraper.fetch.address import parse_address
from scraper.fetch.login import CookieLogin, PasswordLogin
from threadkeep.login import find_password

if TYPE_CHECKING:
    from pathlib import Path

    from scraper.fetch.login import Login


def login_of(
    url: str | None,
    *,
    cookies: Path | None,
    name: str | None,
    login_url: str | None,
    password_env: str | None,
) -> Login | None:
    """Who logs in at the site of an address; None for a guest.

    Raises:
        UsageError: the options contradict each other, or there is no password.
    """
    if cookies is not None and name is not None:
        raise UsageError("--cookies and --login are two ways to log in; choose one.")
    if name is None:
        if login_url is not None or password_env is not None:
            raise UsageError("--login-url and --password-env belong to --login; name the account.")
        return None if cookies is None else CookieLogin(path=cookies)
    host = "" if url is None else parse_address(url).host
    password = find_password(name, host, variable=password_env)
    return PasswordLogin(name=name, password=password, url=login_url)
