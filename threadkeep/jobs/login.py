"""Get the login that a job names: cookies from a file, or a password from the environment or a keyring."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from parsers.errors import UsageError
from scraper.fetch.login import CookieLogin, PasswordLogin
from threadkeep.login import password_in_environment, password_in_keyring

if TYPE_CHECKING:
    from scraper.fetch.login import Login
    from threadkeep.jobs.settings import Job, LoginSetting


def login_of(job: Job) -> Login | None:
    """How a job logs in; None where it reads as a guest.

    Raises:
        UsageError: the cookies or the password are not where the file says.
    """
    setting = job.settings.login
    if setting is None:
        return None
    if setting.cookies is not None:
        path = job.source.parent / Path(setting.cookies).expanduser()
        if not path.is_file():
            raise UsageError(f"There is no file {path} with cookies; export it from your browser.")
        return CookieLogin(path=path)
    return PasswordLogin(name=setting.user or "", password=_password(setting), url=setting.url)


def _password(setting: LoginSetting) -> str:
    if setting.password_env is not None:
        return password_in_environment(setting.password_env)
    return password_in_keyring(setting.keyring or "", setting.user or "")
