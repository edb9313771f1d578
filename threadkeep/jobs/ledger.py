"""Sum up the politeness ledger: what was asked of which host, and why."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from scraper.fetch.address import parse_address
from threadkeep.jobs.report import LedgerLine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scraper.archive.run_record import AskedRequest

_NUMBER = re.compile(r"\d+")


def ledger_of(requests: Iterable[AskedRequest]) -> tuple[LedgerLine, ...]:
    """Requests by host and reason, most of them first."""
    found: defaultdict[tuple[str, str], list[AskedRequest]] = defaultdict(list)
    for one in requests:
        host = parse_address(one.url).origin.partition("://")[2]
        found[host, _NUMBER.sub("N", one.reason)].append(one)
    lines = [_line(host, reason, asked) for (host, reason), asked in found.items()]
    return tuple(sorted(lines, key=lambda line: (line.host, -line.requests, line.reason)))


def _line(host: str, reason: str, asked: list[AskedRequest]) -> LedgerLine:
    return LedgerLine(
        host=host,
        reason=reason,
        requests=len(asked),
        failed=sum(one.status is None or one.status >= 400 for one in asked),
        body_bytes=sum(one.body_bytes for one in asked),
    )
