"""An archive that is being read: its survey, the names of its pages, and where each post stands."""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from typing import TYPE_CHECKING, Any

from parsers.local_media import LocalMedia
from scraper.archive.browse.lookup import first_of_page, topic_of_post
from scraper.archive.browse.topic_posts import order_of_topic
from scraper.archive.media import StoredPicture, media_at
from scraper.archive.search_text import folded
from scraper.archive.thread_reader import posts_at
from threadkeep.reader.original_address import OriginalSite

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Iterator, Mapping

    from exporters.html.shown_selection import ShownSelection
    from parsers.records import Post
    from scraper.archive.browse.survey import Survey
    from scraper.archive.database import Archive
    from scraper.archive.media import StoredFile
    from threadkeep.reader.original_address import Place
    from threadkeep.reader.page_name import PageNames, TopicOrder

POSTS_PER_PAGE = 50
TOPICS_PER_PAGE = 50
_ORDERS_KEPT = 64


class OpenArchive:
    """What every page is made from.

    Attributes:
        archive: opened to be read.
        survey: what is in it.
        names: of its pages.
        is_site: pages are files in a folder, and no server is behind them.
        on_file: is called with each kept file that a page shows or links.
        pages: the page of its topic that each post is on which is shown, where that was found out for all of them.
        original: what addresses of the original site lead to.
        selection: which posts were selected; None where all are there.
        site_url: the address where a site will stand, with a slash at its end; None where that is not known.
    """

    def __init__(
        self, archive: Archive, survey: Survey, names: PageNames, *, is_site: bool
    ) -> None:
        self.archive = archive
        self.survey = survey
        self.names = names
        self.is_site = is_site
        self.pages: Mapping[int, int] | None = None
        self.on_file: Callable[[StoredFile], None] = _ignored
        self.original = OriginalSite(archive, survey)
        self.selection: ShownSelection | None = None
        self.site_url: str | None = None
        self._orders: OrderedDict[int, tuple[array[int], array[int]]] = OrderedDict()

    def order(self, topic_key: int) -> tuple[array[int], array[int]]:
        """The numbers of a topic's posts as they are shown, and their positions."""
        if topic_key not in self._orders:
            self._orders[topic_key] = order_of_topic(
                self.archive,
                topic_key,
                with_gone=self.survey.with_gone,
                only_chosen=self.survey.is_of_posts,
            )
            if len(self._orders) > _ORDERS_KEPT:
                self._orders.popitem(last=False)
        self._orders.move_to_end(topic_key)
        return self._orders[topic_key]

    def forget_orders(self) -> None:
        """Find out anew which posts a topic has when it is shown: something was written to the archive."""
        self._orders.clear()

    def posts_of_page(self, topic_key: int, page: int) -> Iterator[Post]:
        """The posts of one page of a topic."""
        numbers, positions = self.order(topic_key)
        part = slice((page - 1) * POSTS_PER_PAGE, page * POSTS_PER_PAGE)
        return posts_at(self.archive, topic_key, zip(numbers[part], positions[part], strict=True))

    def page_of_post(self, topic_key: int, post_id: int) -> int | None:
        """The page of its topic that a post is on; None where no page shows it."""
        if self.pages is not None:
            return self.pages.get(post_id)
        numbers = self.order(topic_key)[0]
        try:
            return numbers.index(post_id) // POSTS_PER_PAGE + 1
        except ValueError:
            return None

    @cached_property
    def topic_keys(self) -> dict[int, int]:
        """The archive's number of each topic by the site's."""
        topics = self.survey.topics.values()
        return {topic.topic_id: topic.key for topic in topics if topic.topic_id is not None}

    @cached_property
    def suggestions(self) -> tuple[tuple[str, str], ...]:
        """Titles of topics and names of people, each after its letters as they are compared."""
        titles = [topic.title for topic in self.survey.topics.values()]
        names = [author.name for author in self.survey.authors.values()]
        return tuple((folded(text), text) for text in dict.fromkeys((*titles, *names)))

    def links(self, root: str) -> Links:
        """The links of a page.

        Args:
            root: the way from it to the reader's root: empty, or `../`.
        """
        return Links(self, root)


def _ignored(_: StoredFile) -> None:
    """What a server hands out is read when it is asked for."""


