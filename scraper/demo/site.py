"""Answers requests for a demo forum's addresses, as WordPress with bbPress does; knows no sockets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scraper.demo import gallery, machine
from scraper.demo.catalogue import Catalogue
from scraper.demo.exchange import DemoAnswer
from scraper.demo.members import seen_by
from scraper.demo.permalink import Links
from scraper.demo.prose import PAGE_BREAK
from scraper.demo.route import Route, route_of
from scraper.demo.theme import theme_of
from scraper.demo.typography import curled
from scraper.demo.view import view_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scraper.demo.forum import DemoAuthor, DemoForum, DemoPost, DemoTopic, Role
    from scraper.demo.route import Kind

FEED_SIZE = 10
_CUT: tuple[Kind, ...] = ("topic", "reply")
"""Kinds of pages that show posts, so that a page break in one may cut them."""
_NO_CACHE = (
    ("Expires", "Wed, 11 Jan 1984 05:00:00 GMT"),
    ("Cache-Control", "no-cache, must-revalidate, max-age=0"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Something that an address leads to: its proper address, and how to show it.

    Attributes:
        moved: it had another address before, which was asked for.
    """

    address: str
    show: Callable[[], DemoAnswer]
    moved: bool = False


class DemoSite:
    """A forum at an address such as `http://127.0.0.1:8000`, as visitors of one role see it."""

    def __init__(self, forum: DemoForum, base: str, role: Role = "guest") -> None:
        self.forum = forum
        self.base = base
        self._links = Links(base=base, plain=forum.settings.plain_permalinks)
        self._catalogue = Catalogue(seen_by(forum, role))
        self._view = view_of(self._catalogue, self._links)
        self._theme = theme_of(self._view)
        self._finders: dict[Kind, Callable[[Route], _Found | None]] = {
            "home": self._home,
            "index": self._index,
            "forum": self._board,
            "topic": self._topic,
            "reply": self._reply,
            "users": self._user,
            "started": self._started,
            "topic-tag": self._tag,
            "view": self._view_of_topics,
            "short": self._short,
            "wordpress feed": self._wordpress_feed,
            "rest": self._rest,
            "robots": self._robots,
            "sitemap": self._sitemap,
            "sitemap part": self._sitemap_part,
            "style": self._style,
            "picture": self._picture,
        }

    def answer(self, target: str) -> DemoAnswer:
        """What a visitor gets who asks for a path and query."""
        route = route_of(target)
        found = self._finders[route.kind](route) if route else None
        if route is None or found is None or (route.part > 1 and route.kind not in _CUT):
            return self._missing()
        own = "plain" if self.forum.settings.plain_permalinks else "pretty"
        if route.grammar not in {own, "both"} and own == "plain":
            return self._missing()
        if found.moved or route.moved or route.grammar not in {own, "both"}:
            moved = (("X-Redirect-By", "WordPress"), ("Location", found.address))
            return DemoAnswer(
                status=301, headers=(("Content-Type", "text/html; charset=UTF-8"), *moved)
            )
        return found.show()

    # What there is ----------------------------------------------------------------------------------------------

    def _home(self, _: Route) -> _Found:
        return _Found(address=self._links.home, show=lambda: self._html(self._theme.home_page()))

    def _index(self, route: Route) -> _Found:
        if not route.feed:
            return _Found(
                address=self._links.index, show=lambda: self._html(self._theme.index_page())
            )
        newest = self._catalogue.newest_posts
        return self._feed(
            self._links.index, self._all_posts, lambda: newest(self._catalogue.topics, FEED_SIZE)
        )

    def _board(self, route: Route) -> _Found | None:
        board = self._catalogue.boards_by_path.get(route.key)
        if board is None:
            return None
        if route.feed:
            topics = self._catalogue.topics_of(board)
            newest = self._catalogue.newest_posts
            return self._feed(
                self._links.board(board),
                self._titled(board.title),
                lambda: newest(topics, FEED_SIZE),
            )
        return _Found(
            address=self._links.board(board, route.page),
            show=lambda: self._html(self._theme.board_page(board, route.page)),
        )

    def _topic(self, route: Route) -> _Found | None:
        topic = self._catalogue.topics_by_slug.get(route.key)
        if topic is None:
            return self._feed_of_nothing(route) if route.feed else self._renamed(route)
        if route.feed:
            return self._feed(
                self._links.topic(topic),
                self._titled(curled(topic.title)),
                lambda: [
                    (topic, post) for post in self._catalogue.layout(topic).ordered[:FEED_SIZE]
                ],
            )
        if not self._has_part(topic.opening, route.part):
            return None
        return _Found(
            address=self._links.topic(topic, route.page, route.part),
            show=lambda: self._html(self._theme.topic_page(topic, route.page, route.part)),
        )

    def _renamed(self, route: Route) -> _Found | None:
        topic = self._catalogue.topics_by_old_slug.get(route.key)
        if topic is None:
            return None
        address = self._links.topic(topic, route.page)
        return _Found(address=address, show=self._missing, moved=True)

    def _has_part(self, post: DemoPost, part: int) -> bool:
        """Whether WordPress hands out a part of the page of a topic or a reply: it looks at that post alone."""
        breaks = post.body.html.count(PAGE_BREAK)
        if breaks:
            return part <= breaks + 1
        return part == 1 or self.forum.settings.page_breaks

    def _feed_of_nothing(self, route: Route) -> _Found | None:
        """Asked for a private topic's feed, bbPress gives the oldest posts of the whole site instead."""
        known = self._catalogue.forum.topics
        private = next((topic for topic in known if topic.slug == route.key), None)
        if private is None:
            return None
        every = ((topic, post) for topic in self._catalogue.topics for post in topic.posts)
        return self._feed(
            self._links.topic(private),
            self._all_posts,
            lambda: sorted(every, key=lambda entry: entry[1].posted)[:FEED_SIZE],
        )

    def _reply(self, route: Route) -> _Found | None:
        topic, reply = self._post(route.key)
        if topic is None or reply is None or reply is topic.opening or topic.access == "password":
            return None
        if not self._has_part(reply, route.part):
            return None
        return _Found(
            address=self._links.reply(reply, route.part),
            show=lambda: self._html(self._theme.reply_page(topic, reply, route.part)),
        )

    def _post(self, key: str) -> tuple[DemoTopic, DemoPost] | tuple[None, None]:
        return (
            self._catalogue.posts_by_id.get(int(key), (None, None))
            if key.isdecimal()
            else (None, None)
        )

    def _user(self, route: Route) -> _Found | None:
        author = self._person(route)
        if author is None:
            return None
        return _Found(
            address=self._links.user(author),
            show=lambda: self._html(self._theme.user_page(author)),
        )

    def _started(self, route: Route) -> _Found | None:
        author = self._person(route)
        if author is None:
            return None
        topics = self._catalogue.started_by(author)
        return _Found(
            address=self._links.started(author, route.page),
            show=lambda: self._html(self._theme.started_page(author, topics, route.page)),
        )

    def _person(self, route: Route) -> DemoAuthor | None:
        known = self._catalogue
        if route.grammar == "plain":
            return known.authors_by_id.get(int(route.key)) if route.key.isdecimal() else None
        return known.authors_by_nicename.get(route.key)

    def _view_of_topics(self, route: Route) -> _Found | None:
        topics = self._catalogue.views.get(route.key)
        if topics is None:
            return None
        return _Found(
            address=self._links.view(route.key, route.page),
            show=lambda: self._html(self._theme.view_page(route.key, topics, route.page)),
        )

    def _tag(self, route: Route) -> _Found | None:
        found = self._catalogue.tags.get(route.key)
        if found is None:
            return None
        tag, topics = found[0], self._catalogue.freshest_first(found[1])
        return _Found(
            address=self._links.tag(tag, route.page),
            show=lambda: self._html(self._theme.tag_page(tag, topics, route.page)),
        )

    def _short(self, route: Route) -> _Found | None:
        boards = {str(board.board_id): board for board in self._catalogue.forum.boards}
        topic, post = self._post(route.key)
        if route.key in boards:
            address = self._links.board(boards[route.key])
        elif topic and post:
            address = (
                self._links.topic(topic) if post is topic.opening else self._links.reply(post)
            )
        else:
            return None
        return _Found(address=address, show=self._missing)

    def _rest(self, _: Route) -> _Found | None:
        if not self.forum.settings.rest:
            return None
        return _Found(
            address=self._links.rest,
            show=lambda: _typed(
                machine.rest_root(self._view), "application/json", (("X-Robots-Tag", "noindex"),)
            ),
        )

    def _robots(self, _: Route) -> _Found:
        return _Found(address="", show=lambda: _typed(machine.robots(self._view), "text/plain"))

    def _sitemap(self, _: Route) -> _Found:
        parts = [
            self._links.sitemap_part(kind, number)
            for kind in ("forum", "topic", "reply")
            for number in range(1, -(-len(self._listed(kind)) // machine.SITEMAP_SIZE) + 1)
        ]
        return _Found(
            address=self._links.sitemap,
            show=lambda: _typed(machine.sitemap_index(parts), "application/xml"),
        )

    def _sitemap_part(self, route: Route) -> _Found | None:
        size = machine.SITEMAP_SIZE
        pages = (
            self._listed(route.key)[(route.page - 1) * size : route.page * size]
            if route.page
            else []
        )
        if not pages:
            return None
        return _Found(
            address=self._links.sitemap_part(route.key, route.page),
            show=lambda: _typed(machine.sitemap(pages), "application/xml"),
        )

    def _listed(self, kind: str) -> list[str]:
        """Addresses for sitemaps, by id: closed topics are not of status `publish`, so not in them."""
        topics = sorted(self._catalogue.topics, key=lambda topic: topic.topic_id)
        if kind == "forum":
            return [self._links.board(board) for board in self._catalogue.forum.boards]
        if kind == "topic":
            return [self._links.topic(topic) for topic in topics if not topic.closed]
        replies = (
            sorted(post.post_id for topic in topics for post in topic.posts[1:])
            if kind == "reply"
            else []
        )
        return [self._links.reply(self._catalogue.posts_by_id[number][1]) for number in replies]

    def _wordpress_feed(self, _: Route) -> _Found:
        return self._feed(self._links.home, self._titled(""), list)

    def _style(self, _: Route) -> _Found:
        return _Found(address="", show=lambda: _typed(machine.STYLE, "text/css"))

    def _picture(self, route: Route) -> _Found | None:
        found: tuple[str, bytes] | None = ("image/png", machine.picture(route.key))
        if route.key.startswith(gallery.FOLDER):
            found = gallery.file_at(route.key)
        if found is None:
            return None
        answer = DemoAnswer(headers=(("Content-Type", found[0]),), body=found[1])
        return _Found(address="", show=lambda: answer)

    # How it is sent ---------------------------------------------------------------------------------------------

    @property
    def _all_posts(self) -> str:
        return f"{self.forum.settings.title} » {self._view.words.sentences['all posts']}"

    def _titled(self, title: str) -> str:
        return (
            f"{title} \u2013 {self.forum.settings.title}" if title else self.forum.settings.title
        )

    def _feed(
        self, page: str, title: str, entries: Callable[[], Sequence[tuple[DemoTopic, DemoPost]]]
    ) -> _Found:
        address = self._links.feed(page)
        return _Found(
            address=address,
            show=lambda: _typed(
                machine.feed(self._view, title, address, entries()), "application/rss+xml"
            ),
        )

    def _html(
        self, html: str, status: int = 200, headers: tuple[tuple[str, str], ...] = ()
    ) -> DemoAnswer:
        rest = (
            (("Link", f'<{self._links.rest}>; rel="https://api.w.org/"'),)
            if self.forum.settings.rest
            else ()
        )
        return DemoAnswer(
            status=status,
            headers=(("Content-Type", "text/html; charset=UTF-8"), *headers, *rest),
            body=html.encode(),
        )

    def _missing(self) -> DemoAnswer:
        return self._html(self._theme.missing_page(), 404, _NO_CACHE)


def _typed(text: str, kind: str, headers: tuple[tuple[str, str], ...] = ()) -> DemoAnswer:
    return DemoAnswer(
        headers=(("Content-Type", f"{kind}; charset=UTF-8"), *headers), body=text.encode()
    )
