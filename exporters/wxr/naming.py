"""The names that WordPress goes by: of posts in addresses, of accounts, of tags; each of its letters, and within its lengths."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, unquote_to_bytes, urlsplit

if TYPE_CHECKING:
    from parsers.records import Author

LONGEST_NAME = 200
# An account's name may have 60 characters, but the name in its profile's address 50.
_LONGEST_LOGIN = 50
_QUERIES = ("forum", "topic", "reply", "discussion")
_CUT_ESCAPE = re.compile("%[0-9a-f]?$")


def folded(text: str) -> str:
    """The text as databases may compare it: without case, diacritics and signs."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(one for one in decomposed if one.isalnum())


def post_name(url: str | None) -> str:
    """The last part of an address, as WordPress keeps it: `where-to-buy-bread`; empty where there is none."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:  # an address of no host that could be
        return ""
    named = dict(parse_qsl(parts.query))
    path = next((named[one] for one in _QUERIES if one in named), parts.path if not named else "")
    return escaped_name(unquote(path.rstrip("/").rpartition("/")[2]))


def escaped_name(text: str) -> str:
    """A name with its letters escaped as in addresses, in lower case, cut where WordPress cuts."""
    return cut_name(quote(text.lower(), safe="-_.~", errors="replace").lower(), LONGEST_NAME)


def cut_name(name: str, length: int) -> str:
    """A name that is no longer than this, each letter that is escaped in it whole."""
    cut = _CUT_ESCAPE.sub("", name[:length])
    while not _is_whole(cut):
        cut = cut[: cut.rindex("%")]
    return cut


def _is_whole(name: str) -> bool:
    try:
        unquote_to_bytes(name).decode()
    except UnicodeDecodeError:
        return False
    return True


def tag_slug(name: str) -> str:
    """What WordPress makes of a tag's name: `Sauerteig & Brot` is `sauerteig-brot`; at least something."""
    plain = _without_accents(name.lower())
    kept = (one if one.isalnum() or one == "_" or _is_mark(one) else "-" for one in plain)
    slug = re.sub("-+", "-", "".join(kept)).strip("-")
    return escaped_name(slug) or "tag"


def login(author: Author) -> str:
    """A name for an account, in the characters that WordPress allows anywhere; empty where nothing is left of its names."""
    for text in (unquote(author.slug or ""), author.name):
        name = _ascii_name(text)
        if name:
            return name
    return "" if author.user_id is None else f"user-{author.user_id}"


def numbered(name: str, number: int) -> str:
    """A name with a number behind it, no longer than an account's may be."""
    end = f"-{number}"
    return f"{name[: _LONGEST_LOGIN - len(end)]}{end}"


def _ascii_name(text: str) -> str:
    letters = _without_accents(text.strip().lower())
    if any(one.isalnum() and not one.isascii() for one in letters):
        return ""  # what is left of a name in another script says nothing
    name = re.sub("[^a-z0-9_.]+", "-", letters).strip("-.")
    return name[:_LONGEST_LOGIN].strip("-.")


def _without_accents(text: str) -> str:
    """The text with its Latin letters plain; marks of other scripts make other letters, and stay."""
    kept: list[str] = []
    for one in unicodedata.normalize("NFKD", text):
        if not (_is_mark(one) and kept and (kept[-1].isascii())):
            kept.append(one)
    return unicodedata.normalize("NFC", "".join(kept))


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"
