"""What can happen to a demo forum's accounts and to the site as a whole: pure functions from one state to the next."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from parsers.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from scraper.demo.forum import (
        DemoAuthor,
        DemoForum,
        DemoPost,
        LocaleName,
        Role,
        ThemeName,
    )

# Accounts ---------------------------------------------------------------------------------------------------


def author_of(forum: DemoForum, user_id: int) -> DemoAuthor:
    """The account of a number.

    Raises:
        UsageError: there is none.
    """
    for author in forum.authors:
        if author.user_id == user_id:
            return author
    raise UsageError(f"the demo forum has no account {user_id}")


def rename_author(
    forum: DemoForum, user_id: int, name: str, *, nicename: str | None = None
) -> DemoForum:
    """Somebody shows another name on all posts, and may have another profile address."""
    before = author_of(forum, user_id)
    after = replace(before, name=name, nicename=nicename or before.nicename)
    if any(after.nicename == author.nicename for author in forum.authors if author != before):
        raise UsageError(f"another account of the demo forum is called {after.nicename!r}")
    authors = tuple(after if author == before else author for author in forum.authors)
    return _everywhere(replace(forum, authors=authors), before, after)


def change_role(forum: DemoForum, user_id: int, role: Role) -> DemoForum:
    """Somebody may do more or less than before, which shows beside all posts."""
    before = author_of(forum, user_id)
    after = replace(before, role=role)
    authors = tuple(after if author == before else author for author in forum.authors)
    return _everywhere(replace(forum, authors=authors), before, after)


def delete_author(forum: DemoForum, user_id: int, *, heir: int | None = None) -> DemoForum:
    """An account is gone.

    Args:
        forum: the forum before.
        user_id: the account.
        heir: the account that its posts are given to; by default they stay, as those of nobody who can be named.
    """
    before = author_of(forum, user_id)
    after = replace(before, nicename="", website="", role="inactive")
    if heir is not None:
        after = author_of(forum, heir)
    authors = tuple(author for author in forum.authors if author != before)
    return _everywhere(replace(forum, authors=authors), before, after)


def _everywhere(forum: DemoForum, before: DemoAuthor, after: DemoAuthor) -> DemoForum:
    """The forum with another author in all posts and edits of one."""

    def changed(post: DemoPost) -> DemoPost:
        if before not in {post.author, *(edit.editor for edit in post.edits)}:
            return post
        edits = tuple(
            replace(edit, editor=after) if edit.editor == before else edit for edit in post.edits
        )
        return replace(post, author=after if post.author == before else post.author, edits=edits)

    topics = tuple(
        replace(topic, posts=tuple(map(changed, topic.posts))) for topic in forum.topics
    )
    return replace(forum, topics=topics)


# The site ---------------------------------------------------------------------------------------------------


def pass_time(forum: DemoForum, time: timedelta) -> DemoForum:
    """Time passes: "3 years ago" is counted from a later moment, and new posts come then."""
    return replace(forum, settings=replace(forum.settings, now=forum.settings.now + time))


def change_theme(forum: DemoForum, theme: ThemeName) -> DemoForum:
    """The site looks otherwise."""
    return replace(forum, settings=replace(forum.settings, theme=theme))


def change_language(forum: DemoForum, locale: LocaleName) -> DemoForum:
    """The site speaks another language; what was posted stays as it is."""
    return replace(forum, settings=replace(forum.settings, locale=locale))


def change_permalinks(forum: DemoForum, *, plain: bool) -> DemoForum:
    """All addresses are of the other form; WordPress sends on from plain ones, not to them."""
    return replace(forum, settings=replace(forum.settings, plain_permalinks=plain))


def change_timezone(forum: DemoForum, zone: str, *, at: datetime | None = None) -> DemoForum:
    """The site is set to another zone.

    Posts keep the local time that they were stored with, so that earlier ones go on in the old zone. It can be done
    once: the demo remembers one old zone.

    Args:
        forum: the forum before.
        zone: an IANA name or a fixed offset.
        at: from when on posts have the new zone; the forum's present by default.
    """
    settings = forum.settings
    if settings.old_timezone is not None:
        raise UsageError(
            f"the demo forum has changed its zone already, from {settings.old_timezone}"
        )
    return replace(
        forum,
        settings=replace(
            settings,
            timezone=zone,
            old_timezone=settings.timezone,
            timezone_since=at or settings.now,
        ),
    )


def change_page_size(forum: DemoForum, per_page: int) -> DemoForum:
    """Pages of topics have room for another number of posts."""
    return replace(forum, settings=replace(forum.settings, per_page=per_page))


def change_threads(forum: DemoForum, *, threaded: bool) -> DemoForum:
    """Replies are shown under the post they answer, or no longer."""
    return replace(forum, settings=replace(forum.settings, threaded=threaded))
