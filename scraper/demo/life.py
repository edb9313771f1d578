"""What can happen to posts and topics of a demo forum: pure functions from one state of it to the next.

What an archive must hold after it, `expected_topics` says of the new state. No id is ever given away twice. What
happens to accounts and to the site as a whole is in `life_site`; when it happens is scripted with `Life`.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from parsers.errors import UsageError
from scraper.demo.draft import slug_of
from scraper.demo.forum import DemoEdit, DemoPost, DemoTopic
from scraper.demo.prose import Grown, dice

if TYPE_CHECKING:
    from datetime import datetime

    from scraper.demo.forum import Access, DemoAuthor, DemoBoard, DemoForum, Stickiness
    from scraper.demo.prose import Prose

# Finding ----------------------------------------------------------------------------------------------------


def topic_of(forum: DemoForum, topic_id: int) -> DemoTopic:
    """The topic of an id.

    Raises:
        UsageError: there is none.
    """
    for topic in forum.topics:
        if topic.topic_id == topic_id:
            return topic
    raise UsageError(f"the demo forum has no topic {topic_id}")


def place_of(forum: DemoForum, post_id: int) -> tuple[DemoTopic, DemoPost]:
    """The post of an id, after its topic.

    Raises:
        UsageError: there is none.
    """
    for topic in forum.topics:
        for post in topic.posts:
            if post.post_id == post_id:
                return topic, post
    raise UsageError(f"the demo forum has no post {post_id}")


def board_of(forum: DemoForum, slug: str) -> DemoBoard:
    """The forum of a slug, one that may hold topics.

    Raises:
        UsageError: there is none.
    """
    for board in forum.boards:
        if board.slug == slug and not board.is_category:
            return board
    raise UsageError(f"the demo forum has no forum {slug!r} that holds topics")


# Posts ------------------------------------------------------------------------------------------------------


def add_reply(
    forum: DemoForum,
    topic_id: int,
    *,
    author: DemoAuthor | None = None,
    body: Prose | None = None,
    at: datetime | None = None,
    answers: int | None = None,
) -> DemoForum:
    """Somebody replies.

    Args:
        forum: the forum before.
        topic_id: the topic.
        author: who; somebody who has an account by default.
        body: what; something invented by default.
        at: when; the forum's present by default, or when its last post came. In the past it is shown in the midst of
            the topic, as what a moderator let through late, and moves all that follows.
        answers: the id of the reply that it answers, if not the topic.
    """
    topic = topic_of(forum, topic_id)
    if answers is not None and answers not in {post.post_id for post in topic.posts[1:]}:
        raise UsageError(f"topic {topic_id} of the demo forum has no reply {answers}")
    newest = max(post.posted for post in topic.posts)
    post = DemoPost(
        post_id=forum.free_id,
        author=author or _someone(forum),
        posted=at or max(newest, forum.settings.now),
        body=body or _something(forum),
        parent=answers,
    )
    return forum.with_topic(replace(topic, posts=_in_order(topic.opening, *topic.posts[1:], post)))


def edit_post(
    forum: DemoForum,
    post_id: int,
    *,
    body: Prose | None = None,
    editor: DemoAuthor | None = None,
    reason: str = "",
    is_logged: bool = True,
) -> DemoForum:
    """A post is changed, at the forum's present.

    Args:
        forum: the forum before.
        post_id: the post.
        body: what it says from now on; something invented by default.
        editor: who changed it; its author by default, a keymaster where that is nobody with an account.
        reason: what the revision log says of it, if anything.
        is_logged: whether it comes into the revision log at all; who edits decides that.
    """
    topic, post = place_of(forum, post_id)
    own = post.author if post.author.has_profile else _keymaster(forum)
    edit = DemoEdit(
        edit_id=forum.free_id, editor=editor or own, at=forum.settings.now, reason=reason
    )
    edits = (*post.edits, edit) if is_logged else post.edits
    changed = replace(post, body=body or _something(forum), edits=edits)
    # Who leaves no line in the log makes a revision all the same, and that takes an id.
    return _spending(_with_post(forum, topic, changed), edit.edit_id)


def delete_reply(forum: DemoForum, post_id: int) -> DemoForum:
    """A reply is gone; replies to it stay."""
    topic, post = place_of(forum, post_id)
    if post is topic.opening:
        raise UsageError(f"post {post_id} opens its topic: delete the topic")
    return forum.with_topic(
        replace(topic, posts=tuple(kept for kept in topic.posts if kept is not post))
    )


def restore_reply(forum: DemoForum, topic_id: int, post: DemoPost) -> DemoForum:
    """A reply that was deleted is back, under its own id and in its own place."""
    if any(post.post_id == known.post_id for topic in forum.topics for known in topic.posts):
        raise UsageError(f"post {post.post_id} of the demo forum is not gone")
    topic = topic_of(forum, topic_id)
    return forum.with_topic(replace(topic, posts=_in_order(topic.opening, *topic.posts[1:], post)))


# Topics -----------------------------------------------------------------------------------------------------


def add_topic(
    forum: DemoForum,
    board: str,
    title: str,
    *,
    author: DemoAuthor | None = None,
    body: Prose | None = None,
) -> DemoForum:
    """Somebody starts a topic in the forum of a slug, at the forum's present."""
    opening = DemoPost(
        post_id=forum.free_id,
        author=author or _someone(forum),
        posted=forum.settings.now,
        body=body or _something(forum),
    )
    topic = DemoTopic(
        title=title,
        slug=free_slug(forum, title),
        board=board_of(forum, board),
        posts=(opening,),
    )
    return forum.with_topic(topic)


