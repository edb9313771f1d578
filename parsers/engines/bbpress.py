"""Read bbPress 2.x, the forum plugin of WordPress, from 2.0 on, in its own markup and in themes that keep its classes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parsers.bbpress.address import absolute, first_page_of
from parsers.bbpress.forum_path import read_forum_path
from parsers.bbpress.head import body_classes
from parsers.bbpress.landmark import find_landmarks
from parsers.bbpress.list_mark import find_lists
from parsers.bbpress.list_page import read_list_page
from parsers.bbpress.media import read_media
from parsers.bbpress.post_part import find_parts
from parsers.bbpress.profile import read_profile_page
from parsers.bbpress.topic import read_topic_page
from parsers.document import read_leniently
from parsers.errors import LoginRequiredError
from parsers.stand_in import asks_for_password, stand_in

if TYPE_CHECKING:
    from parsers.bbpress.landmark import Landmarks
    from parsers.document import Document
    from parsers.element import Element
    from parsers.list_records import ListPage, ProfilePage
    from parsers.media_link import PostMedia
    from parsers.records import PageKind, TopicPage

_ADDRESS = re.compile(
    r"/(?:topic|reply|forum|topic-tag)/[^/?#]|[?&](?:topic|reply|forum)=|[?&]post_type=(?:topic|reply|forum)"
)
_POST_HEADER = re.compile(
    rb"""\sid\s*=\s*["']?post-(\d{1,18})["']?\s[^>]{0,200}\bbbp-reply-header"""
)
# Class names of `body` by what they mean. Pages of people and of searches list posts that are no topic's.
_LISTS = frozenset(
    [
        "bbp-user-page",
        "bbp-search",
        "bbp-search-results",
        "bbp-view",
        "topic-tag",
        "topic-archive",
    ]
)
_FORUMS = frozenset(("single-forum", "forum", "forum-archive"))
# What only stand-alone bbPress prints.
_STANDALONE = re.compile(
    rb"""content=["']?bbPress [01]\.\d|class=["']?(?:bbcrumb|threadpost)\b|id=["']?topic-info\b"""
)
_LIST_IDS = ("bbp-search-results", "bbp-user-wrapper", "bbp-user-body")
# The second is that of profiles before 2.2, which list all that is somebody's on the same page.
_PROFILE_IDS = ("bbp-user-profile", "entry-author-info")
_ROW = re.compile(rb"""\sid\s*=\s*["']?((?:bbp-)?topic-\d{1,18}|bbp-forum-\d{1,18})["'\s>]""")


class BbpressEngine:
    """See `Engine`."""

    name = "bbpress"
    example = "https://forum.example/forums/topic/hello/"

    def claims(self, url: str) -> bool:
        """See `Engine.claims`. Slugs are the owner's choice: this is a hint."""
        return _ADDRESS.search(url) is not None

    def recognise(self, document: Document) -> PageKind | None:
        """See `Engine.recognise`."""
        classes = body_classes(document.root)
        marks = find_landmarks(document.root, document.page.viewer)
        if _is_of_standalone(document, marks):
            return None
        if "error404" in classes and marks.replies is None:
            return "missing"
        if "single-topic" in classes:
            return "topic"
        listed = _kind_of_list(document, classes)
        if listed is not None:
            return listed
        is_single = "single-reply" in classes and len(marks.posts) == 1  # in 2.0 a list of one
        if not is_single and (marks.replies is not None or marks.lead is not None):
            return "topic"
        found = _kind_without_list(classes, marks)
        return "list" if found is None and _has_rows(document, marks) else found

    def topic_link(self, document: Document) -> str | None:
        """See `Engine.topic_link`."""
        marks = find_landmarks(document.root, document.page.viewer)
        named = read_forum_path(document.root, marks, document.url).topic
        if named is not None or not marks.posts:
            return named
        link = find_parts(marks.posts[0]).get("permalink")
        href = absolute(document.url, link.get("href") or "") if link is not None else ""
        return first_page_of(href) if "#post-" in href else None

    def parse_topic(self, document: Document) -> TopicPage:
        """See `Engine.parse_topic`."""
        marks = find_landmarks(document.root, document.page.viewer)
        if not marks.posts:
            _refuse_stand_in(document, marks)
        if _lost_posts(document, marks):
            second = read_leniently(document)
            if len(find_landmarks(second.root, second.page.viewer).posts) > len(marks.posts):
                return read_topic_page(second, self.name)
        return read_topic_page(document, self.name)

    def parse_list(self, document: Document) -> ListPage:
        """See `ListReader.parse_list`."""
        lists = find_lists(
            document.root, find_landmarks(document.root, document.page.viewer).wrappers
        )
        numbers = set(_ROW.findall(document.page.body))
        if len(numbers) > len(lists.rows):
            second = read_leniently(document)
            found = find_lists(
                second.root, find_landmarks(second.root, second.page.viewer).wrappers
            )
            if len(found.rows) > len(lists.rows):
                return read_list_page(second, self.name)
        return read_list_page(document, self.name)

    def parse_profile(self, document: Document) -> ProfilePage:
        """See `ListReader.parse_profile`."""
        return read_profile_page(document, self.name)

    def parse_media(self, document: Document) -> tuple[PostMedia, ...]:
        """See `MediaReader.parse_media`."""
        return read_media(document)


