"""One erasure, inside a transaction: who is meant is known again first, then pages are cleaned, then records."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from parsers.erasure import erased_body, erased_edit, erased_line, pictures_of
from scraper.archive.completeness import assess
from scraper.archive.crawl import keep_expected
from scraper.archive.erasure import body, cleaning, key, stored_page
from scraper.archive.erasure.known_words import (
    keys_of_person,
    keys_of_titles,
    phrases_of_posts,
    quoted_keys,
    titles_of,
)
from scraper.archive.erasure.lookup import quick_lookups
from scraper.archive.erasure.topic_scope import TopicScope, topic_scope
from scraper.archive.gap import record_gaps
from scraper.archive.page import load_page
from scraper.archive.run import ensure_run
from scraper.archive.topic_state import topic_state
from scraper.sync.erased_page import (
    alias_address,
    erased_title,
    is_touched,
    numbers_in,
    text_of,
    topic_on,
    without_erased,
)
from scraper.sync.keeping_out import is_address_of_erased, note_continuation
from scraper.sync.steadiness import reckon_steadiness

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from parsers.records import Page, TopicPage
    from scraper.archive.database import Archive
    from scraper.archive.erasure.key import ErasureKeys
    from scraper.archive.erasure.whom import Kind, Meant
    from scraper.sync.erased_page import Cleaned


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was erased; see `ErasureReport`."""

    kind: Kind
    posts: int
    topics: int
    titles: int
    pages_cut: int
    pages_as_records: int
    pages_removed: int
    files: int
    mentions_left: int


