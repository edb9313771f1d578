"""Which of the pictures and files that posts show are fetched, from where, and how much of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from parsers.errors import UsageError
from scraper.fetch.address import parse_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parsers.media_link import MediaKind

MediaChoice = Literal["none", "avatars", "images", "all"]
MEDIA_CHOICES: tuple[MediaChoice, ...] = ("none", "avatars", "images", "all")
EVERY_HOST = "all"
FILE_LIMIT = 20 * 10**6
"""Bytes that one file may have, unless it is said otherwise."""
TOTAL_LIMIT = 2 * 10**9
"""Bytes that all files of an archive may have together, unless it is said otherwise."""

_KINDS: dict[MediaChoice, frozenset[MediaKind]] = {
    "none": frozenset(),
    "avatars": frozenset(("avatar",)),
    "images": frozenset(("image",)),
    "all": frozenset(("avatar", "image", "attachment")),
}
_SIZE = re.compile(
    r"(?P<number>\d{1,15}(?:\.\d{1,6})?) ?(?P<unit>[kmgt]?)(?P<binary>i?)b?", re.IGNORECASE
)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
# SQLite keeps no larger ones.
_LARGEST_FILE = 900 * 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaOptions:
    """What is fetched of what posts show.

    Attributes:
        choice: `none`; `avatars`: pictures of people; `images`: pictures that posts show or link; `all`: both, and other files.
        hosts: hosts beside the forum's own, those below them as well; `all` among them stands for every host.
        total_limit: bytes that all files of the archive may have together.
        file_limit: bytes that one file may have.
    """

    choice: MediaChoice = "none"
    hosts: tuple[str, ...] = ()
    total_limit: int = TOTAL_LIMIT
    file_limit: int = FILE_LIMIT

    @property
    def kinds(self) -> frozenset[MediaKind]:
        """The kinds that are fetched."""
        return _KINDS[self.choice]

    @property
    def named_urls(self) -> tuple[str, ...]:
        """An address on each host that the user named."""
        return tuple(f"https://{host}/" for host in self.hosts if host != EVERY_HOST)

    def may_ask(self, host: str, site: str) -> bool:
        """Whether a host may be asked for files.

        Args:
            host: host and port.
            site: the forum's own.
        """
        if host == site or EVERY_HOST in self.hosts:
            return True
        return any(host == one or host.endswith(f".{one}") for one in self.hosts)


def choice_of(text: str) -> MediaChoice:
    """A choice as a user names it.

    Raises:
        UsageError: there is none of that name.
    """
    known: dict[str, MediaChoice] = {choice: choice for choice in MEDIA_CHOICES}
    found = known.get(text)
    if found is None:
        raise UsageError(f"“{text}” is no choice of media; there are {', '.join(MEDIA_CHOICES)}.")
    return found


def hosts_named(texts: Iterable[str]) -> tuple[str, ...]:
    """Hosts as a user names them: several in one text parted by commas, `all` for every host.

    Raises:
        UsageError: one is no host.
    """
    names = (name.strip() for text in texts for name in text.split(","))
    return tuple(dict.fromkeys(_host(name) for name in names if name))


def size_of(text: str) -> int:
    """Bytes as people write them: `500M`, `2G`, `1.5 GB`, `64MiB`, `1000`.

    Raises:
        UsageError: it is no size, or nothing at all.
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None or (found["binary"] and not found["unit"]):
        raise UsageError(f"“{text}” is no size; write one such as 500M or 2G.")
    step = 1024 if found["binary"] else 1000
    size = int(float(found["number"]) * step ** _POWERS[found["unit"].lower()])
    if size < 1:
        raise UsageError(
            f"“{text}” is no room for any file; write a size such as 500M, or --media none."
        )
    return size


def file_size_of(text: str) -> int:
    """The largest size of one file, as people write it.

    Raises:
        UsageError: it is no size, or more than an archive can keep in one piece.
    """
    size = size_of(text)
    if size > _LARGEST_FILE:
        raise UsageError(f"“{text}” is more than an archive can keep of one file, which is 900M.")
    return size


def _host(name: str) -> str:
    if name == EVERY_HOST:
        return name
    try:
        address = parse_address(name if "://" in name else f"https://{name}/")
    except UsageError as error:
        raise UsageError(
            f"“{name}” is no host; name one as in images.example, or say all for every host."
        ) from error
    if "://" in name or address.path != "/" or address.query:
        raise UsageError(
            f"“{name}” is an address, not a host; name the host only, as in {address.host}."
        )
    return address.origin.partition("://")[2].removeprefix("www.")