def _is_of_standalone(document: Document, marks: Landmarks) -> bool:
    """Whether nothing but the frame around a page is of the plugin: a board of the older program lives on in it."""
    is_marked = marks.posts or marks.wrappers or marks.named or marks.replies is not None
    return not is_marked and _STANDALONE.search(document.page.body) is not None


def _kind_of_list(document: Document, classes: frozenset[str]) -> PageKind | None:
    """What kind a page is that lists posts or topics that belong to no one topic; None for all others."""
    ids = {
        identity
        for identity in (*_LIST_IDS, *_PROFILE_IDS, "bbp-your-profile")
        if identity.encode() in document.page.body and _has_id(document.root, identity)
    }
    if "bbp-your-profile" in ids or "bbp-user-edit" in classes:
        return "other"
    if not ids.isdisjoint(_PROFILE_IDS):
        return "profile"
    return "list" if not _LISTS.isdisjoint(classes) or not ids.isdisjoint(_LIST_IDS) else None


def _has_rows(document: Document, marks: Landmarks) -> bool:
    """Whether there are lists of topics or forums, under a theme that names neither the page nor bbPress."""
    body = document.page.body
    is_likely = b"bbp-topic" in body or b"bbp-forum" in body or b"spf-topic" in body
    return is_likely and bool(find_lists(document.root, marks.wrappers).rows)


def _refuse_stand_in(document: Document, marks: Landmarks) -> None:
    """Refuse a page of a topic that shows something else in the place of its posts.

    Raises:
        LoginRequiredError: the posts are behind a password or a login.
    """
    if asks_for_password(document.root):
        raise LoginRequiredError(
            f"The topic at {document.url} is protected by a password, which threadkeep does not enter.",
            url=document.url,
        )
    # Inside its own frame bbPress offers a login beside what it shows, and says itself that there is nothing.
    named = None if marks.wrappers or marks.notice is not None else stand_in(document)
    if named is not None:
        raise named


def _kind_without_list(classes: frozenset[str], marks: Landmarks) -> PageKind | None:
    """What a page without a list of replies is: a reply's own, a forum's, a torn part of a topic's, or another list."""
    if "single-reply" in classes:
        return "reply"
    if not _FORUMS.isdisjoint(classes):
        return "forum"
    # A topic has one opening post; rows of a list of topics look like many.
    openings = sum(one.is_opening for one in marks.posts)
    if marks.posts and openings <= 1:
        return "reply" if len(marks.posts) == 1 and not openings else "topic"
    if marks.posts or "bbpress" in classes or marks.wrappers:
        return "list"
    return None


def _has_id(root: Element, identity: str) -> bool:
    return root.find(f".//*[@id='{identity}']") is not None


def _lost_posts(document: Document, marks: Landmarks) -> bool:
    """Whether the tree may lack posts: their headers are in the bytes only, or a body has swallowed the page's end."""
    body = document.page.body
    if body.count(b"bbp-reply-header") <= len(marks.posts):
        return False
    numbers = {f"post-{number.decode()}" for number in _POST_HEADER.findall(body)}
    if len(numbers) <= len(marks.posts):
        return False
    known = {element.get("id") for element in document.root.iter("div", "tr", "li")}
    return not (marks.is_closed and numbers <= known)


ENGINE = BbpressEngine()
