"""Read bbPress 2.x, the forum plugin of WordPress, from 2.0 on, in its own markup and in themes that keep its classes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parsers.bbpress.forum_path import read_forum_path
from parsers.bbpress.head import read_head
from parsers.bbpress.landmark import find_landmarks
from parsers.bbpress.topic import read_topic_page
from parsers.document import read_leniently
from parsers.errors import LoginRequiredError

if TYPE_CHECKING:
    from parsers.bbpress.head import Head
    from parsers.bbpress.landmark import Landmarks
    from parsers.document import Document
    from parsers.records import PageKind, TopicPage

_ADDRESS = re.compile(
    r"/(?:topic|reply|forum|topic-tag)/[^/?#]|[?&](?:topic|reply|forum)=|[?&]post_type=(?:topic|reply|forum)"
)
_POST_HEADER = re.compile(
    rb"""\sid\s*=\s*["']?post-(\d{1,18})["']?\s[^>]{0,200}\bbbp-reply-header"""
)


class BbpressEngine:
    """See `Engine`."""

    name = "bbpress"
    example = "https://forum.example/forums/topic/hello/"

    def claims(self, url: str) -> bool:
        """See `Engine.claims`. Slugs are the owner's choice: this is a hint."""
        return _ADDRESS.search(url) is not None

    def recognise(self, document: Document) -> PageKind | None:
        """See `Engine.recognise`."""
        head = read_head(document.root, document.url)
        if "error404" in head.body_classes:
            return "missing"
        if "single-topic" in head.body_classes:
            return "topic"
        marks = find_landmarks(document.root)
        if marks.replies is not None or marks.lead is not None:
            return "topic"
        return self._other_kind(document, head, marks)

    def topic_link(self, document: Document) -> str | None:
        """See `Engine.topic_link`."""
        return read_forum_path(document.root, find_landmarks(document.root), document.url).topic

    def parse_topic(self, document: Document) -> TopicPage:
        """See `Engine.parse_topic`."""
        if _asks_for_password(document):
            raise LoginRequiredError(
                f"The topic at {document.url} is protected by a password; threadkeep reads what a guest sees.",
                url=document.url,
            )
        page = read_topic_page(document, self.name)
        if _shows_more_than(document, len(page.posts)):
            second = read_topic_page(read_leniently(document), self.name)
            return second if len(second.posts) > len(page.posts) else page
        return page

    def _other_kind(self, document: Document, head: Head, marks: Landmarks) -> PageKind | None:
        if "single-reply" in head.body_classes or (marks.posts and self.topic_link(document)):
            return "reply"
        if not head.body_classes.isdisjoint(("single-forum", "forum", "forum-archive")):
            return "forum"
        if marks.posts and any("bbp-parent-topic" in token for token in marks.posts[-1].tokens):
            return "topic"
        if (
            "bbpress" in head.body_classes
            or document.root.find(".//*[@id='bbpress-forums']") is not None
        ):
            return "list"
        return None


def _shows_more_than(document: Document, posts: int) -> bool:
    """Whether the bytes hold more post headers than the tree gave posts (a header inside a post counts too)."""
    body = document.page.body
    return body.count(b"bbp-reply-header") > posts and len(set(_POST_HEADER.findall(body))) > posts


def _asks_for_password(document: Document) -> bool:
    if b"action=postpass" not in document.page.body:
        return False
    return not find_landmarks(document.root).posts


ENGINE = BbpressEngine()
