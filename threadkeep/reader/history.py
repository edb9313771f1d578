"""The history of a post: every version of its body with what changed word by word, moves, absences, and its author's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.html.shown_post import ShownTime, edit_text, seen_time
from exporters.markdown.address import EMBEDDED, safe_address
from scraper.archive.post_history import history_of_post
from threadkeep.reader.author import time_of
from threadkeep.reader.frame import Frame, Link, frame
from threadkeep.reader.topic import cleaner_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.html.cleaning import Cleaner
    from scraper.archive.post_history import BodyChange, PostHistory
    from scraper.archive.word_difference import TextPiece
    from threadkeep.reader.open_archive import OpenArchive


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownVersion:
    """A body that was seen of a post.

    Attributes:
        revision: 1 for the first.
        words_added: words that came in.
        words_removed: words that were taken out.
        pieces: the visible text before and since, piece by piece; empty for the first.
        body: the body, safe to show.
        source_url: the page of the site that it was read from.
    """

    revision: int
    words_added: int
    words_removed: int
    pieces: tuple[TextPiece, ...]
    body: str
    source_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEvent:
    """Something that happened to a post.

    Attributes:
        at: when it was seen.
        text: what, in words.
        version: the body that was seen then.
    """

    at: ShownTime
    text: str
    version: ShownVersion | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """The history of a post.

    Attributes:
        post_id: its number.
        author: who wrote it.
        topic: its topic's title, and where the post stands.
        published: when it was published.
        last_seen: when a page last showed it.
        versions: how many bodies were seen.
        events: oldest first.
        edits: what the forum says of edits, oldest first.
        author_changes: what changed of its author, a sentence each.
    """

    frame: Frame
    post_id: int
    author: str
    topic: Link
    published: ShownTime
    last_seen: ShownTime
    versions: int
    events: tuple[HistoryEvent, ...]
    edits: tuple[str, ...]
    author_changes: tuple[str, ...]


def history_page(opened: OpenArchive, post_id: int) -> HistoryPage | None:
    """Make the page of a post's history; None where the archive does not hold it, or no page shows it."""
    history = history_of_post(opened.archive, post_id)
    links = opened.links("../")
    place = links.post_anywhere(post_id)
    if history is None or place is None:
        return None
    topic = Link(text=history.topic_title or "(no title)", address=place)
    cleaner = cleaner_for(links)
    events = sorted(_events(history, cleaner), key=lambda event: event.at.utc or "")
    return HistoryPage(
        frame=frame(
            opened, "history", f"history/{post_id}", f"History of post {post_id}", (topic,)
        ),
        post_id=post_id,
        author=history.author,
        topic=topic,
        published=time_of(history.published, history.published_text, history.first_seen),
        last_seen=seen_time(history.last_seen),
        versions=len(history.revisions),
        events=tuple(events),
        edits=tuple(map(edit_text, history.edits)),
        author_changes=tuple(
            f"{change.seen_at}: {change.field}: {change.old or '-'} → {change.new or '-'}"
            for change in history.author_changes
        ),
    )


def _events(history: PostHistory, cleaner: Cleaner) -> Iterator[HistoryEvent]:
    base = history.url or history.topic_url or ""
    for body in history.revisions:
        version = _version(body, cleaner, base)
        yield HistoryEvent(at=seen_time(body.seen_at), text=_told(version), version=version)
    for move in history.moves:
        text = f"moved from “{move.from_title}” to “{move.to_title}”"
        yield HistoryEvent(at=seen_time(move.seen_at), text=text, version=None)
    for absence in history.absences:
        text = f"gone: {absence.gone_reason or 'no reason known'}"
        yield HistoryEvent(at=seen_time(absence.gone_at), text=text, version=None)
        if absence.returned_at is not None:
            yield HistoryEvent(at=seen_time(absence.returned_at), text="back", version=None)


def _version(body: BodyChange, cleaner: Cleaner, base: str) -> ShownVersion:
    return ShownVersion(
        revision=body.revision,
        words_added=body.words_added,
        words_removed=body.words_removed,
        pieces=body.difference,
        body=cleaner.clean(body.body_html, base),
        source_url=safe_address(body.source_url or "", "", EMBEDDED) or None,
    )


def _told(version: ShownVersion) -> str:
    if version.revision == 1:
        return "version 1, as first seen"
    added, removed = version.words_added, version.words_removed
    if not added and not removed:
        return f"version {version.revision}: only its markup or line breaks changed"
    return f"version {version.revision}: {added} words added, {removed} removed"
