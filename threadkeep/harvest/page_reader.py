"""Read a record that may be of a forum, with the same receipt and the same engines as everything that comes from a site."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from parsers.errors import NotFoundError, NothingReadableError, ThreadkeepError, UnknownForumError
from parsers.first_use import prepared
from parsers.page_records import Observations
from parsers.records import Page
from parsers.text_dump import redact_dump
from parsers.wayback import restored
from scraper.archive.content import digest
from scraper.archive.page import kept_headers, utc_text
from scraper.fetch.host import hosts_of
from scraper.fetch.warc.capture import (
    OBSERVATIONS_URL,
    moment_of,
    names_of,
    names_wanted,
    page_of,
)
from scraper.fetch.warc.record import Record, digest_is_right
from scraper.sync.harvesting import HarvestedPage
from scraper.sync.page_kind import understood
from scraper.sync.receipt import received
from threadkeep.harvest.seen_page import SeenPage

if TYPE_CHECKING:
    from parsers.records import TopicPage
    from threadkeep.harvest.records import Found
    from threadkeep.harvest.seen_page import Outcome

_LONGEST_HOST = 200
_BESIDE = frozenset(("feed", "site-info"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """What became of a record.

    Attributes:
        seen: for the table of pages.
        host: the site that it is of; empty where nothing of it is kept.
        kept: what is kept of it.
    """

    seen: SeenPage
    host: str = ""
    kept: tuple[HarvestedPage, ...] = ()


def read_page(found: Found, source: str, most_bytes: int, host_before: str) -> ReadPage:
    """Read a record.

    Args:
        found: the record.
        source: where it is from, for the table.
        most_bytes: that its body may unpack to.
        host_before: the site of the page before it, which is that of what an archive of threadkeep says at its end.
    """
    record = Record(start=found.offset, fields=found.fields(), block=found.block)
    seen = SeenPage(source=source, offset=found.offset, url=found.url or None, outcome="refused")
    if digest_is_right(record.fields.get("warc-block-digest", ""), found.block or b"") is False:
        reason = f"The record at offset {found.offset} is not what its digest says."
        return ReadPage(seen=replace(seen, outcome="damaged", reason=reason))
    try:
        if found.url == OBSERVATIONS_URL:
            return _observations(seen, record, host_before)
        body = replace(record, block=b"") if found.kind == "revisit" else record
        page = page_of(record, body, most_bytes)
        page = received(restored(page))
        seen = replace(seen, url=page.final_url or None, captured_at=utc_text(page.fetched_at))
        host = _host(page)
        seen = replace(seen, host=host)
        if found.kind == "revisit":
            return _repetition(seen, page, record)
        return _read(seen, page, record, found)
    except ThreadkeepError as error:
        outcome: Outcome = (
            "other" if isinstance(error, UnknownForumError | NotFoundError) else "refused"
        )
        kind = type(error).__name__
        return ReadPage(seen=replace(seen, outcome=outcome, error=kind, reason=str(error)))


def _host(page: Page) -> str:
    if not page.final_url.startswith(("http://", "https://")):
        raise NothingReadableError("The record does not say which site it is of.")
    host = hosts_of([page.final_url])[0]
    if len(host) > _LONGEST_HOST:
        raise NothingReadableError("The name of the record's host is longer than any is.")
    return host


def _observations(seen: SeenPage, record: Record, host: str) -> ReadPage:
    """What an archive of threadkeep knew beside its pages stands behind them."""
    moment, body = moment_of(record), record.block or b""
    if not host or moment is None:
        raise NothingReadableError("The record does not say which site it is of, and when.")
    try:
        msgspec.json.decode(body, type=prepared(Observations))
    except msgspec.DecodeError as error:
        raise NothingReadableError(f"What the record knows is damaged: {error}.") from error
    url = OBSERVATIONS_URL
    page = Page(url=url, final_url=url, status=200, body=body, fetched_at=moment)
    kept = HarvestedPage(kind="observations", page=page, sha256=digest(page.body))
    return ReadPage(seen=replace(seen, outcome="beside", host=host), host=host, kept=(kept,))


def _repetition(seen: SeenPage, page: Page, record: Record) -> ReadPage:
    wanted = tuple(name for name in names_wanted(record) if name.strip())
    bare = replace(page, body=b"", headers=kept_headers(page))
    repeated = HarvestedPage(
        kind="repetition", page=bare, sha256="", names=tuple(names_of(record)), wanted=wanted
    )
    wish = replace(repeated, kind="wish")
    host = seen.host or ""
    return ReadPage(seen=replace(seen, outcome="repetition"), host=host, kept=(wish, repeated))


def _read(seen: SeenPage, page: Page, record: Record, found: Found) -> ReadPage:
    what = understood(page, "dump" if found.kind == "conversion" else found.stated)
    seen = replace(seen, kind=what.kind)
    if what.found is None and what.kind not in _BESIDE:
        reason = f"It is a page of a forum (“{what.kind}”), but no topic."
        return ReadPage(seen=replace(seen, outcome="other", reason=reason))
    names = tuple(names_of(record))
    if what.found is None:
        kept = HarvestedPage(kind=what.kind, page=page, sha256=digest(page.body), names=names)
    else:
        kept = _bare(what.kind, page, what.found, names)
        seen = replace(seen, engine=what.found.engine, posts=len(what.found.posts))
    outcome: Outcome = "beside" if what.found is None else "read"
    seen = replace(seen, outcome=outcome, sha256=kept.sha256)
    return ReadPage(seen=seen, host=seen.host or "", kept=(kept,))


def _bare(kind: str, page: Page, found: TopicPage, names: tuple[str, ...]) -> HarvestedPage:
    """A page that is read already, without its body."""
    body = redact_dump(page.body, found) if kind == "dump" else page.body
    bare = replace(page, body=b"", headers=kept_headers(page))
    return HarvestedPage(kind=kind, page=bare, sha256=digest(body), found=found, names=names)
