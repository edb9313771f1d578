"""Export an archive: which archive, which topics, which format, to where; the formats themselves are elsewhere."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.dataset_folder import write_dataset
from exporters.destination import Written, write_file, write_folder, write_stream
from exporters.exporter import Exporter, ExportOptions, FolderExporter, NumberedExporter
from exporters.folder import check_folder
from exporters.registry import exporter_for_path, exporter_named, format_names
from parsers.errors import ExportError, UsageError
from parsers.selection import Selection
from scraper.archive.database import reading
from scraper.archive.header import is_archive
from scraper.archive.origin import origin_of
from scraper.archive.selection import choose_posts
from scraper.archive.thread_reader import chosen_threads, holds_topic, threads, topic_keys
from threadkeep.media_folder import MediaFolder
from threadkeep.pseudonymity import transformation_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parsers.records import Thread
    from scraper.archive.database import Archive
    from threadkeep.pseudonymity import Pseudonymity

_STDOUT = "-"
_SITE = "html"
_DATA_PACKAGE = "datapackage"
# Of data that a program reads by its description, cells are as they are.
_FOR_SPREADSHEETS = ("csv", "tables")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJob:
    """What to export.

    Attributes:
        exporter: the format.
        output: a file, a folder where `per_topic` or `is_site`, or None for stdout.
        per_topic: one file a topic.
        is_site: the whole archive as a folder of pages that lead to each other.
        is_dataset: a folder of files, of a format that has several.
        media_dir: the folder for the files that exported posts show, where they are wanted.
        pseudonymity: pseudonyms in the place of names, and coarser dates; None: all is as it was.
    """

    exporter: Exporter
    output: Path | None
    per_topic: bool = False
    is_site: bool = False
    is_dataset: bool = False
    options: ExportOptions = field(default_factory=ExportOptions)
    media_dir: Path | None = None
    pseudonymity: Pseudonymity | None = None


def plan_export(
    output: Path | None,
    format_name: str | None,
    options: ExportOptions,
    *,
    per_topic: bool = False,
    media_dir: Path | None = None,
) -> ExportJob:
    """Settle the format and the place of an export, before anything is done.

    Args:
        output: a file, a folder where `per_topic`; None or `-` is stdout. In the format `html`, what is not named as a
            file of that format is the folder of a site; so it is with formats of several files.
        format_name: the format; without it the output's ending names one.
        options: what the format is asked for.
        per_topic: one file a topic.
        media_dir: the folder for the files that exported posts show.

    Raises:
        UsageError: the format is unknown or not named, `per_topic` has no folder to write to, a site is to have its files
            elsewhere, or the format has no use for an option.
    """
    is_stdout = output is None or str(output) == _STDOUT
    if per_topic and is_stdout:
        raise UsageError("--per-topic writes one file a topic; name a folder with -o.")
    if format_name is not None:
        exporter = exporter_named(format_name)
    elif is_stdout or per_topic:
        raise UsageError("Name the format with --format: " + ", ".join(format_names()) + ".")
    else:
        exporter = exporter_for_path(str(output))
    _check_licence(exporter, options)
    _check_contents(exporter, options)
    if isinstance(exporter, FolderExporter):
        exporter.check()
    is_dataset = not is_stdout and not per_topic and _is_dataset(exporter, output)
    _check_numbered(exporter, options, is_dataset=is_dataset, per_topic=per_topic)
    is_site = not is_stdout and not per_topic and _is_site(exporter, output)
    _check_site(exporter, options, media_dir, is_site=is_site)
    return ExportJob(
        exporter=exporter,
        output=None if is_stdout else output,
        per_topic=per_topic,
        is_site=is_site,
        is_dataset=is_dataset,
        options=options,
        media_dir=media_dir,
    )


def _check_numbered(
    exporter: Exporter, options: ExportOptions, *, is_dataset: bool, per_topic: bool
) -> None:
    is_numbered = isinstance(exporter, NumberedExporter)
    if is_numbered and per_topic:
        raise UsageError(
            f"The files of the format {exporter.name} belong together; leave out --per-topic, or name topics to export only them."
        )
    if options.most_bytes is not None and not (is_numbered and is_dataset):
        raise UsageError(
            "--max-size is for files of the format wxr in a folder; say --format wxr and name a folder with -o, or leave it out."
        )


def _check_licence(exporter: Exporter, options: ExportOptions) -> None:
    if options.licence is None:
        return
    if exporter.name != _DATA_PACKAGE:
        raise UsageError(
            f"The format {exporter.name} has no place for a licence; --license is for --format {_DATA_PACKAGE}."
        )
    if not options.licence.strip():
        raise UsageError(
            "--license takes an SPDX identifier such as CC-BY-4.0, an address or words."
        )


def _check_site(
    exporter: Exporter, options: ExportOptions, media_dir: Path | None, *, is_site: bool
) -> None:
    if options.site_url is not None and not is_site:
        raise UsageError(
            f"The format {exporter.name} has no place here for where a site will stand; --site-url is for --format {_SITE} with a "
            "folder behind -o."
        )
    if is_site and media_dir is not None:
        raise UsageError(
            "A site has its pictures in its own folder; --media-dir is for exports in one file, or in one file a topic."
        )


def _check_contents(exporter: Exporter, options: ExportOptions) -> None:
    if options.raw_cells and exporter.name not in _FOR_SPREADSHEETS:
        raise UsageError(
            f"The format {exporter.name} has no cells that a spreadsheet would run as a formula; --raw-cells is for --format "
            f"{' and '.join(_FOR_SPREADSHEETS)}."
        )
    if options.with_gone and not exporter.is_for_reading:
        raise UsageError(
            f"The format {exporter.name} has posts that vanished from the site in any case, marked by gone_at; --with-gone is for "
            "formats for reading."
        )


def _is_site(exporter: Exporter, output: Path | None) -> bool:
    """Whether a folder is meant: only of HTML there are sites, and a device or a pipe is none."""
    return exporter.name == _SITE and _is_folder(exporter, output)


def _is_dataset(exporter: Exporter, output: Path | None) -> bool:
    """Whether a folder is meant of a format that has several files."""
    return isinstance(exporter, FolderExporter) and _is_folder(exporter, output)


def _is_folder(exporter: Exporter, output: Path | None) -> bool:
    """Whether a name is none of a file of the format, nor that of one that is there already."""
    if output is None or output.name.lower().endswith(exporter.suffix):
        return False
    return not output.exists() or output.is_dir()


def check_output(job: ExportJob, archive: Path) -> None:
    """Find out what can be found out before anything is fetched: whether an export's place can be written.

    Args:
        job: the export.
        archive: what will be exported, which may not be there yet.

    Raises:
        UsageError: the export would take the place of an archive, or a site that of other files.
        ExportError: the place cannot be written.
    """
    check_place(job.output, archive, is_folder=job.per_topic or job.is_site or job.is_dataset)
    if job.is_site and job.output is not None:
        check_folder(job.output)


def check_place(output: Path | None, archive: Path, *, is_folder: bool) -> None:
    """Find out whether a place can be written.

    Args:
        output: a file or a folder; None is stdout.
        archive: what will be exported, which may not be there yet.
        is_folder: a folder is meant, which may be made.

    Raises:
        UsageError: it is an archive.
        ExportError: it cannot be written.
    """
    if output is None or (output.exists() and not output.is_file() and not output.is_dir()):
        return  # a device or a pipe
    if output.absolute() == archive.absolute() or is_archive(output):
        raise UsageError(f"“{output}” is an archive; choose another name for the export.")
    if output.exists() and output.is_dir() != is_folder:
        what = "a file" if is_folder else "a folder"
        raise ExportError(f"Cannot write “{output}”, since there is {what} of this name.")
    _check_folder(output, output if is_folder else output.parent, may_be_made=is_folder)


def _check_folder(output: Path, folder: Path, *, may_be_made: bool) -> None:
    while may_be_made and not folder.exists():
        folder = folder.parent
    if not folder.is_dir():
        raise ExportError(f"Cannot write “{output}”, since there is no folder “{folder}”.")
    if not os.access(folder, os.W_OK):
        raise ExportError(
            f"Cannot write “{output}”, since you may not write in “{folder}”: choose another place."
        )


def export_archive(
    path: Path,
    job: ExportJob,
    topic_ids: tuple[int, ...] = (),
    topic_urls: tuple[str, ...] = (),
) -> Written:
    """Export an archive, or what is selected of it by the job's options or by topics.

    Args:
        path: the archive.
        job: what to write, and where to.
        topic_ids: the topics' numbers.
        topic_urls: the addresses of further topics, which no page numbers.

    Raises:
        UsageError: there is no archive, or it does not hold what is selected.
        ArchiveError: it cannot be read.
        ExportError: the output cannot be written; an earlier one is as it was.
    """
    check_pseudonymity(job, is_wanted=job.pseudonymity is not None)
    selection = job.options.selection or Selection()
    topic_ids = (*topic_ids, *selection.topic)
    if job.is_site and job.output is not None:
        return _export_site(path, job.output, job.options, topic_ids, topic_urls)
    with reading(path) as archive:
        if selection.is_of_topics:
            chosen = _topics(archive, topic_ids, topic_urls)
        else:
            chosen = _selected(archive, replace(selection, topic=topic_ids), topic_urls)
        if isinstance(job.exporter, FolderExporter):
            job = replace(job, options=replace(job.options, origin=origin_of(archive)))
        if job.pseudonymity is not None:
            return _write_with_pseudonyms(archive, job, job.pseudonymity, chosen)
        if job.media_dir is None:
            return _write(job, chosen)
        folder = MediaFolder(archive, job.media_dir, seen_from=_folder_of(job))
        options = replace(job.options, place=folder.place)
        job = replace(job, options=options)
        is_whole = options.with_gone or not job.exporter.is_for_reading
        written = _write(job, folder.filled_for(chosen, with_gone=is_whole))
        folder.write_index()
        return written


def check_pseudonymity(job: ExportJob, *, is_wanted: bool) -> None:
    """Find out whether an export can have pseudonyms or coarser dates, if it is to have them.

    Raises:
        UsageError: it would show what cannot be replaced: pictures, or pages of a site.
    """
    if not is_wanted:
        return
    if job.is_site:
        raise UsageError(
            "A site shows the archive as it is: for pseudonyms and coarser dates name a file, as in -o posts.html, or say "
            "--per-topic."
        )
    if job.media_dir is not None:
        raise UsageError(
            "Nobody can be left out of pictures and files: with --pseudonymize and --dates leave --media-dir out."
        )


def _write_with_pseudonyms(
    archive: Archive, job: ExportJob, pseudonymity: Pseudonymity, chosen: Iterable[Thread]
) -> Written:
    step = transformation_of(archive, pseudonymity)
    options = replace(
        job.options,
        selection=job.options.selection and step.selection(job.options.selection),
        origin=job.options.origin and step.origin(job.options.origin),
        pseudonyms=step,
    )
    written = _write(replace(job, options=options), map(step.thread, chosen))
    return replace(written, pseudonyms=step.report)


def _write(job: ExportJob, chosen: Iterable[Thread]) -> Written:
    if job.output is None:
        return write_stream(sys.stdout.buffer, job.exporter, chosen, job.options)
    if job.is_dataset and isinstance(job.exporter, FolderExporter):
        return write_dataset(job.output, job.exporter, chosen, job.options)
    write = write_folder if job.per_topic else write_file
    return write(job.output, job.exporter, chosen, job.options)


def _folder_of(job: ExportJob) -> Path:
    """Where links in what is written are followed from."""
    if job.output is None:
        return Path()
    return job.output if job.per_topic else job.output.parent


def _export_site(
    path: Path,
    folder: Path,
    options: ExportOptions,
    topic_ids: tuple[int, ...],
    topic_urls: tuple[str, ...],
) -> Written:
    from threadkeep.reader.site import write_site  # noqa: PLC0415  only sites need the templates

    keys: frozenset[int] | None = None
    if topic_ids or topic_urls:
        with reading(path) as archive:
            _check_topics(archive, topic_ids)
            keys = topic_keys(archive, topic_ids, topic_urls)
    selection = options.selection
    if selection is not None and not selection.is_of_topics:
        # A sample is drawn of the topics that are meant, as in every other format.
        selection = replace(selection, topic=() if topic_urls else topic_ids)
    site = write_site(
        path,
        folder,
        with_gone=options.with_gone,
        topic_keys=keys,
        selection=selection,
        site_url=options.site_url,
    )
    return Written(posts=site.posts, files=site.files, renewed=site.renewed)


def _selected(
    archive: Archive, selection: Selection, topic_urls: tuple[str, ...]
) -> Iterable[Thread]:
    _check_topics(archive, selection.topic)
    if not topic_urls:
        choose_posts(archive, selection)
        return chosen_threads(archive)
    choose_posts(archive, replace(selection, topic=()))
    return (
        thread
        for thread in chosen_threads(archive)
        if thread.topic_id in selection.topic or thread.url in topic_urls
    )


def _topics(
    archive: Archive, topic_ids: tuple[int, ...], topic_urls: tuple[str, ...]
) -> Iterable[Thread]:
    if not topic_ids and not topic_urls:
        return threads(archive)
    _check_topics(archive, topic_ids)
    numbered = (threads(archive, topic_id) for topic_id in sorted(set(topic_ids)))
    named = (threads(archive, url=url) for url in dict.fromkeys(topic_urls))
    return chain.from_iterable(chain(numbered, named))


def _check_topics(archive: Archive, topic_ids: tuple[int, ...]) -> None:
    for topic_id in topic_ids:
        if not holds_topic(archive, topic_id):
            raise UsageError(
                f"{archive.path} does not hold topic {topic_id}; `threadkeep show` lists what it holds."
            )
