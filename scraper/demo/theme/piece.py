"""The small parts of a bbPress 2.6 page: authors, notices, breadcrumbs, page links, revision logs."""

from __future__ import annotations

import hashlib
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scraper.demo.forum import DemoAuthor, DemoBoard, DemoEdit, DemoPost, DemoTopic
    from scraper.demo.view import View


class Pieces:
    """Parts that every kind of page uses.

    Attributes:
        version: the bbPress whose markup this is.
        page_ends: how many page numbers are shown at each end of the page links.
        row_pages: how many a topic row shows at the start and at the end.
    """

    version = "2.6.9"
    page_ends = 3
    row_pages = (2, 2)

    def __init__(self, view: View) -> None:
        self.view = view
        self.links = view.links
        self.words = view.words
        self._cells: dict[DemoAuthor, str] = {}

    def avatar(self, author: DemoAuthor, size: int) -> str:
        """A portrait; its address carries a hash of who it is, none for a deleted account."""
        who = (
            ""
            if author.is_deleted
            else hashlib.sha256((author.nicename or author.name).encode()).hexdigest()
        )
        one, two = (escape(self.links.avatar(who, pixels)) for pixels in (size, 2 * size))
        default = " avatar-default" if author.is_deleted else ""
        return (
            f"<img alt='' src='{one}' srcset='{two} 2x' class='avatar avatar-{size} photo{default}' "
            f"height='{size}' width='{size}' loading='lazy' decoding='async'/>"
        )

    def author(self, author: DemoAuthor, size: int = 14) -> str:
        """An author's portrait and name, in a link where there is something to link to."""
        name = escape(self.view.name(author))
        inner = (
            f'<span  class="bbp-author-avatar">{self.avatar(author, size)}</span>'
            f'<span  class="bbp-author-name">{name}</span>'
        )
        address, hint = self.author_target(author)
        if not address:
            return inner
        return f'<a href="{address}" title="{hint}" class="bbp-author-link">{inner}</a>'

    def author_target(self, author: DemoAuthor) -> tuple[str, str]:
        """Where an author's name leads and what the link says of it, both escaped; empty where it leads nowhere."""
        name = self.view.name(author)
        if author.has_profile:
            return escape(self.links.user(author)), escape(self.words.say("profile of", name))
        if author.website:
            return escape(author.website), escape(self.words.say("website of", name))
        return "", ""

    def beside(self, author: DemoAuthor) -> str:
        """What stands beside an author's posts, rendered once for all of them."""
        if author not in self._cells:
            self._cells[author] = self.author_cell(author)
        return self._cells[author]

    def author_cell(self, author: DemoAuthor) -> str:
        """What stands beside a post: the author and the role."""
        return self.author(author, 80) + self.role(author)

    def role(self, author: DemoAuthor) -> str:
        """The author's role, where the version shows one."""
        shown = self.view.role(author)
        return f'<div class="bbp-author-role">{escape(shown)}</div>' if shown else ""

    def notice(self, text: str) -> str:
        """A short message in place of something else."""
        return f'<div class="bbp-template-notice">\n<ul>\n<li>{text}</li>\n</ul>\n</div>'

    def description(self, text: str, kind: str) -> str:
        """The sentence that sums a topic or a forum up."""
        return f'<div class="bbp-template-notice info"><ul><li class="bbp-{kind}-description">{text}</li></ul></div>'

    @property
    def home(self) -> str:
        """The site's address as breadcrumbs have it."""
        return self.links.base

    def breadcrumb(
        self, boards: Sequence[DemoBoard], current: str, topic: DemoTopic | None = None
    ) -> str:
        """The way from the front page to the page at hand."""
        steps = [
            f'<a href="{self.home}" class="bbp-breadcrumb-home">{self.words.sentences["home"]}</a>'
        ]
        root = self.words.sentences["forums"]
        if current != root:
            steps.append(
                f'<a href="{escape(self.links.index)}" class="bbp-breadcrumb-root">{root}</a>'
            )
        for board in boards:
            address = escape(self.links.board(board))
            steps.append(
                f'<a href="{address}" class="bbp-breadcrumb-forum">{escape(board.title)}</a>'
            )
        if topic:
            address = escape(self.links.topic(topic))
            steps.append(
                f'<a href="{address}" class="bbp-breadcrumb-topic">{escape(self.view.title(topic))}</a>'
            )
        steps.append(f'<span class="bbp-breadcrumb-current">{escape(current)}</span>')
        separator = ' <span class="bbp-breadcrumb-sep">&rsaquo;</span> '
        return f'<div class="bbp-breadcrumb"><p>{separator.join(steps)}</p></div>'

    def tags(self, topic: DemoTopic) -> str:
        """A topic's tags."""
        if not topic.tags:
            return ""
        links = (
            f'<a href="{escape(self.links.tag(tag))}" rel="tag">{escape(tag.name)}</a>'
            for tag in topic.tags
        )
        tagged = self.words.sentences["tagged"]
        return f'<div class="bbp-topic-tags"><p>{tagged}&nbsp;{", ".join(links)}</p></div>'

    def pagination(self, count: str, links: str) -> str:
        """The count sentence and the page links, as they stand above and below a list."""
        return (
            '<div class="bbp-pagination">\n'
            f'<div class="bbp-pagination-count">{escape(count)}</div>\n'
            f'<div class="bbp-pagination-links">{links}</div>\n</div>'
        )

    def pager(self, address: Callable[[int], str], current: int, last: int) -> str:
        """Links to the other pages, as WordPress lays them out."""
        if last < 2:
            return ""
        ends = self.page_ends
        near = [
            number
            for number in range(1, last + 1)
            if number <= ends or number > last - ends or abs(number - current) <= 1
        ]
        items = self._numbers(near, address, current)
        if current > 1:
            items.insert(
                0, f'<a class="prev page-numbers" href="{escape(address(current - 1))}">&larr;</a>'
            )
        if current < last:
            items.append(
                f'<a class="next page-numbers" href="{escape(address(current + 1))}">&rarr;</a>'
            )
        return "\n".join(items)

    def row_pager(self, address: Callable[[int], str], last: int) -> str:
        """Links to a topic's pages, in its row of a list."""
        if last < 2:
            return ""
        start, end = self.row_pages
        near = [number for number in range(1, last + 1) if number <= start or number > last - end]
        numbers = "\n".join(self._numbers(near, address, 0))
        return f'<span class="bbp-topic-pagination">{numbers}</span>\n'

    def _numbers(self, near: list[int], address: Callable[[int], str], current: int) -> list[str]:
        items: list[str] = []
        before = 0
        for number in near:
            if number > before + 1:
                items.append('<span class="page-numbers dots">&hellip;</span>')
            if number == current:
                items.append(
                    f'<span aria-current="page" class="page-numbers current">{number:,}</span>'
                )
            else:
                items.append(
                    f'<a class="page-numbers" href="{escape(address(number))}">{number:,}</a>'
                )
            before = number
        return items

    def revision_log(self, topic: DemoTopic, post: DemoPost) -> str:
        """What was changed in a post after it was written, as far as the forum tells."""
        if not post.edits:
            return ""
        kind = "topic" if post is topic.opening else "reply"
        name = f"bbp-{kind}-revision-log"
        items = "".join(
            f'\n<li id="{name}-{post.post_id}-item-{edit.edit_id}" class="{name}-item">\n'
            f"{self.edit_line(topic, post, edit)}\n</li>"
            for edit in post.edits
        )
        return f'\n<ul id="{name}-{post.post_id}" class="{name}">{items}\n</ul>'

    def edit_line(self, topic: DemoTopic, post: DemoPost, edit: DemoEdit) -> str:
        """One line of it."""
        mark = "\0"  # the editor's markup goes in after the rest was escaped
        line = escape(self.view.edit_line(topic, post, edit, mark), quote=False)
        return line.replace(mark, self.editor(edit.editor), 1)

    def editor(self, author: DemoAuthor) -> str:
        """Who made a change."""
        return self.author(author)

    def freshness(self, topic: DemoTopic) -> str:
        """A link to a topic's last post, by how long ago it was."""
        last = self.view.catalogue.last_post(topic)
        layout = self.view.catalogue.layout(topic)
        address = (
            self.links.topic(topic) if last is topic.opening else self.links.post(layout, last)
        )
        title = escape(self.view.post_title(topic, last))
        return f'<a href="{escape(address)}" title="{title}">{escape(self.view.since(last.posted))}</a>'
