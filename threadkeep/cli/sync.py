"""`threadkeep sync`: bring an archive up to date, fetching only what changed."""

from __future__ import annotations

from scraper.archive.database import reading
from scraper.archive.site import known_addresses
from scraper.fetch.settings import FetchSettings
from scraper.sync.crawl_options import CrawlOptions
from scraper.sync.pipeline import ArchiveJob, archive_topics
from threadkeep.cli.archive_text import tell_report
from threadkeep.cli.console import say, say_json
from threadkeep.cli.fetching import (
    LEAST_DELAY,
    AuditOption,
    ConfirmGoneOption,
    DelayOption,
    DryRunOption,
    MySiteOption,
    command_line,
    refuse_haste,
    share_of,
)
from threadkeep.cli.location import only_archive
from threadkeep.cli.log_file import logged
from threadkeep.cli.media_option import (
    MediaFileLimitOption,
    MediaHostsOption,
    MediaLimitOption,
    MediaOption,
    media_options,
)
from threadkeep.cli.membership import login_of
from threadkeep.cli.option import (
    ArchiveOption,
    AsGuestOption,
    ContactOption,
    CookiesOption,
    JsonOption,
    LoginOption,
    LoginUrlOption,
    PasswordEnvOption,
    QuietOption,
    TimezoneOption,
)
from threadkeep.cli.plan_text import tell_plan
from threadkeep.cli.progress import progress


@logged
def command(
    archive: ArchiveOption = None,
    delay: DelayOption = LEAST_DELAY,
    contact: ContactOption = None,
    timezone: TimezoneOption = None,
    audit: AuditOption = None,
    cookies: CookiesOption = None,
    login: LoginOption = None,
    login_url: LoginUrlOption = None,
    password_env: PasswordEnvOption = None,
    media: MediaOption = "none",
    media_hosts: MediaHostsOption = None,
    media_limit: MediaLimitOption = None,
    media_file_limit: MediaFileLimitOption = None,
    *,
    as_guest: AsGuestOption = False,
    my_site: MySiteOption = False,
    confirm_gone: ConfirmGoneOption = False,
    dry_run: DryRunOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """Bring an archive up to date.

    Everything that it was ever asked for is looked at: its forums by what their lists and the feed of new posts say,
    topics that are in none of them by their last page. What says the same as before is not read again. Edits and
    deletions do not show there; --audit finds them, a share of the pages at a time.

    \b
    Examples:
      threadkeep sync
      threadkeep sync -a forum.example.db --audit 5%
      threadkeep sync -a forum.example.db --dry-run
      threadkeep sync --login hanako
      threadkeep sync --media all --media-hosts gravatar.com,images.example

    Exit code 0: done and complete. 3: done, but something is missing. 4: the site failed. See docs/errors.md.
    """
    path = archive or only_archive()
    with reading(path) as opened:
        addresses = known_addresses(opened.connection)
    refuse_haste(addresses, delay, my_site=my_site)
    job = ArchiveJob(
        path=path,
        fetch=FetchSettings(contact=contact, delay=delay, respect_robots=not my_site),
        crawl=CrawlOptions(may_archive=my_site, confirm_gone=confirm_gone),
        timezone=timezone,
        audit=share_of(audit),
        login=login_of(
            next(iter(addresses), None),
            cookies=cookies,
            name=login,
            login_url=login_url,
            password_env=password_env,
        ),
        as_guest=as_guest,
        media=media_options(media, media_hosts, media_limit, media_file_limit),
        command=command_line(),
    )
    if dry_run:
        return tell_plan(job, quiet=quiet, as_json=as_json)
    with progress(quiet=quiet) as shown:
        report = archive_topics(job, listener=shown, on_wait=shown.waiting)
    if as_json:
        say_json(report)
    else:
        tell_report(report, quiet=quiet, tell=say)
    return report.exit_code
