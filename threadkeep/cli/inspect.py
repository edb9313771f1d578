"""`threadkeep inspect`: parse one page and show what was understood, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parsers.document import decode_text, read_document
from parsers.errors import NothingReadableError, ThreadkeepError, UsageError
from parsers.registry import recognise
from parsers.text_dump import parse_text_dump
from scraper.fetch.fetcher import Request
from scraper.fetch.folder import saved_file
from scraper.fetch.live import LiveFetcher
from scraper.fetch.polite import PoliteFetcher
from scraper.fetch.settings import FetchSettings
from threadkeep.cli.console import one_line, say, say_json
from threadkeep.cli.option import ContactOption

if TYPE_CHECKING:
    from parsers.records import Page, ParsedPost, TopicPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What was understood of one page."""

    file: str
    url: str | None
    kind: str | None
    engine: str | None
    posts: tuple[ParsedPost, ...]
    problems: tuple[str, ...]
    topic: TopicPage | None = None


def command(
    source: Annotated[
        str,
        typer.Argument(
            metavar="URL|FILE", help="A web address, a saved page, or a text dump (.txt)."
        ),
    ],
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="Where FILE is from.")
    ] = None,
    contact: ContactOption = None,
    *,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print {file, url, kind, engine, posts, problems} as JSON."),
    ] = False,
) -> int:
    """Parse one page and show what was understood. Nothing is stored.

    \b
    Examples:
      threadkeep inspect https://forum.example/forums/topic/hello/
      threadkeep inspect page.html --url https://forum.example/forums/topic/hello/ --json
    """
    inspection = _inspect(source, url, contact)
    if as_json:
        say_json(inspection)
    else:
        _tell(inspection)
    return (
        0
        if inspection.posts or inspection.kind not in {None, "topic"}
        else NothingReadableError.exit_code
    )


def _inspect(source: str, url: str | None, contact: str | None) -> Inspection:
    if "://" in source:
        with PoliteFetcher(
            LiveFetcher(FetchSettings(contact=contact), user_urls=[source])
        ) as fetcher:
            return _of_page(source, fetcher.get(Request(url=source, reason="inspect")), ())
    path = Path(source)
    if not path.is_file():
        raise UsageError(f"“{source}” is neither a web address (https://…) nor a file.")
    if path.suffix.lower() == ".txt":
        return _of_dump(path, url)
    saved = saved_file(path, url=url)
    problems = tuple(str(problem) for problem in saved.problems)
    if saved.page is None:
        return Inspection(
            file=source, url=url, kind=None, engine=None, posts=(), problems=problems
        )
    return _of_page(source, saved.page, problems)


def _of_dump(path: Path, url: str | None) -> Inspection:
    try:
        body = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    return _of_topic(str(path), url, "text dump", parse_text_dump(decode_text(body), url=url), ())


def _of_page(source: str, page: Page, problems: tuple[str, ...]) -> Inspection:
    engine_name = kind = None
    try:
        document = read_document(page)
        engine, kind = recognise(document)
        engine_name = engine.name
        if kind == "topic":
            return _of_topic(source, page.final_url, kind, engine.parse_topic(document), problems)
    except ThreadkeepError as error:
        problems = (*problems, str(error))
    return Inspection(
        file=source, url=page.final_url, kind=kind, engine=engine_name, posts=(), problems=problems
    )


def _of_topic(
    source: str, url: str | None, kind: str, found: TopicPage, problems: tuple[str, ...]
) -> Inspection:
    return Inspection(
        file=source,
        url=url,
        kind=kind,
        engine=found.engine,
        posts=found.posts,
        problems=(*problems, *(str(problem) for problem in found.problems)),
        topic=found,
    )


def _tell(inspection: Inspection) -> None:
    say(
        f"{inspection.file}: {inspection.kind or 'nothing known'}, engine {inspection.engine or 'none'}"
    )
    topic = inspection.topic
    if topic is not None:
        say(f"  title:    {one_line(topic.title)}")
        say(f"  forum:    {one_line(' › '.join(forum.title for forum in topic.forum)) or '-'}")
        say(
            f"  topic id: {topic.topic_id or '-'}, page {topic.pager.current} of {topic.pager.last}"
        )
        say(f"  claim:    {one_line(topic.claim.text) if topic.claim else '-'}")
    for post in inspection.posts:
        words = one_line(post.body_text)[:60]
        when = post.published_text or "-"
        about = one_line(
            f"#{post.post_id} {post.author.name} ({post.role or '-'}), {when}: {words}"
        )
        say(f"  {about}")
    for problem in inspection.problems:
        say(f"  problem: {one_line(problem)}")