class Erasure:
    """Erases somebody or a post.

    Attributes:
        erased: what was erased, once that is done.
    """

    def __init__(self, archive: Archive, now: str, *, with_mentions: bool) -> None:
        self._archive = archive
        self._now = now
        self._with_mentions = with_mentions
        self._counts: Counter[str] = Counter()
        self.erased: Erased | None = None
        # Bodies of other people's posts out of which something was cut, as they were, with their posts.
        self._bodies: list[tuple[int, str]] = []
        self._known: ErasureKeys

    def run(self, connection: sqlite3.Connection, meant: Meant) -> None:
        """Erase.

        Args:
            connection: inside a transaction.
            meant: somebody or a post that is there.
        """
        ensure_run(connection, self._archive, self._now)
        with quick_lookups(connection):
            self._erase(connection, meant)

    def _erase(self, connection: sqlite3.Connection, meant: Meant) -> None:
        kind: Kind = "author" if meant.person is not None else "post"
        erasure_id = self._begin(connection, kind)
        self._known = erased = key.keys_for_erasure(connection)
        posts = self._learn(connection, meant)
        cleaning.note_posts(connection, posts)
        scope = topic_scope(connection)
        self._keep_out(connection, map(key.key_of_address, scope.addresses))
        self._keep_out(connection, map(key.key_of_opened, scope.opened_urls))
        self._keep_out(connection, keys_of_titles(connection, (*scope.opened, *scope.emptied)))
        titles = titles_of(connection, (*scope.opened, *scope.emptied))
        erased.with_phrases(phrases_of_posts(connection))
        going = self._clean_pages(connection, erased, scope)
        self._clean_bodies(connection, erased)
        self._clean_records(connection, meant, scope, partial(_line, erased=erased, titles=titles))
        cleaning.clean_edits(connection, partial(erased_edit, erased=erased))
        reckon_steadiness(self._archive, connection, scope.left)
        self._remove_pages(connection, going)
        self._reconcile(connection, scope)
        cleaning.index_anew(connection)
        stored_page.drop_contents(self._archive, connection)
        found = self._erased(kind, len(posts), scope)
        connection.execute(
            _NOTE,
            {
                "posts": found.posts,
                "topics": found.topics,
                "pages": found.pages_cut + found.pages_as_records + found.pages_removed,
                "files": found.files,
                "id": erasure_id,
            },
        )
        self.erased = found

    def _begin(self, connection: sqlite3.Connection, kind: Kind) -> int:
        values = (self._now, kind, self._with_mentions)
        return connection.execute(_BEGIN, values).lastrowid or 0

    def _erased(self, kind: Kind, posts: int, scope: TopicScope) -> Erased:
        counts = self._counts
        return Erased(
            kind=kind,
            posts=posts,
            topics=len(scope.emptied),
            titles=len(scope.opened),
            pages_cut=counts["cut"],
            pages_as_records=counts["record"],
            pages_removed=counts["removed"],
            files=counts["files"],
            mentions_left=counts["left"],
        )

    def _keep_out(self, connection: sqlite3.Connection, keys: Iterable[tuple[str, int]]) -> None:
        learned = list(keys)
        key.add_keys(connection, learned)
        self._known.learn(learned)

    # Who and what is meant

    def _learn(self, connection: sqlite3.Connection, meant: Meant) -> set[int]:
        """Have it be known again, and find all posts that were ever shown as theirs."""
        if meant.person is None:
            posts = {meant.post_id or 0}
        else:
            self._keep_out(connection, keys_of_person(connection, meant.person))
            posts = set(_posts_by(connection, meant.person.author_ids))
            posts |= self._shown_posts(connection)
        self._keep_out(connection, map(key.key_of_post, posts))
        return posts

    def _shown_posts(self, connection: sqlite3.Connection) -> set[int]:
        """The posts that stored pages show as theirs; of one whose account is gone, old pages alone say whose it was."""
        erased = self._known
        posts: set[int] = set()
        pictures: set[str] = set()
        for _, kind, page in self._pages(connection):
            topic = topic_on(page, kind) if kind in _TOPICS and is_touched(page, erased) else None
            if topic is not None:
                own = set(numbers_in(topic, erased))
                posts |= own
                pictures |= pictures_of(page.body, own)
        for one in pictures:
            self._keep_out(connection, key.keys_of_name(one, is_shared=False))
        return posts

    def _pages(self, connection: sqlite3.Connection) -> Iterator[tuple[int, str, Page]]:
        for page_id in stored_page.numbered_pages(connection):
            row = connection.execute(_PAGE, (page_id,)).fetchone()
            yield page_id, row["kind"], load_page(self._archive, row)

    # Pages

    def _clean_pages(
        self, connection: sqlite3.Connection, erased: ErasureKeys, scope: TopicScope
    ) -> list[int]:
        """Take it out of every stored page.

        Returns:
            Those that are of nothing but what was erased.
        """
        going: list[int] = []
        for page_id, kind, page in self._pages(connection):
            if is_address_of_erased(page.final_url, erased) or is_address_of_erased(
                page.url, erased
            ):
                going.append(page_id)
                continue
            cleaned = without_erased(page, erased, kind)
            note_continuation(connection, erased, cleaned)
            self._counts["left"] += cleaned.left
            if cleaned.way is None:
                continue
            if kind in _ALONE or _is_of(cleaned, scope):
                going.append(page_id)
            self._keep(connection, page_id, cleaned)
        return going

    def _keep(self, connection: sqlite3.Connection, page_id: int, cleaned: Cleaned) -> None:
        stored_page.replace_page(connection, page_id, cleaned.page)
        stored_page.note_way(connection, page_id, self._now, cleaned.way or "cut")
        self._counts[cleaned.way or "cut"] += 1
        if cleaned.before is not None and cleaned.after is not None:
            stored_page.note_what_is_left(connection, page_id, cleaned.after)
            self._note_changes(connection, page_id, cleaned.before, cleaned.after)

    def _note_changes(
        self, connection: sqlite3.Connection, page_id: int, before: TopicPage, after: TopicPage
    ) -> None:
        """Have the posts of others be recorded as the page says them now."""
        were = {post.post_id: post for post in before.posts}
        for post in after.posts:
            was = were[post.post_id]
            if was.body_html != post.body_html:
                body.change_body(connection, was, post)
                self._bodies.append((post.post_id, was.body_html))
            if (was.edits, was.reply_to, was.problems) != (
                post.edits,
                post.reply_to,
                post.problems,
            ):
                stored_page.change_post(connection, page_id, post)

    def _clean_bodies(self, connection: sqlite3.Connection, erased: ErasureKeys) -> None:
        """Clean bodies that no page shows as a whole, and keep out what was quoted in any."""
        if erased.in_mentions:
            clean = partial(erased_body, erased=erased)
            self._bodies += body.change_joined(connection, clean, text_of)
        body.merge_revisions(connection, {post_id for post_id, _ in self._bodies})
        quoted = quoted_keys((text for _, text in self._bodies), erased.has_phrase)
        self._keep_out(connection, quoted)

    def _remove_pages(self, connection: sqlite3.Connection, going: list[int]) -> None:
        for page_id in going:
            was_changed = connection.execute(_WAY, (page_id,)).fetchone()
            if stored_page.remove_page(connection, page_id):
                self._counts["removed"] += 1
                if was_changed is not None:
                    self._counts[was_changed[0]] -= 1

    # Records

    def _clean_records(
        self, connection: sqlite3.Connection, meant: Meant, scope: TopicScope, scrub: partial[str]
    ) -> None:
        erased = self._known
        cleaning.alias_listings(connection, scope.emptied, partial(alias_address, erased=erased))
        cleaning.rename_topics(connection, scope.opened)
        cleaning.clean_states(connection, scrub)
        if erased.in_mentions:
            cleaning.clean_titles(connection, partial(erased_title, erased=erased))
        self._counts["files"] += cleaning.remove_posts(connection)
        cleaning.remove_topics(connection, scope.emptied)
        cleaning.remove_lists(connection, partial(is_address_of_erased, erased=erased))
        if meant.person is not None:
            self._counts["files"] += cleaning.remove_person(connection, meant.person)
        cleaning.clean_lines(connection, scrub)

    def _reconcile(self, connection: sqlite3.Connection, scope: TopicScope) -> None:
        for topic_key in scope.left:
            assessment = assess(topic_state(connection, topic_key))
            record_gaps(connection, topic_key, assessment.gaps, self._now)
            keep_expected(connection, topic_key, assessment.expected)


_TOPICS = frozenset(("topic", "dump"))
# Pages that no record is read from, and that are about one thing.
_ALONE = frozenset(("reply", "other"))
_PAGE = "SELECT * FROM pages WHERE page_id = ?"
_WAY = "SELECT way FROM erased_pages WHERE page_id = ?"
_BEGIN = """
INSERT INTO erasures (erased_at, kind, posts, topics, pages, files, has_mentions, is_wiped) VALUES (?, ?, 0, 0, 0, 0, ?, 0)
"""
_NOTE = """
UPDATE erasures SET posts = :posts, topics = :topics, pages = :pages, files = :files WHERE erasure_id = :id
"""


def _posts_by(connection: sqlite3.Connection, author_ids: tuple[int, ...]) -> Iterator[int]:
    for author_id in author_ids:
        query = "SELECT post_id FROM posts WHERE author_id = ?"
        for row in connection.execute(query, (author_id,)):
            yield row[0]


def _is_of(cleaned: Cleaned, scope: TopicScope) -> bool:
    """Whether a page is of a topic of which nothing is left."""
    before = cleaned.before
    if before is None or (cleaned.after is not None and cleaned.after.posts):
        return False
    return before.topic_id in scope.emptied_ids or before.url in scope.addresses


def _line(text: str, erased: ErasureKeys, titles: frozenset[tuple[str, ...]]) -> str:
    return erased_line(text, erased, titles)
