"""Pages that gather topics from all over a forum: a tag's, a view's, those that somebody started; and who that is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from html import escape
from typing import TYPE_CHECKING

from scraper.demo.theme.leaf import Leaf
from scraper.demo.theme.listing import ListMarkup, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scraper.demo.forum import DemoAuthor, DemoTag, DemoTopic


class CollectionMarkup(ListMarkup, ABC):
    """Renders such pages.

    Attributes:
        profiles_link_topics: a profile leads to a list of the topics that somebody started.
    """

    profiles_link_topics = True

    @abstractmethod
    def wrapped(self, content: str) -> str:
        """The element that everything of bbPress's is in."""

    @abstractmethod
    def document(self, leaf: Leaf) -> str:
        """A whole HTML document."""

    def tag_page(self, tag: DemoTag, topics: Sequence[DemoTopic], page: int) -> str:
        """A page of a tag's topics."""
        heading = self.words.say("tag", tag.name)
        shelf = self.collected(topics, page, lambda number: self.links.tag(tag, number))
        content = self.wrapped(self.breadcrumb((), heading) + "\n" + self.topic_list(shelf))
        return self.document(
            Leaf(
                heading=heading,
                classes=f"topic-tag topic-tag-{tag.slug} bbpress bbp-no-js",
                content=content,
            )
        )

    def view_page(self, name: str, topics: Sequence[DemoTopic], page: int) -> str:
        """A page of a view's topics."""
        heading = self.words.sentences[name]
        shelf = self.collected(topics, page, lambda number: self.links.view(name, number))
        content = self.wrapped(self.breadcrumb((), heading) + "\n" + self.topic_list(shelf))
        return self.document(
            Leaf(
                heading=heading,
                classes=f"bbp-view bbp-view-{name} bbpress bbp-no-js",
                content=content,
            )
        )

    def started_page(self, author: DemoAuthor, topics: Sequence[DemoTopic], page: int) -> str:
        """A page of the topics that somebody started."""
        shelf = self.collected(topics, page, lambda number: self.links.started(author, number))
        body = (
            '<div id="bbp-user-topics-started" class="bbp-user-topics-started">\n'
            f'<h2 class="entry-title">{self.words.sentences["topics"]}</h2>\n'
            f'<div class="bbp-user-section">\n{self.topic_list(shelf)}\n</div>\n</div>'
        )
        return self.person(author, body)

    def collected(
        self, topics: Sequence[DemoTopic], page: int, address: Callable[[int], str]
    ) -> Shelf:
        """One page of topics that are of no forum in common."""
        size = self.view.settings.topics_per_page
        shown = topics[(page - 1) * size : page * size]
        return Shelf(list_id=0, topics=shown, page=page, total=len(topics), address=address)

    def user_page(self, author: DemoAuthor) -> str:
        """A profile."""
        started, replied = self.view.catalogue.written_by(author)
        said = self.words
        role = said.say("role", said.roles[author.role])
        lines = (
            (
                "forum-role",
                said.say("registered", self.view.since(author.registered)),
            ),
            ("topic-count", said.say("topics started", str(started))),
            ("reply-count", said.say("replies created", str(replied))),
            ("forum-role", role),
        )
        rows = "\n".join(f'<p class="bbp-user-{name}">{escape(text)}</p>' for name, text in lines)
        body = (
            '<div id="bbp-user-profile" class="bbp-user-profile">\n'
            f'<h2 class="entry-title">@{escape(author.nicename)}</h2>\n'
            f'<div class="bbp-user-section">\n<h3>{said.sentences["profile"]}</h3>\n{rows}\n'
            "</div>\n</div>"
        )
        return self.person(author, body)

    def person(self, author: DemoAuthor, body: str) -> str:
        """A page of somebody's."""
        content = self.wrapped(
            '<div id="bbp-user-wrapper">\n<div id="bbp-single-user-details">\n<div id="bbp-user-avatar">\n'
            f"{self.avatar(author, 150)}\n</div>\n{self.ways(author)}</div>\n"
            f'<div id="bbp-user-body">\n{body}\n</div>\n</div>'
        )
        return self.document(
            Leaf(
                heading=self.view.name(author),
                classes="bbp-user-page single singular bbpress bbp-no-js",
                content=content,
            )
        )

    def ways(self, author: DemoAuthor) -> str:
        """Where a profile leads."""
        if not self.profiles_link_topics:
            return ""
        address = escape(self.links.started(author))
        link = f'<a href="{address}">{self.words.sentences["topics"]}</a>'
        return (
            '<div id="bbp-user-navigation">\n<ul>\n<li><span class="bbp-user-topics-created-link">'
            f"{link}</span></li>\n</ul>\n</div>\n"
        )
