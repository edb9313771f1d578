"""Which site addresses are of: an archive holds one, and pages may link anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.errors import UsageError
from scraper.fetch.address import normalise_url, parse_address

if TYPE_CHECKING:
    from collections.abc import Iterable


def one_host(urls: Iterable[str]) -> str | None:
    """Host and port of the site that all addresses are of; a leading `www.` is left out, since it is the same site.

    Returns:
        None where there is no address.

    Raises:
        UsageError: one is no web address, or they are of several sites.
    """
    hosts = hosts_of(urls)
    if len(hosts) > 1:
        raise UsageError(
            f"An archive holds one site, and these addresses are of {len(hosts)}: {', '.join(hosts)}."
        )
    return hosts[0] if hosts else None


def hosts_of(urls: Iterable[str]) -> list[str]:
    """Host and port of the sites that addresses are of, sorted; a leading `www.` is left out.

    Raises:
        UsageError: one is no web address.
    """
    return sorted({_host(url) for url in urls})


def on_site(link: str, url: str) -> str | None:
    """A link in normal form, as far as it leads to the site of the page that it is on.

    Args:
        link: as the page has it.
        url: the page.

    Returns:
        None where it is no web address, or another site's.
    """
    try:
        normal = normalise_url(link)
        return normal if _host(normal) == _host(url) else None
    except UsageError:
        return None


def _host(url: str) -> str:
    return parse_address(url).origin.partition("://")[2].removeprefix("www.")