class Links:
    """Where links lead from one page: all are relative, so that a reader can lie anywhere."""

    def __init__(self, opened: OpenArchive, root: str) -> None:
        self._opened = opened
        self.root = root
        self._suffix = ".html" if opened.is_site else ""

    @property
    def overview(self) -> str:
        """The first page."""
        return f"{self.root}index.html" if self._opened.is_site else self.root or "./"

    def named(self, name: str) -> str:
        """A page by its name."""
        return f"{self.root}{name}{self._suffix}"

    def topic(self, key: int, page: int = 1) -> str:
        """A page of a topic."""
        return self.named(self._opened.names.topic(key, page))

    def forum(self, forum_id: int, page: int = 1, order: TopicOrder = "activity") -> str:
        """A page of a forum."""
        return self.named(self._opened.names.forum(forum_id, page, order))

    def author(self, author_id: int | None, page: int = 1) -> str | None:
        """A page of a person, by any of the archive's numbers of them; None where no post of theirs is shown."""
        if author_id is None:
            return None
        person = self._opened.survey.person.get(author_id, author_id)
        if person not in self._opened.survey.authors:
            return None
        return self.named(self._opened.names.author(person, page))

    def post(self, topic_key: int, post_id: int) -> str | None:
        """Where a post stands in its topic; None where no page shows it."""
        topic = self._opened.survey.topics.get(topic_key)
        if topic is None:
            return None
        # Of a topic of one page the place need not be looked up, unless what is asked for may be left out.
        survey = self._opened.survey
        is_all_there = not survey.is_of_posts and (survey.with_gone or not topic.gone)
        if topic.posts <= POSTS_PER_PAGE and is_all_there:
            page: int | None = 1
        else:
            page = self._opened.page_of_post(topic_key, post_id)
        if page is None:
            return None
        return f"{self.topic(topic_key, page)}#post-{post_id}"

    def post_anywhere(self, post_id: int) -> str | None:
        """Where a post stands, whatever its topic."""
        topic_key = topic_of_post(self._opened.archive, post_id)
        return None if topic_key is None else self.post(topic_key, post_id)

    def place(self, place: Place | None) -> str | None:
        """Where something is that an address of the original site leads to; None where no page shows it."""
        if place is None:
            return None
        if place.kind == "post":
            return self.post_anywhere(place.number)
        if place.kind == "topic":
            return self._original_page(place.number, place.page)
        return self.forum(place.number) if place.kind == "forum" else self.author(place.number)

    def _original_page(self, topic_key: int, number: int) -> str | None:
        """The page of a topic that shows what the site's page of this number begins with; a browser puts a post's place behind it."""
        if topic_key not in self._opened.survey.topics:
            return None
        first = first_of_page(self._opened.archive, topic_key, number) if number > 1 else None
        page = None if first is None else self._opened.page_of_post(topic_key, first)
        return self.topic(topic_key, page or 1)

    def link_in_post(self, address: str) -> str:
        """Where a link in a post leads: to the reader's own page or file of it if there is one, else where it says."""
        page = self.place(self._opened.original.place_of_link(address))
        return page or self.file(address).address or address

    def file(self, url: str, /) -> LocalMedia:
        """Where the file of an address is that posts show or link, see `parsers.local_media.Place`."""
        found = media_at(self._opened.archive.connection, url)
        if found is None:
            return LocalMedia()
        if found.file is None:
            when = (found.fetched_at or "")[:10]
            return LocalMedia(note=f"not to be had on {when}" if found.is_dead else None)
        self._opened.on_file(found.file)
        is_picture = isinstance(found.file, StoredPicture)
        return LocalMedia(address=f"{self.root}media/{found.file.name}", is_picture=is_picture)

    def picture(self, url: str | None) -> str | None:
        """Where the picture of an address is that the archive keeps; None where it keeps none."""
        kept = LocalMedia() if url is None else self.file(url)
        return kept.address if kept.is_picture else None

    def history(self, post_id: int) -> str:
        """The history of a post."""
        return self.named(f"history/{post_id}")

    def run(self, run_id: int) -> str:
        """A run."""
        return self.named(f"runs/{run_id}")

    def plain(self) -> dict[str, Any]:
        """The links that every page has, for templates."""
        return {
            "overview": self.overview,
            "search": self.named("search"),
            "authors": self.named("authors"),
            "missing": self.named("missing"),
            "runs": self.named("runs"),
        }
