"""Keep one of several copies of a post on a page, and leave posts of other topics out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parsers.bbpress.candidate import Candidate

_PARENT = re.compile(r"bbp-parent-topic-(\d{1,18})$")


def without_copies(
    found: Sequence[Candidate], is_listed: Callable[[Candidate], bool]
) -> list[Candidate]:
    """Each post once: a featured reply is printed on top too, often under a number with something after it.

    Args:
        found: candidates in document order.
        is_listed: tells those that stand in the list of posts.
    """
    chosen: dict[int, Candidate] = {}
    if len({one.post_id for one in found}) < len(found):
        for one in found:
            other = chosen.get(one.post_id)
            if other is None or _is_better(one, other, is_listed):
                chosen[one.post_id] = one
        return [one for one in found if chosen[one.post_id] is one]
    return list(found)


def _is_better(later: Candidate, other: Candidate, is_listed: Callable[[Candidate], bool]) -> bool:
    """Whether the later of two copies is the post itself; of two that are alike, the opening is the first, a reply the last."""
    ranks = [(_has_own_number(one), is_listed(one)) for one in (later, other)]
    return ranks[0] > ranks[1] or (ranks[0] == ranks[1] and not later.is_opening)


def _has_own_number(one: Candidate) -> bool:
    own = f"post-{one.post_id}"
    return (one.head is not None and one.head.get("id") in {None, own}) or one.element.get(
        "id"
    ) == own


def lone_copies(posts: Sequence[Candidate], *, is_whole: bool) -> frozenset[int]:
    """The numbers of posts of which a page shows a copy alone, as their suffixed numbers tell where others have none.

    Args:
        posts: the page's posts, each once.
        is_whole: the page was not torn, which may have taken the others away.
    """
    found = frozenset(one.post_id for one in posts if _has_suffix(one))
    is_special = len(found) * 2 < len(posts) or (len(found) == 1 and not is_whole)
    return found if is_special else frozenset()


def _has_suffix(one: Candidate) -> bool:
    identity = (one.head if one.head is not None else one.element).get("id")
    own = f"post-{one.post_id}"
    return identity not in {None, own} and (identity or "").startswith((f"{own}-", f"{own}_"))


def of_one_topic(found: Sequence[Candidate], topic_id: int | None) -> list[Candidate]:
    """What names no other topic, where neither a list nor a wrapper parts posts from what is beside them.

    Args:
        found: candidates in document order.
        topic_id: the topic, where the page tells; else it is the first post's.
    """
    openings = (one.post_id for one in found if one.is_opening)
    parents = (parent for one in found if (parent := _parent(one)) is not None)
    topic = topic_id or next(openings, None) or next(parents, None)
    return [one for one in found if _parent(one) in {None, topic}]


def _parent(one: Candidate) -> int | None:
    """The topic that a reply's class names; that of an opening post means something else in each version."""
    if one.is_opening:
        return None
    matches = (_PARENT.match(token) for token in one.tokens)
    return next((int(match[1]) for match in matches if match), None)
