"""Read stand-alone bbPress, the program of 2006 to 2012 (0.9 to 1.2), in its own templates and in themes that keep their classes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parsers.bbpress_standalone.landmark import find_landmarks
from parsers.bbpress_standalone.list_page import read_list_page
from parsers.bbpress_standalone.profile import read_profile_page
from parsers.bbpress_standalone.topic import read_topic_page
from parsers.document import read_leniently
from parsers.post_media import post_media

if TYPE_CHECKING:
    from parsers.bbpress_standalone.landmark import Landmarks
    from parsers.document import Document
    from parsers.list_records import ListPage, ProfilePage
    from parsers.media_link import PostMedia
    from parsers.records import PageKind, TopicPage

# Pretty addresses have no slash at their end here, and no slug in front of the kind of page unless the site adds one.
_ADDRESS = re.compile(
    r"/(?:topic|forum|profile)\.php\?(?:[^#]*&)?id=|^https?://[^/]+/topic/[^/?#]+(?:/page/\d+)?(?:\?replies=\d*)?(?:#.*)?$"
)
_POST = re.compile(rb"""<li[^>]{0,200}\sid\s*=\s*["']?post-(\d{1,18})(?!\d)""", re.IGNORECASE)
_KINDS: dict[str, PageKind] = {
    "front-page": "forum",
    "forum-page": "forum",
    "topic-page": "topic",
    "tag-page": "list",
    "view-page": "list",
    "search-page": "list",
    "favorites-page": "list",
    "profile-page": "profile",
    "stats-page": "other",
    "register-page": "other",
    "login-page": "other",
}


class BbpressStandaloneEngine:
    """See `Engine`."""

    name = "bbpress-standalone"
    example = "https://forum.example/topic.php?id=7"

    def claims(self, url: str) -> bool:
        """See `Engine.claims`."""
        return _ADDRESS.search(url) is not None

    def recognise(self, document: Document) -> PageKind | None:
        """See `Engine.recognise`."""
        marks = find_landmarks(document.root)
        if marks.items or marks.nameless:
            return "topic"
        is_own = marks.is_signed or "crumbs" in marks.named or "info" in marks.named
        if not is_own:
            return None
        kind = _KINDS.get(marks.page or "")
        return kind or ("other" if marks.is_signed else None)

    def topic_link(self, document: Document) -> str | None:
        """See `Engine.topic_link`. This software has no pages of single replies."""
        del document
        return None

    def parse_topic(self, document: Document) -> TopicPage:
        """See `Engine.parse_topic`."""
        marks = find_landmarks(document.root)
        if _lost_posts(document, marks):
            second = read_leniently(document)
            if len(find_landmarks(second.root).items) > len(marks.items):
                return read_topic_page(second, self.name)
        return read_topic_page(document, self.name)

    def parse_list(self, document: Document) -> ListPage:
        """See `ListReader.parse_list`."""
        return read_list_page(document, self.name)

    def parse_profile(self, document: Document) -> ProfilePage:
        """See `ListReader.parse_profile`."""
        return read_profile_page(document, self.name)

    def parse_media(self, document: Document) -> tuple[PostMedia, ...]:
        """See `MediaReader.parse_media`."""
        base = document.base or document.page.final_url
        return tuple(
            post_media(
                item.number,
                [*([] if item.cell is None else [item.cell]), *item.frame()],
                [item.element],
                base,
            )
            for item in find_landmarks(document.root).items
        )


def _lost_posts(document: Document, marks: Landmarks) -> bool:
    """Whether the tree may lack posts: their items are in the bytes only, or a body has swallowed the page's end."""
    numbers = {int(number) for number in _POST.findall(document.page.body)}
    return len(numbers) > len(marks.items) + marks.hidden


ENGINE = BbpressStandaloneEngine()
