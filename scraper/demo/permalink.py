"""Every address of a demo forum, with pretty or with plain permalinks; the other way round is `route`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scraper.demo.forum import DemoAuthor, DemoBoard, DemoPost, DemoTag, DemoTopic
    from scraper.demo.layout import TopicLayout


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Builds addresses under a base such as `http://127.0.0.1:8000`."""

    base: str = ""
    plain: bool = False

    def _either(self, pretty: str, plain: str) -> str:
        return f"{self.base}/{'?' + plain if self.plain else pretty}"

    def _page(self, address: str, number: int) -> str:
        if number < 2:
            return address
        return f"{address}&paged={number}" if self.plain else f"{address}page/{number}/"

    @property
    def home(self) -> str:
        """The site's front page."""
        return f"{self.base}/"

    @property
    def index(self) -> str:
        """The forum index."""
        return self._either("forums/", "post_type=forum")

    def board(self, board: DemoBoard, page: int = 1) -> str:
        """A page of a forum."""
        return self._page(self._either(f"forums/forum/{board.path}/", f"forum={board.path}"), page)

    def topic(self, topic: DemoTopic, page: int = 1, part: int = 1) -> str:
        """A page of a topic, or a part of one that a page break cuts."""
        address = self._page(
            self._either(f"forums/topic/{topic.slug}/", f"topic={topic.slug}"), page
        )
        if part > 1 and page > 1 and not self.plain:
            return f"{address}?page={part}"
        return self.part(address, part)

    def part(self, address: str, number: int) -> str:
        """A further part of the page at an address, as WordPress links it: from page 2 on of a topic, wrongly."""
        if number < 2:
            return address
        return f"{address}&page={number}" if self.plain else f"{address}{number}/"

    def post(self, layout: TopicLayout, post: DemoPost) -> str:
        """A post's place on its topic's page. In lead mode the opening post's is the topic itself."""
        if not layout.place(post):
            return self.topic(layout.topic)
        return f"{self.topic(layout.topic, layout.page_of(post))}#post-{post.post_id}"

    def reply(self, post: DemoPost, part: int = 1) -> str:
        """The page of a single reply, or a part of it."""
        return self.part(
            self._either(f"forums/reply/{post.post_id}/", f"reply={post.post_id}"), part
        )

    def user(self, author: DemoAuthor) -> str:
        """A profile."""
        return self._either(f"forums/users/{author.nicename}/", f"bbp_user={author.user_id}")

    def started(self, author: DemoAuthor, page: int = 1) -> str:
        """A page of the topics that somebody started."""
        pretty = f"forums/users/{author.nicename}/topics/"
        return self._page(self._either(pretty, f"bbp_user={author.user_id}&bbp_tops=1"), page)

    def view(self, name: str, page: int = 1) -> str:
        """A page of a view's topics."""
        return self._page(self._either(f"forums/view/{name}/", f"bbp_view={name}"), page)

    def tag(self, tag: DemoTag, page: int = 1) -> str:
        """A page of a tag's topics."""
        return self._page(
            self._either(f"forums/topic-tag/{tag.slug}/", f"topic-tag={tag.slug}"), page
        )

    def feed(self, address: str) -> str:
        """The feed of the page at an address of this site."""
        return f"{address}&feed=rss2" if self.plain else f"{address}feed/"

    @property
    def site_feed(self) -> str:
        """WordPress's own feed, which carries nothing of the forum."""
        return self._either("feed/", "feed=rss2")

    def short(self, post_id: int) -> str:
        """The shortlink, which leads on to the post."""
        return f"{self.base}/?p={post_id}"

    @property
    def rest(self) -> str:
        """The REST root."""
        return self._either("wp-json/", "rest_route=/")

    @property
    def sitemap(self) -> str:
        """The sitemap index."""
        return self._either("wp-sitemap.xml", "sitemap=index")

    def sitemap_part(self, kind: str, number: int) -> str:
        """A sitemap of one kind of page."""
        return self._either(
            f"wp-sitemap-posts-{kind}-{number}.xml",
            f"sitemap=posts&sitemap-subtype={kind}&paged={number}",
        )

    def avatar(self, digest: str, size: int) -> str:
        """A portrait, held by the site itself so that nobody is led off loopback."""
        return f"{self.base}/avatar/{digest}?s={size}&d=mm&r=g"
