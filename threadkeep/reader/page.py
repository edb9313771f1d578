"""Find the page of a name, and write it down: as HTML, or as JSON with what is on it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from exporters.html.environment import encoded, environment
from exporters.record import json_of
from threadkeep.reader.author import author_page, people_page
from threadkeep.reader.forum import forum_page
from threadkeep.reader.frame import Frame, frame
from threadkeep.reader.history import history_page
from threadkeep.reader.missing import missing_page
from threadkeep.reader.overview import overview_page
from threadkeep.reader.page_name import PAGE_NUMBER, read_name
from threadkeep.reader.run import run_page, runs_page
from threadkeep.reader.topic import topic_page

if TYPE_CHECKING:
    from jinja2 import Environment

    from threadkeep.reader.open_archive import OpenArchive
    from threadkeep.reader.page_name import TopicOrder

_LISTS = {"authors": people_page, "missing": missing_page, "runs": runs_page}
_LIST = re.compile(rf"({'|'.join(_LISTS)})(?:\.page-({PAGE_NUMBER}))?")


class Page(Protocol):
    """Anything that can be shown."""

    @property
    def frame(self) -> Frame:
        """What stands around it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsentPage:
    """The page that says that there is none."""

    frame: Frame


def page_named(opened: OpenArchive, name: str) -> Page | None:
    """The page of a name, made now; None where there is none. The search page takes more than a name."""
    if name == "index":
        return overview_page(opened)
    listed = _LIST.fullmatch(name)
    if listed:
        return _LISTS[listed[1]](opened, int(listed[2] or 1))
    read = read_name(name)
    return None if read is None else _numbered(opened, *read)


def _numbered(
    opened: OpenArchive, folder: str, number: str, order: TopicOrder, page: int
) -> Page | None:
    if folder == "topics":
        key = _topic_key(opened, number)
        return None if key is None else topic_page(opened, key, page)
    if number.startswith("k"):
        return None
    if folder == "forums":
        return forum_page(opened, int(number), page, order)
    if folder == "authors":
        return author_page(opened, int(number), page)
    return (
        history_page(opened, int(number))
        if folder == "history"
        else run_page(opened, int(number), page)
    )


def _topic_key(opened: OpenArchive, number: str) -> int | None:
    if number.startswith("k"):
        return int(number[1:])
    return opened.topic_keys.get(int(number))


def absent_page(opened: OpenArchive, name: str) -> AbsentPage:
    """The page that says that there is none of this name."""
    return AbsentPage(frame=frame(opened, "absent", name, "Not here"))


def html_of(page: Page, opened: OpenArchive) -> bytes:
    """A page as HTML."""
    ways = opened.links(page.frame.root).plain()
    template = _templates().get_template(f"{page.frame.kind}.html")
    return encoded(template.render(page=page, ways=ways))


def plain_json(page: Page) -> bytes:
    """A page as JSON: its fields by name."""
    plain: Any = msgspec.to_builtins(page)
    return json_of(plain)


def xml_of(template: str, **values: object) -> bytes:
    """A document for machines."""
    return encoded(_templates().get_template(template).render(**values))


@cache
def _templates() -> Environment:
    return environment("threadkeep.reader")
