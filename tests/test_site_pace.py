"""However much a whole forum takes, its site is asked at the pace that it and the user chose, one request after the other."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from scraper.demo import DemoAnswer, Fault, FaultRule, FaultScript, life
from scraper.fetch.settings import FetchSettings
from scraper.politeness.clock import SystemClock
from scraper.sync.pipeline import ArchiveJob, archive_topics
from tests.whole_forum import Site

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path

    from scraper.demo import DemoRequest

_RETRY_AFTER = 7.0


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site.of(tmp_path, topics=8) as made:
        yield made


class Watched:
    """A site that notes when it is asked for what, by the archiver's clock, and what it answers."""

    def __init__(self, site: Site, *rules: FaultRule, crawl_delay: float | None = None) -> None:
        self._site = site
        self._faults = FaultScript(rules, seed=4)
        self._crawl_delay = crawl_delay
        self.times: list[tuple[float, bool]] = []
        site.server.intercept = self.answer

    def answer(self, request: DemoRequest) -> Any:  # noqa: ANN401  see `Intercept`
        fault = self._faults(request)
        self.times.append((self._site.clock.monotonic(), fault is not None))
        if fault is None and request.path == "/robots.txt" and self._crawl_delay is not None:
            text = f"User-agent: *\nCrawl-delay: {self._crawl_delay}\n"
            return DemoAnswer(headers=(("Content-Type", "text/plain"),), body=text.encode())
        return fault

    def gaps(self) -> list[tuple[float, bool]]:
        """Seconds between two requests, and whether the first was refused."""
        return [(after[0] - before[0], before[1]) for before, after in pairwise(self.times)]


@pytest.mark.parametrize(
    ("delay", "crawl_delay", "least"), [(1.0, None, 1.0), (3.0, None, 3.0), (1.0, 5.0, 5.0)]
)
def test_no_two_requests_are_closer_than_the_pace(
    delay: float, crawl_delay: float | None, least: float, site: Site
) -> None:
    watched = Watched(site, crawl_delay=crawl_delay)
    settings = FetchSettings(delay=delay)
    assert site.archive(fetch=settings).exit_code == 0
    site.forum = life.add_reply(site.forum, site.forum.topics[0].topic_id)
    assert site.sync(fetch=settings, audit=1.0).exit_code == 0
    assert len(watched.times) > 40
    # Between the two runs there is a minute.
    assert min(gap for gap, _ in watched.gaps()) >= least
    assert site.server.max_in_flight == 1


def test_who_asks_to_come_back_later_is_left_alone_until_then(site: Site) -> None:
    rule = FaultRule(fault=Fault.SERVICE_UNAVAILABLE, share=0.2, seconds=_RETRY_AFTER)
    watched = Watched(site, rule)
    assert site.archive(fetch=FetchSettings()).exit_code == 0
    assert site.mistakes() == []
    refused = [gap for gap, was_refused in watched.gaps() if was_refused]
    assert len(refused) > 3
    assert min(refused) >= _RETRY_AFTER


@pytest.mark.sweep
@pytest.mark.parametrize("delay", [0.05, 0.2])
def test_by_the_clock_on_the_wall_the_servers_own_log_says_so(
    delay: float, tmp_path: Path, tried: Counter[str]
) -> None:
    with Site.of(tmp_path, topics=20) as site:
        job = ArchiveJob(
            urls=(site.links.index,), path=site.path, fetch=FetchSettings(delay=delay)
        )
        assert archive_topics(job, clock=SystemClock()).exit_code == 0
        times = [request.at for request in site.server.requests]
        assert min(after - before for before, after in pairwise(times)) >= delay
        assert site.server.max_in_flight == 1
        tried["gaps between requests that were measured"] += len(times) - 1
