"""Which network addresses may be reached: public ones always, private ones only where the user named the host."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING

from parsers.errors import UnsafeRedirectError

if TYPE_CHECKING:
    from scraper.fetch.address import Address

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# Addresses that are public by the registry and yet answer only inside a data centre, with secrets.
_METADATA = frozenset({ipaddress.ip_address("168.63.129.16")})
_SHARED = ipaddress.ip_network("100.64.0.0/10")
# Networks without IPv4 reach it under this prefix (RFC 6052): what counts is the IPv4 address in the last 32 bits.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback")


def is_public_address(text: str) -> bool:
    """Whether an IP address belongs to the public internet: no loopback, private, link-local or metadata address."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return _is_public(_forwarded(address))


def is_local_host(host: str) -> bool:
    """Whether a host, by its text alone, is on this machine or in a private network."""
    if host in _LOCAL_NAMES or host.endswith((".localhost", ".internal", ".local")):
        return True
    return _is_literal(host) and not is_public_address(host)


def is_loopback(host: str) -> bool:
    """Whether a host, by its text alone, is this machine."""
    if host in _LOCAL_NAMES or host.endswith(".localhost"):
        return True
    return _is_literal(host) and _forwarded(ipaddress.ip_address(host)).is_loopback


def is_loopback_host(host: str) -> bool:
    """Whether a host, by its text alone, is this machine."""
    return host in _LOCAL_NAMES or (_is_literal(host) and ipaddress.ip_address(host).is_loopback)


def addresses_of(host: str, port: int) -> tuple[str, ...]:
    """Every IP address that the host's name stands for, sorted.

    Raises:
        OSError: the name does not resolve.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(sorted({str(entry[4][0]) for entry in found}))


def refuse_private(host: str, addresses: tuple[str, ...]) -> None:
    """Let a host pass only where all its addresses are public.

    Raises:
        UnsafeRedirectError: one is not.
    """
    for address in addresses:
        if not is_public_address(address):
            raise UnsafeRedirectError(
                f"The address leads to {host}, which is in a private network ({address}): threadkeep goes there only "
                "where the address that you typed names that host."
            )


def trust_key(address: Address) -> tuple[str, int]:
    """What the user trusts by naming an address: its host and port, where http's and https's own ports are one."""
    return named_host(address.host, address.port)


def named_host(host: str, port: int | None) -> tuple[str, int]:
    """See `trust_key`."""
    return host.lower(), 80 if port in {None, 443} else int(port or 80)


def _forwarded(address: IPAddress) -> IPAddress:
    """The IPv4 address that traffic to an IPv6 address ends at, where the prefix says so."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_public(address: IPAddress) -> bool:
    if address in _METADATA or (address.version == 4 and address in _SHARED):
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.is_site_local:
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
