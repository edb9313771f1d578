"""`threadkeep verify`: what an archive lacks, and how to repair it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parsers.errors import DamagedArchiveError
from scraper.archive.database import reading, writing
from scraper.archive.gap import accept_gaps, record_gaps
from scraper.archive.list_gap import accept_list_gaps
from scraper.archive.page import utc_text
from scraper.archive.post_writer import Saved
from scraper.archive.run import RunTotals, end_run, ensure_run
from scraper.archive.verify import Verdict, verify
from scraper.politeness.clock import SystemClock
from threadkeep.cli.console import counted, one_line, say, say_json, warn
from threadkeep.cli.location import only_archive
from threadkeep.cli.option import ArchiveOption, JsonOption, QuietOption

if TYPE_CHECKING:
    from scraper.archive.database import Archive
    from scraper.archive.verify import ListVerdict, TopicVerdict

_UNREAD = frozenset({"page-missing", "page-outdated", "part-missing"})


def command(
    archive: ArchiveOption = None,
    *,
    accept_gap: Annotated[
        bool,
        typer.Option(
            "--accept-gap", help="Accept what is missing now: only a new gap counts from here on."
        ),
    ] = False,
    deep: Annotated[
        bool,
        typer.Option("--deep", help="Also read every stored page anew, and compare the posts."),
    ] = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """Find out whether an archive is whole and complete.

    It is checked against itself and against what the site claimed. Nothing is asked for.

    \b
    Examples:
      threadkeep verify
      threadkeep verify -a forum.example.db
      threadkeep verify -a forum.example.db --deep
      threadkeep verify -a forum.example.db --accept-gap

    Exit code 0: whole and complete. 3: something is missing. 7: the file is damaged.
    """
    path = archive or only_archive()
    if accept_gap:
        accepted = _accept(path)
        if not quiet:
            warn(f"{counted(accepted, 'gap')} accepted: only a new one counts from here on.")
    with reading(path) as opened:
        verdict = _checked(opened, deep=deep)
    if as_json:
        say_json(verdict)
    else:
        _tell(path, verdict, quiet=quiet)
    if verdict.damage:
        warn(f"threadkeep: {path} is damaged: {verdict.damage[0]} {_remedy(path, verdict)}")
    return verdict.exit_code


def _checked(opened: Archive, *, deep: bool) -> Verdict:
    if not deep:
        return verify(opened)
    from scraper.sync.deep_check import verify_deeply  # noqa: PLC0415  # it loads every parser

    return verify_deeply(opened, SystemClock())


def _accept(path: Path) -> int:
    now = utc_text(SystemClock().now())
    with writing(path, command="threadkeep verify --accept-gap") as archive:
        verdict = verify(archive)
        if verdict.damage:
            raise DamagedArchiveError(
                f"{path} is damaged: {verdict.damage[0]} {_remedy(path, verdict)}"
            )
        with archive.transaction() as connection:
            ensure_run(connection, archive, now)
            for topic in verdict.topics:
                record_gaps(connection, topic.topic_key, topic.gaps, now)
            accepted = accept_gaps(connection, now) + accept_list_gaps(connection, now)
        totals = RunTotals(requests=0, pages=0, saved=Saved(), gone=0)
        end_run(archive, utc_text(SystemClock().now()), 0, totals)
    return accepted


def _remedy(path: Path, verdict: Verdict) -> str:
    if verdict.is_rebuildable:
        return (
            f"`threadkeep reparse -a {shlex.quote(str(path))}` has it again from the stored pages."
        )
    return "Restore a copy of it."


def _tell(path: Path, verdict: Verdict, *, quiet: bool) -> None:
    for damage in verdict.damage:
        say(f"damage: {damage}")
    lacking = [topic for topic in verdict.topics if topic.gaps or topic.is_interrupted]
    for topic in lacking:
        _tell_topic(path, topic)
    for one in verdict.lists:
        _tell_list(one)
    if verdict.unread:
        say(f"{counted(verdict.unread, 'topic')} that lists name still to be read")
    if verdict.lists or verdict.unread:
        say(f"  repair:  threadkeep sync -a {shlex.quote(str(path))}")
    if not quiet and not verdict.damage:
        posts = sum(topic.posts for topic in verdict.topics)
        complete = len(verdict.topics) - sum(topic.is_open for topic in verdict.topics)
        topics = counted(len(verdict.topics), "topic")
        say(f"{path}: {counted(posts, 'post')} in {topics}, {complete} of them complete.")


def _tell_list(one: ListVerdict) -> None:
    say(f"{one_line(one.title)}: {counted(one.topics, 'topic')} listed")
    for gap in one.gaps:
        say(f"  missing: {one_line(gap.detail)}")
    if one.is_interrupted:
        say("  missing: it was not read to its end.")


def _tell_topic(path: Path, topic: TopicVerdict) -> None:
    expected = topic.expected if topic.expected is not None else "an unknown number of"
    say(f"{one_line(topic.title)}: {topic.posts} of {expected} posts")
    for gap in topic.gaps:
        say(f"  {'accepted' if gap in topic.accepted else 'missing'}: {one_line(gap.detail)}")
    if topic.is_interrupted:
        say("  missing: its archiving was stopped before the end.")
    if topic.is_open:
        say(f"  repair:  {_repair(path, topic)}")


def _repair(path: Path, topic: TopicVerdict) -> str:
    if topic.url:
        # Pages that were read and came up short are read again only where that is asked for.
        is_unread = any(gap.code in _UNREAD for gap in topic.gaps) or topic.is_interrupted
        refresh = "" if is_unread else " --refresh"
        return f"threadkeep archive {shlex.quote(topic.url)} -a {shlex.quote(str(path))}{refresh}"
    return f"its address is not known; threadkeep import PAGES -a {shlex.quote(str(path))}"
