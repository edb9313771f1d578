"""`threadkeep show`: what an archive holds, one topic, one post with its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from parsers.errors import UsageError
from scraper.archive.contents_list import ArchiveSummary, TopicSummary, post_history, summary
from scraper.archive.database import reading
from scraper.archive.thread_reader import threads
from threadkeep.cli.console import printable, say, say_json
from threadkeep.cli.location import only_archive
from threadkeep.cli.option import ArchiveOption, JsonOption

if TYPE_CHECKING:
    from parsers.records import Post, Thread
    from scraper.archive.contents_list import SeenRevision
    from scraper.archive.database import Archive


def command(
    number: Annotated[
        int | None,
        typer.Argument(metavar="[ID]", help="A topic's or a post's id; without it, a list."),
    ] = None,
    archive: ArchiveOption = None,
    *,
    as_json: JsonOption = False,
) -> int:
    """Show what an archive holds: all its topics, the posts of one, or one post with every body seen.

    \b
    Examples:
      threadkeep show
      threadkeep show 1234 -a forum.example.db
    """
    with reading(archive or only_archive()) as opened:
        if number is None:
            _show_archive(summary(opened), as_json=as_json)
        else:
            _show_number(opened, number, as_json=as_json)
    return 0


def _show_archive(found: ArchiveSummary, *, as_json: bool) -> None:
    if as_json:
        say_json(found)
        return
    say(
        f"{found.path}: {found.posts} posts in {len(found.topics)} topics of {found.home or found.host or 'no known site'}"
    )
    say(f"times: {found.timezone or 'no zone known'}; last run: {found.last_run or '-'}")
    if not found.topics:
        return
    table = Table("topic", "posts", "gaps", "last seen", "title", box=None, pad_edge=False)
    for topic in found.topics:
        table.add_row(*_cells(topic))
    Console(soft_wrap=True).print(table)


def _cells(topic: TopicSummary) -> tuple[str, ...]:
    posts = f"{topic.posts}/{topic.expected}" if topic.expected is not None else str(topic.posts)
    return (
        str(topic.topic_id or "-"),
        posts,
        str(topic.gaps or ""),
        topic.last_seen,
        printable(topic.title).replace("[", r"\["),
    )


def _show_number(opened: Archive, number: int, *, as_json: bool) -> None:
    thread = next(threads(opened, number), None)
    if thread is not None:
        _show_thread(thread, as_json=as_json)
        return
    history = post_history(opened, number)
    if not history:
        raise UsageError(
            f"{opened.path} holds neither a topic nor a post {number}; `threadkeep show` lists what it holds."
        )
    if as_json:
        say_json(history)
    else:
        _show_history(number, history)


def _show_thread(thread: Thread, *, as_json: bool) -> None:
    if as_json:
        say_json(list(thread.posts))
        return
    say(thread.title)
    say(f"{' › '.join(thread.forum) or '-'}  {thread.url or ''}")
    for gap in thread.gaps:
        say(f"missing: {gap}")
    for post in thread.posts:
        say(f"\n{_heading(post)}")
        for line in post.body_text.splitlines():
            say(f"    {line}")


def _heading(post: Post) -> str:
    gone = f", gone since {post.gone_at}" if post.gone_at else ""
    return f"{post.position}. {post.author.name} ({post.role or '-'}), {post.published_text or '-'}  #{post.post_id}{gone}"


def _show_history(number: int, history: tuple[SeenRevision, ...]) -> None:
    say(f"Post {number} in “{history[0].title}”: {len(history)} version(s) seen")
    for one in history:
        say(f"\nversion {one.revision}, seen {one.seen_at}")
        for line in one.body_text.splitlines():
            say(f"    {line}")
