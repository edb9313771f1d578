"""Write an archive as a folder of pages that needs no server: every page of the reader, and an index to search in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.folder import RenewedFolder
from exporters.html.shown_selection import shown_selection
from parsers.selection import Selection
from scraper.archive.browse.newest import posts_with_history
from scraper.archive.browse.run_list import count_runs, runs
from scraper.archive.browse.survey import survey
from scraper.archive.database import reading
from scraper.archive.selection import choose_posts
from threadkeep.reader.asset import ASSETS, asset_named
from threadkeep.reader.author import LINES_PER_PAGE, PEOPLE_PER_PAGE, people_name
from threadkeep.reader.feed import FEEDS, feed_named
from threadkeep.reader.forum import topics_of
from threadkeep.reader.frame import pages_for
from threadkeep.reader.missing import missing_name, missing_pages
from threadkeep.reader.open_archive import POSTS_PER_PAGE, TOPICS_PER_PAGE, OpenArchive
from threadkeep.reader.page import html_of, page_named
from threadkeep.reader.page_name import NO_FORUM, ORDERS, PageNames, beginning_of
from threadkeep.reader.run import RUNS_PER_PAGE, runs_name
from threadkeep.reader.search import search_page
from threadkeep.reader.search_index import index_files
from threadkeep.reader.sitemap import is_listed, sitemap_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from scraper.archive.media import StoredFile

_ENDING = ".html"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSite:
    """What was written.

    Attributes:
        posts: posts that are shown.
        files: files that the site has.
        renewed: those of them that are new or differ from before.
    """

    posts: int
    files: int
    renewed: int


def write_site(
    path: Path,
    folder: Path,
    *,
    with_gone: bool,
    topic_keys: frozenset[int] | None = None,
    selection: Selection | None = None,
    site_url: str | None = None,
) -> WrittenSite:
    """Write an archive, or some of its topics and posts, as a site; files that hold what they should are not touched.

    Args:
        path: the archive.
        folder: where to; it is made where there is none.
        with_gone: posts that vanished from the forum are shown.
        topic_keys: only these topics, by the archive's own numbers; None is all.
        selection: only these posts; None is all.
        site_url: the address where the site will stand, with a slash at its end: the pages name it, and there are feeds and
            a list of pages; None: it is not known.

    Raises:
        UsageError: the folder holds what threadkeep did not write, or the archive does not hold what is selected.
        ArchiveError: the archive cannot be read.
        ExportError: the folder cannot be written; what was there is as it was.
    """
    selected = selection or Selection()
    with RenewedFolder(folder) as renewed:
        with reading(path) as archive:
            if not selected.is_of_topics:
                choose_posts(archive, selected)
            archive.connection.execute("BEGIN")  # every page shows the same moment
            found = survey(
                archive,
                with_gone=with_gone,
                topic_keys=topic_keys,
                only_chosen=not selected.is_of_topics,
            )
            names = PageNames(found, _kept_names(renewed.earlier))
            opened = OpenArchive(archive, found, names, is_site=True)
            opened.site_url = site_url
            opened.selection = shown_selection(selected.facts)
            _put_pages(opened, renewed)
            archive.connection.execute("COMMIT")
        for name in ASSETS:
            renewed.put(f"assets/{name}", asset_named(name))
        renewed.close()
    return WrittenSite(posts=found.posts, files=renewed.files, renewed=renewed.written)


def _put_pages(opened: OpenArchive, renewed: RenewedFolder) -> None:
    opened.on_file = _file_writer(renewed)
    pages = _pages_of_posts(opened)
    opened.pages = pages
    listed: list[str] = []
    for name in _page_names(opened):
        page = page_named(opened, name)
        if page is not None:
            renewed.put(f"{name}{_ENDING}", html_of(page, opened))
            if opened.site_url and is_listed(name):
                listed.append(name)
    renewed.put(f"search{_ENDING}", html_of(search_page(opened, {}, 1), opened))
    for name, data in index_files(opened, pages):
        renewed.put(name, data)
    if opened.site_url:
        _put_for_programs(opened, opened.site_url, listed, renewed)


def _put_for_programs(
    opened: OpenArchive, site_url: str, listed: Sequence[str], renewed: RenewedFolder
) -> None:
    """What names addresses from the scheme on: feeds, and the list of pages."""
    for name in FEEDS:
        renewed.put(f"feeds/{name}.atom", feed_named(opened, name, site_url))
    for name, data in sitemap_files(site_url, listed):
        renewed.put(name, data)


def _file_writer(renewed: RenewedFolder) -> Callable[[StoredFile], None]:
    """What writes the files that posts show, each once."""
    written: set[str] = set()

    def write(file: StoredFile) -> None:
        if file.sha256 not in written:
            written.add(file.sha256)
            renewed.put(f"media/{file.name}", file.load())

    return write


def _kept_names(earlier: Iterable[str]) -> dict[str, str]:
    """The names that pages had before: they keep them when titles change."""
    begun = (
        beginning_of(name.removesuffix(_ENDING)) for name in earlier if name.endswith(_ENDING)
    )
    return dict(one for one in begun if one is not None)


def _page_names(opened: OpenArchive) -> Iterator[str]:
    yield "index"
    yield from map(missing_name, range(1, missing_pages(opened) + 1))
    yield from _run_names(opened)
    yield from _forum_names(opened)
    yield from _people_names(opened)
    yield from _topic_names(opened)
    for post_id in posts_with_history(opened.archive):
        yield f"history/{post_id}"


def _run_names(opened: OpenArchive) -> Iterator[str]:
    for number in range(1, pages_for(count_runs(opened.archive), RUNS_PER_PAGE) + 1):
        yield runs_name(number)
    for run in runs(opened.archive):
        yield f"runs/{run.run_id}"


def _forum_names(opened: OpenArchive) -> Iterator[str]:
    for forum_id in (*opened.survey.forums, NO_FORUM):
        last = pages_for(len(topics_of(opened, forum_id, "activity")), TOPICS_PER_PAGE)
        for order in ORDERS:
            for number in range(1, last + 1):
                yield opened.names.forum(forum_id, number, order)


def _people_names(opened: OpenArchive) -> Iterator[str]:
    people = opened.survey.authors
    for number in range(1, pages_for(len(people), PEOPLE_PER_PAGE) + 1):
        yield people_name(number)
    for author in people.values():
        for number in range(1, pages_for(len(author.posts), LINES_PER_PAGE) + 1):
            yield opened.names.author(author.author_id, number)


def _topic_names(opened: OpenArchive) -> Iterator[str]:
    for topic in opened.survey.topics.values():
        for number in range(1, pages_for(topic.posts, POSTS_PER_PAGE) + 1):
            yield opened.names.topic(topic.key, number)


def _pages_of_posts(opened: OpenArchive) -> dict[int, int]:
    """The page of its topic that each post is on: thousands of links need it, in no order."""
    return {
        post_id: place // POSTS_PER_PAGE + 1
        for key in opened.survey.topics
        for place, post_id in enumerate(opened.order(key)[0])
    }
