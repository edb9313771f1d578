"""Settle one job of JOBS.toml: its places made absolute, its values checked against what they are for."""

from __future__ import annotations

import math
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from parsers.errors import UsageError
from scraper.fetch.address import parse_address
from scraper.fetch.host import one_host
from scraper.fetch.network import is_loopback_host
from scraper.politeness.agent import checked_contact
from scraper.sync.media_options import MediaOptions, file_size_of, hosts_named, size_of
from scraper.sync.site_time import check_zone
from threadkeep.home import home_at, is_address
from threadkeep.jobs.report_file import check_report
from threadkeep.jobs.settings import Job, JobExport
from threadkeep.output import check_hiding, plan_output
from threadkeep.pseudonym_key import check_key_place
from threadkeep.site_address import checked_site_url

if TYPE_CHECKING:
    from collections.abc import Generator

    from threadkeep.jobs.settings import (
        JobSettings,
        LoginSetting,
        NotifySetting,
        RetentionSetting,
    )

_LEAST_DELAY = 1.0
_PERCENTAGE = re.compile(r"(?P<number>\d{1,3}(?:\.\d+)?) ?%")
_NAME = re.compile(r"[^\s./\\:\x00-\x1f\x7f-\x9f][^/\\:\x00-\x1f\x7f-\x9f]{0,99}")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def settled(name: str, settings: JobSettings, source: Path, path: str) -> Job:
    """A job with its places and values settled.

    Args:
        name: its name.
        settings: what the file says of it.
        source: the file; its folder is what the job's places are relative to.
        path: its key in the file.

    Raises:
        UsageError: something cannot be meant.
    """
    _check_name(name, path)
    host = _host(settings, path)
    _check_pace(settings, path)
    _check_retention(settings.retention, path)
    _check_login(settings.login, path)
    _check_notify(settings.notify, path)
    places = _Places(name, source.parent, path)
    if settings.archive is None:
        raise UsageError(
            f"“{path}.archive” is missing; name the file of the archive, as archive = “{name}.db”,"
            " or for all jobs under [defaults], as archive = “{name}.db”."
        )
    retention = settings.retention
    archive, home = _archive(settings.archive, places)
    return Job(
        source=source,
        name=name,
        urls=settings.urls,
        host=host,
        archive=archive,
        home=home,
        audit=_share(settings.audit, path),
        media=_media(settings, path),
        exports=_exports(settings, places),
        snapshots=places.place(retention.folder, "retention.folder") if retention else None,
        report=_report(settings, places),
        settings=settings,
    )


class _Places:
    """Makes what the file says of a place a path.

    Attributes:
        key: the job's key in the file.
    """

    def __init__(self, name: str, folder: Path, path: str) -> None:
        self._name, self._folder, self.key = name, folder, path

    def place(self, text: str, key: str, *, leaving: str = "") -> Path:
        """A path, absolute, `{name}` replaced.

        Args:
            text: as the file has it.
            key: where it stands in the job.
            leaving: what else in braces may stand in it.
        """
        return self._folder / Path(self.named(text, key, leaving=leaving)).expanduser()

    def named(self, text: str, key: str, *, leaving: str = "") -> str:
        """A place as it is written, `{name}` replaced.

        Args:
            text: as the file has it.
            key: where it stands in the job.
            leaving: what else in braces may stand in it.
        """
        for one in _PLACEHOLDER.findall(text):
            if one not in {"{name}", leaving}:
                raise UsageError(
                    f"“{self.key}.{key}” holds {one}, which stands for nothing; {{name}} is the job's name."
                )
        if not text or "\x00" in text:
            raise UsageError(f"“{self.key}.{key}” names no place; write the name of a file.")
        return text.replace("{name}", self._name)


def _archive(text: str, places: _Places) -> tuple[Path, str | None]:
    """The archive's file, and the address of its home where it is one."""
    if not is_address(text):
        return places.place(text, "archive"), None
    address = places.named(text, "archive")
    with _at(f"{places.key}.archive"):
        home = home_at(address)
    return Path(home.name) if home.path is None else home.path, None if home.path else address


def _check_name(name: str, path: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"“{path}” is no name for a job: use letters, digits, blanks, hyphens; it may become a file's name."
        )


@contextmanager
def _at(key: str) -> Generator[None]:
    """Say of an error where in the file it is."""
    try:
        yield
    except UsageError as error:
        raise UsageError(f"“{key}”: {error}") from error


def _host(settings: JobSettings, path: str) -> str:
    with _at(f"{path}.urls"):
        host = one_host(settings.urls)
        if host is None:
            raise UsageError("name at least one address.")
    return host


