"""Turn a fetched page into a topic page: recognise it, follow a reply to its topic, refuse what is none. No archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.document import read_document
from parsers.errors import LayoutChangedError, NoArchiveError, NotFoundError, UnknownForumError
from parsers.registry import recognise
from scraper.politeness.permission import forbids_archiving

if TYPE_CHECKING:
    from parsers.records import Page, TopicPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """The page is a reply's own; its topic is at `url`."""

    url: str


def read_topic_page(
    page: Page, *, topic_id: int | None = None, may_archive: bool = False
) -> TopicPage | Elsewhere:
    """Read a page that should be a topic's.

    Args:
        page: what came.
        topic_id: the topic it must belong to, where that is known.
        may_archive: the user has the site's permission, so `noarchive` does not count.

    Raises:
        NoArchiveError: it asks not to be archived.
        LoginRequiredError: it is behind a password.
        NothingReadableError: it is no topic page, or another topic's.
    """
    reason = None if may_archive else forbids_archiving(page)
    if reason:
        raise NoArchiveError(
            f"{reason[:-1]}; with the owner's permission, say --my-site.", url=page.final_url
        )
    document = read_document(page)
    engine, kind = recognise(document)
    if kind == "topic":
        found = engine.parse_topic(document)
        _refuse_other_topic(found, topic_id, page.final_url)
        return found
    if kind == "missing":
        raise NotFoundError(
            f"The site says that there is nothing at {page.final_url}; check the address.",
            url=page.final_url,
        )
    target = engine.topic_link(document) if kind == "reply" else None
    if target is not None:
        return Elsewhere(url=target)
    raise UnknownForumError(
        f"{page.final_url} is a page of a forum, but no topic; give the address of a topic.",
        url=page.final_url,
    )


def _refuse_other_topic(found: TopicPage, topic_id: int | None, url: str) -> None:
    if topic_id is not None and found.topic_id not in (topic_id, None):
        raise LayoutChangedError(
            f"{url} answered with topic {found.topic_id}, not with topic {topic_id}; it was not kept.",
            landmark=f"topic {topic_id}",
            url=url,
        )
