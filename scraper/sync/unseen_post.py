"""Settle what has become of posts that no page of their topic shows any more: they have moved, are gone, or nobody knows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Protocol

from scraper.archive.address import own_address, topic_id_of
from scraper.archive.gap import Gap, record_gaps, recorded_gaps
from scraper.archive.gone import live_in, mark_gone, posts_astray
from scraper.archive.page import utc_text
from scraper.sync.crawl_options import EVERY_PAGE
from scraper.sync.disappearance import UNCONFIRMED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from scraper.archive.database import Archive
    from scraper.politeness.clock import Clock
    from scraper.sync.disappearance import Disappearance
    from scraper.sync.post_search import PostSearch, Whereabouts


class ReadTopic(Protocol):
    """Reads the topic at an address."""

    def __call__(
        self, url: str, *, topic_id: int | None = None, again: frozenset[int] = frozenset()
    ) -> object:
        """Read it, with pages that are to be read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of the posts of one topic.

    Attributes:
        topic_id: the site's number of the topic, where known.
        url: the topic's own address, where known.
        gone: how many were marked as gone.
        gap: why the others were not; None where there are none, or where that was accepted.
    """

    topic_id: int | None
    url: str | None
    gone: int
    gap: Gap | None


class UnseenPosts:
    """Posts that vanished from their topics in one run.

    A moderator who splits, merges or moves leaves no trace at the old place. So nothing is marked before all lists and topics
    that are due have been read, and each post's own address was asked for as far as there are few.
    """

    def __init__(
        self, archive: Archive, clock: Clock, disappearance: Disappearance, search: PostSearch
    ) -> None:
        self._archive = archive
        self._clock = clock
        self._disappearance = disappearance
        self._search = search
        self._found: dict[int, Whereabouts] = {}

    def find(self, lost: Collection[int], read_topic: ReadTopic) -> None:
        """Ask where posts are now, and read the topics that they have moved to.

        Args:
            lost: keys of topics that were not found.
            read_topic: reads a topic.
        """
        while self._search.may_go_on:
            wanted = (one for one in self._in_turn(lost) if one not in self._found)
            post_id = next(wanted, None)
            if post_id is None:
                return
            place = self._found[post_id] = self._search.look_for(post_id)
            for again in (frozenset[int](), EVERY_PAGE):
                if place.url is not None and post_id in set(self._in_turn(lost)):
                    read_topic(place.url, topic_id=place.topic_id, again=again)

    def settle(self, *, has_read_all: bool) -> Iterator[Settled]:
        """Mark as gone what is.

        Args:
            has_read_all: no list and no topic failed that might show where posts are now.
        """
        waiting = sorted(self._disappearance.waiting)
        self._disappearance.waiting.clear()
        for topic_key in waiting:
            yield self._settle(topic_key, has_read_all=has_read_all)

    def doubtful(self, lost: Collection[int], *, has_read_all: bool) -> set[int]:
        """Those topics that were not found, though their posts may be elsewhere."""
        connection = self._archive.connection
        return {
            key
            for key in lost
            if any(
                self._may_be_there(one, has_read_all=has_read_all)
                for one in _ends(live_in(connection, key))
            )
        }

    def _settle(self, topic_key: int, *, has_read_all: bool) -> Settled:
        with self._archive.transaction() as connection:
            astray = posts_astray(connection, topic_key)
            kept = [one for one in astray if self._may_be_there(one, has_read_all=has_read_all)]
            lost = [one for one in astray if one not in kept]
            held = self._disappearance.held(len(lost)) if lost else None
            now = utc_text(self._clock.now())
            gone = mark_gone(connection, lost, now) if held is None else 0
            gap = unconfirmed(len(kept)) if kept else held
            others = [
                one for one in recorded_gaps(connection, topic_key) if one.code != UNCONFIRMED
            ]
            still_open = record_gaps(connection, topic_key, [*others, *filter(None, [gap])], now)
        return Settled(
            topic_id=topic_id_of(connection, topic_key),
            url=own_address(connection, topic_key),
            gone=gone,
            gap=gap if gap in still_open else None,
        )

    def _may_be_there(self, post_id: int, *, has_read_all: bool) -> bool:
        place = self._found.get(post_id)
        if place is None or not place.is_known:
            return not has_read_all
        return place.url is not None

    def _in_turn(self, lost: Collection[int]) -> Iterator[int]:
        """One post of each topic, then another of each: where one has moved, others have moved along."""
        connection = self._archive.connection
        of_topics = [posts_astray(connection, key) for key in sorted(self._disappearance.waiting)]
        of_topics += [_ends(live_in(connection, key)) for key in sorted(lost)]
        return (one for one in chain(*zip_longest(*of_topics)) if one is not None)


def unconfirmed(posts: int) -> Gap:
    """The gap of a topic whose posts may be elsewhere."""
    return Gap(
        code="gone-unconfirmed",
        detail=f"{posts} posts are no longer shown here, and may be elsewhere: their own addresses still answer, or not "
        "everything could be read. The next run looks again.",
        missing=posts,
    )


def _ends(posts: list[int]) -> list[int]:
    """The first and the last: a merge takes all posts of a topic along, a split those from one on."""
    return [*dict.fromkeys([*posts[:1], *posts[-1:]])]
