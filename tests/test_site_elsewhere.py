"""A forum moves to https, to another name of its host or into a folder: its archive follows, asks little, and keeps nothing twice."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import responses

from scraper.demo import life
from tests.archiving import rarely
from tests.test_site_moves import revised, same_posts
from tests.whole_forum import DAY, Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from requests import PreparedRequest

    Sent = tuple[int, dict[str, str], bytes]

OLD = "http://forum.example"
NEW = ["https://forum.example", *rarely("http://forum.example/blog", "https://www.forum.example")]
NOTHING = 404, {"Content-Type": "text/html"}, b"<html><title>Not found</title></html>"


@dataclass(slots=True)
class Elsewhere:
    """A demo forum that answers at any address, without a network.

    Attributes:
        base: where it is.
        sends_on: whether it answers where it was, and sends on from there.
        asked: what was asked for.
    """

    site: Site
    base: str = ""
    sends_on: bool = True
    asked: list[str] = field(default_factory=list[str])

    def move(self, base: str) -> None:
        """Have it be there from now on."""
        self.base = self.site.server.url = base
        self.site.forum = self.site.forum  # its pages link to where it is
        self.asked.clear()

    def answer(self, request: PreparedRequest) -> Sent:
        url = request.url or ""
        self.asked.append(url)
        if url == f"{'/'.join(self.base.split('/')[:3])}/robots.txt":
            return self._shown("/robots.txt")
        if url.startswith(f"{self.base}/"):
            return self._shown(url.removeprefix(self.base))
        is_old = url.startswith(f"{OLD}/") and self.sends_on
        return (301, {"Location": self.base + url.removeprefix(OLD)}, b"") if is_old else NOTHING

    def _shown(self, path: str) -> Sent:
        answer = self.site.server.ordinary(path)
        return answer.status, dict(answer.headers), answer.body


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    site = Site.of(tmp_path, topics=8, posts=9)
    made = Elsewhere(site)
    with site, responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_callback("GET", re.compile(r"https?://.*"), callback=made.answer)
        made.move(OLD)
        assert site.archive().exit_code == 0
        assert site.mistakes() == []
        site.clock.advance(DAY)
        yield made


def goes_on(elsewhere: Elsewhere, before: list[dict[str, object]]) -> None:
    """What comes after a move is as if there had been none."""
    site = elsewhere.site
    assert site.query("SELECT old_base, new_base FROM site_moves") == [(OLD, elsewhere.base)]
    site.clock.advance(DAY)
    site.forum = life.add_reply(site.forum, site.forum.topics[2].topic_id)
    elsewhere.asked.clear()
    assert site.sync().exit_code == 0
    assert len(elsewhere.asked) <= 8, elsewhere.asked
    assert all(url.startswith(elsewhere.base.rpartition("/blog")[0]) for url in elsewhere.asked)
    assert site.sync(audit=1.0).exit_code == 0
    same_posts(site, before)
    assert revised(site) == []
    lists = [url for (url,) in site.query("SELECT url FROM lists UNION SELECT url FROM listings")]
    assert [url for url in lists if not url.startswith(f"{elsewhere.base}/")] == []


@pytest.mark.parametrize("has_grown", [True, *rarely(False)])
@pytest.mark.parametrize("base", NEW)
def test_a_site_that_sends_on_is_followed_by_a_sync(
    base: str, has_grown: bool, elsewhere: Elsewhere
) -> None:
    site, before = elsewhere.site, elsewhere.site.records()
    elsewhere.move(base)
    if has_grown:
        site.forum = life.add_reply(site.forum, site.forum.topics[5].topic_id)
    report = site.sync()
    assert (report.exit_code, report.notes[0]) == (0, f"the site has moved from {OLD} to {base}")
    assert len(elsewhere.asked) <= 12, elsewhere.asked
    assert site.gone() == {}
    goes_on(elsewhere, before)


@pytest.mark.parametrize("base", NEW)
def test_a_site_that_does_not_is_followed_where_the_user_names_it(
    base: str, elsewhere: Elsewhere
) -> None:
    site, before = elsewhere.site, elsewhere.site.records()
    elsewhere.move(base)
    elsewhere.sends_on = False
    assert site.sync().exit_code == 5
    assert site.gone() == {}
    report = site.archive()
    assert (report.exit_code, report.notes[0]) == (0, f"the site has moved from {OLD} to {base}")
    assert len(elsewhere.asked) <= 12, elsewhere.asked
    goes_on(elsewhere, before)


def test_feeds_are_asked_for_where_the_site_is_now(tmp_path: Path) -> None:
    """Those of topics that were not read again are known by where the site was."""
    site = Site.of(tmp_path, topics=4, posts=7, rest=False)
    elsewhere = Elsewhere(site)
    with site, responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_callback("GET", re.compile(r"https?://.*"), callback=elsewhere.answer)
        elsewhere.move(OLD)
        topic = site.links.topic(site.forum.topics[0])
        assert site.archive(topic).exit_code == 0
        asked = [url for url in elsewhere.asked if url.endswith("/feed/")]
        assert asked, "nothing but feeds tells this site's zone"
        elsewhere.move("https://forum.example")
        elsewhere.sends_on = False
        assert site.archive().exit_code == 0
        assert [url for url in elsewhere.asked if not url.startswith(elsewhere.base)] == []
