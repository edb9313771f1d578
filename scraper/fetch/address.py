"""Web addresses in the one form that threadkeep compares, stores and asks for; nothing here resolves or connects."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin

import idna

from parsers.errors import UsageError

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SHAPE = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#.*)?",
    re.IGNORECASE | re.DOTALL,
)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_BARE_HOST = re.compile(
    r"(?:[^\s/?#:@]+\.[^\s/?#:@.]{2,}|localhost|\d+(?:\.\d+){3})(?::\d+)?(?:[/?#].*)?", re.DOTALL
)
# C0, DEL and C1, line and paragraph separators, lone surrogates: none can be part of an address, all can hide one.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_HOST_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")

_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_IN_PATH = _UNRESERVED | frozenset("!$&'()*+,;=:@/")
_IN_QUERY = _IN_PATH | frozenset("?")
_TOKEN = re.compile(r"%([0-9A-Fa-f]{2})|(.)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A web address, taken apart and in normal form.

    Attributes:
        scheme: `http` or `https`.
        host: lower case, punycode, IPv4 in dotted form, IPv6 without brackets.
        port: always a number, the scheme's own where none was given.
        path: percent-encoded, at least `/`.
        query: percent-encoded, without the question mark.
    """

    scheme: str
    host: str
    port: int
    path: str = "/"
    query: str = ""

    @property
    def origin(self) -> str:
        """Scheme, host and port as an address begins with them: `https://forum.example`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def url(self) -> str:
        """The whole address."""
        return f"{self.origin}{self.path}{'?' if self.query else ''}{self.query}"


# The same few addresses are taken apart again for every page: to ask, to compare, to look up rules and to store.
@lru_cache(maxsize=256)
def parse_address(text: str) -> Address:
    """Read an address as a person types it or a page links it, and bring it to normal form.

    Spaces around it and the fragment go; the host becomes lower case and punycode; a default port goes; escapes of
    harmless characters are undone, of others written in capitals; characters that need an escape get one.

    Raises:
        UsageError: it is no http or https address, or not one that can safely be asked for.
    """
    bare = text.strip(" \t\r\n")
    if _CONTROL.search(bare):
        raise UsageError(f"The address {text!r} holds a control character; type it anew.")
    match = _SHAPE.fullmatch(bare)
    if match is None or match["scheme"].lower() not in _DEFAULT_PORTS:
        raise UsageError(_what_is_wrong(bare))
    scheme = match["scheme"].lower()
    host, port = _split_authority(match["authority"], bare)
    path, query = match["path"], match["query"] or ""
    return Address(
        scheme=scheme,
        host=_normal_host(host, bare),
        port=_normal_port(port, scheme, bare),
        path=_without_dots(_normal_escapes(path, _IN_PATH)) or "/",
        query=_normal_escapes(query, _IN_QUERY),
    )


def normalise_url(text: str) -> str:
    """The address in normal form; the same address always gives the same text.

    Raises:
        UsageError: see `parse_address`.
    """
    return parse_address(text).url


def join_address(base: Address, reference: str) -> Address:
    """The address that a link or a `Location` header stands for, seen from `base`.

    Raises:
        UsageError: it leads out of the web (`javascript:`, `file:`), or is not readable.
    """
    try:
        joined = urljoin(base.url, reference.strip(" \t\r\n"))
    except ValueError as error:  # an IPv6 host that is none
        raise UsageError(f"“{reference}” is not a web address: {error}.") from error
    return parse_address(joined)


def _what_is_wrong(text: str) -> str:
    if not text:
        return "An empty text is no web address; give one such as https://forum.example/forums/topic/hello/."
    if _BARE_HOST.fullmatch(text):
        scheme = "http" if text.startswith(("localhost", "127.")) else "https"
        return f"“{text}” does not say how to reach it; did you mean {scheme}://{text} ?"
    scheme_match = _SCHEME.match(text)
    if scheme_match and scheme_match[1].lower() not in _DEFAULT_PORTS:
        return f"“{text}” is no web address: threadkeep reads http:// and https://, not {scheme_match[1].lower()}:."
    return (
        f"“{text}” is no web address; give one such as https://forum.example/forums/topic/hello/."
    )


def _split_authority(authority: str, text: str) -> tuple[str, str]:
    if not authority:
        raise UsageError(
            f"“{text}” names no host; give an address such as https://forum.example/."
        )
    if "@" in authority:
        raise UsageError(
            f"The address of {authority.rpartition('@')[2]} carries a user name or password: "
            "threadkeep reads as a guest; leave out everything up to the “@”."
        )
    match = re.fullmatch(r"(?P<host>\[[^\[\]]*\]|[^\[\]:]*)(?::(?P<port>[0-9]*))?", authority)
    if match is None or not match["host"]:
        raise UsageError(f"“{authority}” in “{text}” is no host and port.")
    return match["host"], match["port"] or ""


def _normal_port(port: str, scheme: str, text: str) -> int:
    if not port:
        return _DEFAULT_PORTS[scheme]
    significant = port.lstrip("0")
    if len(significant) > 5 or not 1 <= int(significant or "0") <= 65535:
        raise UsageError(f"“{text}” names port {port[:12]}; ports are 1 to 65535.")
    return int(significant)


def _normal_host(host: str, text: str) -> str:
    try:
        if host.startswith("["):
            return _normal_ipv6(host[1:-1])
        return _normal_name(_ascii_host(host).lower().removesuffix("."))
    except ValueError as error:
        raise UsageError(f"“{host}” in “{text}” is no host name or address.") from error


def _normal_ipv6(host: str) -> str:
    if "%" in host:  # a zone: it means something on this machine only
        raise ValueError(host)
    return str(ipaddress.IPv6Address(host))


def _ascii_host(host: str) -> str:
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        # Names with symbols (emoji) are registered and resolve, but only the older standard encodes them.
        return host.encode("idna").decode("ascii")


def _normal_name(host: str) -> str:
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return str(ipaddress.IPv4Address(_ipv4_value(labels)))
    if len(host) > 253 or not all(_HOST_LABEL.fullmatch(label) for label in labels):
        raise ValueError(host)
    return host


def _ipv4_value(parts: list[str]) -> int:
    """The address that `127.0.0.1`, `127.1`, `0x7f000001`, `017700000001` or `2130706433` all mean to a resolver."""
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) and len(part) <= 16 for part in parts):
        raise ValueError(parts)
    numbers = [_ipv4_number(part) for part in parts]
    if any(number > 255 for number in numbers[:-1]) or numbers[-1] >= 1 << 8 * (5 - len(numbers)):
        raise ValueError(parts)
    return numbers[-1] + sum(
        number << 8 * (3 - place) for place, number in enumerate(numbers[:-1])
    )


def _ipv4_number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if part.startswith("0") else int(part)


def _normal_escapes(text: str, allowed: frozenset[str]) -> str:
    return _TOKEN.sub(lambda match: _normal_token(match[1], match[2], allowed), text)


def _normal_token(escape: str | None, character: str, allowed: frozenset[str]) -> str:
    if escape is not None:
        meant = chr(int(escape, 16))
        return meant if meant in _UNRESERVED else f"%{escape.upper()}"
    if character in allowed:
        return character
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8"))


def _without_dots(path: str) -> str:
    """The path with `.` and `..` followed, after RFC 3986 §5.2.4."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == ".." and len(kept) > 1:
            kept.pop()
        elif segment not in {".", ".."}:
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept)
