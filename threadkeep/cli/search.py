"""`threadkeep search`: find posts by their words."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from scraper.archive.database import reading
from scraper.archive.search import SearchFilter, search
from threadkeep.cli.console import counted, one_line, say, say_json, say_marked
from threadkeep.cli.location import only_archive
from threadkeep.cli.option import ArchiveOption, JsonOption

if TYPE_CHECKING:
    from scraper.archive.search import SearchHit, SearchReport


def command(
    words: Annotated[
        list[str],
        typer.Argument(metavar="WORDS", help="All must be in a post, or in its topic's title."),
    ],
    archive: ArchiveOption = None,
    topic: Annotated[
        int | None, typer.Option("--topic", metavar="ID", help="Only in this topic.")
    ] = None,
    forum: Annotated[
        str | None,
        typer.Option("--forum", metavar="TITLE", help="Only in this forum and those inside it."),
    ] = None,
    author: Annotated[
        str | None, typer.Option("--author", metavar="NAME", help="Only posts of this author.")
    ] = None,
    role: Annotated[
        str | None,
        typer.Option("--role", metavar="ROLE", help="Only of authors shown with this role."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DAY", help="The first day, e.g. 2019-03-17, or 2019."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help="The last day, month or year.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Posts shown at most.")] = 20,
    *,
    newest: Annotated[
        bool, typer.Option("--newest", help="The newest first, not those that match best.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Search the posts of an archive.

    Case and diacritics make no difference. "a phrase" in double quotes is found as it stands, begin* finds what begins
    so, a OR b either of two, NOT c leaves posts out. Posts that vanished from the site are found too.

    \b
    Examples:
      threadkeep search rust
      threadkeep search '"hot glue" OR epox*' --forum Workshop --since 2019
      threadkeep search lantern NOT candle --author "Ada Ferro" --newest
    """
    only = SearchFilter(
        topic_id=topic, forum=forum, author=author, role=role, since=since, until=until
    )
    path = archive or only_archive()
    with reading(path) as opened:
        report = search(
            opened, " ".join(words), only, newest_first=newest, limit=min(limit, sys.maxsize)
        )
    if as_json:
        say_json(report)
    else:
        _tell(report)
    return 0


def _tell(report: SearchReport) -> None:
    for hit in report.hits:
        say(_heading(hit))
        say_marked(hit.snippet, hit.found, indent="    ")
    shown = f", the first {len(report.hits)} shown" if len(report.hits) < report.total else ""
    say(f"{counted(report.total, 'post')} found{shown}.")
    if report.hits:
        say(
            f"Read one: threadkeep show {report.hits[0].post_id} -a {shlex.quote(str(report.archive))}"
        )


def _heading(hit: SearchHit) -> str:
    gone = f", gone since {hit.gone_at}" if hit.gone_at else ""
    when = hit.published or hit.published_text or "-"
    return one_line(f"#{hit.post_id} {hit.author}, {when}, in “{hit.topic_title}”{gone}")
