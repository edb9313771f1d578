"""Pages of the Wayback Machine: put back as the site sent them, with the address and the time they are a copy of. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parsers.records import Page

_HOST = r"(?:https?:)?//(?:web|wayback|replay)(?:-\w+)?\.archive\.org"
_STAMP = r"(?:\d{4,14})(?:[a-z]{2}_)?"
_ADDRESS = re.compile(
    rf"{_HOST}/(?:web/)?(?P<stamp>\d{{4,14}})(?:[a-z]{{2}}_)?/(?P<url>\S+)", re.IGNORECASE
)
# What stands before an address that was rewritten, as far as it stands inside a tag.
_PREFIX = re.compile(
    rf"(?:{_HOST})?/web/{_STAMP}/(?=(?:https?:)?(?:\\?/){{1,2}}|mailto:|[a-z][a-z0-9.-]*\.[a-z])".encode(),
    re.IGNORECASE,
)
_TAG = re.compile(rb"<[a-z][^<>]{0,20000}>", re.IGNORECASE)
_HEAD_TAG = re.compile(rb"<head(?:\s[^<>]{0,2000})?>", re.IGNORECASE)
_TOOLBAR = (b"<!-- BEGIN WAYBACK TOOLBAR INSERT -->", b"<!-- END WAYBACK TOOLBAR INSERT -->")
_SCRIPTS_END = b"<!-- End Wayback Rewrite JS Include -->"
_ARCHIVED = re.compile(
    rb"<!--\s*FILE ARCHIVED ON (\d\d:\d\d:\d\d \w{3} \d\d, \d{4}) AND RETRIEVED FROM THE\s+INTERNET ARCHIVE ON .{0,4000}?-->\s*",
    re.DOTALL,
)
_TIMINGS = re.compile(rb"<!--\s*playback timings \(ms\):.{0,4000}?-->\s*", re.DOTALL)
_SAYS_WHICH = re.compile(
    rb"__wm\.wombat\(\s*\"([^\"\s]{1,4000})\"\s*,\s*\"(\d{14})\"|var\s+__wm_url\s*=\s*\"([^\"]{1,4000})\""
)
# In a post such a comment would be text, with its bracket escaped.
_MARKS = (_TOOLBAR[0], _SCRIPTS_END)


def archived_address(url: str) -> str | None:
    """The address that an address of the Wayback Machine is a copy of; None where it is none of that."""
    match = _ADDRESS.fullmatch(url)
    return _whole_address(match["url"]) if match is not None else None


def archived_at(url: str) -> datetime | None:
    """When the copy was made that an address of the Wayback Machine leads to."""
    match = _ADDRESS.fullmatch(url)
    return _moment(match["stamp"]) if match is not None else None


def is_of_wayback(body: bytes) -> bool:
    """Whether the Wayback Machine has put something of its own into a page."""
    return any(mark in body for mark in _MARKS) or _ARCHIVED.search(body) is not None


def restored(page: Page) -> Page:
    """A page as the site sent it; one that is no copy of the Wayback Machine is the same.

    What stands in posts stays: a link to the Wayback Machine that somebody wrote was rewritten like any other, so that
    the first of two such addresses in each other is what goes.
    """
    url = archived_address(page.final_url)
    if not is_of_wayback(page.body):
        return page if url is None else _at(page, url, archived_at(page.final_url))
    said, stamp = _said(page.body)
    moment = archived_at(page.final_url) or stamp or _archived(page.body)
    body = without_wayback(page.body)
    return _at(replace(page, body=body), url or said or page.final_url, moment)


def without_wayback(body: bytes) -> bytes:
    """A page without what the Wayback Machine has put into it, its links as they were."""
    body = _without_scripts(_without_toolbar(body))
    for comment in (_ARCHIVED, _TIMINGS):
        body = comment.sub(b"", body)
    return _TAG.sub(lambda tag: _PREFIX.sub(b"", tag[0]), body)


def _without_toolbar(body: bytes) -> bytes:
    begin, end = _TOOLBAR
    while (start := body.find(begin)) >= 0 and (stop := body.find(end, start)) >= 0:
        body = body[:start] + body[stop + len(end) :].removeprefix(b"\n")
    return body


def _without_scripts(body: bytes) -> bytes:
    """What is put right behind the tag that the page's head begins with."""
    stop = body.find(_SCRIPTS_END)
    head = _HEAD_TAG.search(body, 0, max(stop, 0))
    if head is None:
        return body
    return body[: head.end()] + body[stop + len(_SCRIPTS_END) :].removeprefix(b"\n")


def _at(page: Page, url: str, moment: datetime | None) -> Page:
    """The page at its own address and time; where it was found is in the header that copies have for that."""
    if page.final_url == url and moment is None:
        return page
    headers = page.headers
    if page.final_url != url:
        headers = (*headers, ("Link", f'<{page.final_url}>; rel="memento"'))
    return replace(
        page,
        url=url,
        final_url=url,
        redirects=(),
        headers=headers,
        fetched_at=moment or page.fetched_at,
    )


def _said(body: bytes) -> tuple[str | None, datetime | None]:
    """The address and the time that the page's scripts name."""
    match = _SAYS_WHICH.search(body)
    if match is None:
        return None, None
    url = (match[1] or match[3]).decode("utf-8", "replace")
    moment = _moment(match[2].decode()) if match[2] else None
    return _whole_address(url), moment


def _archived(body: bytes) -> datetime | None:
    match = _ARCHIVED.search(body)
    if match is None:
        return None
    try:
        return datetime.strptime(match[1].decode(), "%H:%M:%S %b %d, %Y").replace(tzinfo=UTC)
    except ValueError:
        return None


def _whole_address(url: str) -> str:
    """The Wayback Machine takes addresses without `http://`, and some servers make one slash of two."""
    match = re.match(r"(https?):/{1,2}(?=[^/])", url, re.IGNORECASE)
    if match is not None:
        return f"{match[1].lower()}://{url[match.end() :]}"
    return f"http://{url.removeprefix('//')}"


def _moment(stamp: str) -> datetime | None:
    """A time stamp, of which the end may be missing."""
    whole = stamp + "00000101000000"[len(stamp) :]
    try:
        return datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
