"""`threadkeep archive`: make or continue an archive of topics, forums or a site."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from exporters.exporter import ExportOptions
from parsers.errors import UsageError
from scraper.fetch.settings import FetchSettings
from scraper.sync.crawl_options import CrawlOptions
from scraper.sync.pipeline import ArchiveJob, ArchiveReport, archive_topics
from threadkeep.cli.archive_text import tell_report
from threadkeep.cli.console import say, say_json, warn
from threadkeep.cli.fetching import (
    LEAST_DELAY,
    ConfirmGoneOption,
    DelayOption,
    DryRunOption,
    MySiteOption,
    command_line,
    refuse_haste,
)
from threadkeep.cli.location import archive_for_url
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
    ArchiveToMakeOption,
    AsGuestOption,
    ContactOption,
    CookiesOption,
    FormatOption,
    JsonOption,
    LoginOption,
    LoginUrlOption,
    OutputOption,
    PasswordEnvOption,
    QuietOption,
    RawCellsOption,
    TimezoneOption,
    WithGoneOption,
)
from threadkeep.cli.plan_text import tell_plan
from threadkeep.cli.progress import progress
from threadkeep.exporting import ExportJob
from threadkeep.output import check_plan, plan_output, write_output
from threadkeep.page_exporting import PageExportJob


@logged
def command(
    urls: Annotated[
        list[str], typer.Argument(metavar="URL", help="Addresses of topics or forums of one site.")
    ],
    archive: ArchiveToMakeOption = None,
    output: OutputOption = None,
    format_name: FormatOption = None,
    delay: DelayOption = LEAST_DELAY,
    contact: ContactOption = None,
    timezone: TimezoneOption = None,
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
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Read every page again, not only what is new.")
    ] = False,
    my_site: MySiteOption = False,
    confirm_gone: ConfirmGoneOption = False,
    dry_run: DryRunOption = False,
    raw_cells: RawCellsOption = False,
    with_gone: WithGoneOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """Archive a topic, a forum or a whole site.

    What the address shows is archived: a topic (one of its pages, a reply, a shortlink), a forum with those below it,
    a tag, a view, a person's topics, a sitemap, or the site with all its forums. The first time everything is read;
    after a run that was stopped, what it did not get to; later what is new.

    \b
    Examples:
      threadkeep archive https://forum.example/forums/topic/hello/
      threadkeep archive https://forum.example/forums/
      threadkeep archive https://forum.example/forums/ --dry-run
      threadkeep archive https://forum.example/forums/topic/hello/ -o hello.md
      threadkeep archive -a forum.db URL1 URL2 --contact me@example.org
      threadkeep archive https://forum.example/forums/ --cookies cookies.txt
      threadkeep archive https://forum.example/forums/ --media images --media-limit 500M

    Exit code 0: done and complete. 3: done, but something is missing. 4: the site failed. See docs/errors.md.
    """
    refuse_haste(urls, delay, my_site=my_site)
    path = archive or archive_for_url(urls[0])
    job = ArchiveJob(
        urls=tuple(urls),
        path=path,
        fetch=FetchSettings(contact=contact, delay=delay, respect_robots=not my_site),
        crawl=CrawlOptions(refresh=refresh, may_archive=my_site, confirm_gone=confirm_gone),
        timezone=timezone,
        login=login_of(
            urls[0],
            cookies=cookies,
            name=login,
            login_url=login_url,
            password_env=password_env,
        ),
        as_guest=as_guest,
        media=media_options(media, media_hosts, media_limit, media_file_limit),
        command=command_line(),
    )
    export = _plan(output, format_name, ExportOptions(raw_cells=raw_cells, with_gone=with_gone))
    if export is not None:
        check_plan(export, path)
    if as_json and _takes_stdout(export):
        raise UsageError("--json and -o - both write to stdout; choose one.")
    if dry_run:
        return tell_plan(job, quiet=quiet, as_json=as_json)
    with progress(quiet=quiet) as shown:
        report = archive_topics(job, listener=shown, on_wait=shown.waiting)
    if as_json:
        say_json(report)
    else:
        tell_report(report, quiet=quiet, tell=warn if _takes_stdout(export) else say)
    _export(report, export)
    return report.exit_code


def _plan(
    output: Path | None, format_name: str | None, options: ExportOptions
) -> ExportJob | PageExportJob | None:
    if output is not None:
        return plan_output(output, format_name, options)
    if format_name is not None or options != ExportOptions():
        raise UsageError(
            "--format, --raw-cells and --with-gone say how -o writes; name a file with -o."
        )
    return None


def _takes_stdout(export: ExportJob | PageExportJob | None) -> bool:
    return export is not None and export.output is None


def _export(report: ArchiveReport, export: ExportJob | PageExportJob | None) -> None:
    """Export what was archived. A run that was stopped replaces no earlier output."""
    topic_ids = tuple(outcome.topic_id for outcome in report.topics if outcome.topic_id)
    unnumbered = (outcome for outcome in report.topics if outcome.topic_id is None)
    topic_urls = tuple(outcome.topic_url for outcome in unnumbered if outcome.topic_url)
    if export is not None and (topic_ids or topic_urls) and not report.interrupted:
        write_output(report.archive, export, topic_ids, topic_urls)
