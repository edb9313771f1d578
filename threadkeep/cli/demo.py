"""`threadkeep demo`: archive a forum that ships with threadkeep, on loopback, and show what was kept and where."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from exporters.exporter import ExportOptions, FolderExporter
from exporters.registry import exporters_by_name
from parsers.errors import ExportError, UsageError
from scraper.archive.contents_list import summary
from scraper.archive.database import reading, remove_archive
from scraper.archive.header import is_archive
from scraper.archive.thread_reader import threads
from scraper.demo import DemoServer, DemoSettings, expected_topics, generate
from scraper.demo.forum import LOCALES, THEMES
from scraper.fetch.settings import FetchSettings
from scraper.sync.pipeline import ArchiveJob, archive_topics
from threadkeep.cli.completion import one_of
from threadkeep.cli.console import one_line, say, warn
from threadkeep.cli.option import QuietOption
from threadkeep.cli.progress import progress
from threadkeep.exporting import export_archive, plan_export

if TYPE_CHECKING:
    from scraper.demo import DemoForum
    from scraper.sync.pipeline import ArchiveReport

_POSTS_SHOWN = 3
_LOOPBACK = "127.0.0.1"
Choice = TypeVar("Choice", bound=str)


def command(
    folder: Annotated[
        Path, typer.Option("-o", "--output", metavar="FOLDER", help="Where to put everything.")
    ] = Path("demo"),
    topics: Annotated[int, typer.Option("--topics", min=1, help="How many topics.")] = 30,
    posts: Annotated[int, typer.Option("--posts", min=1, help="Posts of an ordinary topic.")] = 12,
    locale: Annotated[
        str,
        typer.Option("--locale", help="en_US, nl_NL or de_DE.", autocompletion=one_of(LOCALES)),
    ] = "en_US",
    theme: Annotated[
        str,
        typer.Option(
            "--theme", help="default, classic, table or themed.", autocompletion=one_of(THEMES)
        ),
    ] = "default",
    per_page: Annotated[int, typer.Option("--per-page", min=1, help="Posts a page.")] = 15,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same forum.")] = 1,
    *,
    threaded: Annotated[
        bool, typer.Option("--threaded", help="Replies under the post they answer.")
    ] = False,
    lead: Annotated[
        bool, typer.Option("--lead", help="The opening post apart, on every page.")
    ] = False,
    quiet: QuietOption = False,
) -> int:
    """Archive a forum that ships with threadkeep.

    It is served on this machine, archived, and exported in every format of one file.

    \b
    Examples:
      threadkeep demo
      threadkeep demo --topics 200 --locale nl_NL --theme classic -o /tmp/demo
    """
    settings = DemoSettings(
        seed=seed,
        topics=topics,
        posts=posts,
        locale=_one_of("--locale", locale, LOCALES),
        theme=_one_of("--theme", theme, THEMES),
        per_page=per_page,
        threaded=threaded,
        lead=lead,
    )
    path = _fresh_archive(folder)
    report = _archive(generate(settings), path, quiet=quiet)
    if report.interrupted:
        warn(f"threadkeep: interrupted; what was read so far is in {path}.")
        return report.exit_code
    outputs = _export_all(folder, path)
    _show_summary(report)
    _show_first_posts(path)
    say(f"\nThe archive:  {path}")
    for output in outputs:
        say(f"  exported:   {output}")
    say(f"Look further: threadkeep show -a {path}")
    say(f"Read it in the browser: threadkeep serve -a {path}")
    return report.exit_code


def _one_of(option: str, value: str, choices: tuple[Choice, ...]) -> Choice:
    for choice in choices:
        if choice == value:
            return choice
    raise UsageError(f"{option} takes one of {', '.join(choices)}, not “{value}”.")


def _fresh_archive(folder: Path) -> Path:
    """A place for the demo's archive; one that an earlier demo left is replaced, anything else is left alone."""
    path = folder / "forum.db"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists():
            if not is_archive(path):
                raise UsageError(
                    f"{path} is no archive of an earlier demo; name another folder with -o."
                )
            with reading(path) as earlier:
                if not summary(earlier).host.startswith(_LOOPBACK):
                    raise UsageError(
                        f"{path} is no archive of an earlier demo; name another folder with -o."
                    )
        remove_archive(path)
    except OSError as error:
        raise ExportError(
            f"{folder} cannot be written ({error.strerror}); name another folder with -o."
        ) from error
    return path


def _archive(forum: DemoForum, path: Path, *, quiet: bool) -> ArchiveReport:
    with DemoServer(forum) as server, progress(quiet=quiet) as shown:
        urls = tuple(
            topic.url for topic in expected_topics(forum, server.url) if not topic.is_protected
        )
        job = ArchiveJob(
            urls=urls, path=path, fetch=FetchSettings(delay=0), command="threadkeep demo"
        )
        return archive_topics(job, listener=shown, on_wait=shown.waiting)


def _export_all(folder: Path, path: Path) -> list[Path]:
    outputs: list[Path] = []
    for name, exporter in exporters_by_name().items():
        if isinstance(exporter, FolderExporter):
            continue  # several files, and one of these formats needs an extra
        output = folder / f"posts{exporter.suffix}"
        export_archive(path, plan_export(output, name, ExportOptions()))
        outputs.append(output)
    site = folder / "site"
    export_archive(path, plan_export(site, "html", ExportOptions()))
    return [*outputs, site / "index.html"]


def _show_summary(report: ArchiveReport) -> None:
    table = Table(
        "topics",
        "posts",
        "complete",
        "pages",
        "requests",
        title="What was kept",
        title_justify="left",
    )
    complete = sum(not outcome.gaps and not outcome.error for outcome in report.topics)
    posts, pages = sum(one.posts for one in report.topics), sum(one.pages for one in report.topics)
    table.add_row(*map(str, (len(report.topics), posts, complete, pages, report.traffic.requests)))
    Console().print(table)


def _show_first_posts(path: Path) -> None:
    with reading(path) as archive:
        thread = next(threads(archive))
        say(f"\nThe first posts of “{thread.title}” ({' › '.join(thread.forum)}):")
        for post in itertools.islice(thread.posts, _POSTS_SHOWN):
            words = one_line(post.body_text)[:70]
            say(
                f"  {post.position}. {post.author.name} ({post.role or '-'}), {post.published}: {words}"
            )
