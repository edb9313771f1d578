"""Show what a page of a list, or somebody's profile, was understood as: its facts, then a line a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from threadkeep.cli.console import counted, one_line, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.list_records import ForumRow, LastPost, ListPage, PostRow, ProfilePage, TopicRow
    from parsers.records import Author


def tell_list(found: ListPage) -> None:
    """Print a list's page: which list it is, what it says of itself, its rows in page order."""
    say(f"  list:     {found.kind}, page {found.pager.current} of {found.pager.last}")
    say(f"  title:    {one_line(found.title) or '-'}")
    say(f"  forum:    {one_line(' › '.join(forum.title for forum in found.forum)) or '-'}")
    if found.kind == "forum":
        say(f"  forum id: {found.forum_id or '-'}{', closed' if found.status == 'closed' else ''}")
    if found.owner is not None:
        say(f"  of:       {one_line(found.owner.name)}")
    say(f"  claim:    {one_line(found.claim.text) if found.claim else '-'}")
    say(f"  rows:     {', '.join(_sizes(found)) or 'none'}")
    if found.notice is not None:
        say(f"  notice:   {one_line(found.notice)}")
    for row in found.forums:
        say(f"  {one_line(_forum_line(row))}")
    for topic in found.topics:
        say(f"  {one_line(_topic_line(topic, found.counts))}")
    for post in found.posts:
        say(f"  {one_line(_post_line(post))}")


def _sizes(found: ListPage) -> Iterator[str]:
    rows = ((found.forums, "forum"), (found.topics, "topic"), (found.posts, "post"))
    return (counted(len(some), what) for some, what in rows if some)


def _forum_line(row: ForumRow) -> str:
    topics = "-" if row.topics is None else counted(row.topics, "topic")
    marks = [
        mark
        for mark, is_so in (("category", row.is_category), ("closed", row.status == "closed"))
        if is_so
    ]
    below = f"; below it {', '.join(one.title for one in row.forums)}" if row.forums else ""
    return f"#{row.forum_id or '-'} {', '.join([row.title, topics, *marks, _last(row.last_post)])}{below}"


def _topic_line(row: TopicRow, counts: str | None) -> str:
    size = "-" if row.count is None else _size(row.count, counts)
    marks = [one for one in (row.withheld, "closed" if row.status == "closed" else None) if one]
    marks += (
        [{"sticky": "sticky", "super": "sticky everywhere"}[row.sticky]]
        if row.sticky != "no"
        else []
    )
    return f"#{row.topic_id or '-'} {', '.join([row.title, _by(row.author), size, *marks, _last(row.last_post)])}"


def _size(count: int, counts: str | None) -> str:
    if counts is None:
        return f"{count} in its column"
    return counted(count, "post") if counts == "posts" else f"{count} replies"


def _post_line(row: PostRow) -> str:
    return (
        f"#{row.post_id} {row.kind} in {row.title}, {_by(row.author)}, {row.published_text or '-'}"
    )


def _last(post: LastPost | None) -> str:
    if post is None:
        return "no last post"
    number = f" (#{post.post_id})" if post.post_id is not None else ""
    return f"last {post.text or '-'}{number}"


def _by(author: Author | None) -> str:
    return f"by {author.name}" if author is not None else "by -"


def tell_profile(found: ProfilePage) -> None:
    """Print a profile."""
    say(f"  name:     {one_line(found.name)} ({one_line(found.slug or '-')})")
    say(f"  role:     {one_line(found.role or '-')}")
    say(f"  since:    {one_line(found.registered_text or '-')}")
    topics, replies = (("-" if one is None else one) for one in (found.topics, found.replies))
    say(f"  wrote:    topics {topics}, replies {replies}")
    say(f"  pages:    {', '.join(link.kind for link in found.links) or '-'}")