def delete_topic(forum: DemoForum, topic_id: int) -> DemoForum:
    """A topic is gone with all its replies."""
    return forum.without_topic(topic_of(forum, topic_id).topic_id)


def move_topic(forum: DemoForum, topic_id: int, board: str) -> DemoForum:
    """A topic is now in the forum of another slug; its address stays."""
    return forum.with_topic(replace(topic_of(forum, topic_id), board=board_of(forum, board)))


def merge_topics(
    forum: DemoForum, source_id: int, into_id: int, *, is_redirected: bool = False
) -> DemoForum:
    """A topic's posts become replies of another, as bbPress does it.

    Where the source is the older one, the other's opening post is dated back to a second before it.

    Args:
        forum: the forum before.
        source_id: the topic that ends.
        into_id: the topic that takes its posts.
        is_redirected: whether the old address leads on; bbPress by itself leaves it to answer 404.
    """
    source, into = topic_of(forum, source_id), topic_of(forum, into_id)
    if source is into:
        raise UsageError("a topic cannot be merged into itself")
    started = min(into.opening.posted, source.opening.posted - timedelta(seconds=1))
    older = source.opening.posted < into.opening.posted
    opening = replace(into.opening, posted=started) if older else into.opening
    merged = replace(into, posts=_in_order(opening, *into.posts[1:], *source.posts))
    after = forum.without_topic(source_id).with_topic(merged)
    return redirect_slug(after, source.slug, into_id) if is_redirected else after


def split_topic(forum: DemoForum, post_id: int, *, title: str | None = None) -> DemoForum:
    """A reply becomes a topic under its own id, and takes with it what was posted since.

    Args:
        forum: the forum before.
        post_id: the reply.
        title: the new topic's title; the old one's by default.
    """
    topic, post = place_of(forum, post_id)
    if post is topic.opening:
        raise UsageError(f"post {post_id} opens its topic: there is nothing to split off")
    stay, go = _parted(topic, post)
    moved = {reply.post_id for reply in go}
    replies = (
        replace(reply, parent=reply.parent if reply.parent in moved else None) for reply in go
    )
    title = title or topic.title
    new = replace(
        topic,
        title=title,
        slug=free_slug(forum, title),
        posts=(replace(post, parent=None), *replies),
        tags=(),
        sticky="no",
        closed=False,
    )
    return forum.with_topic(replace(topic, posts=stay)).with_topic(new)


