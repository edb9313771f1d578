"""How each fault answers: from a request and the forum to what is sent instead."""

from __future__ import annotations

import gzip
import math
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scraper.demo import fault_content, fault_page
from scraper.demo.exchange import DemoAnswer
from scraper.demo.fault_kind import Fault
from scraper.demo.target import once_more, rounds, without_rounds

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from scraper.demo.exchange import AnsweringSite

_NOWHERE = "/there-is-no-such-page/"
_HTML = ("Content-Type", "text/html; charset=UTF-8")
_META = re.compile(rb'<meta charset="UTF-8" ?/?>')
_HEAD = re.compile(rb"<head>\n?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A request that a fault strikes.

    Attributes:
        path: what was asked for.
        site: the forum.
        now: the time of day, for headers that hold one.
        seconds: see `FaultRule`, as `size` and `to`.
    """

    path: str
    site: AnsweringSite
    now: datetime
    seconds: float | None = None
    size: int | None = None
    to: str | None = None

    @property
    def ordinary(self) -> DemoAnswer:
        """What the forum would say."""
        return self.site.answer(self.path)


def faulty_answer(fault: Fault, case: Case) -> DemoAnswer:
    """What a request gets that a fault strikes."""
    return _ANSWERS[fault](case)


# Statuses ---------------------------------------------------------------------------------------------------


def _page(html: str, status: int = 200, *headers: tuple[str, str]) -> DemoAnswer:
    return DemoAnswer(status=status, headers=(_HTML, *headers), body=html.encode())


def _unavailable(case: Case) -> DemoAnswer:
    html = fault_page.error_page(503, "Back in a minute: the site is being looked after.")
    after = () if case.seconds is None else (("Retry-After", str(math.ceil(case.seconds))),)
    return _page(html, 503, *after)


def _too_many(retry_after: str) -> DemoAnswer:
    html = fault_page.error_page(429, "You ask too much.")
    return _page(html, 429, ("Retry-After", retry_after))


def _busy(case: Case) -> DemoAnswer:
    return _too_many(str(math.ceil(1 if case.seconds is None else case.seconds)))


def _busy_until(case: Case) -> DemoAnswer:
    until = case.now + timedelta(seconds=1 if case.seconds is None else case.seconds)
    # The header knows whole seconds only; one second early would be too early.
    whole = until.replace(microsecond=0) + timedelta(seconds=bool(until.microsecond))
    return _too_many(format_datetime(whole, usegmt=True))


def _error(status: int, said: str) -> Callable[[Case], DemoAnswer]:
    answer = _page(fault_page.error_page(status, said), status)
    return lambda _: answer


def _missing(status: int) -> Callable[[Case], DemoAnswer]:
    """The page for what is not there, with a status that need not say so."""
    return lambda case: replace(case.site.answer(_NOWHERE), status=status)


# Broken exchanges -------------------------------------------------------------------------------------------


def _hang_up(_: Case) -> DemoAnswer:
    return DemoAnswer(hang_up=True)


def _cut_head(case: Case) -> DemoAnswer:
    return replace(case.ordinary, cut_head=True)


def _cut_body(case: Case) -> DemoAnswer:
    whole = case.ordinary
    half = len(whole.body) // 2
    return replace(whole, cut_after=half if case.size is None else case.size)


def _slow_answer(case: Case) -> DemoAnswer:
    return replace(case.ordinary, delay=0.5 if case.seconds is None else case.seconds)


def _slow_body(case: Case) -> DemoAnswer:
    pieces = 10 if case.size is None else case.size
    pause = 0.05 if case.seconds is None else case.seconds
    return replace(case.ordinary, pieces=pieces, pause=pause)


def _too_long(case: Case) -> DemoAnswer:
    """A length beyond the body: nothing more comes, and the connection is closed."""
    whole = case.ordinary
    stated = len(whole.body) + (100 if case.size is None else case.size)
    return replace(_stating(whole, stated), cut_after=len(whole.body))


def _too_short(case: Case) -> DemoAnswer:
    """A length within the body: what comes after it is where a client on the same connection expects an answer."""
    whole = case.ordinary
    missing = min(100, len(whole.body) // 2) if case.size is None else case.size
    return _stating(whole, max(0, len(whole.body) - missing))


def _stating(answer: DemoAnswer, length: int) -> DemoAnswer:
    return replace(answer, headers=(*answer.headers, ("Content-Length", str(length))))


def _truncated_gzip(case: Case) -> DemoAnswer:
    """Compressed data that breaks off, under a length that is right for what is left."""
    whole = case.ordinary
    data = gzip.compress(whole.body, mtime=0)
    kept = data[: len(data) // 2 if case.size is None else case.size]
    return replace(whole, headers=(*whole.headers, ("Content-Encoding", "gzip")), body=kept)


# Redirects --------------------------------------------------------------------------------------------------


def _found(location: str) -> DemoAnswer:
    return DemoAnswer(status=302, headers=(_HTML, ("Location", location)))


def _redirect(case: Case) -> DemoAnswer:
    to = case.to or "/"
    return _found(case.site.base + to if to.startswith("/") else to)


def _loop(case: Case) -> DemoAnswer:
    """Two addresses that send to each other."""
    there = without_rounds(case.path) if rounds(case.path) else once_more(case.path)
    return _found(case.site.base + there)


def _chain(case: Case) -> DemoAnswer:
    """Always on to another address."""
    return _found(case.site.base + once_more(case.path))


def _to_login(case: Case) -> DemoAnswer:
    return _found(fault_page.login_address(case.site.base, case.path))


def _to_host(name: str) -> Callable[[Case], DemoAnswer]:
    """To another host, by default one that is this machine again: whoever follows stays on loopback."""
    return lambda case: _found(
        case.to or f"http://{name}:{urlsplit(case.site.base).port}{case.path}"
    )


# Character sets ---------------------------------------------------------------------------------------------


def _said(answer: DemoAnswer, charset: str) -> DemoAnswer:
    """The same answer, its header naming another character set, or none."""
    kind = dict(answer.headers).get("Content-Type", "text/html").partition(";")[0]
    kept = tuple(pair for pair in answer.headers if pair[0] != "Content-Type")
    stated = f"{kind}; charset={charset}" if charset else kind
    return replace(answer, headers=(("Content-Type", stated), *kept))


def _charset_header(case: Case) -> DemoAnswer:
    return _said(case.ordinary, "ISO-8859-1")


def _charset_bytes(case: Case) -> DemoAnswer:
    """Bytes of windows-1252, which is what people mean by Latin-1, under a header and a meta that say UTF-8."""
    whole = case.ordinary
    if dict(whole.headers).get("Content-Type", "").startswith("image/"):
        return whole
    return replace(whole, body=whole.body.decode().encode("cp1252", "xmlcharrefreplace"))


def _charset_meta(case: Case) -> DemoAnswer:
    """A meta that says Latin-1 of UTF-8, in contradiction to a header that is right."""
    whole, wrong = case.ordinary, b'<meta charset="ISO-8859-1" />'
    body, replaced = _META.subn(wrong, whole.body)
    return replace(whole, body=body if replaced else _HEAD.sub(b"<head>" + wrong, body, count=1))


def _charset_meta_alone(case: Case) -> DemoAnswer:
    return _said(_charset_meta(case), "")


# Pages that are not the page --------------------------------------------------------------------------------


def _cloudflare(case: Case) -> DemoAnswer:
    return _page(fault_page.cloudflare_page(urlsplit(case.site.base).netloc))


def _wordfence(case: Case) -> DemoAnswer:
    return _page(fault_page.wordfence_page(case.site.base))


def _login_wall(case: Case) -> DemoAnswer:
    return _page(fault_page.login_page(case.site.base, case.path))


def _empty(case: Case) -> DemoAnswer:
    return replace(case.ordinary, status=200, body=b"")


def _cut_in_post(case: Case) -> DemoAnswer:
    whole = case.ordinary
    return replace(whole, body=fault_content.cut_in_post(whole.body))


def _cut_before_posts(case: Case) -> DemoAnswer:
    whole = case.ordinary
    return replace(whole, body=fault_content.cut_before_posts(whole.body))


def _other_topic(case: Case) -> DemoAnswer:
    return case.site.answer(case.to or fault_content.other_topic(case.site.forum, case.path))


def _other_page(case: Case) -> DemoAnswer:
    return case.site.answer(case.to or fault_content.other_page(case.site.forum, case.path))


_ANSWERS: dict[Fault, Callable[[Case], DemoAnswer]] = {
    Fault.SERVICE_UNAVAILABLE: _unavailable,
    Fault.TOO_MANY_REQUESTS: _busy,
    Fault.TOO_MANY_REQUESTS_UNTIL: _busy_until,
    Fault.SERVER_ERROR: _error(500, "Something broke on this website."),
    Fault.FORBIDDEN: _error(403, "You may not come in here."),
    Fault.NOT_FOUND: _missing(404),
    Fault.GONE: _missing(410),
    Fault.EARLY_CLOSE: _hang_up,
    Fault.EARLY_CLOSE_IN_HEAD: _cut_head,
    Fault.EARLY_CLOSE_IN_BODY: _cut_body,
    Fault.SLOW_ANSWER: _slow_answer,
    Fault.SLOW_BODY: _slow_body,
    Fault.LENGTH_TOO_LONG: _too_long,
    Fault.LENGTH_TOO_SHORT: _too_short,
    Fault.GZIP_TRUNCATED: _truncated_gzip,
    Fault.REDIRECT: _redirect,
    Fault.REDIRECT_LOOP: _loop,
    Fault.REDIRECT_CHAIN: _chain,
    Fault.REDIRECT_TO_LOGIN: _to_login,
    Fault.REDIRECT_TO_HOST: _to_host("localhost"),
    Fault.REDIRECT_TO_PRIVATE: _to_host("127.0.0.2"),
    Fault.CHARSET_HEADER: _charset_header,
    Fault.CHARSET_BYTES: _charset_bytes,
    Fault.CHARSET_META: _charset_meta,
    Fault.CHARSET_META_ALONE: _charset_meta_alone,
    Fault.CHALLENGE_CLOUDFLARE: _cloudflare,
    Fault.CHALLENGE_WORDFENCE: _wordfence,
    Fault.LOGIN_WALL: _login_wall,
    Fault.SOFT_NOT_FOUND: _missing(200),
    Fault.EMPTY: _empty,
    Fault.CUT_IN_POST: _cut_in_post,
    Fault.CUT_BEFORE_POSTS: _cut_before_posts,
    Fault.OTHER_TOPIC: _other_topic,
    Fault.OTHER_PAGE: _other_page,
}
