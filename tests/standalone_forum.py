"""Serves a demo forum's topics as stand-alone bbPress would: its addresses, its markup, its feeds, ages for dates, no count sentence."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from scraper.demo import DemoAnswer
from scraper.demo.catalogue import Catalogue
from scraper.demo.permalink import Links
from scraper.demo.typography import curled, time_since
from scraper.demo.view import view_of

if TYPE_CHECKING:
    from scraper.demo import DemoPost, DemoRequest, DemoServer, DemoTopic
    from scraper.demo.view import View

_ROLES = {"keymaster": "Key Master", "moderator": "Moderator", "blocked": "Blocked"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StandaloneForum:
    """Answers in a server's stead.

    Attributes:
        server: whose forum is shown, as it is at the time.
        plain: addresses are of the form `topic.php?id=7&page=2`; else they have names and no number is on the page.
    """

    server: DemoServer
    plain: bool = False

    def __call__(self, request: DemoRequest) -> DemoAnswer | None:
        """Answer a request; what is no page of the forum is left to the server."""
        parts = urlsplit(request.path)
        fields = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/rss.php" or parts.path.startswith("/rss/"):
            return self._feed(fields.get("topic") or parts.path.rpartition("/")[2])
        key, number = fields.get("id"), int(fields.get("page", 1))
        if not self.plain:
            words = parts.path.strip("/").split("/")
            key = words[1] if words[0] == "topic" and len(words) > 1 else None
            number = int(words[3]) if len(words) == 4 else 1
        topic = self._topic(key) if key else None
        return _html(self._page(topic, number)) if topic is not None else None

    def url(self, topic: DemoTopic, number: int = 1) -> str:
        """A page of a topic."""
        if self.plain:
            page = f"&page={number}" if number > 1 else ""
            return f"{self.server.url}/topic.php?id={topic.topic_id}{page}"
        return f"{self.server.url}/topic/{topic.slug}" + (f"/page/{number}" if number > 1 else "")

    @property
    def _view(self) -> View:
        return view_of(Catalogue(self.server.forum), Links(base=self.server.url))

    def _topic(self, key: str) -> DemoTopic | None:
        topics = self.server.forum.topics
        return next((one for one in topics if key in {one.slug, str(one.topic_id)}), None)

    def _page(self, topic: DemoTopic, number: int) -> str:
        size = self.server.forum.settings.per_page
        posts = sorted(topic.posts, key=lambda post: (post.posted, post.post_id))
        shown = list(enumerate(posts, 1))[(number - 1) * size : number * size]
        last = max(1, -(-len(posts) // size))
        title, site = escape(curled(topic.title)), escape(self.server.forum.settings.title)
        items = "".join(self._item(topic, post, place, number) for place, post in shown)
        thread = f'<ol id="thread" class="list:post">\n{items}</ol>' if shown else ""
        return (
            f'<!DOCTYPE html>\n<html lang="en-US"><head><title>{title} &laquo; {site}</title>'
            f'<meta name="generator" content="bbPress 1.0.2" />\n'
            f'<link rel="alternate" type="application/rss+xml" href="{escape(self._feed_url(topic))}" /></head>\n'
            f'<body id="topic-page"><div class="bbcrumb"><a href="{self.server.url}/">{site}</a> &raquo; '
            f'<a href="{self.server.url}/forum/{topic.board.slug}">{escape(topic.board.title)}</a></div>\n'
            f'<div class="infobox"><div id="topic-info"><span id="topic_labels">{"[closed]" if topic.closed else ""}</span>'
            f'<h2 class="topictitle">{title}</h2><span id="topic_posts">({len(posts):,} posts)</span></div></div>\n'
            f'<div class="nav">{self._links(topic, number, last)}</div>\n{thread}\n'
            f'<p>You must <a href="{self.server.url}/bb-login.php">log in</a> to post.</p></body></html>\n'
        )

    def _item(self, topic: DemoTopic, post: DemoPost, place: int, number: int) -> str:
        view, author = self._view, post.author
        name = escape(view.name(author))
        role = _ROLES.get(author.role, "Member")
        profile = f'<a href="{self.server.url}/profile/{author.nicename}">{role}</a>'
        since = escape(time_since(view.words, post.posted, view.settings.now))
        address = escape(f"{self.url(topic, number)}#post-{post.post_id}")
        return (
            f'<li id="post-{post.post_id}"><div id="position-{place}">'
            f'<div class="threadauthor"><p><strong>{name}</strong><br />'
            f"<small>{profile if author.has_profile else 'Unregistered'}</small></p></div>\n"
            f'<div class="threadpost"><div class="post">{view.html(post.body)}</div>\n'
            f'<div class="poststuff">Posted {since} <a href="{address}">#</a></div></div></div></li>\n'
        )

    def _links(self, topic: DemoTopic, current: int, last: int) -> str:
        return " ".join(
            f'<span class="page-numbers current">{number}</span>'
            if number == current
            else f'<a class="page-numbers" href="{escape(self.url(topic, number))}">{number}</a>'
            for number in range(1, last + 1)
            if last > 1
        )

    def _feed_url(self, topic: DemoTopic) -> str:
        way = f"rss.php?topic={topic.topic_id}" if self.plain else f"rss/topic/{topic.slug}"
        return f"{self.server.url}/{way}"

    def _feed(self, key: str) -> DemoAnswer | None:
        topic = self._topic(key)
        if topic is None:
            return None
        items = "".join(
            f"<item><title>On it</title><link>{escape(self.url(topic))}#post-{post.post_id}</link>"
            f"<pubDate>{format_datetime(post.posted)}</pubDate>"
            f'<guid isPermaLink="false">{post.post_id}@{self.server.url}/</guid></item>'
            for post in topic.posts[-10:]
        )
        body = f'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'
        return DemoAnswer(headers=(("Content-Type", "text/xml"),), body=body.encode())


def _html(text: str) -> DemoAnswer:
    return DemoAnswer(headers=(("Content-Type", "text/html; charset=UTF-8"),), body=text.encode())
