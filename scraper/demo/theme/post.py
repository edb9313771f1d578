"""Posts on a bbPress 2.6 page: flat, threaded, or with the opening post apart."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from scraper.demo.theme.piece import Pieces

if TYPE_CHECKING:
    from scraper.demo.forum import DemoPost, DemoTopic
    from scraper.demo.layout import Branch, TopicLayout

UNNUMBERED = -1
"""The loop number of a post that is rendered outside a numbered loop: in a thread, or on its own."""


class PostMarkup(Pieces):
    """Renders what a topic page lists."""

    def classes(self, layout: TopicLayout, post: DemoPost, loop: int) -> str:
        """The classes of a post, in 2.6's order.

        On the opening post 2.6 has them one level off: the forum as its topic, that forum's parent as its forum.
        """
        topic, board = layout.topic, layout.topic.board
        forum, parent = board.board_id, topic.topic_id
        by_starter = post.author.user_id == topic.opening.author.user_id
        if post is topic.opening:
            forum, parent = (board.parent or board).board_id, board.board_id
            by_starter = post.author.user_id == 1
        return (
            f"loop-item-{loop} user-id-{post.author.user_id} bbp-parent-forum-{forum} bbp-parent-topic-{parent} "
            f"bbp-reply-position-{layout.place(post)} {parity(loop)}{' topic-author' if by_starter else ''}  "
            f"{self.wordpress_classes(topic, post)}"
        )

    def wordpress_classes(self, topic: DemoTopic, post: DemoPost) -> str:
        """The classes that WordPress itself gives a post."""
        if post is not topic.opening:
            return f"post-{post.post_id} reply type-reply status-publish hentry"
        return (
            f"post-{post.post_id} topic type-topic {topic_state(topic)} hentry{tag_classes(topic)}"
        )

    def post(self, layout: TopicLayout, post: DemoPost, loop: int) -> str:
        """A post: its header, then, beside it, the element that bears its classes."""
        return (
            f'<div id="post-{post.post_id}" class="bbp-reply-header">\n<div class="bbp-meta">\n'
            f'<span class="bbp-reply-post-date">{escape(self.view.date(post))}</span>\n'
            f"{self.permalink(layout, post)}\n"
            '<span class="bbp-admin-links"></span>\n</div>\n</div>\n'
            f'<div class="{self.classes(layout, post, loop)}">\n'
            f'<div class="bbp-reply-author">\n{self.beside(post.author)}\n</div>\n'
            f'<div class="bbp-reply-content">\n{self.content(layout.topic, post)}\n</div>\n</div>\n'
        )

    def permalink(self, layout: TopicLayout, post: DemoPost) -> str:
        """A post's link to itself."""
        address = escape(self.links.post(layout, post))
        return f'<a href="{address}" class="bbp-reply-permalink">#{post.post_id}</a>'

    def content(self, topic: DemoTopic, post: DemoPost) -> str:
        """What is inside a post's content container: the body, and what the forum adds."""
        return self.view.html(post.body) + self.revision_log(topic, post)

    def replies(self, layout: TopicLayout, page: int) -> str:
        """The list of a page's posts, flat or threaded."""
        heading = self.words.sentences["replies" if self.view.settings.lead else "posts"]
        author = self.words.sentences["author"]
        cells = f'<div class="bbp-reply-author">{author}</div>\n<div class="bbp-reply-content">{heading}</div>'
        return (
            f'<ul id="topic-{layout.topic.topic_id}-replies" class="forums bbp-replies">\n'
            f'<li class="bbp-header">\n{cells}\n</li>\n'
            f'<li class="bbp-body">\n{self.listed(layout, page)}</li>\n'
            f'<li class="bbp-footer">\n{cells}\n</li>\n</ul>'
        )

    def listed(self, layout: TopicLayout, page: int) -> str:
        """The posts in the list."""
        if self.view.settings.threaded:
            threads = "".join(self.branch(layout, branch) for branch in layout.branches)
            return f"{self.thread_list}{threads}</ul>\n"
        return "".join(
            self.post(layout, post, loop) for loop, post in enumerate(layout.page(page))
        )

    thread_list = "<ul class='bbp-replies-list'>"

    def branch(self, layout: TopicLayout, branch: Branch) -> str:
        """A post of a threaded page with what is under it."""
        under = "".join(self.branch(layout, lower) for lower in branch.under)
        below = f"<ul class='bbp-threaded-replies'>\n{under}</ul>\n" if under else ""
        return f"<li>\n{self.post(layout, branch.post, UNNUMBERED)}{below}</li>\n"

    def lead(self, layout: TopicLayout) -> str:
        """The opening post by itself, as it stands above the replies on every page."""
        topic = layout.topic
        cells = (
            f'<div class="bbp-topic-author">{self.words.sentences["creator"]}</div>\n'
            f'<div class="bbp-topic-content">\n{self.words.sentences["topic"]}\n</div>'
        )
        return (
            f'<ul id="bbp-topic-{topic.topic_id}-lead" class="bbp-lead-topic">\n'
            f'<li class="bbp-header">\n{cells}\n</li>\n<li class="bbp-body">\n'
            '<div class="bbp-topic-header">\n<div class="bbp-meta">\n'
            f'<span class="bbp-topic-post-date">{escape(self.view.date(topic.opening))}</span>\n'
            f'<a href="{escape(self.links.topic(topic))}" class="bbp-topic-permalink">#{topic.topic_id}</a>\n'
            '<span class="bbp-admin-links"></span>\n</div>\n</div>\n'
            f'<div id="post-{topic.topic_id}" class="{self.topic_classes(topic, UNNUMBERED)}">\n'
            f'<div class="bbp-topic-author">\n{self.beside(topic.opening.author)}\n</div>\n'
            f'<div class="bbp-topic-content">\n{self.content(topic, topic.opening)}\n</div>\n</div>\n'
            f'</li>\n<li class="bbp-footer">\n{cells}\n</li>\n</ul>'
        )

    def topic_classes(self, topic: DemoTopic, loop: int) -> str:
        """The classes of a topic as such: of its row in a list, or of the opening post that stands apart."""
        sticky = {"no": "", "sticky": "sticky ", "super": "super-sticky "}[topic.sticky]
        return (
            f"loop-item-{loop} user-id-{topic.opening.author.user_id} bbp-parent-forum-{topic.board.board_id} "
            f"{parity(loop)}  {sticky}{self.wordpress_classes(topic, topic.opening)}"
        )


def parity(loop: int) -> str:
    """`odd` for the first, third, … of a loop; what is outside a loop counts as even."""
    return "odd" if loop >= 0 and loop % 2 == 0 else "even"


def topic_state(topic: DemoTopic) -> str:
    """The classes that tell a topic's state."""
    state = "status-closed" if topic.closed else "status-publish"
    if topic.access == "staff":
        return "status-private"
    return f"{state} post-password-required" if topic.access == "password" else state


def tag_classes(topic: DemoTopic) -> str:
    """A class for every tag."""
    return "".join(f" topic-tag-{tag.slug}" for tag in topic.tags)
