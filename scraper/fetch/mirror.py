"""Folders that are mirrors: which file is a copy of which address, and links between files put back to addresses."""

from __future__ import annotations

import html
import posixpath
import re
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urljoin, urlsplit

from parsers.errors import UsageError
from scraper.fetch.address import normalise_url

if TYPE_CHECKING:
    from collections.abc import Iterable

_INDEX = re.compile(r"(?:^|(?<=/))index\.(?:html?|xhtml)$", re.IGNORECASE)
_ENDING = re.compile(r"\.(?:html?|xhtml)$", re.IGNORECASE)
_LINK = re.compile(
    rb"""(<(?:a|area|link)\s(?:[^<>]{0,20000}?\s)?href\s*=\s*)("[^"<>]{0,4000}"|'[^'<>]{0,4000}')""",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


class Mirror:
    """What is known of a folder's files.

    Attributes:
        addresses: the address of each file that is a copy of one, by its name from the folder on.
    """

    def __init__(
        self,
        written: dict[str, str],
        said: dict[str, str],
        names: Iterable[str],
        base: str | None = None,
    ) -> None:
        """Find out which file is a copy of what.

        Args:
            written: the addresses that whoever made the files wrote into them, by their names from the folder on.
            said: those that files say themselves; each page of a topic may say that of the first.
            names: every file's.
            base: the address that the folder itself stands for, which counts more than what files say.
        """
        roots = _roots({**said, **written})
        self.addresses = {**said, **written}
        for name in names:
            if base is not None:
                self.addresses[name] = mirrored(base, name)
            elif name not in written and (name not in said or _is_plain(name)):
                url = _below(roots, name)
                self.addresses.update({name: url} if url is not None else {})

    def restored(self, body: bytes, name: str) -> bytes:
        """A file's content with links to other files of the folder as addresses again; without such links, as it is."""
        return _LINK.sub(lambda match: match[1] + self._restored_link(match[2], name), body)

    def _restored_link(self, quoted: bytes, name: str) -> bytes:
        mark, value = quoted[:1], html.unescape(_text(quoted[1:-1])).strip()
        local, _, fragment = value.partition("#")
        if not local or local.startswith(("/", "?")) or _SCHEME.match(local):
            return quoted
        url = self._address(posixpath.join(posixpath.dirname(name), local))
        if url is None:
            return quoted
        whole = f"{url}#{fragment}" if fragment else url
        return mark + html.escape(whole).encode() + mark

    def _address(self, path: str) -> str | None:
        """The address of a file; in links a name's special characters may be escaped or not."""
        for name in (path, unquote(path), unquote(path.partition("?")[0])):
            found = self.addresses.get(posixpath.normpath(name))
            if found is not None:
                return found
        return None


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _roots(said: dict[str, str]) -> dict[str, str]:
    """Folders that are named as hosts and hold files which say they are of these hosts, with what addresses begin with."""
    found: dict[str, Counter[str]] = {}
    for name, url in said.items():
        parts = urlsplit(url)
        folders = name.split("/")[:-1]
        if parts.netloc in folders:
            root = "/".join(folders[: folders.index(parts.netloc) + 1])
            found.setdefault(root, Counter())[f"{parts.scheme}://{parts.netloc}/"] += 1
    return {root: counts.most_common(1)[0][0] for root, counts in found.items()}


def _below(roots: dict[str, str], name: str) -> str | None:
    for root, base in roots.items():
        if name.startswith(f"{root}/"):
            return mirrored(base, name[len(root) + 1 :])
    return None


def _is_plain(name: str) -> bool:
    """Whether a file's name can be that of its address, as far as file systems allow it."""
    return _INDEX.search(name) is not None or "?" in name


def mirrored(base: str, name: str) -> str:
    """The address of a file in a mirror: an index file stands for its folder, and what follows a `?` is a query.

    Args:
        base: the address of the mirror's folder.
        name: the file's, from that folder on.
    """
    path, mark, query = name.partition("?")
    reference = f"./{quote(_INDEX.sub('', path), errors='replace')}"
    if mark:
        # wget writes `index.html?p=5.html`, the ending so that browsers know what it is.
        reference += f"?{quote(_ENDING.sub('', query), safe='=&;%+,:/', errors='replace')}"
    try:
        return normalise_url(urljoin(base if base.endswith("/") else f"{base}/", reference))
    except UsageError:  # a name that no address can hold
        return normalise_url(base)
