"""The table theme: pages as bbPress 2.0 rendered them, in tables, without roles, user numbers or the outer wrapper."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from scraper.demo.theme.classic import ClassicTheme
from scraper.demo.theme.post import UNNUMBERED, parity
from scraper.demo.wording import grouped

if TYPE_CHECKING:
    from scraper.demo.forum import DemoAuthor, DemoBoard, DemoPost, DemoTopic
    from scraper.demo.layout import TopicLayout
    from scraper.demo.theme.leaf import Leaf
    from scraper.demo.theme.listing import Shelf


class TableTheme(ClassicTheme):
    """The oldest markup there is of the plugin."""

    version = "2.0.3"
    profiles_link_topics = False

    def wrapped(self, content: str) -> str:
        """See `ModernTheme.wrapped`: there was none."""
        return content

    def classes(self, layout: TopicLayout, post: DemoPost, loop: int) -> str:
        """See `PostMarkup.classes`."""
        topic = layout.topic
        return (
            f"{parity(loop)} bbp-parent-forum-{topic.board.board_id} bbp-parent-topic-{topic.topic_id} "
            f"{self.wordpress_classes(topic, post)}"
        )

    def topic_classes(self, topic: DemoTopic, loop: int) -> str:
        """See `PostMarkup.topic_classes`."""
        sticky = {"no": "", "sticky": " sticky", "super": " super-sticky"}[topic.sticky]
        place = f"{parity(loop)}{sticky} bbp-parent-forum-{topic.board.board_id}"
        return f"{place} {self.wordpress_classes(topic, topic.opening)}"

    def post(self, layout: TopicLayout, post: DemoPost, loop: int) -> str:
        """See `PostMarkup.post`: a row for the header, and one for the post."""
        title = escape(self.view.post_title(layout.topic, post))
        address = escape(self.links.post(layout, post))
        return (
            '<tr class="bbp-reply-header">\n<td colspan="2">\n'
            f"{escape(self.view.date(post))}\n"
            f'<a href="{address}" title="{title}" class="bbp-reply-permalink">#{post.post_id}</a>\n'
            '<span class="bbp-admin-links"></span>\n</td>\n</tr>\n'
            f'<tr id="post-{post.post_id}" class="{self.classes(layout, post, loop)}">\n'
            f'<td class="bbp-reply-author">\n{self.beside(post.author)}\n</td>\n'
            f'<td class="bbp-reply-content">\n{self.content(layout.topic, post)}\n</td>\n</tr>\n'
        )

    def replies(self, layout: TopicLayout, page: int) -> str:
        """See `PostMarkup.replies`."""
        return self._post_table(
            f"topic-{layout.topic.topic_id}-replies", self.listed(layout, page)
        )

    def _post_table(self, name: str, rows: str) -> str:
        heading = self.words.sentences["replies" if self.view.settings.lead else "posts"]
        cells = (
            f'<tr>\n<th class="bbp-reply-author">{self.words.sentences["author"]}</th>\n'
            f'<th class="bbp-reply-content">{heading}</th>\n</tr>'
        )
        return (
            f'<table class="bbp-replies" id="{name}">\n<thead>\n{cells}\n</thead>\n'
            f"<tfoot>\n{cells}\n</tfoot>\n<tbody>\n{rows}</tbody>\n</table>"
        )

    def single(self, topic: DemoTopic, reply: DemoPost) -> str:
        """See `ModernTheme.single`."""
        rows = self.post(self.view.catalogue.layout(topic), reply, UNNUMBERED)
        return self._post_table(f"topic-{topic.topic_id}-replies", rows)

    def lead(self, layout: TopicLayout) -> str:
        """See `PostMarkup.lead`."""
        topic = layout.topic
        said = self.words.sentences
        return (
            f'<table class="bbp-topic" id="bbp-topic-{topic.topic_id}">\n<thead>\n<tr>\n'
            f'<th class="bbp-topic-author">{said["creator"]}</th>\n<th class="bbp-topic-content">{said["topic"]}</th>\n'
            '</tr>\n</thead>\n<tbody>\n<tr class="bbp-topic-header">\n<td colspan="2">\n'
            f"{escape(self.view.date(topic.opening))}\n"
            f'<a href="{escape(self.links.topic(topic))}" class="bbp-topic-permalink">#{topic.topic_id}</a>\n</td>\n</tr>\n'
            f'<tr id="post-{topic.topic_id}" class="{self.topic_classes(topic, UNNUMBERED)}">\n'
            f'<td class="bbp-topic-author">\n{self.beside(topic.opening.author)}\n</td>\n'
            f'<td class="bbp-topic-content">\n{self.content(topic, topic.opening)}\n</td>\n</tr>\n</tbody>\n</table>'
        )

    def part_of(self, leaf: Leaf) -> Leaf:
        """See `ModernTheme.part_of`: posts were printed without WordPress knowing of them."""
        return leaf

    def topic_table(self, shelf: Shelf) -> str:
        """See `ListMarkup.topic_table`."""
        rows = "".join(
            self.topic_row(topic, loop, shelf.list_id) for loop, topic in enumerate(shelf.topics)
        )
        return _table(
            f'class="bbp-topics" id="bbp-forum-{shelf.list_id}"', self.topic_headings(), rows
        )

    def topic_headings(self) -> str:
        """See `ListMarkup.topic_headings`."""
        return _in_cells(super().topic_headings(), "th")

    def topic_row(self, topic: DemoTopic, loop: int, list_id: int) -> str:
        """See `ListMarkup.topic_row`: the title's link is the first of its cell, and has no class."""
        title = escape(self.view.title(topic))
        voices = len({post.author.user_id for post in topic.posts})
        return (
            f'<tr id="topic-{topic.topic_id}" class="{self.topic_classes(topic, loop)}">\n<td class="bbp-topic-title">\n'
            f'<a href="{escape(self.links.topic(topic))}" title="{title}">{title}</a>\n'
            f"{self.topic_meta(topic, list_id)}</td>\n"
            f'<td class="bbp-topic-voice-count">{grouped(voices)}</td>\n'
            f'<td class="bbp-topic-reply-count">{self.post_total([topic])}</td>\n'
            f'<td class="bbp-topic-freshness">\n{self.last_post(topic)}</td>\n</tr>\n'
        )

    def board_list(self, parent: DemoBoard | None) -> str:
        """See `ListMarkup.board_list`."""
        boards = self.view.catalogue.boards_under(parent)
        if not boards:
            return ""
        rows = "".join(self.board_row(board, loop) for loop, board in enumerate(boards))
        return _table('class="bbp-forums"', _in_cells(self.board_headings(), "th"), rows)

    def board_row(self, board: DemoBoard, loop: int) -> str:
        """See `ListMarkup.board_row`."""
        topics = self.view.catalogue.topics_below(board)
        return (
            f'<tr id="bbp-forum-{board.board_id}" class="{self.board_classes(board, loop)}">\n'
            f'<td class="bbp-forum-info">\n{self.board_link(board)}\n{self.sub_boards(board)}'
            f'<div class="bbp-forum-description">{board.description}</div>\n</td>\n'
            f'<td class="bbp-forum-topic-count">{grouped(len(topics))}</td>\n'
            f'<td class="bbp-forum-reply-count">{self.post_total(topics)}</td>\n'
            '<td class="bbp-forum-freshness">\n'
            f"{self.last_post(self.view.catalogue.freshest(topics))}</td>\n</tr>\n"
        )

    def author_cell(self, author: DemoAuthor) -> str:
        """See `Pieces.author_cell`."""
        return self._portrait_and_name(author, 80, "<br />")

    def frame(self, leaf: Leaf) -> str:
        """See `ModernTheme.frame`: the theme's own template wraps the content."""
        name = "bbp-topic-wrapper" if leaf.classes.startswith("topic ") else "bbp-wrapper"
        number = f"-{leaf.post_id}" if leaf.post_id else ""
        return (
            f'<div id="container">\n<div id="content" role="main">\n<div id="{name}{number}" class="{name}">\n'
            f'<h1 class="entry-title">{escape(leaf.heading)}</h1>\n<div class="entry-content">\n{leaf.content}\n'
            "</div>\n</div>\n</div>\n</div>"
        )


def _table(attributes: str, headings: str, rows: str) -> str:
    return (
        f"<table {attributes}>\n<thead>\n<tr>\n{headings}</tr>\n</thead>\n"
        '<tfoot>\n<tr><td colspan="4">&nbsp;</td></tr>\n</tfoot>\n'
        f"<tbody>\n{rows}</tbody>\n</table>"
    )


def _in_cells(items: str, cell: str) -> str:
    return items.replace("<li ", f"<{cell} ").replace("</li>", f"</{cell}>")