def _check_pace(settings: JobSettings, path: str) -> None:
    if not math.isfinite(settings.delay) or settings.delay < 0:
        raise UsageError(f"“{path}.delay” has to be a number of seconds, not {settings.delay:g}.")
    is_here = all(is_loopback_host(parse_address(url).host) for url in settings.urls)
    if settings.delay < _LEAST_DELAY and not (settings.my_site or is_here):
        raise UsageError(
            f"“{path}.delay” is faster than one request a second; that takes my_site = true."
        )
    if not math.isfinite(settings.publish_every) or settings.publish_every <= 0:
        raise UsageError(
            f"“{path}.publish_every” has to be a number of seconds above 0, not {settings.publish_every:g}."
        )
    if settings.contact is not None:
        with _at(f"{path}.contact"):
            checked_contact(settings.contact)
    with _at(f"{path}.timezone"):
        check_zone(settings.timezone)


def _share(audit: str | None, path: str) -> float:
    if audit is None:
        return 0.0
    found = _PERCENTAGE.fullmatch(audit.strip())
    share = float(found["number"]) if found else math.inf
    if share > 100:
        raise UsageError(f"“{path}.audit” has to be a share from 0% to 100%, not “{audit}”.")
    return share / 100


def _media(settings: JobSettings, path: str) -> MediaOptions:
    standard = MediaOptions()
    total, of_file = standard.total_limit, standard.file_limit
    if settings.media_limit is not None:
        with _at(f"{path}.media_limit"):
            total = size_of(settings.media_limit)
    if settings.media_file_limit is not None:
        with _at(f"{path}.media_file_limit"):
            of_file = file_size_of(settings.media_file_limit)
    with _at(f"{path}.media_hosts"):
        hosts = hosts_named(settings.media_hosts)
    return MediaOptions(choice=settings.media, hosts=hosts, total_limit=total, file_limit=of_file)


def _check_retention(retention: RetentionSetting | None, path: str) -> None:
    if retention is None:
        return
    numbers = (retention.keep_daily, retention.keep_weekly, retention.keep_monthly)
    if min(numbers) < 0 or not any(numbers):
        raise UsageError(
            f"“{path}.retention” has to keep something: none of its numbers may be below 0, and one above."
        )


def _check_login(login: LoginSetting | None, path: str) -> None:
    if login is None:
        return
    sources = (login.password_env, login.keyring)
    with_cookies = bool(login.cookies) and not any((login.user, login.url, *sources))
    has_one_source = bool(login.password_env) != bool(login.keyring)
    with_password = bool(login.user) and has_one_source and not login.cookies
    if not (with_cookies or with_password):
        raise UsageError(
            f"“{path}.login” has to name either cookies, a file, or a user with password_env or keyring."
        )
    if login.url is not None:
        with _at(f"{path}.login.url"):
            parse_address(login.url)


def _check_notify(notify: NotifySetting | None, path: str) -> None:
    if notify is not None and bool(notify.urls_env) == bool(notify.urls_file):
        raise UsageError(
            f"“{path}.notify” has to say where the addresses are: urls_env, an environment variable, or urls_file."
        )


def _exports(settings: JobSettings, places: _Places) -> tuple[JobExport, ...]:
    found: list[JobExport] = []
    for number, export in enumerate(settings.exports):
        key = f"exports[{number}]"
        path = places.place(export.path, f"{key}.path")
        media_dir = (
            places.place(export.media_dir, f"{key}.media_dir")
            if export.media_dir is not None
            else None
        )
        key_file = (
            places.place(export.pseudonymize, f"{key}.pseudonymize")
            if export.pseudonymize is not None
            else None
        )
        with _at(f"{places.key}.{key}"):
            settled = JobExport(
                path=path,
                format=export.format,
                media_dir=media_dir,
                pseudonymize=key_file,
                dates=export.dates,
                site_url=None if export.site_url is None else checked_site_url(export.site_url),
            )
            _check_export(settled)
        found.append(settled)
    return tuple(found)


def _check_export(export: JobExport) -> None:
    plan = plan_output(export.path, export.format, export.options, media_dir=export.media_dir)
    check_hiding(plan, is_wanted=export.hides)
    if export.pseudonymize is not None:
        check_key_place(export.pseudonymize, export.path)


def _report(settings: JobSettings, places: _Places) -> Path | None:
    if settings.report is None:
        return None
    path = places.place(settings.report, "report", leaving="{date}")
    with _at(f"{places.key}.report"):
        check_report(path)
    return path