def _parted(topic: DemoTopic, post: DemoPost) -> tuple[tuple[DemoPost, ...], tuple[DemoPost, ...]]:
    """What stays in a topic that is split at a reply, and which other replies go."""
    go = tuple(
        reply for reply in topic.posts[1:] if reply.posted >= post.posted and reply is not post
    )
    gone = {post.post_id, *(reply.post_id for reply in go)}
    return tuple(kept for kept in topic.posts if kept.post_id not in gone), go


def rename_topic(
    forum: DemoForum,
    topic_id: int,
    *,
    title: str | None = None,
    slug: str | None = None,
    is_redirected: bool = True,
) -> DemoForum:
    """A topic has another title, another address or both.

    Args:
        forum: the forum before.
        topic_id: the topic.
        title: the new title; a new one does not change the address.
        slug: the new last part of the address.
        is_redirected: whether the old address leads on with a 301, as WordPress sees to for topics that are open.
    """
    topic = topic_of(forum, topic_id)
    new = topic.slug if slug in {None, topic.slug} else free_slug(forum, slug or "")
    after = forum.with_topic(replace(topic, title=title or topic.title, slug=new))
    kept = tuple(pair for pair in after.old_slugs if pair != (new, topic_id))
    after = replace(after, old_slugs=kept)
    if new == topic.slug or not is_redirected:
        return after
    return redirect_slug(after, topic.slug, topic_id)


def redirect_slug(forum: DemoForum, slug: str, topic_id: int) -> DemoForum:
    """The address of a slug that no topic has any more leads on to a topic from now on."""
    kept = tuple(pair for pair in forum.old_slugs if pair[0] != slug)
    return replace(forum, old_slugs=(*kept, (slug, topic_of(forum, topic_id).topic_id)))


def close_topic(forum: DemoForum, topic_id: int, *, closed: bool = True) -> DemoForum:
    """A topic is closed to replies, or open again."""
    return forum.with_topic(replace(topic_of(forum, topic_id), closed=closed))


def stick_topic(forum: DemoForum, topic_id: int, sticky: Stickiness) -> DemoForum:
    """A topic is put on top of lists, or no longer."""
    return forum.with_topic(replace(topic_of(forum, topic_id), sticky=sticky))


def set_access(forum: DemoForum, topic_id: int, access: Access) -> DemoForum:
    """A topic is for everybody, for who knows a password, or for no visitor."""
    return forum.with_topic(replace(topic_of(forum, topic_id), access=access))


# Parts ------------------------------------------------------------------------------------------------------


def free_slug(forum: DemoForum, title: str) -> str:
    """A slug for a title that no topic has."""
    taken = {topic.slug for topic in forum.topics}
    slug = slug_of(title)
    numbered = (f"{slug}-{number}" for number in itertools.count(2))
    return next(wanted for wanted in itertools.chain((slug,), numbered) if wanted not in taken)


def _in_order(opening: DemoPost, *replies: DemoPost) -> tuple[DemoPost, ...]:
    return (opening, *sorted(replies, key=lambda post: (post.posted, post.post_id)))


def _with_post(forum: DemoForum, topic: DemoTopic, changed: DemoPost) -> DemoForum:
    posts = tuple(changed if post.post_id == changed.post_id else post for post in topic.posts)
    return forum.with_topic(replace(topic, posts=posts))


def _spending(forum: DemoForum, used_id: int) -> DemoForum:
    return replace(forum, spent_id=max(forum.spent_id, used_id))


def _something(forum: DemoForum) -> Prose:
    """An invented text, another one for each id that is free."""
    settings = forum.settings
    seed = dice(f"{settings.seed}/life/{forum.free_id}").getrandbits(48)
    return Grown(seed=seed, locale=settings.locale)


def _someone(forum: DemoForum) -> DemoAuthor:
    """Somebody who may post; a forum without accounts has nobody."""
    able = [author for author in forum.authors if author.role in {"participant", "moderator"}]
    if not able:
        raise UsageError("the demo forum has nobody left who may post")
    return dice(f"{forum.settings.seed}/someone/{forum.free_id}").choice(able)


def _keymaster(forum: DemoForum) -> DemoAuthor:
    return next(
        (author for author in forum.authors if author.role == "keymaster"), forum.authors[0]
    )
