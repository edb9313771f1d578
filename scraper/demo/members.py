"""What only members of a demo forum see: forums that guests do not find, and the forum as each visitor sees it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from scraper.demo.forum import DemoBoard, DemoForum, DemoPost, DemoTopic
from scraper.demo.prose import Written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scraper.demo.forum import DemoAuthor, Role

LOUNGE = DemoBoard(
    board_id=18,
    title="Members' lounge",
    slug="members-lounge",
    description="For those who belong here.",
    visibility="private",
)
STAFF_ROOM = DemoBoard(
    board_id=19,
    title="Staff room",
    slug="staff-room",
    description="For those who keep order.",
    visibility="hidden",
)
STAFF: frozenset[Role] = frozenset({"keymaster", "moderator"})
_MEMBERS: frozenset[Role] = frozenset({"participant", "spectator"})
_READERS = STAFF | _MEMBERS
_PREFIX = "Private: "
_OPENED = datetime(2024, 3, 4, 9, tzinfo=UTC)
_TALKS: tuple[tuple[DemoBoard, str, int], ...] = (
    (LOUNGE, "Where we meet in spring", 22),
    (LOUNGE, "Keys to the workshop", 4),
    (STAFF_ROOM, "What to do about the noise", 3),
)


def with_members_area(forum: DemoForum) -> DemoForum:
    """A forum that has a private forum and a hidden one as well, with topics in them."""
    grown = replace(forum, boards=(*forum.boards, LOUNGE, STAFF_ROOM))
    for board, title, size in _TALKS:
        grown = grown.with_topic(_topic(grown, board, title, size))
    return grown


def _topic(forum: DemoForum, board: DemoBoard, title: str, size: int) -> DemoTopic:
    people: Sequence[DemoAuthor] = [one for one in forum.authors if one.role in _READERS]
    writers = [one for one in people if board is LOUNGE or one.role in STAFF]
    first = forum.free_id
    posts = tuple(
        DemoPost(
            post_id=first + place,
            author=writers[place % len(writers)],
            posted=_OPENED + place * timedelta(hours=5, minutes=17),
            body=_said(title, place),
        )
        for place in range(size)
    )
    return DemoTopic(title=title, slug=title.lower().replace(" ", "-"), board=board, posts=posts)


def _said(title: str, place: int) -> Written:
    text = f"Between us, on “{title.lower()}”: point {place + 1}."
    return Written(html=f"<p>{text}</p>", text=text)


def may_read(role: Role, board: DemoBoard) -> bool:
    """Whether somebody of a role sees a forum: hidden ones are for those who keep order, private ones for members."""
    kinds = {one.visibility for one in board.lineage}
    if "hidden" in kinds:
        return role in STAFF
    return "private" not in kinds or role in _READERS


def seen_by(forum: DemoForum, role: Role) -> DemoForum:
    """A forum without what somebody of a role does not see; WordPress says of private ones that they are."""
    boards = {board.board_id: _titled(board) for board in forum.boards if may_read(role, board)}
    topics = [
        _shown(topic, boards[topic.board.board_id], role)
        for topic in forum.topics
        if topic.board.board_id in boards
    ]
    return replace(forum, boards=tuple(boards.values()), topics=tuple(topics))


def _titled(board: DemoBoard) -> DemoBoard:
    if board.visibility != "private":
        return board
    return replace(board, title=f"{_PREFIX}{board.title}")


def _shown(topic: DemoTopic, board: DemoBoard, role: Role) -> DemoTopic:
    """A topic as a role sees it; one that is private by itself is for those who keep order."""
    is_open_to_staff = topic.access == "private" and role in STAFF
    if board is topic.board and not is_open_to_staff:
        return topic
    access = "staff" if is_open_to_staff else topic.access
    title = f"{_PREFIX}{topic.title}" if is_open_to_staff else topic.title
    return replace(topic, board=board, access=access, title=title)
