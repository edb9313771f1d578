"""Find the whole of every post on a page that guests do not see: its header, its author, its text."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from parsers.records import Viewer
    from parsers.redaction.outline import Outline, Part

# What WordPress and bbPress call what was published for some to read, and not for others.
PRIVATE_STATUSES = frozenset(("status-private", "status-hidden"))
# What they call that and what was not published, or is no longer: it is nobody's to keep who is not its author.
HIDDEN_STATUSES = PRIVATE_STATUSES | {
    *("status-spam", "status-trash", "status-pending", "status-draft"),
    *("status-auto-draft", "status-future", "status-orphan"),
}
# Stand-alone bbPress has names of its own.
_STANDALONE = frozenset((b"deleted", b"spam", b"bozo"))
_TYPES = frozenset((b"type-topic", b"type-reply", b"type-forum", b"topic", b"reply", b"forum"))
_TOPIC_LIST = re.compile(rb"topic-0*([1-9]\d{0,17})-replies")
_TOPIC_CLASS = re.compile(rb"postid-0*([1-9]\d{0,17})")
_TEXT = re.compile(rb"<!--.*?-->|<[^>]*>", re.DOTALL)


class HiddenPost(NamedTuple):
    """A post that guests do not see, and the spans of bytes that it takes."""

    post_id: int
    spans: tuple[tuple[int, int], ...]


def hidden_statuses(viewer: Viewer) -> frozenset[str]:
    """The classes of what is cut out: a member who was logged in on purpose keeps what was published for members."""
    return HIDDEN_STATUSES if viewer == "guest" else HIDDEN_STATUSES - PRIVATE_STATUSES


def find_hidden_posts(outline: Outline, viewer: Viewer = "guest") -> list[HiddenPost]:
    """Every post, topic and forum on a page that is not to be kept, in page order."""
    statuses = frozenset(name.encode() for name in hidden_statuses(viewer))
    return _posts(outline, lambda part: _is_hidden(part, statuses))


def find_posts(outline: Outline, wanted: Collection[int]) -> list[HiddenPost]:
    """The whole of certain posts on a page, in page order."""
    frames = {part.start for part in _frames(outline, wanted)}
    return _posts(
        outline, lambda part: _is_post(part) and _number_of(part) in wanted, frames=frames
    )


def _frames(outline: Outline, wanted: Collection[int]) -> Iterator[Part]:
    """What a theme puts around a whole page: it carries the number of the topic, and holds posts of other numbers."""
    posts = [part for part in outline.parts if not part.is_text and _is_post(part)]
    for part in outline.parts:
        numbers = {part.post_id, part.numbered} - {None}
        if not (part.is_text or part.is_marked or numbers.isdisjoint(wanted)):
            place = bisect_right(posts, part.start, key=_start)
            inside = takewhile(part.holds, posts[place:])
            if any(_number_of(one) not in numbers for one in inside):
                yield part


def _posts(
    outline: Outline,
    is_wanted: Callable[[Part], bool],
    *,
    frames: Collection[int] = (),
) -> list[HiddenPost]:
    found: dict[int, list[Part]] = {}
    for part in outline.parts:
        if not part.is_text and part.start not in frames and is_wanted(part):
            found.setdefault(_number_of(part), []).append(part)
    if not found:
        return []
    beyond = [part for part in outline.parts if part.ends_texts]
    heads = _heads_of(outline, found, frames)
    return [
        HiddenPost(post_id, tuple(_spans(outline, parts + heads[post_id], beyond, post_id)))
        for post_id, parts in found.items()
    ]


def topic_of(outline: Outline) -> int | None:
    """The topic that a page says it is of."""
    for part in outline.parts:
        match = None if part.is_text else _TOPIC_LIST.fullmatch(part.identity)
        if match is None and part.name == b"body" and b"single-topic" in part.classes:
            named = (_TOPIC_CLASS.fullmatch(token) for token in part.classes)
            match = next(filter(None, named), None)
        if match is not None:
            return int(match[1])
    return None


def _is_post(part: Part) -> bool:
    if part.post_id is not None:
        return not _TYPES.isdisjoint(part.classes)
    return part.name == b"li" and part.numbered is not None


def _is_hidden(part: Part, statuses: frozenset[bytes]) -> bool:
    if part.post_id is not None:
        return not statuses.isdisjoint(part.classes) and not _TYPES.isdisjoint(part.classes)
    is_item = part.name == b"li" and part.numbered is not None
    return is_item and not _STANDALONE.isdisjoint(part.classes)


def _number_of(part: Part) -> int:
    return part.post_id or part.numbered or 0


def _heads_of(
    outline: Outline, hidden: dict[int, list[Part]], frames: Collection[int]
) -> dict[int, list[Part]]:
    """What else is of the posts: headers, which stand before them or elsewhere under their numbers."""
    heads: dict[int, list[Part]] = {post_id: [] for post_id in hidden}
    eldest: dict[Part | None, Part] = {}
    for part in outline.parts:
        if part.numbered in heads and not part.is_text and part.start not in frames:
            heads[part.numbered].append(part)
        before = eldest.get(part.outer)
        of_post = heads.get(part.post_id or 0)
        if of_post is not None and before is not None and before.is_head:
            of_post += [before] if before.numbered is None else []
        eldest[part.outer] = part
    return heads


def _spans(
    outline: Outline, parts: list[Part], beyond: list[Part], post_id: int
) -> Iterator[tuple[int, int]]:
    """Where elements of a post begin and end: behind its header comes the post itself, which is no part of that.

    What nests posts in lists stands between one and the next, and stays.
    """
    boxes = sorted((_box(part, post_id, beyond) for part in parts), key=_start)
    for box in boxes:
        following = _following(box, post_id, beyond)
        own = next((one for one in boxes if one.start >= box.end), None)
        if own is not None and (following is None or own.start < following.start):
            following = own
        yield box.start, _end(outline, box, following)


def _following(part: Part, post_id: int, beyond: list[Part]) -> Part | None:
    """What begins next behind the beginning of an element of a post and is none of that post's."""
    place = bisect_right(beyond, part.start, key=_start)
    later = (beyond[at] for at in range(place, len(beyond)))
    return next((one for one in later if not _is_of(one, post_id)), None)


def _start(part: Part) -> int:
    return part.start


def _is_of(part: Part, post_id: int) -> bool:
    return post_id in (part.post_id, part.numbered)


def _box(part: Part, post_id: int, beyond: list[Part]) -> Part:
    """The box of a theme's that holds all of a post and nothing of another."""
    box = part.outer
    if box is None or box.numbered != post_id:
        return part
    following = _following(box, post_id, beyond)
    return part if following is not None and box.holds(following) else box


def _end(outline: Outline, part: Part, following: Part | None) -> int:
    """Where a post ends: never in another one, and not before words that its text has pushed out of it."""
    if following is None:
        return part.end
    if part.end >= following.start:
        return following.start
    rest = outline.data[part.end : following.start]
    is_of_post = not rest.strip() or _TEXT.sub(b"", rest).strip()
    return following.start if is_of_post else part.end
