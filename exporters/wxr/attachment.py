"""Files that posts show or list, for the importer to fetch from where they were; it then has bodies show its own copies."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from exporters.wxr.item import Item
from exporters.wxr.naming import tag_slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporters.wxr.forum import Numbers
    from exporters.wxr.item import Meta
    from exporters.wxr.moment import Moment
    from parsers.post_file import PostFile

# Smilies and the like come with the software, and not with posts.
_OF_SOFTWARE = re.compile(r"/(?:wp-includes|wp-content/(?:plugins|themes))/")
_UPLOADED = re.compile(r"/((?:\d{4}/\d{2}/)?[^/]+)$")


class Attachments:
    """The files of an export, each once, with the first post that has it."""

    def __init__(self, home: str, numbers: Numbers) -> None:
        """Begin without any.

        Args:
            home: the site's home; what bodies show of other sites stays there.
            numbers: gives ids.
        """
        self._host = _host(home)
        self._numbers = numbers
        self._seen: set[bytes] = set()

    def items(
        self, files: Iterable[PostFile], post_id: int, moment: Moment, login: str
    ) -> Iterator[Item]:
        """The items of a post's files that no other post had before."""
        for file in files:
            digest = hashlib.blake2b(file.url.encode(), digest_size=8).digest()
            if digest not in self._seen and self._belongs_here(file):
                self._seen.add(digest)
                yield _item(file, self._numbers.next(), post_id, moment, login)

    def _belongs_here(self, file: PostFile) -> bool:
        if file.is_attachment:
            return True
        return _host(file.url) == self._host and not _OF_SOFTWARE.search(file.url)


def _item(file: PostFile, number: int, post_id: int, moment: Moment, login: str) -> Item:
    found = _UPLOADED.search(unquote(urlsplit(file.url).path))
    place = found[1] if found is not None else "file"
    meta: Meta = (("_wp_attached_file", place),) if "/" in place else ()
    return Item(
        number=number,
        kind="attachment",
        # The importer takes two files of one title and one time for one.
        title=f"{place.rpartition('/')[2]} #{number}",
        moment=moment,
        status="inherit",
        name=tag_slug(place.rpartition("/")[2]),
        url=file.url,
        parent=post_id,
        login=login,
        attachment_url=file.url,
        meta=meta,
    )


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:  # an address of no host that could be
        return ""
