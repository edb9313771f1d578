"""Show a post's history: what happened to it in the order of time, then the site's own log, then its author's history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from threadkeep.cli.console import counted, one_line, say
from threadkeep.cli.difference_text import counted_words, indented, marked_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.archive.post_history import (
        Absence,
        BodyChange,
        PostHistory,
        PostMove,
    )

_IS_DELETED = {"0": "the account is there", "1": "the account is gone"}


def tell_history(history: PostHistory) -> None:
    """Print a post's history."""
    versions = f"{counted(len(history.revisions), 'version')} seen"
    gone = f", gone since {history.absences[-1].gone_at}" if history.is_gone else ""
    title = f"“{history.topic_title}”"
    say(one_line(f"Post {history.post_id} by {history.author} in {title}: {versions}{gone}"))
    say(
        one_line(
            f"published {history.published or history.published_text or '-'}; last seen {history.last_seen}"
        )
    )
    for when, lines in sorted(_events(history), key=lambda event: event[0]):
        head, *rest = lines
        say(f"\n{when}  {one_line(head)}")
        for line in indented(rest):
            say(line)
    _tell_log(history)
    _tell_author(history)


def _events(history: PostHistory) -> Iterator[tuple[str, list[str]]]:
    """What happened, and when; the first line of each says what."""
    yield from ((one.seen_at, _body(one)) for one in history.revisions)
    yield from ((one.seen_at, [_move(one)]) for one in history.moves)
    for one in history.absences:
        yield from _absence(one)


def _body(change: BodyChange) -> list[str]:
    if not change.difference:
        return [f"version {change.revision}", *change.body_text.splitlines()]
    words = counted_words(change.words_added, change.words_removed)
    is_same = not change.words_added and not change.words_removed
    return [
        f"version {change.revision}: {words}",
        *([] if is_same else marked_lines(change.difference)),
    ]


def _move(move: PostMove) -> str:
    return f"moved from {topic_name(move.from_topic_id, move.from_title)} to {topic_name(move.to_topic_id, move.to_title)}"


def topic_name(topic_id: int | None, title: str) -> str:
    """A topic in a line of text: its title and its number."""
    return f"“{title}”" if topic_id is None else f"“{title}” (#{topic_id})"


def _absence(absence: Absence) -> Iterator[tuple[str, list[str]]]:
    yield absence.gone_at, [f"gone: {absence.gone_reason or 'no reason known'}"]
    if absence.returned_at is not None:
        yield absence.returned_at, ["back"]


def _tell_log(history: PostHistory) -> None:
    if history.edits:
        say("\nwhat the site says of edits:")
        for edit in history.edits:
            say(f"    {one_line(edit.text)}")


def _tell_author(history: PostHistory) -> None:
    if history.author_changes:
        say(f"\nits author, {one_line(history.author)} ({one_line(history.author_url or '-')}):")
        for change in history.author_changes:
            told = person_change(change.field, change.old, change.new)
            say(f"    {change.seen_at}  {one_line(told)}")


def person_change(field: str, old: str | None, new: str | None) -> str:
    """What changed of a person, in words."""
    if field == "is_deleted":
        return _IS_DELETED.get(new or "", "-")
    return f"{field}: {old or '-'} → {new or '-'}"
