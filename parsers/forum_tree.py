"""The forums of a site as its lists show them, for formats that build the site anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parsers.list_records import Visibility
    from parsers.records import ForumLink, Stickiness, TopicStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownForum:
    """A forum.

    Attributes:
        path: the forums around it from the root down, and itself.
        title: its title, without the word in front that tells members that it is private.
        forum_id: the site's number of it; None where no page shows it.
        is_category: it holds forums and no topics.
        status: whether it takes topics and replies; None where no page shows it.
        visibility: who may see it; None where no page shows it.
        description: its visible text; empty where no page shows it.
        place: where the list that it stands in shows it, from 1; 0 where none does.
    """

    path: tuple[ForumLink, ...]
    title: str
    forum_id: int | None = None
    is_category: bool = False
    status: TopicStatus | None = None
    visibility: Visibility | None = None
    description: str = ""
    place: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumTree:
    """All forums that an archive knows of.

    Attributes:
        forums: in no order that means anything, but always the same one.
        highest_id: the highest number that the archive knows of a post, a topic or a forum.
        on_top: topics that lists show on top, by number: the pages of most topics do not tell.
    """

    forums: tuple[KnownForum, ...] = ()
    highest_id: int = 0
    on_top: Mapping[int, Stickiness] = field(default_factory=dict[int, "Stickiness"])


def no_forum_tree() -> ForumTree:
    """The forums of a site of which none are known."""
    return ForumTree()
