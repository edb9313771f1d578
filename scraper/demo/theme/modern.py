"""The default theme: pages as bbPress 2.6 renders them inside a plain WordPress theme."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from scraper.demo.prose import PAGE_BREAK
from scraper.demo.theme.collection import CollectionMarkup
from scraper.demo.theme.leaf import Leaf
from scraper.demo.theme.listing import Shelf, board_status
from scraper.demo.theme.post import UNNUMBERED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scraper.demo.forum import DemoBoard, DemoPost, DemoTopic

WORDPRESS = "6.1.9"
OLD_WORDPRESS = "5.4.16"


class ModernTheme(CollectionMarkup):
    """Renders whole pages. Other themes are this one with parts replaced."""

    title_separator = " &#8211; "

    def wrapped(self, content: str) -> str:
        """The element that everything of bbPress's is in."""
        return f'<div id="bbpress-forums" class="bbpress-wrapper">\n{content}\n</div>'

    # Pages ------------------------------------------------------------------------------------------------------

    def topic_page(self, topic: DemoTopic, page: int, part: int = 1) -> str:
        """One page of a topic, or a part of it; past the end it has everything but posts."""
        kind = "topic bbpress bbp-no-js" + (" paged" if page > 1 else "")
        classes = f"{kind} topic-template-default single single-topic postid-{topic.topic_id}"
        # To WordPress, parts are pages: it numbers both alike, a part's number first.
        number = part if part > 1 else page
        title = self.paged_title(self.view.title(topic), max(page, part))
        content = (
            self.password_form(topic)
            if topic.access == "password"
            else self.topic_content(topic, page)
        )
        return self.document(
            Leaf(
                heading=self.view.title(topic),
                title=title,
                classes=classes + (f" paged-{number} single-paged-{number}" if number > 1 else ""),
                content=content,
                address=self.links.topic(topic),
                post_id=topic.topic_id,
                post_classes=self.wordpress_classes(topic, topic.opening),
                part=part,
            )
        )

    def paged_title(self, title: str, page: int) -> str:
        """A title with the number of a page after the first."""
        return title if page < 2 else f"{title} \u2013 {self.words.say('page', str(page))}"

    def topic_content(self, topic: DemoTopic, page: int) -> str:
        """What bbPress puts on a topic page, from the breadcrumb to the reply form's place."""
        layout = self.view.catalogue.layout(topic)
        author = self.author(self.view.catalogue.last_post(topic).author)
        about = self.view.about_topic(topic, self.freshness(topic), author)
        parts = [
            self.breadcrumb(topic.board.lineage, self.view.title(topic)),
            self.tags(topic),
            self.description(about, "topic"),
            self.lead(layout) if self.view.settings.lead else "",
        ]
        if layout.page(page):
            last = layout.page_count
            pager = self.pager(lambda number: self.links.topic(topic, number), page, last)
            pages = self.pagination(self.view.post_count(layout, page), pager)
            parts += [pages, self.replies(layout, page), pages]
        parts.append(self.no_reply(topic))
        return self.wrapped("\n".join(part for part in parts if part))

    def no_reply(self, topic: DemoTopic) -> str:
        """Why a visitor cannot reply: the topic is closed, or nobody is logged in."""
        said = self.words.sentences["login to reply"]
        form = self.login_form(self.links.topic(topic))
        if topic.closed:
            said, form = escape(self.words.say("topic closed", self.view.title(topic))), ""
        return f'<div id="no-reply-{topic.topic_id}" class="bbp-no-reply">\n{self.notice(said)}\n{form}</div>'

    def login_form(self, back: str) -> str:
        """The form that 2.6 puts under the request to log in. It is no wall: the posts are there."""
        said = self.words.sentences
        return (
            f'<form method="post" action="{self.links.base}/wp-login.php" class="bbp-login-form">\n'
            f'<fieldset class="bbp-form">\n<legend>{said["log in"]}</legend>\n<div class="bbp-username">\n'
            f'<label for="user_login">{said["user name"]}</label>\n'
            '<input type="text" name="log" value="" size="20" maxlength="100" id="user_login" autocomplete="off" />\n'
            f'</div>\n<div class="bbp-password">\n<label for="user_pass">{said["password"]}</label>\n'
            '<input type="password" name="pwd" value="" size="20" id="user_pass" autocomplete="off" />\n</div>\n'
            '<div class="bbp-submit-wrapper">\n'
            '<button type="submit" name="user-submit" id="user-submit" class="button submit user-submit">'
            f"{said['log in']}</button>\n"
            '<input type="hidden" name="user-cookie" value="1" />\n'
            f'<input type="hidden" id="bbp_redirect_to" name="redirect_to" value="{escape(back)}" />'
            '<input type="hidden" id="_wpnonce" name="_wpnonce" value="0ddba11" />\n</div>\n</fieldset>\n</form>\n'
        )

    def password_form(self, topic: DemoTopic) -> str:
        """What stands in place of a protected topic: nothing of bbPress's at all."""
        said = self.words.sentences
        field = f"pwbox-{topic.topic_id}"
        return (
            f'<form action="{self.links.base}/wp-login.php?action=postpass" class="post-password-form" method="post">\n'
            f'<p>{said["is protected"]}</p>\n<p><label for="{field}">{said["password"]} '
            f'<input name="post_password" id="{field}" type="password" size="20" /></label> '
            f'<input type="submit" name="Submit" value="{said["enter"]}" /></p>\n</form>'
        )

    def reply_page(self, topic: DemoTopic, reply: DemoPost, part: int = 1) -> str:
        """A single reply by itself, or a part of it."""
        layout = self.view.catalogue.layout(topic)
        title = self.view.post_title(topic, reply)
        content = self.wrapped(
            self.breadcrumb(topic.board.lineage, title, topic)
            + "\n"
            + self.single(layout.topic, reply)
        )
        return self.document(
            Leaf(
                heading=title,
                title="",
                classes=f"reply bbpress bbp-no-js reply-template-default single single-reply postid-{reply.post_id}",
                content=content,
                address=self.links.reply(reply),
                post_id=reply.post_id,
                post_classes=self.wordpress_classes(topic, reply),
                part=part,
            )
        )

    def single(self, topic: DemoTopic, reply: DemoPost) -> str:
        """The reply on its page."""
        return self.post(self.view.catalogue.layout(topic), reply, UNNUMBERED)

    def board_page(self, board: DemoBoard, page: int) -> str:
        """One page of a forum: the forums under it, then its topics."""
        topics = self.view.catalogue.topics_below(board)
        parts = [
            self.breadcrumb(board.lineage[:-1], board.title),
            self.description(self.about_board(board, topics), "forum"),
            self.board_list(board),
        ]
        if not board.is_category:
            parts += [self.topic_list(self.shelf(board, page)), self.no_topic(board)]
        return self.document(
            Leaf(
                heading=board.title,
                title=self.paged_title(board.title, page),
                classes="forum bbpress bbp-no-js forum-template-default single single-forum "
                f"postid-{board.board_id}"
                + (f" paged paged-{page} single-paged-{page}" if page > 1 else ""),
                content=self.wrapped("\n".join(part for part in parts if part)),
                address=self.links.board(board),
                post_id=board.board_id,
                post_classes=f"post-{board.board_id} forum type-forum status-{board_status(board)} hentry",
            )
        )

    def about_board(self, board: DemoBoard, topics: Sequence[DemoTopic]) -> str:
        """The sentence that sums a forum up."""
        freshest = self.view.catalogue.freshest(topics)
        if freshest is None:
            return self.words.sentences["forum empty"]
        author = self.author(self.view.catalogue.last_post(freshest).author)
        return self.view.about_board(board, topics, self.freshness(freshest), author)

    def no_topic(self, board: DemoBoard) -> str:
        """Why a visitor cannot start a topic."""
        notice = self.notice(self.words.sentences["login to post"])
        form = self.login_form(self.links.board(board))
        return f'<div id="no-topic-{board.board_id}" class="bbp-no-topic">\n{notice}\n{form}</div>'

    def shelf(self, board: DemoBoard, page: int) -> Shelf:
        """The topics on a forum's page. Its first page has stickies on top, and counts those not already on it."""
        size = self.view.settings.topics_per_page
        own = self.view.catalogue.topics_of(board)
        plain = own[(page - 1) * size : page * size]
        stickies: list[DemoTopic] = []
        if page == 1:
            stickies = [
                *self.view.catalogue.super_stickies,
                *(topic for topic in own if topic.sticky == "sticky"),
            ]
        added = sum(topic not in plain for topic in stickies)
        return Shelf(
            list_id=board.board_id,
            topics=[*stickies, *(topic for topic in plain if topic not in stickies)],
            page=page,
            total=len(own) + added,
            address=lambda number: self.links.board(board, number),
        )

    def index_page(self) -> str:
        """The forum index."""
        forums = self.words.sentences["forums"]
        content = "\n".join(
            (self.search_form(), self.breadcrumb((), forums), self.board_list(None))
        )
        classes = (
            "forum-archive bbpress bbp-no-js archive post-type-archive post-type-archive-forum"
        )
        return self.document(Leaf(heading=forums, classes=classes, content=self.wrapped(content)))

    def search_form(self) -> str:
        """The search form above the index."""
        return (
            '<div class="bbp-search-form">\n<form role="search" method="get" id="bbp-search-form">\n'
            '<input type="hidden" name="action" value="bbp-search-request" />\n'
            '<input type="text" value="" name="bbp_search" id="bbp_search" />\n</form>\n</div>'
        )

    def home_page(self) -> str:
        """The front page, which is not the forum's."""
        link = f'<p><a href="{escape(self.links.index)}">{self.words.sentences["forums"]}</a></p>'
        return self.document(
            Leaf(heading=self.view.settings.title, title="", classes="home blog", content=link)
        )

    def missing_page(self) -> str:
        """What WordPress says where there is nothing."""
        return self.document(
            Leaf(
                heading=self.words.sentences["not found"],
                classes="error404",
                content=f"<p>{self.words.sentences['nothing here']}</p>",
            )
        )

    # The frame --------------------------------------------------------------------------------------------------

    def document(self, leaf: Leaf) -> str:
        """A whole HTML document."""
        leaf = self.part_of(leaf)
        return (
            f'<!DOCTYPE html>\n<html lang="{self.words.language}">\n<head>\n{self.head(leaf)}</head>\n'
            f'<body class="{leaf.classes}">\n{self.frame(leaf)}\n</body>\n</html>\n'
        )

    def part_of(self, leaf: Leaf) -> Leaf:
        """A page as far as it is shown at once.

        bbPress 2.1 and later hands WordPress its whole output as if it were one text, so a page break in any post cuts
        that, in the midst of the post's elements.
        """
        parts = leaf.content.split(PAGE_BREAK)
        if len(parts) == 1 or not leaf.address:
            return leaf
        number = min(leaf.part, len(parts))
        links = self.part_links(leaf.address, number, len(parts))
        return replace(leaf, content=parts[number - 1] + links)

    def part_links(self, address: str, current: int, last: int) -> str:
        """WordPress's links to the parts of a page."""
        links = " ".join(
            f'<span class="post-page-numbers current" aria-current="page">{number}</span>'
            if number == current
            else f'<a href="{escape(self.links.part(address, number))}" class="post-page-numbers">{number}</a>'
            for number in range(1, last + 1)
        )
        return f'<p class="post-nav-links">Pages: {links}</p>'

    @property
    def wordpress(self) -> str:
        """The version of WordPress that the site says it is."""
        return OLD_WORDPRESS if self.view.settings.page_breaks else WORDPRESS

    def head(self, leaf: Leaf) -> str:
        """The head as WordPress fills it."""
        site = escape(self.view.settings.title)
        links = self.links
        rest = (
            f'<link rel="https://api.w.org/" href="{escape(links.rest)}" />\n'
            if self.view.settings.rest
            else ""
        )
        style = f"{links.base}/wp-content/plugins/bbpress/templates/default/css/bbpress.css?ver={self.version}"
        found = ""
        if leaf.address:
            address = self.links.part(leaf.address, leaf.part)
            found = f'<link rel="canonical" href="{escape(address)}" />\n'
        if leaf.post_id:
            found += f"<link rel='shortlink' href='{escape(links.short(leaf.post_id))}' />\n"
        return (
            f'<meta charset="UTF-8" />\n<title>{self.head_title(leaf)}</title>\n'
            "<meta name='robots' content='max-image-preview:large' />\n"
            f'<link rel="alternate" type="application/rss+xml" title="{site} &raquo; Feed" '
            f'href="{escape(links.site_feed)}" />\n'
            f"<link rel='stylesheet' id='bbp-default-css' href='{style}' media='all' />\n"
            f'{rest}<meta name="generator" content="WordPress {self.wordpress}" />\n{found}'
        )

    def head_title(self, leaf: Leaf) -> str:
        """The page's title and the site's; a single reply's has only the latter in 2.6."""
        site = escape(self.view.settings.title)
        title = leaf.heading if leaf.title is None else leaf.title
        return f"{escape(title)}{self.title_separator}{site}" if title else site

    def frame(self, leaf: Leaf) -> str:
        """What surrounds the content."""
        return (
            '<div id="page" class="site">\n<header id="masthead" class="site-header">\n'
            f'<p class="site-title"><a href="{self.links.home}">{escape(self.view.settings.title)}</a></p>\n</header>\n'
            '<div id="content" class="site-content">\n<main id="main" class="site-main">\n'
            f'<header class="entry-header"><h1 class="entry-title">{escape(leaf.heading)}</h1></header>\n'
            f'<div class="entry-content">\n{leaf.content}\n</div>\n</main>\n</div>\n'
            f'<footer id="colophon" class="site-footer"><a href="{self.links.home}">'
            f"{escape(self.view.settings.title)}</a></footer>\n</div>"
        )
