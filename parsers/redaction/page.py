"""Redact a page: what only those see who are logged in is cut out of its bytes, and all others stay as they are."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from parsers.markup import check_markup
from parsers.redaction.hidden_post import find_hidden_posts, topic_of
from parsers.redaction.outline import read_outline
from parsers.redaction.private_part import find_private_parts
from parsers.redaction.viewer import is_seen_by_member, shows_member, shows_moderator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parsers.records import Viewer

# In the place of a post that guests do not see, so that whoever counts posts knows of it. It is read by engines.
HIDDEN_POST = b"<!-- threadkeep: hidden post -->"
_WIDE = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """A page without what only those see who are logged in.

    Attributes:
        body: its bytes; those of a guest's page are the very same.
        is_member: somebody who was logged in saw the page.
        hidden: posts that were cut out, since they are not to be kept.
        topic_is_hidden: the topic that the page is of is not to be kept, and so nothing of the page.
    """

    body: bytes
    is_member: bool = False
    hidden: tuple[int, ...] = ()
    topic_is_hidden: bool = False


def redact(body: bytes, url: str = "", viewer: Viewer = "guest") -> Redaction:
    """Cut out of a page what guests do not see: whole posts, addresses of people, nonces, links to act.

    Args:
        body: the page's bytes, in its own character encoding.
        url: where it is from, for messages.
        viewer: as whom it was asked for; posts that were published for members stay where that was one.

    Raises:
        OversizedPageError: there is more markup than can be read in a reasonable time.
    """
    wide = next((name for mark, name in _WIDE if body.startswith(mark)), None)
    if wide is None:
        return _redact(body, url, viewer)
    even = len(body) - len(body) % 2
    text = body[:even].decode(wide, "surrogatepass")
    found = _redact(text.encode("utf-8", "surrogatepass"), url, viewer)
    if not found.is_member:
        return Redaction(body=body)
    redacted = found.body.decode("utf-8", "surrogatepass").encode(wide, "surrogatepass")
    return replace(found, body=redacted + body[even:])


def viewer_of(body: bytes, url: str = "") -> Viewer:
    """Whose view a page is, by its own marks; `guest` where it has none.

    Raises:
        OversizedPageError: there is more markup than can be read in a reasonable time.
    """
    wide = next((name for mark, name in _WIDE if body.startswith(mark)), None)
    data = body if wide is None else body.decode(wide, "replace").encode()
    if not is_seen_by_member(data):
        return "guest"
    check_markup(data, url)
    outline = read_outline(data)
    if shows_moderator(outline):
        return "moderator"
    return "member" if shows_member(outline) else "guest"


def _redact(body: bytes, url: str, viewer: Viewer) -> Redaction:
    if not is_seen_by_member(body):
        return Redaction(body=body)
    check_markup(body, url)
    outline = read_outline(body)
    if not shows_member(outline):
        return Redaction(body=body)
    posts = find_hidden_posts(outline, viewer)
    hidden = tuple(post.post_id for post in posts)
    cuts = [(start, end, b"") for start, end in find_private_parts(outline)]
    for post in posts:
        first, *others = sorted(post.spans)
        cuts += [(*first, HIDDEN_POST), *((start, end, b"") for start, end in others)]
    return Redaction(
        body=cut(body, cuts),
        is_member=True,
        hidden=hidden,
        topic_is_hidden=topic_of(outline) in hidden,
    )


def cut(body: bytes, cuts: Iterable[tuple[int, int, bytes]]) -> bytes:
    """The bytes without some spans; of what lies in another one, only the outer is cut."""
    pieces: list[bytes] = []
    at = 0
    for start, end, instead in sorted(cuts, key=lambda cut: (cut[0], -cut[1])):
        if end <= at:
            continue
        pieces += [body[at:start], instead]
        at = max(at, end)
    pieces.append(body[at:])
    return b"".join(pieces)
