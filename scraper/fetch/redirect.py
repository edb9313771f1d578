"""Where redirects may lead: each hop is checked like a first request, and a chain has an end."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from parsers.errors import LoginRequiredError, UnsafeRedirectError, UsageError
from scraper.fetch.address import join_address
from scraper.fetch.connection import is_proxied
from scraper.fetch.forbidden import is_login, why_forbidden
from scraper.fetch.network import addresses_of, is_local_host, refuse_private

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scraper.fetch.address import Address
    from scraper.fetch.exchange import Answer

logger = logging.getLogger(__name__)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def redirect_target(answer: Answer, address: Address) -> Address | None:
    """Where an answer sends on to; None where it does not, a redirect without a `Location` included.

    Raises:
        UnsafeRedirectError: it sends out of the web, or to something that is no address.
    """
    if answer.status not in _REDIRECTS:
        return None
    location = next((value for name, value in answer.headers if name.lower() == "location"), None)
    if location is None:
        return None
    try:
        return join_address(address, _as_meant(location))
    except UsageError as error:
        raise UnsafeRedirectError(
            f"{address.url} redirects to no web address: {error}", url=address.url
        ) from error


def check_first(address: Address, *, is_trusted: bool) -> None:
    """Check an address that is about to be asked for on a caller's behalf.

    Raises:
        UsageError: it is one that threadkeep never asks for.
        UnsafeRedirectError: it is a private network's, and the user did not name its host.
    """
    if reason := why_forbidden(address.url):
        raise UsageError(f"{address.url} is never asked for: {reason}.", url=address.url)
    _check_literal(address, is_trusted=is_trusted)


def check_redirect(hops: Sequence[Address], *, is_trusted: bool, most: int) -> None:
    """Check the last of some addresses, to which the one before it redirects.

    Args:
        hops: the addresses so far, the first being what was asked for.
        is_trusted: whether the last one's host is the first one's, and the user named it.
        most: how many redirects are followed.

    Raises:
        LoginRequiredError: it is a login.
        UnsafeRedirectError: it goes in a circle, too far, into a private network or to an action.
    """
    target, start = hops[-1], hops[0].url
    if is_login(target.url):
        raise LoginRequiredError(
            f"{start} sends guests to a login; log in with --cookies or --login if you have an account there.",
            url=start,
        )
    if reason := why_forbidden(target.url):
        raise UnsafeRedirectError(
            f"{start} redirects to {target.url}, which is never asked for: {reason}.", url=start
        )
    if target in hops[:-1]:
        raise UnsafeRedirectError(
            f"{start} redirects in a circle, back to {target.url}.", url=start
        )
    if len(hops) - 1 > most:
        raise UnsafeRedirectError(
            f"{start} redirects more than {most} times; the last was to {target.url}.", url=start
        )
    _check_literal(target, is_trusted=is_trusted)
    if not is_trusted and not is_proxied(target.url):
        _check_resolved(target)


def _check_literal(address: Address, *, is_trusted: bool) -> None:
    if not is_trusted and is_local_host(address.host):
        raise UnsafeRedirectError(
            f"{address.url} is on this machine or in a private network: threadkeep goes there only where the address "
            "that you typed names that host.",
            url=address.url,
        )


def _check_resolved(address: Address) -> None:
    """Look the name up even where a connection to it is already open, because the user named it elsewhere."""
    try:
        addresses = addresses_of(address.host, address.port)
    except OSError as error:  # the request itself will say so
        logger.debug("%s cannot be looked up: %s", address.host, error)
        return
    refuse_private(address.host, addresses)


def _as_meant(location: str) -> str:
    """The header's bytes read as UTF-8, as browsers do; http.client reads them as Latin-1."""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location
