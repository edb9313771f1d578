"""What JOBS.toml may say, as records: one job a site, with everything that is done for it; reads no file itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from exporters.exporter import ExportOptions
from scraper.sync.media_options import MediaChoice  # noqa: TC001  msgspec looks the choices up

if TYPE_CHECKING:
    from pathlib import Path

    from scraper.sync.media_options import MediaOptions

Occasion = Literal["failure", "gaps", "mass-disappearance", "always"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSetting:
    """An export after a run that came to its end.

    Attributes:
        path: the file; `{name}` in it is the job's name.
        format: the format; without it the path's ending names one.
        media_dir: the folder for the files that the posts show; `{name}` in it is the job's name.
        pseudonymize: the file of the key that names are replaced with; `{name}` in it is the job's name.
        dates: how coarse dates and times are.
        site_url: the address where a site will stand.
    """

    path: str
    format: str | None = None
    media_dir: str | None = None
    pseudonymize: str | None = None
    dates: Literal["exact", "week", "month"] = "exact"
    site_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSetting:
    """Dated copies of the archive after a run that came to its end.

    Attributes:
        folder: where they are; `{name}` in it is the job's name.
        keep_daily: of how many days the newest copy stays.
        keep_weekly: of how many weeks.
        keep_monthly: of how many months.
    """

    folder: str
    keep_daily: int = 7
    keep_weekly: int = 4
    keep_monthly: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginSetting:
    """How to log in; a password is never in this file.

    Attributes:
        cookies: a cookies.txt from the browser.
        user: the user's name, with one of the two below.
        password_env: the environment variable that holds the password.
        keyring: the service under which the keyring holds it.
        url: the login page, where it is not WordPress's usual one.
    """

    cookies: str | None = None
    user: str | None = None
    password_env: str | None = None
    keyring: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifySetting:
    """Whom to tell, and when. The addresses hold passwords, so they are not in this file.

    Attributes:
        on: the occasions: `failure`, `gaps`, `mass-disappearance` or `always`; one, or a list.
        urls_env: the environment variable with addresses as apprise has them, separated by blanks.
        urls_file: a file with such addresses, one a line; lines that begin with # do not count.
    """

    on: Occasion | tuple[Occasion, ...] = ("failure", "gaps", "mass-disappearance")
    urls_env: str | None = None
    urls_file: str | None = None

    @property
    def occasions(self) -> tuple[Occasion, ...]:
        """When to tell."""
        return (self.on,) if isinstance(self.on, str) else self.on


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultSettings:
    """What holds for every job that does not say otherwise.

    Attributes:
        archive: the archive's file, or the address of its home; `{name}` in it is the job's name.
        publish_every: how many seconds a worker keeps what it reads to itself, before it publishes the archive.
        delay: the least pause between two requests to a host, in seconds.
        contact: an e-mail or web address, for the site's owner.
        timezone: the site's zone, where it is not to be found out.
        my_site: you run the site or have its permission.
        audit: how much of what is known is read again each time, as `5%`.
        media: what is fetched of what posts show: `none`, `avatars`, `images` or `all`.
        media_hosts: hosts beside the forum's own that it is fetched from; `all` for every host.
        media_limit: the most that the archive keeps of it, as `500M`.
        media_file_limit: the most that one file may have.
        exports: what is exported afterwards.
        retention: the copies that are kept.
        report: a Markdown (`.md`) or JSON (`.json`) file; `{name}` is the job's name, `{date}` the day of the run.
        notify: whom to tell.
    """

    archive: str | None = None
    publish_every: float = 300.0
    delay: float = 1.0
    contact: str | None = None
    timezone: str | None = None
    my_site: bool = False
    audit: str | None = None
    media: MediaChoice = "none"
    media_hosts: tuple[str, ...] = ()
    media_limit: str | None = None
    media_file_limit: str | None = None
    exports: tuple[ExportSetting, ...] = ()
    retention: RetentionSetting | None = None
    report: str | None = None
    notify: NotifySetting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSettings(DefaultSettings):
    """One job as the file has it, what is in `[defaults]` filled in.

    Attributes:
        urls: the addresses to archive, of one site.
        login: how to log in; never in `[defaults]`, so that no site is given another's password.
        as_guest: go on as a guest with an archive that was made logged in.
    """

    urls: tuple[str, ...]
    login: LoginSetting | None = None
    as_guest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JobExport:
    """An export of a job, its places settled.

    Attributes:
        path: the file.
        format: the format, where it is named.
        media_dir: the folder for the files that the posts show, where they are wanted.
        pseudonymize: the file of the key that names are replaced with, where they are to be.
        dates: how coarse dates and times are.
        site_url: the address where a site will stand, with a slash at its end; None: it is not known.
    """

    path: Path
    format: str | None
    media_dir: Path | None
    pseudonymize: Path | None = None
    dates: Literal["exact", "week", "month"] = "exact"
    site_url: str | None = None

    @property
    def options(self) -> ExportOptions:
        """What the format is asked for."""
        return ExportOptions(site_url=self.site_url)

    @property
    def hides(self) -> bool:
        """Whether names or dates are to be hidden."""
        return self.pseudonymize is not None or self.dates != "exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job, every place settled and every value checked.

    Attributes:
        source: the file.
        name: its name in the file.
        urls: the addresses to archive, of one site.
        host: that site's host and port.
        archive: the archive's file; of one whose home is an address, the file's name.
        home: the address of its home; None: it is the file.
        audit: how much of what is known is read again, from 0 to 1.
        media: what is fetched of what posts show.
        exports: what is exported afterwards.
        snapshots: the folder of the copies, where copies are kept.
        report: the file of its report, where there is one.
        settings: all else that the file says.
    """

    source: Path
    name: str
    urls: tuple[str, ...]
    host: str
    archive: Path
    home: str | None
    audit: float
    media: MediaOptions
    exports: tuple[JobExport, ...]
    snapshots: Path | None
    report: Path | None
    settings: JobSettings

    @property
    def place(self) -> str:
        """Where the archive is kept: the file, or the address of its home."""
        return self.home or str(self.archive)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsFile:
    """A whole JOBS.toml.

    Attributes:
        path: the file.
        jobs: its jobs, in order.
    """

    path: Path
    jobs: tuple[Job, ...] = field(default=())

    @property
    def environment(self) -> tuple[str, ...]:
        """The environment variables that its jobs need, by name."""
        names = {
            name
            for job in self.jobs
            for name in (
                job.settings.login and job.settings.login.password_env,
                job.settings.notify and job.settings.notify.urls_env,
            )
        }
        return tuple(sorted(name for name in names if name))
