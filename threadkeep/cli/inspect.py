"""`threadkeep inspect`: parse one page and show what was understood, and why not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parsers.document import decode_text, read_document
from parsers.errors import NothingReadableError, ThreadkeepError, UsageError
from parsers.registry import Declined, declined, parse_list, parse_profile, parse_topic, recognise
from parsers.text_dump import parse_text_dump
from scraper.fetch.fetcher import Request
from scraper.fetch.folder import saved_file
from scraper.fetch.live import LiveFetcher
from scraper.fetch.polite import PoliteFetcher
from scraper.fetch.settings import FetchSettings
from scraper.sync.receipt import received
from threadkeep.cli.console import one_line, say, say_json
from threadkeep.cli.list_text import tell_list, tell_profile
from threadkeep.cli.option import ContactOption

if TYPE_CHECKING:
    from parsers.document import Document
    from parsers.list_records import ListPage, ProfilePage
    from parsers.records import Page, ParsedPost, TopicPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What was understood of one page.

    Attributes:
        file: what was given: a file or an address.
        url: the page's own address, where it is known.
        kind: what kind of page it is, such as `topic`; `text dump` for one; None where no engine knows it.
        engine: the reader that read it.
        posts: the posts on it, in page order.
        problems: what the reader was unsure of, or why it could not read the page, a sentence each.
        topic: everything that a topic's page says; None for every other page.
        listed: everything that the page of a forum or another list says; None for every other page.
        profile: everything that somebody's profile says; None for every other page.
        confidence: where the page was read without a template, in which share of its posts each field was found.
        declined: every other reader, and why it did not read the page.
    """

    file: str
    url: str | None
    kind: str | None
    engine: str | None
    posts: tuple[ParsedPost, ...]
    problems: tuple[str, ...]
    topic: TopicPage | None = None
    listed: ListPage | None = None
    profile: ProfilePage | None = None
    confidence: dict[str, float] = field(default_factory=dict[str, float])
    declined: tuple[Declined, ...] = ()


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
    return 0 if _is_read(inspection) else NothingReadableError.exit_code


def _is_read(found: Inspection) -> bool:
    """Whether there is something to show: what the page says, or that it is of a kind that says nothing."""
    if found.posts or found.listed is not None or found.profile is not None:
        return True
    return found.kind in {"reply", "missing", "other"}


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
        return _unread(source, url, problems)
    return _of_page(source, saved.page, problems)


def _of_dump(path: Path, url: str | None) -> Inspection:
    try:
        body = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    return _of_topic(str(path), url, "text dump", parse_text_dump(decode_text(body), url=url), ())


def _of_page(source: str, page: Page, problems: tuple[str, ...]) -> Inspection:
    try:
        document = read_document(received(page))
    except ThreadkeepError as error:
        return _unread(source, page.final_url, (*problems, str(error)))
    found = _of_document(source, document, problems)
    return replace(found, declined=declined(document, found.engine if _is_read(found) else None))


def _of_document(source: str, document: Document, problems: tuple[str, ...]) -> Inspection:
    unread = _unread(source, document.url, problems)
    try:
        engine, kind = recognise(document)
        unread = replace(unread, kind=kind, engine=engine.name)
        if kind == "topic":
            return _of_topic(source, document.url, kind, parse_topic(engine, document), problems)
        if kind in {"forum", "list"}:
            listed = parse_list(engine, document)
            return replace(unread, listed=listed, problems=(*problems, *map(str, listed.problems)))
        if kind == "profile":
            profile = parse_profile(engine, document)
            return replace(
                unread, profile=profile, problems=(*problems, *map(str, profile.problems))
            )
    except ThreadkeepError as error:
        return replace(unread, problems=(*problems, str(error)))
    return unread


def _unread(source: str, url: str | None, problems: tuple[str, ...]) -> Inspection:
    return Inspection(file=source, url=url, kind=None, engine=None, posts=(), problems=problems)


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
        confidence=dict(found.confidence),
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
    if inspection.listed is not None:
        tell_list(inspection.listed)
    if inspection.profile is not None:
        tell_profile(inspection.profile)
    for name, share in inspection.confidence.items():
        say(f"  found:   {name} in {share:.0%} of the posts")
    for problem in inspection.problems:
        say(f"  problem: {one_line(problem)}")
    for other in inspection.declined:
        say(f"  not {other.engine}: {one_line(other.reason)}")
