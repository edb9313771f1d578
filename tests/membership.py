"""A demo forum with members, and a fetcher that is logged in to it, for tests of logging in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from scraper.demo import DemoServer, DemoSettings, generate
from scraper.demo.login import ACCOUNTS, Gate
from scraper.demo.members import with_members_area
from scraper.fetch.fetcher import Request
from scraper.fetch.live import LiveFetcher
from scraper.fetch.login import CookieLogin, PasswordLogin
from scraper.fetch.polite import PoliteFetcher
from scraper.fetch.session import as_member, named_by_login, open_jar
from scraper.fetch.settings import FetchSettings
from scraper.politeness.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from parsers.records import Page
    from scraper.demo import DemoAnswer, DemoRequest
    from scraper.fetch.login import Login
    from scraper.fetch.member import MemberFetcher

MEMBER, MODERATOR, ADMINISTRATOR = (one.author.nicename for one in ACCOUNTS)
PASSWORDS = {one.author.nicename: one.password for one in ACCOUNTS}
# Topics that only members see, and one that only those see who keep order.
LOUNGE = "/forums/topic/where-we-meet-in-spring/"
STAFF = "/forums/topic/what-to-do-about-the-noise/"
HASTY = FetchSettings(delay=0, attempts=1)


@dataclass(slots=True)
class Club:
    """A forum with members.

    Attributes:
        gate: who is logged in there.
        server: the forum.
        folder: for files of cookies.
    """

    gate: Gate
    server: DemoServer
    folder: Path
    clock: FakeClock = field(default_factory=FakeClock)

    @classmethod
    def of(cls, folder: Path, gate: Gate | None = None, **settings: Any) -> Self:  # noqa: ANN401  handed on to DemoSettings as it is
        """A small forum, whose longest topic is for members only."""
        chosen: dict[str, Any] = {"showcase": False, "topics": 2, "posts": 4, "per_page": 5}
        forum = with_members_area(generate(DemoSettings(**{**chosen, **settings})))
        gate = gate or Gate()
        return cls(gate=gate, server=DemoServer(forum, gate=gate), folder=folder)

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    def url(self, path: str) -> str:
        """A whole address."""
        return self.server.url + path

    def cookies(self, name: str = MEMBER, *, ended: bool = False) -> CookieLogin:
        """A file of cookies that somebody's browser exported."""
        value = self.gate.begin(name)
        if ended:
            self.gate.end_all()
        path = self.folder / "cookies.txt"
        path.write_text(self.gate.cookies_txt(value), encoding="utf-8")
        return CookieLogin(path=path)

    def password(self, name: str = MEMBER, **other: Any) -> PasswordLogin:  # noqa: ANN401  handed on as it is
        """Somebody's name and password."""
        return PasswordLogin(**{"name": name, "password": PASSWORDS[name], **other})

    def fetcher(self, login: Login, settings: FetchSettings = HASTY) -> MemberFetcher:
        """A fetcher that is logged in, or is to be."""
        live = self.live(login, settings)
        return as_member(login, live, PoliteFetcher(live))

    def live(self, login: Login, settings: FetchSettings = HASTY) -> LiveFetcher:
        """What it fetches with."""
        site = self.url("/")
        urls = (site, *named_by_login(login))
        jar = open_jar(login, site)
        return LiveFetcher(settings, user_urls=urls, clock=self.clock, cookies=jar)

    def page(self, name: str, path: str) -> Page:
        """A page as somebody's browser gets it, nothing cut out."""
        with self.live(self.cookies(name)) as live:
            return live.visit(Request(url=self.url(path), reason="test"))

    @property
    def asked(self) -> list[str]:
        """What was asked for so far, and how."""
        return [f"{one.method} {one.path}" for one in self.server.requests]

    @property
    def sent_cookies(self) -> list[str]:
        """The cookies that came, request by request."""
        return [one.header("Cookie") or "" for one in self.server.requests]


def answering(
    path: str, answer: DemoAnswer, method: str = "GET"
) -> Callable[[DemoRequest], DemoAnswer | None]:
    """A server that answers requests for one path in its own way."""

    def answered(request: DemoRequest) -> DemoAnswer | None:
        return answer if (request.method, request.path) == (method, path) else None

    return answered


def always(answer: DemoAnswer) -> Callable[[DemoRequest], DemoAnswer]:
    """A server that answers everything in one way."""

    def answered(_: DemoRequest) -> DemoAnswer:
        return answer

    return answered
