"""Right and wrong uses of the public API, for the type checkers only: nothing here is run.

Each ignore must be needed, by both checkers: `make check` fails where a wrong use is no longer rejected.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from threadkeep import (
    ArchiveJob,
    ArchiveReport,
    Author,
    ExportOptions,
    FetchSettings,
    Page,
    Post,
    SystemClock,
    Thread,
    UsageError,
    archive_topics,
    export_archive,
    import_source,
    plan_export,
    reading,
    threads,
    write_file,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from threadkeep import Archive, Engine, Exporter, Listener, PageSaved

URLS = ("https://forum.example/forums/topic/hello/",)


def right_uses(path: Path) -> int:
    report: ArchiveReport = archive_topics(ArchiveJob(urls=URLS, path=path))
    with reading(path) as archive:
        names = [post.author.name for thread in threads(archive) for post in thread.posts]
    export_archive(path, plan_export(None, "jsonl", ExportOptions()))
    return report.exit_code + len(names)


class Silent:
    def page_saved(self, event: PageSaved) -> None: ...
    def page_failed(self, url: str, error: str) -> None: ...


class Plain:
    name = "plain"
    suffix = ".txt"
    description = "nothing"
    is_for_reading = True

    def write(self, threads: Iterable[Thread], out: BinaryIO, options: ExportOptions) -> int:
        del threads, out, options
        return 0


LISTENER: Listener = Silent()
EXPORTER: Exporter = Plain()


def a_job_needs_paths_and_addresses(path: Path) -> None:
    ArchiveJob(urls=URLS, path="forum.db")  # type: ignore[arg-type] # a path is no text
    ArchiveJob(urls=URLS[0], path=path)  # type: ignore[arg-type] # one address is no tuple of them
    ArchiveJob(URLS, path)  # type: ignore[call-arg] # records are built by name
    ArchiveJob(urls=URLS)  # type: ignore[call-arg] # the archive is missing
    ArchiveJob(urls=URLS, path=path, delay=1)  # type: ignore[call-arg] # that is a fetch setting
    FetchSettings(delay="1")  # type: ignore[arg-type] # seconds are a number


def records_do_not_change(post: Post, page: Page) -> None:
    post.body_text = ""  # type: ignore[misc] # records are frozen
    page.body = b""  # type: ignore[misc] # records are frozen
    Author(name=None)  # type: ignore[arg-type] # a name may be empty, not null


def null_must_be_thought_of(post: Post, thread: Thread) -> str:
    post.published.upper()  # type: ignore[union-attr] # a time may be unknown
    thread.topic_id + 1  # type: ignore[operator] # a dump shows no number
    return post.url  # type: ignore[return-value] # a permalink may be missing


def functions_take_what_they_say(path: Path, archive: Archive) -> None:
    threads(path)  # type: ignore[arg-type] # an open archive, not its path
    threads(archive, "385")  # type: ignore[arg-type] # ids are numbers
    plan_export(path, "jsonl")  # type: ignore[call-arg] # the options are missing
    import_source(path, SystemClock())  # type: ignore[arg-type] # a job, not a path
    write_file(path, "markdown", [], ExportOptions())  # type: ignore[arg-type] # a format, not its name
    raise UsageError("wrong", status=404)  # type: ignore[call-arg] # only HttpStatusError has one


class Deaf:
    def page_saved(self, event: str) -> None: ...


NO_LISTENER: Listener = Deaf()  # type: ignore[assignment] # a method is missing, the other takes something else
NO_EXPORTER: Exporter = Silent()  # type: ignore[assignment] # it writes nothing
NO_ENGINE: Engine = Plain()  # type: ignore[assignment] # a format is no engine
