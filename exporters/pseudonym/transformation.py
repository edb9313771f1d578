"""Give records pseudonyms and coarse dates, one after the other: what goes in is a record, what comes out is a record."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, overload

import msgspec

from exporters.pseudonym.coarse_date import CoarseDate
from exporters.pseudonym.identity import host_of
from exporters.pseudonym.markup import BodyCleaner
from exporters.pseudonym.revision_text import timeless
from exporters.pseudonym.span import SpanFinder, applied
from exporters.pseudonym.table import NameTable, is_nameless
from exporters.pseudonym.tally import PseudonymReport, Tally
from parsers.media_link import fragment
from parsers.post_file import no_files
from parsers.records import Author, Edit, ForumLink
from parsers.visible_text import text_of_paragraphs, visible_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from exporters.pseudonym.coarse_date import Dates
    from exporters.pseudonym.key import PseudonymKey
    from exporters.pseudonym.span import Span
    from parsers.forum_tree import ForumTree
    from parsers.origin import Origin, OriginRun, RobotsFile, SourcePage
    from parsers.records import Post, Thread
    from parsers.revision import Revision
    from parsers.selection import Selection


class Transformation:
    """Pseudonyms in the place of names, no contact data, and dates as coarse as asked for.

    The same records, key and authors give the same records. Memory grows with the number of authors alone.
    """

    def __init__(
        self,
        *,
        site: str,
        key: PseudonymKey | None,
        authors: Iterable[Author] = (),
        dates: Dates = "exact",
    ) -> None:
        """Make it.

        Args:
            site: the site's host, or its home's address; who is known by name alone is told apart by it.
            key: what pseudonyms are made with; None: names stay, and only dates become coarser.
            authors: everybody whose name may be met, also who edits; whom these are not is known by marks alone.
            dates: how coarse.
        """
        self._key = key
        self._site = host_of(site)
        self._authors = tuple(authors) if key is not None else ()
        self._dates = CoarseDate(dates=dates)
        self._tally = Tally()

    def __reduce__(self) -> tuple[Callable[[], Transformation], tuple[()]]:
        """As it was made, with nothing counted: so it comes to other processes."""
        make = partial(
            Transformation,
            site=self._site,
            key=self._key,
            authors=self._authors,
            dates=self._dates.dates,
        )
        return make, ()

    # Records

    def thread(self, thread: Thread) -> Thread:
        """A topic; its posts and their earlier bodies are transformed when they are taken."""
        return replace(
            thread,
            site=self.address(thread.site),
            forum=tuple(map(self.text, thread.forum)),
            title=self.text(thread.title),
            url=self.address(thread.url),
            tags=tuple(map(self.text, thread.tags)),
            gaps=tuple(map(self.text, thread.gaps)),
            posts=map(self.post, thread.posts),
            path=self._path(thread.path),
            first_seen=self.moment(thread.first_seen),
            last_seen=self.moment(thread.last_seen),
            vanished_at=self.moment(thread.vanished_at),
            vanished_reason=self.text(thread.vanished_reason),
            revisions=self._revisions_of(thread.revisions),
            # Nobody can be left out of what is in a file, so no format is to bring it along.
            files=thread.files if self._key is None else no_files,
        )

    def post(self, post: Post) -> Post:
        """A post."""
        body_html, body_text = self._body(post.body_html, post.body_text)
        return replace(
            self._with_coarse_times(post),
            site=self.address(post.site),
            forum=tuple(map(self.text, post.forum)),
            topic_title=self.text(post.topic_title),
            topic_url=self.address(post.topic_url),
            topic_tags=tuple(map(self.text, post.topic_tags)),
            url=self.address(post.url),
            author=self.author(post.author),
            role=self.text(post.role),
            body_html=body_html,
            body_text=body_text,
            edits=tuple(map(self._edit, post.edits)),
            gone_reason=self.text(post.gone_reason),
            problems=tuple(map(self.text, post.problems)),
            source_url=self.address(post.source_url),
        )

    def revision(self, revision: Revision) -> Revision:
        """A body of a post."""
        body_html, body_text = self._body(revision.body_html, revision.body_text)
        return replace(
            revision,
            seen_at=self.moment(revision.seen_at),
            body_html=body_html,
            body_text=body_text,
            source_url=self.address(revision.source_url),
        )

    def origin(self, origin: Origin) -> Origin:
        """Where posts come from."""
        return replace(
            origin,
            home=self.address(origin.home),
            name=self.text(origin.name),
            first_fetched=self.moment(origin.first_fetched),
            last_fetched=self.moment(origin.last_fetched),
            runs=tuple(map(self._run, origin.runs)),
            robots=tuple(map(self._robots, origin.robots)),
            source_pages=lambda: map(self._page, origin.source_pages()),
            forum_tree=lambda: self._forum_tree(origin.forum_tree()),
        )

    def selection(self, selection: Selection) -> Selection:
        """What was asked for, where the output tells it."""
        if self._key is None:
            return selection
        return replace(
            selection,
            forum=tuple(map(self._asked, selection.forum)),
            author=tuple(map(self._table.of_slug, selection.author)),
            role=tuple(map(self._asked, selection.role)),
            query=self._whole_or_asked(selection.query),
        )

    def author(self, author: Author) -> Author:
        """Who wrote a post: a pseudonym, and whether it is a guest or somebody whose account is gone."""
        if self._key is None:
            return author
        pseudonym = self._table.of_author(author)
        self._tally.add("authors", not is_nameless(author))
        self._tally.add("avatars", author.avatar_url is not None)
        self._tally.add("profile_links", author.url is not None)
        return Author(name=pseudonym, is_guest=author.is_guest, is_deleted=author.is_deleted)

    # Values

    @overload
    def text(self, text: str) -> str: ...

    @overload
    def text(self, text: None) -> None: ...

    @overload
    def text(self, text: str | None) -> str | None: ...

    def text(self, text: str | None) -> str | None:
        """A text that people read, without names and contact data."""
        if self._key is None or not text:
            return text
        spans = self._counted(self._spans(text))
        return applied(text, spans) if spans else text

    @overload
    def address(self, address: str) -> str: ...

    @overload
    def address(self, address: None) -> None: ...

    @overload
    def address(self, address: str | None) -> str | None: ...

    def address(self, address: str | None) -> str | None:
        """An address without them."""
        if self._key is None or not address:
            return address
        replaced = self._replaced_address(address)
        self._tally.add("addresses", replaced != address)
        return replaced

    def moment(self, iso: str | None) -> str | None:
        """A time in ISO 8601, as coarse as asked for."""
        return self._count_date(iso, self._dates.moment(iso))

    # What became of it

    @property
    def report(self) -> PseudonymReport:
        """What was replaced up to now, and what could not be."""
        table = self._table if self._key is not None else None
        return PseudonymReport(
            key_id=self._key.key_id if self._key is not None else None,
            dates=self._dates.dates,
            persons=table.persons if table is not None else 0,
            replaced=self._tally.replaced,
            left=self._tally.left(
                names_only_where_marked=table.marked_only if table is not None else 0,
                shared_names=table.shared_names if table is not None else 0,
            ),
        )

    @property
    def facts(self) -> dict[str, object]:
        """The report as plain data, for what an output says of itself."""
        facts: dict[str, object] = msgspec.to_builtins(self.report)
        return facts

    @property
    def settings(self) -> dict[str, object]:
        """What is known before the first record: which key, and how coarse dates are."""
        return {
            "key_id": self._key.key_id if self._key is not None else None,
            "dates": self._dates.dates,
        }

    # Parts

    @cached_property
    def _table(self) -> NameTable:
        assert self._key is not None  # noqa: S101  nobody asks for names where they stay
        return NameTable(self._key, self._site, self._authors)

    @cached_property
    def _finder(self) -> SpanFinder:
        return SpanFinder(self._table, self._site)

    # Every post of a topic says its title, its forums and its addresses again.
    @cached_property
    def _spans(self) -> Callable[[str], list[Span]]:
        return lru_cache(maxsize=1024)(self._finder.in_text)

    @cached_property
    def _replaced_address(self) -> Callable[[str], str]:
        return lru_cache(maxsize=1024)(self._finder.in_address)

    @cached_property
    def _cleaner(self) -> BodyCleaner:
        return BodyCleaner(self._finder, self._tally)

    def _counted(self, spans: list[Span]) -> list[Span]:
        for span in spans:
            self._tally.add(span.kind)
        return spans

    def _body(self, body_html: str, body_text: str) -> tuple[str, str]:
        if self._key is None:
            return body_html, body_text
        cleaned = self._cleaner.cleaned(body_html)
        if _visible(body_html) == body_text:
            # What only markup tells of a name, as a link to a profile does, goes from the text as well.
            return cleaned, body_text if cleaned == body_html else _visible(cleaned)
        spans = self._finder.in_text(body_text)
        return cleaned, applied(body_text, spans) if spans else body_text

    def _edit(self, edit: Edit) -> Edit:
        text = edit.text if self._dates.is_exact else timeless(edit)
        self._tally.add("dates", text != edit.text)
        if self._key is None:
            return replace(edit, text=text)
        editor = edit.editor
        if editor:
            self._tally.add("editors")
            pseudonym = self._table.of_name(editor)
            text, editor = _replaced(text, editor, pseudonym), pseudonym
        return Edit(text=self.text(text), editor=editor, reason=self.text(edit.reason))

    def _with_coarse_times(self, post: Post) -> Post:
        if self._dates.is_exact:
            return post
        known = post.published_local or post.published
        shown = self._dates.text(post.published_text, known=known)
        latest = post.published_latest
        return replace(
            post,
            published_text=self._count_date(post.published_text, shown),
            published_local=self.moment(post.published_local),
            published=self.moment(post.published),
            published_earliest=self.moment(post.published_earliest),
            published_latest=self._count_date(latest, self._dates.latest(latest)),
            first_seen=self.moment(post.first_seen),
            last_seen=self.moment(post.last_seen),
            gone_at=self.moment(post.gone_at),
        )

    def _count_date(self, before: str | None, after: str | None) -> str | None:
        self._tally.add("dates", before != after)
        return after

    def _revisions_of(
        self, revisions: Callable[[int], Iterator[Revision]]
    ) -> Callable[[int], Iterator[Revision]]:
        return lambda post_id: map(self.revision, revisions(post_id))

    def _path(self, path: Iterable[ForumLink]) -> tuple[ForumLink, ...]:
        return tuple(
            ForumLink(title=self.text(link.title), url=self.address(link.url)) for link in path
        )

    def _forum_tree(self, tree: ForumTree) -> ForumTree:
        forums = tuple(
            replace(
                forum,
                path=self._path(forum.path),
                title=self.text(forum.title),
                description=self.text(forum.description),
            )
            for forum in tree.forums
        )
        return replace(tree, forums=forums)

    def _run(self, run: OriginRun) -> OriginRun:
        return replace(
            run,
            started_at=self._dates.moment(run.started_at) or "",
            ended_at=self._dates.moment(run.ended_at),
        )

    def _robots(self, robots: RobotsFile) -> RobotsFile:
        return replace(
            robots,
            url=self.address(robots.url),
            fetched_at=self._dates.moment(robots.fetched_at) or "",
            text=self.text(robots.text),
        )

    def _page(self, page: SourcePage) -> SourcePage:
        return replace(
            page,
            url=self.address(page.url),
            final_url=self.address(page.final_url),
            fetched_at=self._dates.moment(page.fetched_at) or "",
        )

    def _whole_or_asked(self, text: str | None) -> str | None:
        if text is None:
            return None
        return self._finder.marks.whole(text) or self._asked(text)

    def _asked(self, text: str) -> str:
        return applied(text, self._counted(self._finder.in_question(text)))


def _replaced(text: str, name: str, pseudonym: str) -> str:
    """A line with a name replaced, as a word of its own where the line has it so."""
    pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
    whole, count = re.subn(pattern, pseudonym, text)
    return whole if count else text.replace(name, pseudonym)


def _visible(body: str) -> str:
    return text_of_paragraphs(body) or visible_text(fragment(body))
