"""Cookies that a browser exported: read from a file, cut down to one site's, and sent nowhere else."""

from __future__ import annotations

import time
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from requests.auth import AuthBase
from requests.cookies import MockRequest, MockResponse

from parsers.errors import LoginFailedError, UsageError
from scraper.fetch.address import parse_address
from scraper.fetch.network import named_host

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from http.client import HTTPResponse
    from pathlib import Path
    from urllib.request import Request

    from requests import PreparedRequest, Response

    from scraper.fetch.address import Address

_HTTP_ONLY = "#HttpOnly_"
_FIELDS = 7
_ADVICE = (
    "export the cookies of the site from your browser once more, in Netscape format (cookies.txt)"
)


class SitePolicy(DefaultCookiePolicy):
    """Takes cookies from one site and sends them to it alone: no other host of its domain, nothing in the clear."""

    def __init__(self, site: Address) -> None:
        super().__init__(strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain)
        self._hosts = {named_host(host, site.port) for host in hosts_of(site)}
        self._is_encrypted = site.scheme == "https"

    def set_ok(self, cookie: Cookie, request: Request) -> bool:
        """See `CookiePolicy.set_ok`."""
        return self._is_of_site(request) and super().set_ok(cookie, request)

    def return_ok(self, cookie: Cookie, request: Request) -> bool:
        """See `CookiePolicy.return_ok`."""
        return self._is_of_site(request) and super().return_ok(cookie, request)

    def _is_of_site(self, request: Request) -> bool:
        parts = urlsplit(request.get_full_url())
        if self._is_encrypted and parts.scheme != "https":
            return False
        return named_host(parts.hostname or "", parts.port) in self._hosts


class CookieAuth(AuthBase):
    """Sends a jar's cookies as its policy allows, which requests' own session does not ask, and takes new ones."""

    def __init__(self, jar: CookieJar) -> None:
        self._jar = jar

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """See `AuthBase.__call__`."""
        r.headers.pop("Cookie", None)
        asked = cast("Request", MockRequest(r))
        self._jar.add_cookie_header(asked)
        header = asked.get_header("Cookie")
        if header:
            r.headers["Cookie"] = header
        return r

    def take(self, response: Response) -> None:
        """Keep the cookies that an answer sets, as the policy allows."""
        came = getattr(response.raw, "_original_response", None)
        if came is not None:
            asked = cast("Request", MockRequest(response.request))
            self._jar.extract_cookies(cast("HTTPResponse", MockResponse(came.msg)), asked)


def hosts_of(site: Address) -> frozenset[str]:
    """The hosts of a site: the one named, and the same with or without `www.`."""
    bare = site.host.removeprefix("www.")
    return frozenset({site.host, bare, f"www.{bare}"})


def empty_jar(site: Address) -> CookieJar:
    """A jar that takes and gives the cookies of one site."""
    return CookieJar(SitePolicy(site))


def read_cookies(path: Path, site: Address) -> CookieJar:
    """Read a file of cookies in Netscape's format, as browsers' add-ons, curl and wget write it.

    Args:
        path: the file.
        site: whose cookies are meant; all others are left out.

    Raises:
        UsageError: the file cannot be read, is in another format, or holds no cookie of the site.
        LoginFailedError: all its cookies of the site have expired.
    """
    jar = empty_jar(site)
    ours = [cookie for cookie in _cookies(path) if _is_for(cookie, site)]
    if not ours:
        raise UsageError(f"{path} holds no cookie of {site.host}; {_ADVICE}.")
    now = int(time.time())
    for cookie in ours:
        if not cookie.is_expired(now):
            jar.set_cookie(cookie)
    if not len(jar):
        raise LoginFailedError(
            f"All cookies of {site.host} in {path} have expired; log in with your browser and {_ADVICE}."
        )
    return jar


def _cookies(path: Path) -> Iterator[Cookie]:
    for number, line in enumerate(_lines(path), 1):
        bare = line.removeprefix(_HTTP_ONLY)
        if bare.strip() and not bare.startswith(("#", "$")):
            yield _cookie(bare.split("\t"), f"Line {number} of {path}")


def _lines(path: Path) -> Iterable[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}).") from error
    except UnicodeError as error:
        raise UsageError(f"{path} is no text; {_ADVICE}.") from error
    return text.splitlines()


def _cookie(fields: list[str], place: str) -> Cookie:
    """The cookie that a line says. No sentence repeats what it says: that is as good as a password."""
    if len(fields) != _FIELDS:
        raise UsageError(
            f"{place} is no cookie: {_FIELDS} fields with tabs between them were expected; {_ADVICE}."
        )
    domain, for_domain, path, secure, expires, name, value = fields
    # A cookie without a name has its value in the name's place.
    name, content = (name, value) if name else (value, None)
    return Cookie(
        version=0,
        name=name,
        value=content,
        port=None,
        port_specified=False,
        domain=_domain(domain, place, is_whole=for_domain.upper() == "TRUE"),
        domain_specified=for_domain.upper() == "TRUE",
        domain_initial_dot=domain.startswith("."),
        path=path or "/",
        path_specified=True,
        secure=secure.upper() == "TRUE",
        expires=_moment(expires, place),
        discard=_moment(expires, place) is None,
        comment=None,
        comment_url=None,
        rest={},
    )


def _domain(text: str, place: str, *, is_whole: bool) -> str:
    try:
        host = parse_address(f"https://{text.lstrip('.')}/").host
    except UsageError as error:
        raise UsageError(
            f"{place} is no cookie: its first field is no host; {_ADVICE}."
        ) from error
    # The standard library knows a host without a dot under this name.
    host = host if "." in host or ":" in host else f"{host}.local"
    return f".{host}" if is_whole else host


def _moment(text: str, place: str) -> int | None:
    """When it expires; None where it lasts until the browser is closed, which some write as 0."""
    try:
        return int(float(text or "0")) or None
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{place} is no cookie: its fifth field is no time; {_ADVICE}."
        ) from error


def _is_for(cookie: Cookie, site: Address) -> bool:
    hosts = {host if "." in host or ":" in host else f"{host}.local" for host in hosts_of(site)}
    if not cookie.domain_specified:
        return cookie.domain in hosts
    return any(f".{host}".endswith(cookie.domain) for host in hosts)


def has_cookie_named(jar: CookieJar, part: str) -> bool:
    """Whether a jar holds a cookie whose name has this in it."""
    return any(part in cookie.name for cookie in cast("Iterable[Cookie]", jar))
