"""Tell all that an archive knows of a site's forums: those that topics say they are in, and those that lists show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from parsers.document import read_document
from parsers.errors import LoginRequiredError, NothingReadableError
from parsers.forum_tree import ForumTree, KnownForum
from parsers.locale import all_locales
from parsers.records import ForumLink
from parsers.registry import parse_list, recognise
from scraper.archive.listing import RowState
from scraper.archive.page import load_page
from scraper.archive.stored_json import from_json
from scraper.fetch.host import on_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.list_records import ForumRow, ListPage
    from parsers.records import Stickiness
    from scraper.archive.database import Archive

_FORUMS = "SELECT forum_id, parent_id, title, url FROM forums ORDER BY forum_id"
_LISTS = "SELECT url, title, forum_id FROM lists WHERE kind = 'forum' ORDER BY list_key"
_PAGES = """
SELECT lists.url AS list_url, pages.* FROM lists JOIN list_pages USING (list_key) JOIN pages USING (page_id)
WHERE lists.kind IN ('index', 'forum') AND number = 1 ORDER BY list_key
"""
_ON_TOP = """
SELECT topics.topic_id AS topic_id, state FROM listings JOIN topics USING (topic_key)
WHERE topics.topic_id IS NOT NULL AND (instr(state, '"sticky":"sticky"') OR instr(state, '"sticky":"super"'))
"""
_HIGHEST = """
SELECT max(
    coalesce((SELECT max(post_id) FROM posts), 0), coalesce((SELECT max(topic_id) FROM topics), 0),
    coalesce((SELECT max(forum_id) FROM lists), 0)
)
"""


@dataclass(slots=True)
class _Shown:
    """What lists show of a forum.

    Attributes:
        above: the address of the forum around it, where a list shows that.
    """

    row: ForumRow | None = None
    is_closed: bool = False
    above: str | None = None
    place: int = 0


def forum_tree(archive: Archive) -> ForumTree:
    """All forums that an archive knows of.

    Raises:
        DamagedArchiveError: a stored page cannot be read.
    """
    shown = _shown(archive)
    forums = _named_by_topics(archive)
    _add_listed(archive, forums, shown)
    highest = archive.connection.execute(_HIGHEST).fetchone()[0]
    return ForumTree(
        forums=tuple(_described(one, shown) for one in forums.values()),
        highest_id=highest,
        on_top=_on_top(archive),
    )


def _named_by_topics(archive: Archive) -> dict[object, KnownForum]:
    """Those that topics are in, by address, or by their titles where they have none."""
    paths: dict[int, tuple[ForumLink, ...]] = {}
    forums: dict[object, KnownForum] = {}
    for row in archive.connection.execute(_FORUMS):
        around = paths.get(row["parent_id"], ())
        path = (*around, ForumLink(title=row["title"], url=row["url"]))
        paths[row["forum_id"]] = path
        # Of a forum that was renamed or moved there are several rows; the last one is how it is now.
        forums[path[-1].url or path] = KnownForum(path=path, title=row["title"])
    return forums


def _add_listed(
    archive: Archive, forums: dict[object, KnownForum], shown: dict[str, _Shown]
) -> None:
    """Those that lists alone name, and the site's numbers of all."""
    rows = {row["url"]: row for row in archive.connection.execute(_LISTS)}
    titles = {url: row["title"] for url, row in rows.items()}
    for url, row in rows.items():
        if url not in forums:
            path = _path(url, titles, forums, shown)
            forums[url] = KnownForum(path=path, title=titles[url])
        forums[url] = replace(forums[url], forum_id=row["forum_id"])


def _path(
    url: str,
    titles: dict[str, str],
    forums: dict[object, KnownForum],
    shown: dict[str, _Shown],
) -> tuple[ForumLink, ...]:
    links: list[ForumLink] = []
    seen: set[str] = set()
    above: str | None = url
    while above is not None and above in titles and above not in seen:
        if above in forums:
            return (*forums[above].path, *reversed(links))
        seen.add(above)
        links.append(ForumLink(title=titles[above], url=above))
        above = shown[above].above if above in shown else None
    return tuple(reversed(links))


def _described(forum: KnownForum, shown: dict[str, _Shown]) -> KnownForum:
    found = shown.get(forum.path[-1].url or "")
    if found is None:
        return forum
    forum = replace(forum, place=found.place, status="closed" if found.is_closed else None)
    row = found.row
    if row is None:
        return forum
    return replace(
        forum,
        forum_id=forum.forum_id or row.forum_id,
        is_category=row.is_category,
        status=row.status or forum.status,
        visibility=row.visibility,
        title=_bare(forum.title) if row.visibility == "private" else forum.title,
        description=row.description,
    )


def _bare(title: str) -> str:
    """A title without what WordPress says in front of it, in any of its languages, where something is private."""
    for locale in all_locales():
        for template in locale.notices.private_title:
            start, _, end = template.partition("%s")
            if title.startswith(start) and title.endswith(end):
                return title.removeprefix(start).removesuffix(end)
    return title


def _on_top(archive: Archive) -> dict[int, Stickiness]:
    states = (
        (row["topic_id"], from_json(row["state"], RowState))
        for row in archive.connection.execute(_ON_TOP)
    )
    return {topic_id: state.sticky for topic_id, state in states if state.sticky != "no"}


def _shown(archive: Archive) -> dict[str, _Shown]:
    """What the newest pages of lists show of forums, by address."""
    found: dict[str, _Shown] = {}
    for url, page in _list_pages(archive):
        is_forum = page.forum_id is not None or page.kind == "forum"
        if is_forum and page.status == "closed":
            found.setdefault(url, _Shown()).is_closed = True
        for place, row in enumerate(page.forums, 1):
            _note_row(found, row, place, url, above=url if is_forum else None)
    return found


def _note_row(
    found: dict[str, _Shown], row: ForumRow, place: int, list_url: str, *, above: str | None
) -> None:
    link = on_site(row.url, list_url) if row.url else None
    if link is None:
        return
    forum = found.setdefault(link, _Shown())
    forum.row = row
    forum.above = above or forum.above
    forum.place = place if above is not None else forum.place or place
    for below_place, below in enumerate(row.forums, 1):
        inner = on_site(below.url, list_url) if below.url else None
        if inner is not None:
            known = found.setdefault(inner, _Shown())
            known.above = known.above or link
            known.place = known.place or below_place


def _list_pages(archive: Archive) -> Iterator[tuple[str, ListPage]]:
    for row in archive.connection.execute(_PAGES).fetchall():
        document = read_document(load_page(archive, row))
        try:
            engine, _ = recognise(document)
            yield row["list_url"], parse_list(engine, document)
        except (LoginRequiredError, NothingReadableError):  # it was no list any more
            continue
