"""The classic theme: pages as bbPress 2.3 to 2.5 rendered them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from scraper.demo.theme.modern import ModernTheme
from scraper.demo.theme.post import parity, tag_classes, topic_state

if TYPE_CHECKING:
    from scraper.demo.forum import DemoAuthor, DemoBoard, DemoPost, DemoTopic
    from scraper.demo.layout import TopicLayout
    from scraper.demo.theme.leaf import Leaf


class ClassicTheme(ModernTheme):
    """Two links an author, paragraphs for notices, classes in the old order, guests as bare text."""

    version = "2.5.14-6684"
    page_ends = 1
    row_pages = (3, 1)
    title_separator = " | "
    thread_list = "<ul>"
    categories_name_boards = True

    def wrapped(self, content: str) -> str:
        """See `ModernTheme.wrapped`."""
        return f'<div id="bbpress-forums">\n{content}\n</div>'

    @property
    def home(self) -> str:
        """See `Pieces.home`."""
        return self.links.home

    def author(self, author: DemoAuthor, size: int = 14) -> str:
        """See `Pieces.author`."""
        return self._portrait_and_name(author, size, "&nbsp;")

    def author_cell(self, author: DemoAuthor) -> str:
        """See `Pieces.author_cell`."""
        role = self.role(author)
        return self._portrait_and_name(author, 80, "<br />") + (f"<br />{role}" if role else "")

    def _portrait_and_name(self, author: DemoAuthor, size: int, separator: str) -> str:
        portrait, name = self.avatar(author, size), escape(self.view.name(author))
        address, hint = self.author_target(author)
        if not address:
            return f"{portrait}{separator}{name}"
        start = f'<a href="{address}" title="{hint}" class="bbp-author-'
        return f'{start}avatar" rel="nofollow">{portrait}</a>{separator}{start}name" rel="nofollow">{name}</a>'

    def editor(self, author: DemoAuthor) -> str:
        """See `Pieces.editor`: in the log the two links had no classes."""
        address, hint = self.author_target(author)
        if not address:
            return self.author(author)
        start = f'<a href="{address}" title="{hint}">'
        return f"{start}{self.avatar(author, 14)}</a>&nbsp;{start}{escape(self.view.name(author))}</a>"

    def part_links(self, address: str, current: int, last: int) -> str:
        """See `ModernTheme.part_links`: before WordPress 5.1 nothing but the addresses told what they are."""
        links = " ".join(
            str(number)
            if number == current
            else f'<a href="{escape(self.links.part(address, number))}">{number}</a>'
            for number in range(1, last + 1)
        )
        return f"<p>Pages: {links}</p>"

    def notice(self, text: str) -> str:
        """See `Pieces.notice`."""
        return f'<div class="bbp-template-notice">\n<p>{text}</p>\n</div>'

    def description(self, text: str, kind: str) -> str:
        """See `Pieces.description`."""
        return f'<div class="bbp-template-notice info"><p class="bbp-{kind}-description">{text}</p></div>'

    def pagination(self, count: str, links: str) -> str:
        """See `Pieces.pagination`."""
        return (
            '<div class="bbp-pagination">\n'
            f'\t<div class="bbp-pagination-count">\n\n\t\t{escape(count)}\n\n\t</div>\n\n'
            f'\t<div class="bbp-pagination-links">\n\n\t\t{links}\n\n\t</div>\n</div>'
        )

    def classes(self, layout: TopicLayout, post: DemoPost, loop: int) -> str:
        """See `PostMarkup.classes`: the opening post's are right here, its topic is itself."""
        topic = layout.topic
        by_starter = post.author.user_id == topic.opening.author.user_id
        return (
            f"{parity(loop)} bbp-parent-forum-{topic.board.board_id} bbp-parent-topic-{topic.topic_id} "
            f"bbp-reply-position-{layout.place(post)} user-id-{post.author.user_id} "
            f"{'topic-author ' if by_starter else ''}{self.wordpress_classes(topic, post)}"
        )

    def topic_classes(self, topic: DemoTopic, loop: int) -> str:
        """See `PostMarkup.topic_classes`."""
        sticky = {"no": "", "sticky": " sticky", "super": " super-sticky"}[topic.sticky]
        return (
            f"{parity(loop)}{sticky} bbp-parent-forum-{topic.board.board_id} "
            f"user-id-{topic.opening.author.user_id} post-{topic.topic_id} topic type-topic "
            f"{topic_state(topic)} hentry{tag_classes(topic)}"
        )

    def no_reply(self, topic: DemoTopic) -> str:
        """See `ModernTheme.no_reply`: without a login form."""
        said = self.words.sentences["login to reply"]
        if topic.closed:
            said = escape(self.words.say("topic closed", self.view.title(topic)))
        return f'<div id="no-reply-{topic.topic_id}" class="bbp-no-reply">\n{self.notice(said)}\n</div>'

    def no_topic(self, board: DemoBoard) -> str:
        """See `ModernTheme.no_topic`: the id is that of the last topic listed, not the forum's."""
        topics = self.view.catalogue.topics_of(board)
        number = topics[-1].topic_id if topics else 0
        notice = self.notice(self.words.sentences["login to post"])
        return f'<div id="no-topic-{number}" class="bbp-no-topic">\n{notice}\n</div>'

    def sub_board(self, board: DemoBoard) -> str:
        """See `ListMarkup.sub_board`."""
        return super().sub_board(board).replace(" css-sep", "")

    def head_title(self, leaf: Leaf) -> str:
        """See `ModernTheme.head_title`."""
        site = escape(self.view.settings.title)
        if leaf.classes.startswith("topic bbpress") and leaf.title is not None:
            return (
                f"{escape(self.words.say('page title', leaf.title))}{self.title_separator}{site}"
            )
        if leaf.classes.startswith("reply bbpress"):
            return f"{escape(leaf.heading)}{self.title_separator}{site}"
        return super().head_title(leaf)
