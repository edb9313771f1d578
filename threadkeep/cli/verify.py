"""`threadkeep verify`: what an archive lacks, and how to repair it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parsers.errors import DamagedArchiveError
from scraper.archive.database import reading, writing
from scraper.archive.gap import accept_gaps, record_gaps
from scraper.archive.page import utc_text
from scraper.archive.run import ensure_run
from scraper.archive.verify import Verdict, verify
from scraper.politeness.clock import SystemClock
from threadkeep.cli.console import say, say_json
from threadkeep.cli.location import only_archive
from threadkeep.cli.option import ArchiveOption, JsonOption, QuietOption

if TYPE_CHECKING:
    from scraper.archive.verify import TopicVerdict

_INCOMPLETE = 3


def command(
    archive: ArchiveOption = None,
    *,
    accept_gap: Annotated[
        bool,
        typer.Option(
            "--accept-gap", help="Accept what is missing now: only a new gap counts from here on."
        ),
    ] = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> int:
    """Check an archive against itself and against what the site claimed.

    \b
    Examples:
      threadkeep verify
      threadkeep verify -a forum.example.db
      threadkeep verify -a forum.example.db --accept-gap

    Exit code 0: whole and complete. 3: something is missing. 7: the file is damaged.
    """
    path = archive or only_archive()
    if accept_gap:
        _accept(path)
    with reading(path) as opened:
        verdict = verify(opened)
    is_open = any(topic.is_open for topic in verdict.topics)
    if as_json:
        say_json(verdict)
    else:
        _tell(path, verdict, quiet=quiet)
    if verdict.damage:
        raise DamagedArchiveError(
            f"{path} is damaged: {verdict.damage[0]} Restore a copy, or run `threadkeep reparse -a {path}`, which "
            "rebuilds what the stored pages allow."
        )
    return _INCOMPLETE if is_open else 0


def _accept(path: Path) -> None:
    now = utc_text(SystemClock().now())
    with (
        writing(path, command="verify --accept-gap") as archive,
        archive.transaction() as connection,
    ):
        ensure_run(connection, archive, now)
        for topic in verify(archive).topics:
            record_gaps(connection, topic.topic_key, topic.gaps, now)
        accept_gaps(connection, now)


def _tell(path: Path, verdict: Verdict, *, quiet: bool) -> None:
    for damage in verdict.damage:
        say(f"damage: {damage}")
    lacking = [topic for topic in verdict.topics if topic.gaps or topic.is_interrupted]
    for topic in lacking:
        _tell_topic(path, topic)
    posts = sum(topic.posts for topic in verdict.topics)
    if not quiet:
        complete = len(verdict.topics) - sum(topic.is_open for topic in verdict.topics)
        say(f"{path}: {posts} posts in {len(verdict.topics)} topics, {complete} of them complete.")


def _tell_topic(path: Path, topic: TopicVerdict) -> None:
    say(
        f"{topic.title}: {topic.posts} of {topic.expected if topic.expected is not None else 'an unknown number of'} posts"
    )
    for gap in topic.gaps:
        say(f"  {'accepted' if gap in topic.accepted else 'missing'}: {gap.detail}")
    if topic.is_interrupted:
        say("  missing: its archiving was stopped before the end.")
    if topic.is_open and topic.url:
        say(f"  repair:  threadkeep archive {shlex.quote(topic.url)} -a {shlex.quote(str(path))}")
