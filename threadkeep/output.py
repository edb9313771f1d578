"""Settle and write an export in whatever format a name stands for: one of posts, or one of pages as they came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.exporter import ExportOptions
from parsers.errors import UsageError
from threadkeep.exporting import (
    ExportJob,
    check_output,
    check_pseudonymity,
    export_archive,
    plan_export,
)
from threadkeep.page_exporting import (
    PageExportJob,
    check_pages_place,
    export_pages,
    plan_page_export,
)

if TYPE_CHECKING:
    from pathlib import Path

    from exporters.pseudonym.tally import PseudonymReport


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputCounts:
    """What an export wrote, of whichever kind it is.

    Attributes:
        posts: how many posts; 0 where it is of pages.
        pages: how many pages; 0 where it is of posts.
        pseudonyms: what was replaced by pseudonyms or made coarser, and what could not be; None: all is as it was.
    """

    posts: int = 0
    pages: int = 0
    pseudonyms: PseudonymReport | None = None


def plan_output(
    output: Path | None,
    format_name: str | None,
    options: ExportOptions,
    *,
    media_dir: Path | None = None,
) -> ExportJob | PageExportJob:
    """Settle an export; see `plan_export`.

    Raises:
        UsageError: it cannot be meant, or an option is for posts and the format takes pages.
    """
    pages = plan_page_export(output, format_name)
    if pages is None:
        return plan_export(output, format_name, options, media_dir=media_dir)
    if options != ExportOptions() or media_dir is not None:
        raise UsageError(
            "A web archive holds all pages as they came; leave out what says how posts are written."
        )
    return pages


def check_hiding(plan: ExportJob | PageExportJob, *, is_wanted: bool) -> None:
    """Find out whether an export can have pseudonyms or coarser dates, if it is to have them; see `check_pseudonymity`.

    Raises:
        UsageError: it would show what cannot be replaced: pages as they came, pictures, or a site.
    """
    if isinstance(plan, ExportJob):
        check_pseudonymity(plan, is_wanted=is_wanted)
    elif is_wanted:
        raise UsageError(
            "A web archive holds pages as they came, and nothing in them can be replaced: pseudonyms and coarser dates are for "
            "other formats."
        )


def check_plan(plan: ExportJob | PageExportJob, archive: Path) -> None:
    """Find out before anything is fetched whether an export's place can be written; see `check_output`.

    Raises:
        UsageError: the export would take the place of an archive, or a site that of other files.
        ExportError: the place cannot be written.
    """
    if isinstance(plan, ExportJob):
        check_output(plan, archive)
    else:
        check_pages_place(plan, archive)


def write_output(
    archive: Path,
    plan: ExportJob | PageExportJob,
    topic_ids: tuple[int, ...] = (),
    topic_urls: tuple[str, ...] = (),
) -> OutputCounts:
    """Write an export: of some topics, where it is of posts; of pages there are all.

    Args:
        archive: the archive.
        plan: what to write, and where to.
        topic_ids: the topics' numbers.
        topic_urls: the addresses of further topics, which no page numbers.

    Raises:
        UsageError: there is no archive, or it does not hold what is selected.
        ArchiveError: it cannot be read.
        ExportError: the output cannot be written; an earlier one is as it was.
    """
    if isinstance(plan, ExportJob):
        written = export_archive(archive, plan, topic_ids, topic_urls)
        return OutputCounts(posts=written.posts, pseudonyms=written.pseudonyms)
    return OutputCounts(pages=export_pages(archive, plan).pages)
