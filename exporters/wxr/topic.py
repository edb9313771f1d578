"""Turn threads into the items of topics, replies and files, post by post; a topic's own comes before those of its replies."""

from __future__ import annotations

from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING

from exporters.wxr.attachment import Attachments
from exporters.wxr.forum import TopicSummary
from exporters.wxr.item import Item
from exporters.wxr.meta import guest_meta, reply_meta, topic_meta, trash_meta
from exporters.wxr.naming import post_name
from exporters.wxr.spool import Spool, Unit

if TYPE_CHECKING:
    from exporters.wxr.account import Accounts
    from exporters.wxr.forum import Board, Forum
    from exporters.wxr.item import Meta, Status
    from exporters.wxr.moment import Clock, DistinctMoments, Moment
    from exporters.wxr.tag import Tags
    from parsers.records import Post, Thread

# Its topics have numbers of their own, which posts have as well.
_NUMBERS_TOPICS_APART = "bbpress-standalone"
_IN_MEMORY = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What items are made with.

    Attributes:
        home: the address of the site's home.
        moments: keeps topics of one title apart.
        with_gone: posts that vanished are part of the export, in the trash.
    """

    home: str
    clock: Clock
    moments: DistinctMoments
    board: Board
    accounts: Accounts
    tags: Tags
    with_gone: bool


@dataclass(slots=True)
class _Topic:
    """A topic of which posts are coming.

    Attributes:
        before: when the last post was written.
        first: when the first one was.
        opening: the opening post, and when it was written.
        files: the items of what it shows.
        last: when the last visible one was, and which; of those at one time, the highest id.
    """

    thread: Thread
    forum: Forum | None
    number: int
    first: Moment
    before: Moment
    opening: tuple[Post, Moment] | None = None
    files: bytes = b""
    last: tuple[str, int] = ("", 0)
    posts: int = 0
    replies: int = 0
    hidden_replies: int = 0
    voices: set[str] = field(default_factory=set[str])


class Topics:
    """Takes one thread after the other."""

    def __init__(self, site: Site, spool: Spool, scratch: str | None) -> None:
        """Write to a spool; replies that are too many to be held wait in a folder, or in the system's."""
        self._site = site
        self._spool = spool
        self._scratch = scratch
        self._attachments = Attachments(site.home, site.board.numbers)

    def add(self, thread: Thread) -> int:
        """Write a thread.

        Returns:
            How many posts it has.
        """
        topic: _Topic | None = None
        with Spool(SpooledTemporaryFile(_IN_MEMORY, dir=self._scratch)) as replies:
            for post in thread.posts:
                if post.gone_at is not None and not self._site.with_gone:
                    continue
                moment = self._site.clock.written(
                    post, topic.before if topic is not None else None
                )
                topic = topic or self._begun(thread, post, moment)
                topic.before = moment
                self._add_post(topic, post, moment, replies)
            if topic is None:
                return 0
            self._add_topic(topic)
            self._spool.add_all(replies)
        return topic.posts

    def _begun(self, thread: Thread, first: Post, moment: Moment) -> _Topic:
        forum = self._site.board.of(thread)
        return _Topic(thread, forum, self._number(thread, first), moment, moment)

    def _add_post(self, topic: _Topic, post: Post, moment: Moment, replies: Spool) -> None:
        topic.posts += 1
        login = self._site.accounts.of(post)
        if post.gone_at is None:
            topic.voices.add(login or f" {post.author.name}")
        if post.kind == "topic" and topic.opening is None:
            topic.opening = (post, moment)
            topic.files = self._files(topic, post, moment, login)
        else:
            replies.add(self._reply(topic, post, moment, login))

    def _number(self, thread: Thread, first: Post) -> int:
        """The topic's id: that of its opening post, which is the number that pages show of it."""
        if first.kind == "topic":
            return first.post_id
        if thread.topic_id is None or first.engine == _NUMBERS_TOPICS_APART:
            return self._site.board.numbers.next()
        return thread.topic_id

    def _reply(self, topic: _Topic, post: Post, moment: Moment, login: str) -> Unit:
        if post.gone_at is None:
            topic.replies += 1
            topic.last = max(topic.last, (moment.date, post.post_id))
        else:
            topic.hidden_replies += 1
        forum = topic.forum.number if topic.forum is not None else 0
        answered = post.reply_to if post.reply_to not in {None, topic.number} else 0
        item = Item(
            number=post.post_id,
            kind="reply",
            # The importer takes two replies of one title and one minute for one.
            title=f"Reply #{post.post_id} To: {topic.thread.title}",
            moment=moment,
            status="publish" if post.gone_at is None else "trash",
            name=str(post.post_id),
            url=post.url,
            parent=topic.number,
            order=max(0, post.position - 1),
            login=login,
            body=post.body_html,
            meta=(
                *reply_meta(post, forum, topic.number, answered or 0),
                *_post_meta(post, moment),
            ),
        )
        return Unit(
            item=item.written(self._site.home) + self._files(topic, post, moment, login),
            forum=forum,
            topic=topic.number,
            number=post.post_id,
            logins=(login,) if login else (),
        )

    def _files(self, topic: _Topic, post: Post, moment: Moment, login: str) -> bytes:
        files = topic.thread.files(post.post_id)
        items = self._attachments.items(files, post.post_id, moment, login)
        return b"".join(item.written(self._site.home) for item in items)

    def _add_topic(self, topic: _Topic) -> None:
        summary = self._summary(topic)
        forum = topic.forum
        if forum is not None:
            forum.add(summary)
        site, thread = self._site, topic.thread
        slugs = tuple(dict.fromkeys(site.tags.slug(tag) for tag in thread.tags if tag.strip()))
        item = self._topic_item(topic, summary, slugs)
        unit = Unit(
            item=item.written(site.home) + topic.files,
            forum=forum.number if forum is not None else 0,
            topic=0,
            number=topic.number,
            logins=(item.login,) if item.login else (),
            tags=slugs,
            again=item.again(site.home),
        )
        self._spool.add(unit)

    def _topic_item(self, topic: _Topic, summary: TopicSummary, slugs: tuple[str, ...]) -> Item:
        site, thread = self._site, topic.thread
        title = thread.title if thread.title.strip() else f"Topic {topic.number}"
        meta = topic_meta(thread, topic.forum.number if topic.forum else 0, summary)
        meta = (*meta, ("_bbp_voice_count", len(topic.voices)))
        post, moment = topic.opening or (None, topic.first)
        if post is None:
            meta = (*meta, ("_threadkeep_opening", "missing"))
        else:
            meta = (*meta, *_post_meta(post, moment, is_hidden=summary.is_hidden))
        return Item(
            number=topic.number,
            kind="topic",
            title=title,
            moment=site.moments.of(title, moment),
            status=_status(thread, summary),
            name=_name(thread, topic.number),
            url=thread.url,
            parent=topic.forum.number if topic.forum is not None else 0,
            login=site.accounts.of(post) if post is not None else "",
            body=post.body_html if post is not None else "",
            categories="".join(site.tags.category(slug) for slug in slugs),
            meta=meta,
        )

    def _summary(self, topic: _Topic) -> TopicSummary:
        post, moment = topic.opening or (None, topic.first)
        is_opening_gone = post is not None and post.gone_at is not None
        last_reply_id = topic.last[1]
        return TopicSummary(
            number=topic.number,
            replies=topic.replies,
            hidden_replies=topic.hidden_replies,
            # Where replies are to be seen, so is what they stand in.
            is_hidden=topic.replies == 0 and (is_opening_gone or post is None),
            active=topic.last[0] if last_reply_id else moment.date,
            active_id=last_reply_id or topic.number,
            last_reply_id=last_reply_id,
            sticky=self._site.board.stickiness(topic.thread, topic.number),
        )


def _post_meta(post: Post, moment: Moment, *, is_hidden: bool | None = None) -> Meta:
    meta = guest_meta(post)
    if moment.evidence is not None:
        meta = (*meta, ("_threadkeep_date", moment.evidence))
    if is_hidden or (is_hidden is None and post.gone_at is not None):
        meta = (*meta, *trash_meta(post))
    if post.edits:
        meta = (*meta, ("_threadkeep_edits", "\n".join(edit.text for edit in post.edits)))
    return meta


def _status(thread: Thread, summary: TopicSummary) -> Status:
    if summary.is_hidden:
        return "trash"
    return "closed" if thread.status == "closed" else "publish"


def _name(thread: Thread, number: int) -> str:
    name = post_name(thread.url)
    return "" if name == str(number) else name
