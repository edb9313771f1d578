"""Read an export of JSON Lines that is to be imported: every line is checked before anything is kept, and none is held."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

from parsers.errors import NothingReadableError, UsageError
from parsers.post_record import POSTS_TYPE, RecordPlace, read_post, records_body
from parsers.records import Page
from scraper.archive.page import utc_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from parsers.records import Post

_SUFFIX = ".jsonl"
_LONGEST = 64 * 2**20
_TO_THE_MINUTE = 16
_PAGE = re.compile(r"(?:/page/|[?&](?:paged|page)=)([1-9]\d{0,6})(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """Records of one topic that one page showed when it was last seen.

    Attributes:
        url: the page's address, as the records have it.
        fetched_at: when it was last seen.
        topic_id: the topic's number.
        title: the topic's title.
        place: which page of the topic it is.
        spans: where in the file each line begins, and how long it is.
    """

    url: str
    fetched_at: datetime
    topic_id: int | None
    title: str
    place: RecordPlace
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """What placing a record has to know of it."""

    span: tuple[int, int]
    topic: tuple[int | None, str | None, str]
    url: str
    seen: str
    moment: tuple[str, int]
    is_opening: bool
    is_gone: bool
    position: int


def record_files(source: Path) -> list[Path]:
    """The exports of JSON Lines that a source is, or that lie in a folder."""
    if source.is_dir():
        return sorted(path for path in source.rglob(f"*{_SUFFIX}") if path.is_file())
    return [source] if source.suffix.lower() == _SUFFIX else []


def record_pages(source: Path) -> Iterator[RecordPage]:
    """The records of a file, as the pages that they were read from.

    Raises:
        UsageError: the file cannot be read.
        NothingReadableError: a line is no record; it is named.
    """
    for _, lines in groupby(_lines(source), key=lambda line: line.topic):
        yield from _pages(list(lines))


def load_records(source: Path, page: RecordPage) -> Page:
    """A page of records as it is stored."""
    with source.open("rb") as file:
        lines = [_at(file.fileno(), span, source) for span in page.spans]
    return Page(
        url=page.url,
        final_url=page.url,
        status=200,
        headers=(("Content-Type", POSTS_TYPE),),
        body=records_body(page.place, lines),
        fetched_at=page.fetched_at,
    )


def record_loader(source: Path, page: RecordPage) -> partial[Page]:
    """What loads it when it is wanted."""
    return partial(load_records, source, page)


def _at(file: int, span: tuple[int, int], source: Path) -> bytes:
    line = os.pread(file, span[1], span[0])
    if len(line) != span[1]:
        raise NothingReadableError(f"{source} has changed while it was read: try again.")
    return line


def _lines(source: Path) -> Iterator[_Line]:
    begin = 0
    try:
        with source.open("rb") as file:
            number = 0
            while line := file.readline(_LONGEST):
                number += 1
                post = _post(source, number, line)
                yield _line(post, (begin, len(line.rstrip(b"\r\n"))))
                begin += len(line)
    except OSError as error:
        raise UsageError(f"{source} cannot be read: {error.strerror}.") from error


def _post(source: Path, number: int, line: bytes) -> Post:
    try:
        return read_post(line)
    except ValueError as error:
        raise NothingReadableError(
            f"Line {number} of {source} is no post in threadkeep's record format 1 ({error}); nothing was imported."
        ) from error


def _line(post: Post, span: tuple[int, int]) -> _Line:
    local = (post.published_local or "")[:_TO_THE_MINUTE]
    return _Line(
        span=span,
        topic=(post.topic_id, post.topic_url, post.topic_title),
        url=post.source_url or post.topic_url or "",
        seen=post.last_seen or post.first_seen or utc_text(datetime.fromtimestamp(0, UTC)),
        moment=(local, post.post_id),
        is_opening=post.kind == "topic",
        is_gone=post.gone_at is not None,
        position=post.position,
    )


def _pages(lines: list[_Line]) -> Iterator[RecordPage]:
    """The pages of a topic: lines from one address are of one page, those that it showed last at one time of one copy."""
    numbers = _numbers(list(dict.fromkeys(one.url for one in lines)))
    lacking = _lacking(lines)
    most = max(lacking.values())
    first, *others = lines
    has_lead = first.is_opening and any(one.moment < first.moment for one in others)
    shown = Counter(one.url for one in lines if not one.is_gone)
    before = dict(
        zip(numbers, accumulate((shown[url] for url in numbers), initial=0), strict=False)
    )
    topic_id, _, title = first.topic
    for (url, seen), own in _copies(lines).items():
        place = RecordPlace(
            number=numbers[url],
            last=max(numbers.values()),
            first=lacking[url] + 1 + before[url] if lacking[url] else None,
            total=shown.total() + most if most else None,
            has_lead=has_lead,
        )
        yield RecordPage(
            url=url,
            fetched_at=datetime.fromisoformat(seen),
            topic_id=topic_id,
            title=title,
            place=place,
            spans=tuple(one.span for one in own),
        )


def _numbers(urls: list[str]) -> dict[str, int]:
    """The number of each page, by its address, in order; where addresses do not tell them, as they come."""
    found = [_PAGE.search(url) for url in urls]
    told = [int(one[1]) if one else 1 for one in found]
    numbers = told if len(set(told)) == len(urls) else list(range(1, len(urls) + 1))
    return dict(sorted(zip(urls, numbers, strict=True), key=lambda pair: pair[1]))


def _copies(lines: list[_Line]) -> dict[tuple[str, str], list[_Line]]:
    copies: dict[tuple[str, str], list[_Line]] = {}
    for one in lines:
        copies.setdefault((one.url, one.seen), []).append(one)
    return copies


def _lacking(lines: list[_Line]) -> dict[str, int]:
    """How many posts are missing before each page, as positions that are left out tell."""
    lacking: dict[str, int] = {}
    count = 0
    for one in lines:
        if not one.is_opening:
            lacking[one.url] = max(lacking.get(one.url, 0), one.position - count - 1)
        lacking.setdefault(one.url, 0)
        count += not one.is_gone
    return lacking
