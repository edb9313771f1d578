"""Write the sitemap of a site: the list of its pages, for search engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from threadkeep.reader.frame import page_address
from threadkeep.reader.page import xml_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# What https://www.sitemaps.org/protocol.html allows in one file.
MOST_ADDRESSES = 50_000
_LISTED = ("index", "forums/", "topics/", "authors")


def is_listed(name: str) -> bool:
    """Whether a page belongs in the sitemap: it shows what was written, and each post once."""
    return name.startswith(_LISTED) and ".by-" not in name


def sitemap_files(
    site_url: str, names: Sequence[str], most: int = MOST_ADDRESSES
) -> Iterator[tuple[str, bytes]]:
    """The sitemap, by file name; where there are too many pages for a file, several and an index of them.

    Args:
        site_url: with a slash at its end.
        names: of the pages, without an ending.
        most: addresses in a file.
    """
    if len(names) <= most:
        yield "sitemap.xml", _file_of("url", [page_address(site_url, name) for name in names])
        return
    files: list[str] = []
    for first in range(0, len(names), most):
        file = f"sitemap-{len(files) + 1}.xml"
        files.append(f"{site_url}{file}")
        part = names[first : first + most]
        yield file, _file_of("url", [page_address(site_url, name) for name in part])
    yield "sitemap.xml", _file_of("sitemap", files)


def _file_of(kind: str, addresses: Sequence[str]) -> bytes:
    return xml_of("sitemap.xml", kind=kind, addresses=addresses)
