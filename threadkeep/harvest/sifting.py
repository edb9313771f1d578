"""Pass over records that hold nothing of a forum, by their heads and their bytes, before anything is parsed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from parsers.challenge import PAGE_STATUSES
from parsers.errors import NothingReadableError
from parsers.wayback import archived_address
from scraper.fetch.warc.answer import body_of, http_answer
from scraper.fetch.warc.capture import OBSERVATIONS_URL, host_of
from threadkeep.harvest.evidence import (
    may_be_address_of_topic,
    may_be_dump,
    may_be_topic,
    may_tell_times,
)

if TYPE_CHECKING:
    from threadkeep.harvest.options import ReadOptions
    from threadkeep.harvest.records import Found

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})\b")
_STATUSES = frozenset(str(one).encode() for one in PAGE_STATUSES)
_NOT_PACKED = frozenset((b"", b"identity", b"none", b"utf-8"))
_PAGE_TYPE = re.compile(rb"text/(?:html|plain)|application/xhtml|\Z")
_MACHINE_TYPE = re.compile(rb"text/xml|application/[a-z0-9.+-]*(?:xml|json)")
_MOST_OF_A_HEAD = 256 * 1024
_OWN_KINDS = frozenset(("topic", "dump", "feed", "site-info"))


@dataclass(slots=True)
class Sifter:
    """Decides which records are read.

    Attributes:
        options: what is wanted.
        passed: how many records were passed over, by the reason.
        pages: how many answers there were that a person could read.
    """

    options: ReadOptions
    passed: Counter[str] = field(default_factory=Counter[str])
    pages: int = 0

    def is_candidate(self, found: Found) -> bool:
        """Whether a record is to be read."""
        reason = self._reason_against(found)
        if reason is not None:
            self.passed[reason] += 1
        return reason is None

    def _reason_against(self, found: Found) -> str | None:
        block = found.block
        if block is None:
            return "too-large"
        if found.url == OBSERVATIONS_URL:
            return None
        if not self._is_wanted(found.url):
            return "other-host"
        if found.kind == "revisit":
            return None if may_be_address_of_topic(found.url) or found.stated else "repetition"
        if found.stated is not None:
            return None if found.stated in _OWN_KINDS else "other-kind"
        return self._of_anybody(found, block)

    def _is_wanted(self, url: str) -> bool:
        hosts = self.options.hosts
        return not hosts or host_of(archived_address(url) or url) in hosts

    def _of_anybody(self, found: Found, block: bytes) -> str | None:
        if found.kind == "conversion":
            self.pages += 1
            return None if self.options.is_unsifted or may_be_dump(block) else "no-marks"
        if found.kind == "resource":
            return self._by_body(found.url, block, is_for_machines=block[:1] == b"{")
        return self._of_answer(found, block)

    def _of_answer(self, found: Found, block: bytes) -> str | None:
        status = _STATUS.match(block)
        if status is None or status[1] not in _STATUSES:
            return "other-status"
        head = _head(block)
        media_type = _value(head, b"\ncontent-type:")
        is_for_machines = _MACHINE_TYPE.match(media_type) is not None
        if not is_for_machines and _PAGE_TYPE.match(media_type) is None:
            return "other-media-type"
        body: bytes | None = block
        if _is_packed(head):
            body = _unpacked(block, self.options.most_bytes)
        if body is None:
            # Whoever reads it is told what is wrong with it.
            return None if may_be_address_of_topic(found.url) else "cannot-be-unpacked"
        return self._by_body(found.url, body, is_for_machines=is_for_machines)

    def _by_body(self, url: str, body: bytes, *, is_for_machines: bool) -> str | None:
        self.pages += 1
        if self.options.is_unsifted:
            return None
        is_likely = may_tell_times(body) if is_for_machines else may_be_topic(url, body)
        return None if is_likely else "no-marks"


def _head(block: bytes) -> bytes:
    """The head of an answer, in small letters."""
    end = block.find(b"\r\n\r\n", 0, _MOST_OF_A_HEAD)
    if end < 0:
        end = block.find(b"\n\n", 0, _MOST_OF_A_HEAD)
    return block[: max(end, 0)].lower()


def _value(head: bytes, name: bytes) -> bytes:
    """A field of a head; empty where it is not there."""
    start = head.find(name)
    if start < 0:
        return b""
    end = head.find(b"\n", start + 1)
    return head[start + len(name) : end if end >= 0 else None].strip()


def _is_packed(head: bytes) -> bool:
    if b"-encoding" not in head:
        return False
    is_chunked = b"chunked" in _value(head, b"\ntransfer-encoding:")
    return is_chunked or _value(head, b"\ncontent-encoding:") not in _NOT_PACKED


def _unpacked(block: bytes, most_bytes: int) -> bytes | None:
    """The body of an answer; None where it cannot be had."""
    answer = http_answer(block)
    try:
        return body_of(answer, most_bytes) if answer is not None else None
    except NothingReadableError:
        return None
