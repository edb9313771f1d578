"""Lists of topics and of forums on a bbPress 2.6 page."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from scraper.demo.theme.post import PostMarkup, parity
from scraper.demo.wording import grouped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scraper.demo.forum import DemoBoard, DemoTopic


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One page of a list of topics.

    Attributes:
        list_id: the forum's id; 0 where the list is not a forum's.
        total: how many topics the list says there are, which on its first page counts stickies from elsewhere.
        address: the address of each page.
    """

    list_id: int
    topics: Sequence[DemoTopic]
    page: int
    total: int
    address: Callable[[int], str]


class ListMarkup(PostMarkup):
    """Renders lists of topics and forums.

    Attributes:
        categories_name_boards: a category's row names the forums under it, as another forum's does.
    """

    categories_name_boards = False

    def topic_list(self, shelf: Shelf) -> str:
        """A list with the count sentence and the page links above and below; a notice if it is empty."""
        if not shelf.topics:
            return self.notice(self.words.sentences["no topics found"])
        last = -(-shelf.total // self.view.settings.topics_per_page)
        count = self.view.topic_count(shelf.page, len(shelf.topics), shelf.total)
        pages = self.pagination(count, self.pager(shelf.address, shelf.page, last))
        return f"{pages}\n{self.topic_table(shelf)}\n{pages}"

    def topic_table(self, shelf: Shelf) -> str:
        """The list proper."""
        rows = "".join(
            self.topic_row(topic, loop, shelf.list_id) for loop, topic in enumerate(shelf.topics)
        )
        return (
            f'<ul id="bbp-forum-{shelf.list_id}" class="bbp-topics">\n'
            f'<li class="bbp-header">\n<ul class="forum-titles">\n{self.topic_headings()}</ul>\n</li>\n'
            f'<li class="bbp-body">\n{rows}</li>\n'
            '<li class="bbp-footer">\n<div class="tr">\n<p>\n<span class="td colspan4">&nbsp;</span>\n'
            "</p>\n</div>\n</li>\n</ul>"
        )

    def topic_headings(self) -> str:
        """The cells of the heading."""
        said = self.words.sentences
        posts = said["replies" if self.view.settings.lead else "posts"]
        return (
            f'<li class="bbp-topic-title">{said["topic"]}</li>\n'
            f'<li class="bbp-topic-voice-count">{said["voices"]}</li>\n'
            f'<li class="bbp-topic-reply-count">{posts}</li>\n'
            f'<li class="bbp-topic-freshness">{said["last post"]}</li>\n'
        )

    def topic_row(self, topic: DemoTopic, loop: int, list_id: int) -> str:
        """One topic of a list."""
        voices = len({post.author.user_id for post in topic.posts})
        return (
            f'<ul id="bbp-topic-{topic.topic_id}" class="{self.topic_classes(topic, loop)}">\n'
            f'<li class="bbp-topic-title">\n'
            f'<a class="bbp-topic-permalink" href="{escape(self.links.topic(topic))}">'
            f"{escape(self.view.title(topic))}</a>\n{self.topic_meta(topic, list_id)}</li>\n"
            f'<li class="bbp-topic-voice-count">{grouped(voices)}</li>\n'
            f'<li class="bbp-topic-reply-count">{self.post_total([topic])}</li>\n'
            f'<li class="bbp-topic-freshness">\n{self.last_post(topic)}</li>\n</ul>\n'
        )

    def topic_meta(self, topic: DemoTopic, list_id: int) -> str:
        """What a row says below the title: page links, who started the topic, and where if that is elsewhere."""
        pages = self.view.catalogue.layout(topic).flat_page_count
        pager = self.row_pager(lambda number: self.links.topic(topic, number), pages)
        started = self.words.say("started by", self.author(topic.opening.author))
        where = ""
        if topic.board.board_id != list_id:
            link = f'<a href="{escape(self.links.board(topic.board))}">{escape(topic.board.title)}</a>'
            where = f'<span class="bbp-topic-started-in">{self.words.say("in", link)}</span>\n'
        return f'{pager}<p class="bbp-topic-meta">\n<span class="bbp-topic-started-by">{started}</span>\n{where}</p>\n'

    def post_total(self, topics: Sequence[DemoTopic]) -> str:
        """How many posts topics have; in lead mode opening posts do not count."""
        return grouped(sum(len(topic.posts) - self.view.settings.lead for topic in topics))

    def last_post(self, topic: DemoTopic | None) -> str:
        """The last cell of a row: when and by whom somebody last wrote."""
        when, who = self.words.sentences["no topics"], ""
        if topic:
            when = self.freshness(topic)
            who = self.author(self.view.catalogue.last_post(topic).author)
        return f'{when}\n<p class="bbp-topic-meta">\n<span class="bbp-topic-freshness-author">{who}</span>\n</p>\n'

    def board_list(self, parent: DemoBoard | None) -> str:
        """The forums under a forum, or at the root."""
        boards = self.view.catalogue.boards_under(parent)
        if not boards:
            return ""
        rows = "".join(self.board_row(board, loop) for loop, board in enumerate(boards))
        return (
            f'<ul id="forums-list-{parent.board_id if parent else 0}" class="bbp-forums">\n'
            f'<li class="bbp-header">\n<ul class="forum-titles">\n{self.board_headings()}</ul>\n</li>\n'
            f'<li class="bbp-body">\n{rows}</li>\n'
            '<li class="bbp-footer">\n<div class="tr">\n<p class="td colspan4">&nbsp;</p>\n</div>\n</li>\n</ul>'
        )

    def board_headings(self) -> str:
        """The cells of the heading."""
        said = self.words.sentences
        posts = said["replies" if self.view.settings.lead else "posts"]
        return (
            f'<li class="bbp-forum-info">{said["forum"]}</li>\n'
            f'<li class="bbp-forum-topic-count">{said["topics"]}</li>\n'
            f'<li class="bbp-forum-reply-count">{posts}</li>\n'
            f'<li class="bbp-forum-freshness">{said["last post"]}</li>\n'
        )

    def board_row(self, board: DemoBoard, loop: int) -> str:
        """One forum of a list; its counts are those of the forums under it too."""
        topics = self.view.catalogue.topics_below(board)
        return (
            f'<ul id="bbp-forum-{board.board_id}" class="{self.board_classes(board, loop)}">\n'
            f'<li class="bbp-forum-info">\n{self.board_link(board)}\n'
            f'<div class="bbp-forum-content">{board.description}</div>\n{self.sub_boards(board)}</li>\n'
            f'<li class="bbp-forum-topic-count">{grouped(len(topics))}</li>\n'
            f'<li class="bbp-forum-reply-count">{self.post_total(topics)}</li>\n'
            '<li class="bbp-forum-freshness">\n'
            f"{self.last_post(self.view.catalogue.freshest(topics))}</li>\n</ul>\n"
        )

    def board_link(self, board: DemoBoard) -> str:
        """A forum's title, linked."""
        return f'<a class="bbp-forum-title" href="{escape(self.links.board(board))}">{escape(board.title)}</a>'

    def sub_boards(self, board: DemoBoard) -> str:
        """The forums under a forum, named in its row with their counts."""
        if board.is_category and not self.categories_name_boards:
            return ""
        items = [self.sub_board(lower) for lower in self.view.catalogue.boards_under(board)]
        return f'<ul class="bbp-forums-list">{"".join(items)}</ul>\n' if items else ""

    def sub_board(self, board: DemoBoard) -> str:
        """One of them."""
        topics = self.view.catalogue.topics_below(board)
        replies = sum(len(topic.posts) - 1 for topic in topics)
        label = f"{escape(board.title)} ({grouped(len(topics))}, {grouped(replies)})"
        link = f'<a href="{escape(self.links.board(board))}" class="bbp-forum-link">{label}</a>'
        return f'<li class="bbp-forum css-sep">{link}</li>'

    def board_classes(self, board: DemoBoard, loop: int) -> str:
        """The classes of a forum's row."""
        kind = "status-category " if board.is_category else ""
        kind += (
            "bbp-has-subforums "
            if self.view.catalogue.boards_under(board) and not board.is_category
            else ""
        )
        kind += f"bbp-parent-forum-{board.parent.board_id} " if board.parent else ""
        status = board_status(board)
        return (
            f"loop-item-{loop} bbp-forum-status-open bbp-forum-visibility-{status} {parity(loop)}  {kind}"
            f"post-{board.board_id} forum type-forum status-{status} hentry"
        )


def board_status(board: DemoBoard) -> str:
    """What WordPress calls a forum's visibility."""
    return "publish" if board.visibility == "public" else board.visibility
