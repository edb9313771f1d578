"""What bbPress keeps of topics and replies beside their rows; and what threadkeep adds, which bbPress has no place for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exporters.wxr.forum import TopicSummary
    from exporters.wxr.item import Meta
    from parsers.records import Post, Thread

# bbPress lets nobody edit a guest's post that has no e-mail address; mail to this one goes nowhere.
_NO_EMAIL = "guest@example.invalid"
_NO_NAME = "Anonymous"


def topic_meta(thread: Thread, forum: int, topic: TopicSummary) -> Meta:
    """What is kept of a topic."""
    meta: Meta = (
        ("_bbp_forum_id", forum),
        ("_bbp_topic_id", topic.number),
        # Without it, a topic is in no list.
        ("_bbp_last_active_time", topic.active),
        ("_bbp_last_active_id", topic.active_id),
        ("_bbp_last_reply_id", topic.last_reply_id),
        ("_bbp_reply_count", topic.replies),
        ("_bbp_reply_count_hidden", topic.hidden_replies),
        ("_bbp_old_topic_id", topic.number),
    )
    if thread.status == "closed":
        meta = (*meta, ("_bbp_status", "publish"))
    if topic.sticky != "no":
        meta = (*meta, ("_threadkeep_sticky", topic.sticky))
    return meta


def reply_meta(post: Post, forum: int, topic: int, answered: int) -> Meta:
    """What is kept of a reply.

    Args:
        post: the reply.
        forum: the id of its forum.
        topic: the id of its topic.
        answered: the id of the reply that it answers; 0: it answers the topic.
    """
    meta: Meta = (
        ("_bbp_forum_id", forum),
        ("_bbp_topic_id", topic),
        ("_bbp_reply_to", answered),
        ("_bbp_old_reply_id", post.post_id),
    )
    return (*meta, ("_bbp_old_reply_to_id", answered)) if answered else meta


def guest_meta(post: Post) -> Meta:
    """What is kept of who wrote a post without an account; nothing where there is one."""
    author = post.author
    if not author.is_guest:
        return ()
    meta: Meta = (
        ("_bbp_anonymous_name", author.name.strip() or _NO_NAME),
        ("_bbp_anonymous_email", _NO_EMAIL),
    )
    return (*meta, ("_bbp_anonymous_website", author.url)) if author.url else meta


def trash_meta(post: Post) -> Meta:
    """What WordPress keeps of what is in the trash, so that it can be taken out again."""
    try:
        gone_at = int(datetime.fromisoformat(post.gone_at or "").timestamp())
    except ValueError:  # the archive does not say when
        gone_at = 0
    return (("_wp_trash_meta_status", "publish"), ("_wp_trash_meta_time", gone_at))
