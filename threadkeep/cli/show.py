"""`threadkeep show`: what an archive holds, one topic, one post with its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from parsers.errors import UsageError
from scraper.archive.contents_list import ArchiveSummary, TopicSummary, post_history, summary
from scraper.archive.database import reading
from scraper.archive.post_history import history_of_post
from scraper.archive.thread_reader import may_be_held, threads
from threadkeep.cli.console import counted, one_line, say, say_columns, say_json
from threadkeep.cli.history_text import tell_history
from threadkeep.cli.location import only_archive
from threadkeep.cli.option import ArchiveOption, JsonOption

if TYPE_CHECKING:
    from parsers.records import Post, Thread
    from scraper.archive.contents_list import SeenRevision
    from scraper.archive.database import Archive


def command(
    number: Annotated[
        int | None,
        typer.Argument(metavar="ID", help="A topic's or a post's id; without it, a list."),
    ] = None,
    archive: ArchiveOption = None,
    *,
    history: Annotated[
        bool,
        typer.Option(
            "--history",
            help="ID is a post: how it changed, word by word, moved, went and came back.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Show an archive, a topic or a post.

    An archive is shown as the list of its topics, a topic with its posts, a post with every body that was seen of it.
    With --history a post is shown with all that is known of how it came to be as it is, also one that is gone.

    \b
    Examples:
      threadkeep show
      threadkeep show 1234 -a forum.example.db
      threadkeep show 1234 --history
    """
    if history and number is None:
        raise UsageError("--history shows one post; say which: threadkeep show ID --history.")
    with reading(archive or only_archive()) as opened:
        if number is None:
            _show_archive(summary(opened), as_json=as_json)
        elif history:
            _show_history(opened, number, as_json=as_json)
        else:
            _show_number(opened, number, as_json=as_json)
    return 0


def _show_archive(found: ArchiveSummary, *, as_json: bool) -> None:
    if as_json:
        say_json(found)
        return
    of = found.home or found.host or "no known site"
    topics = counted(len(found.topics), "topic")
    say(f"{found.path}: {counted(found.posts, 'post')} in {topics} of {of}")
    say(f"times: {found.timezone or 'no zone known'}; last run: {found.last_run or '-'}")
    if found.topics:
        say("")
        has_gone = any(topic.gone for topic in found.topics)
        heads = ("topic", "posts", "gaps", *(("gone",) if has_gone else ()), "last seen", "title")
        say_columns(heads, (_cells(topic, has_gone=has_gone) for topic in found.topics))


def _cells(topic: TopicSummary, *, has_gone: bool) -> tuple[str, ...]:
    posts = f"{topic.posts}/{topic.expected}" if topic.expected is not None else str(topic.posts)
    gone = (str(topic.gone or ""),) if has_gone else ()
    number = str(topic.topic_id or "-")
    return (number, posts, str(topic.gaps or ""), *gone, topic.last_seen, topic.title)


def _show_number(opened: Archive, number: int, *, as_json: bool) -> None:
    is_number = may_be_held(number)
    thread = next(threads(opened, number), None) if is_number else None
    if thread is not None:
        _show_thread(thread, as_json=as_json)
        return
    bodies = post_history(opened, number) if is_number else ()
    if not bodies:
        raise UsageError(
            f"{opened.path} holds neither a topic nor a post {number}; `threadkeep show` lists what it holds."
        )
    if as_json:
        say_json(bodies)
    else:
        _show_bodies(number, bodies)


def _show_history(opened: Archive, number: int, *, as_json: bool) -> None:
    history = history_of_post(opened, number) if may_be_held(number) else None
    if history is None:
        raise UsageError(
            f"{opened.path} holds no post {number}; `threadkeep show` lists its topics, and `threadkeep show ID` a topic's posts."
        )
    if as_json:
        say_json(history)
    else:
        tell_history(history)


def _show_thread(thread: Thread, *, as_json: bool) -> None:
    if as_json:
        say_json(list(thread.posts))
        return
    say(one_line(thread.title))
    say(f"{one_line(' › '.join(thread.forum)) or '-'}  {one_line(thread.url or '')}".rstrip())
    for gap in thread.gaps:
        say(f"missing: {one_line(gap)}")
    for post in thread.posts:
        say(f"\n{_heading(post)}")
        for line in post.body_text.splitlines():
            say(f"    {line}".rstrip())


def _heading(post: Post) -> str:
    versions = f", {post.revision} versions seen" if post.revision > 1 else ""
    gone = f", gone since {post.gone_at}" if post.gone_at else ""
    who = f"{post.author.name} ({post.role or '-'}), {post.published_text or '-'}"
    return f"{post.position}. {one_line(who)}  #{post.post_id}{versions}{gone}"


def _show_bodies(number: int, bodies: tuple[SeenRevision, ...]) -> None:
    versions = f"{counted(len(bodies), 'version')} seen"
    gone = f", gone since {bodies[0].gone_at}" if bodies[0].gone_at else ""
    say(one_line(f"Post {number} in “{bodies[0].title}”: {versions}{gone}"))
    for one in bodies:
        say(f"\nversion {one.revision}, seen {one.seen_at}")
        for line in one.body_text.splitlines():
            say(f"    {line}".rstrip())
