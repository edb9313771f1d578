"""A topic as guests and as moderators see its pages, in bbPress 2.6's markup, to be saved as a browser does and imported."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Viewer = Literal["guest", "moderator", "moderator of all"]
URL = "https://forum.test/forums/topic/hello/"
HIDDEN = ("spam", "trash", "pending", "private", "hidden")
_FIRST_MOMENT = 1_700_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One post."""

    post_id: int
    status: str = "publish"
    words: str = ""
    name: str = "Ada Fern"
    secret: str = ""

    @property
    def kind(self) -> str:
        """The first is the topic."""
        return "topic" if self.post_id == 100 else "reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Discussion:
    """A topic, and what a moderator's pages hold besides its posts."""

    posts: Sequence[Said]
    per_page: int = 3

    def seen_by(self, viewer: Viewer) -> list[Said]:
        """The posts that somebody sees."""
        return [
            post
            for post in self.posts
            if viewer == "moderator of all" or post.status not in HIDDEN
        ]

    def pages(self, viewer: Viewer) -> int:
        """How many pages somebody sees."""
        return max(1, -(-len(self.seen_by(viewer)) // self.per_page))

    def page(self, number: int, viewer: Viewer) -> str:
        """A page as somebody sees it."""
        seen = self.seen_by(viewer)
        first = (number - 1) * self.per_page
        here = seen[first : first + self.per_page]
        last = first + len(here)
        count = f"Viewing {len(here)} posts - {first + 1} through {last} (of {len(seen)} total)"
        posts = "".join(_post(post, viewer) for post in here)
        return _PAGE.format(
            url=_address(number),
            classes="" if viewer == "guest" else " logged-in admin-bar",
            count=count,
            links=_links(number, self.pages(viewer), viewer),
            posts=posts,
            above="" if viewer == "guest" else _ABOVE,
            below=_GUESTS_NOTICE if viewer == "guest" else _FORM,
        )

    def save(self, folder: Path, *pages: tuple[int, Viewer]) -> Path:
        """Save pages, each a minute after the one before."""
        folder.mkdir(exist_ok=True)
        for order, (number, viewer) in enumerate(pages):
            view = "?view=all" if viewer == "moderator of all" else ""
            path = folder / f"{order:02}.html"
            mark = f"<!-- saved from url=(0042){_address(number)}{view} -->\n"
            path.write_text(mark + self.page(number, viewer), encoding="utf-8")
            moment = _FIRST_MOMENT + 60 * order
            os.utime(path, (moment, moment))
        return folder


def _address(number: int) -> str:
    return URL if number == 1 else f"{URL}page/{number}/"


def _links(current: int, last: int, viewer: Viewer) -> str:
    view = "?view=all" if viewer == "moderator of all" else ""
    return "".join(
        f'<span class="page-numbers current">{number}</span>'
        if number == current
        else f'<a class="page-numbers" href="{_address(number)}{view}">{number}</a>'
        for number in (range(1, last + 1) if last > 1 else ())
    )


def _post(post: Said, viewer: Viewer) -> str:
    number, admin, beside = post.post_id, "", ""
    if viewer != "guest":
        admin = (
            f'<a href="{URL}edit/" class="bbp-{post.kind}-edit-link">Edit</a> | <a class="bbp-reply-trash-link" '
            f'href="?action=bbp_toggle_reply_trash&#038;_wpnonce={number}abcdef">Trash</a>'
        )
        beside = f'<div class="bbp-reply-ip"><span class="bbp-author-ip">(192.0.2.{number})</span></div>{post.secret}'
    return f"""<div id="post-{number}" class="bbp-reply-header"><div class="bbp-meta">
<span class="bbp-reply-post-date">May {number - 95}, 2013 at 9:00 am</span>
<a href="{URL}#post-{number}" class="bbp-reply-permalink">#{number}</a><span class="bbp-admin-links">{admin}</span></div></div>
<div class="user-id-7 bbp-parent-forum-5 bbp-parent-topic-100 post-{number} {post.kind} type-{post.kind} status-{post.status} hentry">
<div class="bbp-reply-author"><a href="https://forum.test/forums/users/ada/" class="bbp-author-link"><span \
class="bbp-author-name">{post.name}</span></a><div class="bbp-author-role">Participant</div>{beside}</div>
<div class="bbp-reply-content">
<p>{post.words or f"Words of {number}."}</p>
</div>
</div>
"""


_ABOVE = '<div id="wpadminbar"><a href="/wp-login.php?action=logout&#038;_wpnonce=f00dfeed01">Log out</a></div>'
_FORM = (
    '<div id="new-reply-100" class="bbp-reply-form"><form id="new-post">'
    '<input type="hidden" name="_wpnonce" value="f00dfeed02"></form></div>'
)
_GUESTS_NOTICE = (
    '<div id="no-reply-100" class="bbp-no-reply"><div class="bbp-template-notice"><ul><li>You must be logged in to '
    "reply to this topic.</li></ul></div></div>"
)
_PAGE = """<!DOCTYPE html>
<html lang="en-US">
<head><meta charset="UTF-8"><title>Hello – Garden Forum</title><link rel="canonical" href="{url}"></head>
<body class="topic bbpress single single-topic postid-100{classes}">{above}
<h1 class="entry-title">Hello</h1>
<div id="bbpress-forums" class="bbpress-wrapper">
<div class="bbp-pagination"><div class="bbp-pagination-count">{count}</div><div class="bbp-pagination-links">{links}</div></div>
<ul id="topic-100-replies" class="forums bbp-replies"><li class="bbp-header"></li>
<li class="bbp-body">
{posts}</li>
<li class="bbp-footer"></li></ul>
{below}
</div>
</body>
</html>
"""
