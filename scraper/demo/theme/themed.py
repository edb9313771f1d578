"""The themed theme: 2.6 pages inside a WordPress theme and among add-ons that get in a reader's way."""

from __future__ import annotations

from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

from scraper.demo.theme.modern import ModernTheme

if TYPE_CHECKING:
    from scraper.demo.forum import DemoAuthor, DemoPost, DemoTopic
    from scraper.demo.theme.leaf import Leaf

_ADVERT = (
    '<ins class="adsbygoogle" data-ad-slot="1234567890">Buy more lanterns</ins>\n'
    "<script>(window.adsbygoogle = window.adsbygoogle || []).push({});</script>"
)


class ThemedTheme(ModernTheme):
    """Repeats the opening post's id, adds widgets with bbPress's classes, and blocks inside the content container."""

    def content(self, topic: DemoTopic, post: DemoPost) -> str:
        """See `PostMarkup.content`: after the body come an add-on's blocks, none of them the author's."""
        blocks = [self._votes(post)]
        if post.post_id % 3 == 0:
            blocks.append(self._attachments(post))
        if post.author.has_profile and post.author.user_id % 2 == 0:
            blocks.append(
                f'<div class="bbp-signature"><p>-- {escape(self.view.name(post.author))}, signing off</p></div>'
            )
        if post is topic.opening:
            blocks.append(_ADVERT)
        return super().content(topic, post) + "\n" + "\n".join(blocks)

    def _votes(self, post: DemoPost) -> str:
        address = escape(
            f"{self.links.base}/?action=bbpvotes_post_vote_up&post={post.post_id}&_wpnonce=0ddba11"
        )
        return (
            f'<div class="bbpvotes-post-votes-log">{post.post_id % 5} likes '
            f'<a class="bbpvotes-post-vote-link" href="{address}">Like</a></div>'
        )

    def _attachments(self, post: DemoPost) -> str:
        name = f"drawing-{post.post_id}.png"
        return (
            '<div class="bbp-attachments"><h6>Attachments:</h6>\n<ol class="d4p-bbp-listing">\n'
            f'<li id="d4p-bbp-attachment_{post.post_id}" class="d4p-bbp-attachment d4p-bbp-attachment-png">'
            f'<a href="{self.links.base}/wp-content/uploads/2016/03/{name}">{name}</a></li>\n</ol></div>'
        )

    def author_cell(self, author: DemoAuthor) -> str:
        """See `Pieces.author_cell`: a counter and a badge stand beside the name."""
        counter = f'<div class="tc_display"><ul><li>{author.user_id} Topics</li></ul></div>'
        badge = '<div id="mycred-users-badges"><img src="/badge.png" alt="Veteran" /></div>'
        return f"{super().author_cell(author)}{counter}{badge}"

    def frame(self, leaf: Leaf) -> str:
        """See `ModernTheme.frame`."""
        return (
            f'<div id="page" class="hfeed site">\n<nav id="site-navigation" class="main-navigation">{self._menu()}</nav>\n'
            '<div id="content" class="site-content">\n<div id="primary" class="content-area">\n'
            f'<article id="post-{leaf.post_id}" class="{leaf.post_classes or "page type-page hentry"}">\n'
            f'<header class="entry-header"><h1 class="entry-title">{escape(leaf.heading)}</h1></header>\n'
            f'<div class="entry-content">\n{leaf.content}\n</div>\n'
            f'<footer class="entry-footer">{_ADVERT}</footer>\n</article>\n</div>\n'
            f'<aside id="secondary" class="widget-area">\n{self._widgets()}</aside>\n</div>\n</div>'
        )

    def _menu(self) -> str:
        return f'<ul><li><a href="{self.links.home}">Home</a></li></ul>'

    def _widgets(self) -> str:
        """Newest topics and replies, under class names that elsewhere mean forums and posts."""
        topics = "".join(
            f'<li><a class="bbp-forum-title" href="{escape(self.links.topic(topic))}">{escape(self.view.title(topic))}</a>'
            f'<div class="bbp-author-role">{escape(self.view.since(post.posted))}</div></li>\n'
            for topic, post in self._newest
        )
        replies = "".join(self._recent(topic, post) for topic, post in self._newest)
        return (
            f'<section class="widget widget_display_topics"><ul class="bbp-topics-widget">\n{topics}</ul></section>\n'
            f'<section class="widget widget_display_replies"><ul class="bbp-replies-widget">\n{replies}</ul></section>\n'
            f'<section class="widget widget_display_stats"><dl class="bbp-stats" role="main"><dt>Topics</dt>'
            f"<dd><strong>{len(self._readable)}</strong></dd></dl></section>\n"
        )

    @cached_property
    def _newest(self) -> list[tuple[DemoTopic, DemoPost]]:
        return self.view.catalogue.newest_posts(self._readable, 4)

    @cached_property
    def _readable(self) -> list[DemoTopic]:
        return [topic for topic in self.view.catalogue.topics if topic.access == "public"]

    def _recent(self, topic: DemoTopic, post: DemoPost) -> str:
        address = escape(self.links.post(self.view.catalogue.layout(topic), post))
        local = self.view.settings.local(post.posted).replace(tzinfo=None)
        return (
            f'<li>{self.author(post.author)} on <a class="bbp-reply-topic-title" href="{address}">'
            f'{escape(self.view.title(topic))}</a> <time datetime="{local}">{escape(self.view.since(post.posted))}</time></li>\n'
        )
