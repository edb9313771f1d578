"""What a visitor reads on a demo forum: names, dates, counts and sentences as text, the same under every theme."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scraper.demo.languages import WORDS
from scraper.demo.prose import PAGE_BREAK
from scraper.demo.typography import curled, days_since, time_since, written_date
from scraper.demo.wording import fill, grouped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from scraper.demo.catalogue import Catalogue
    from scraper.demo.forum import (
        DemoAuthor,
        DemoBoard,
        DemoEdit,
        DemoPost,
        DemoSettings,
        DemoTopic,
    )
    from scraper.demo.layout import TopicLayout
    from scraper.demo.permalink import Links
    from scraper.demo.prose import Prose
    from scraper.demo.wording import Words


_MENTION = re.compile(r'<a href="\{user-(\d+)\}"[^>]*>(.*?)</a>', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A forum together with its addresses and its language."""

    catalogue: Catalogue
    links: Links
    words: Words

    @property
    def settings(self) -> DemoSettings:
        """What the forum was generated from."""
        return self.catalogue.settings

    def name(self, author: DemoAuthor) -> str:
        """The name that pages show."""
        return self.words.sentences["anonymous"] if author.is_deleted else curled(author.name)

    def role(self, author: DemoAuthor) -> str:
        """The role that pages show; old versions of bbPress show none of who has no account."""
        if self.settings.theme == "table":
            return ""
        if self.settings.theme == "classic" and not author.has_profile:
            return ""
        return self.words.roles[author.role]

    def title(self, topic: DemoTopic) -> str:
        """A topic's title."""
        shown = curled(topic.title)
        return self.words.say("protected", shown) if topic.access == "password" else shown

    def post_title(self, topic: DemoTopic, post: DemoPost) -> str:
        """The title of a post: the topic's for the opening post."""
        return (
            self.title(topic)
            if post is topic.opening
            else self.words.say("reply to", self.title(topic))
        )

    def date(self, post: DemoPost) -> str:
        """The date above a post."""
        if self.settings.relative_dates:
            return self.since(post.posted)
        return written_date(self.words, self.settings.local(post.posted))

    def since(self, then: datetime) -> str:
        """How long ago something was."""
        writer = days_since if self.settings.theme == "table" else time_since
        return writer(self.words, then, self.settings.now)

    def html(self, prose: Prose) -> str:
        """A post's own body, its addresses filled in."""
        html = prose.html
        if "{" not in html:
            return html
        html = html.replace("{home}", self.links.base)
        return _MENTION.sub(self._mention, html)

    def _mention(self, found: re.Match[str]) -> str:
        """A link to a profile; of an account that is gone only the words, as bbPress links names when it shows them."""
        author = self.catalogue.authors_by_id.get(int(found[1]))
        if author is None:
            return found[2]
        return found[0].replace(f"{{user-{found[1]}}}", self.links.user(author), 1)

    @property
    def cuts_pages(self) -> bool:
        """Whether a page break in a post cuts its page: not in bbPress 2.0, which let WordPress see no posts."""
        return self.settings.theme != "table"

    def whole(self, prose: Prose) -> str:
        """A post's own body as a reader has it who has all parts of the page."""
        html = self.html(prose)
        return html.replace(PAGE_BREAK, "") if self.cuts_pages else html

    def edit_line(self, topic: DemoTopic, post: DemoPost, edit: DemoEdit, editor: str) -> str:
        """A line of a revision log, around the editor as given; the reason as typed."""
        key = (
            ("topic" if post is topic.opening else "reply")
            + " edited"
            + (" why" if edit.reason else "")
        )
        return self.words.say(key, self.since(edit.at), editor, edit.reason)

    def post_count(self, layout: TopicLayout, page: int) -> str:
        """The sentence that says which of a topic's posts a page shows; empty where bbPress says nothing."""
        if self.settings.threaded:
            # Before 2.6 a threaded page counts nothing; since then, all roots but one, whether that is the topic or not.
            if self.settings.theme == "classic":
                return ""
            return self.words.count("threads", len(layout.branches) - 1)
        key = "replies on page" if self.settings.lead else "posts on page"
        count = len(layout.page(page))
        return self._range(
            key,
            self._range_numbers(page, self.settings.per_page, count, len(layout.listed)),
            count,
        )

    def topic_count(self, page: int, shown: int, total: int) -> str:
        """The sentence that says which of a list's topics a page shows; its plural goes by the total."""
        return self._range(
            "topics on page",
            self._range_numbers(page, self.settings.topics_per_page, shown, total),
            total,
        )

    def _range_numbers(
        self, page: int, size: int, count: int, total: int
    ) -> tuple[int, int, int, int]:
        first = (page - 1) * size + 1
        return count, first, min(first + size - 1, total), total

    def _range(self, key: str, numbers: tuple[int, int, int, int], plural: int) -> str:
        return fill(self.words.counts[key][plural != 1], *map(grouped, numbers))

    def about_topic(self, topic: DemoTopic, freshness: str, author: str) -> str:
        """The sentence that sums a topic up, around markup for its last post."""
        voices = len({post.author.user_id for post in topic.posts})
        replies = self.words.count("reply", len(topic.posts) - 1)
        return self.words.say(
            "about topic", replies, self.words.count("voice", voices), freshness, author
        )

    def about_board(
        self, board: DemoBoard, topics: Sequence[DemoTopic], freshness: str, author: str
    ) -> str:
        """The sentence that sums a board up."""
        replies = sum(len(topic.posts) - 1 for topic in topics)
        key = "about category" if board.is_category else "about forum"
        counted = self.words.count("topic", len(topics)), self.words.count("reply", replies)
        return self.words.say(key, *counted, freshness, author)


def view_of(catalogue: Catalogue, links: Links) -> View:
    """A forum as its settings show it."""
    words = WORDS[catalogue.settings.locale]
    words = replace(
        words,
        date_format=catalogue.settings.date_format or words.date_format,
        time_format=catalogue.settings.time_format or words.time_format,
    )
    old = catalogue.settings.theme in {"classic", "table"}
    return View(catalogue=catalogue, links=links, words=words.before_2_6() if old else words)
