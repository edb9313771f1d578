"""Survey an archive once, so that pages about all of it need not read all of it: forums, topics and authors with counts."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from parsers.records import Stickiness, TopicStatus
    from scraper.archive.database import Archive

# A moment by which posts are put in order; local time stands in where UTC is not known.
MOMENT = "coalesce(published, published_local, first_seen)"


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyedTopic:
    """A topic with its counts.

    Attributes:
        key: the archive's own number.
        topic_id: the site's; None where no page shows it.
        title: as shown.
        url: its address on the site.
        forum_id: the archive's number of the innermost forum; None where none is shown.
        status: `open` or `closed`.
        sticky: `no`, `sticky`, `super`.
        posts: posts that are shown.
        gone: posts that have vanished from the site, shown or not.
        voices: how many people wrote them.
        last_at: when the newest was written.
        last_author: the archive's number of who wrote it.
        gaps: how many things are missing that nobody has accepted.
        vanished_at: when it was found to be no longer there.
    """

    key: int
    topic_id: int | None
    title: str
    url: str | None
    forum_id: int | None
    status: TopicStatus | None
    sticky: Stickiness
    posts: int
    gone: int
    voices: int
    last_at: str | None
    last_author: int | None
    gaps: int
    vanished_at: str | None

    @property
    def replies(self) -> int:
        """Posts after the first."""
        return max(0, self.posts - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyedForum:
    """A forum with its counts, those inside it counted along.

    Attributes:
        forum_id: the archive's own number.
        parent_id: the forum around it.
        title: as shown.
        url: its address on the site.
        topics: in it and in those inside it.
        posts: likewise.
        last_at: when the newest post was written.
    """

    forum_id: int
    parent_id: int | None
    title: str
    url: str | None
    topics: int
    posts: int
    last_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyedAuthor:
    """A person: all the ways in which one account, or one guest's name, was shown.

    Attributes:
        author_id: the archive's lowest number of them.
        name: as shown last.
        slug: the name in the profile's address.
        url: the profile, or a guest's web site.
        avatar_url: their picture's address on the web; None where avatars were not asked for.
        is_guest: has no account.
        is_deleted: the account is gone.
        roles: with which their posts are shown, the most frequent first.
        posts: numbers of the posts, the newest first.
    """

    author_id: int
    name: str
    slug: str | None
    url: str | None
    avatar_url: str | None
    is_guest: bool
    is_deleted: bool
    roles: tuple[str, ...]
    posts: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """An archive at one moment.

    Attributes:
        home: the address of the site's home, where a page links it.
        host: the site's host.
        name: the site's name.
        topics: by the archive's own number, those first that were written in last.
        forums: by the archive's own number.
        authors: by number, those first that wrote most.
        person: the number of the person behind each number of an author.
        months: posts of each month, `2019-03`.
        with_gone: posts that have vanished are shown and counted.
        is_part: only some of the topics, or of the posts, were asked for.
        is_of_posts: only some of the posts were asked for: those in `temp.chosen_posts`.
    """

    home: str | None
    host: str
    name: str | None
    topics: Mapping[int, SurveyedTopic]
    forums: Mapping[int, SurveyedForum]
    authors: Mapping[int, SurveyedAuthor]
    person: Mapping[int, int]
    months: Mapping[str, int]
    with_gone: bool
    is_part: bool
    is_of_posts: bool = False

    @property
    def posts(self) -> int:
        """How many posts are shown."""
        return sum(topic.posts for topic in self.topics.values())

    @property
    def gone(self) -> int:
        """How many posts have vanished from the site."""
        return sum(topic.gone for topic in self.topics.values())


# What `scraper.archive.selection.choose_posts` noted down; without it all are meant.
_IS_CHOSEN = "post_id IN (SELECT post_id FROM temp.chosen_posts)"
_TOPICS = f"""
SELECT topics.topic_key AS key, topic_id, title, url, forum_id, status, sticky, vanished_at,
    coalesce(posts, 0) AS posts, coalesce(gone, 0) AS gone, coalesce(voices, 0) AS voices, last_at, last_author,
    (SELECT count(*) FROM gaps WHERE gaps.topic_key = topics.topic_key AND accepted_at IS NULL) AS gaps
FROM topics LEFT JOIN (
    SELECT topic_key, count(*) FILTER (WHERE :gone OR gone_at IS NULL) AS posts, count(gone_at) AS gone,
        count(DISTINCT CASE WHEN :gone OR gone_at IS NULL THEN author_id END) AS voices, max(CASE WHEN :gone OR gone_at IS NULL THEN {MOMENT} END) AS last_at,
        author_id AS last_author
    FROM posts WHERE {{chosen}} GROUP BY topic_key
) USING (topic_key) ORDER BY last_at DESC, key DESC
"""  # noqa: S608  only a constant of our own is put in
# SQLite takes a bare column from the row of the greatest value: `last_author` is who wrote the newest post.
_POSTS = f"""
SELECT post_id, topic_key, author_id, role, substr({MOMENT}, 1, 7) AS month FROM posts
WHERE (:gone OR gone_at IS NULL) AND {{chosen}} ORDER BY {MOMENT} DESC, post_id DESC
"""  # noqa: S608  likewise


def survey(
    archive: Archive,
    *,
    with_gone: bool,
    topic_keys: frozenset[int] | None = None,
    only_chosen: bool = False,
) -> Survey:
    """Survey an archive.

    Args:
        archive: opened to be read.
        with_gone: posts that have vanished are shown.
        topic_keys: only these topics; None is all.
        only_chosen: only the posts that `choose_posts` chose, and the topics that have one.
    """
    connection = archive.connection
    which = _Which(with_gone=with_gone, topic_keys=topic_keys, only_chosen=only_chosen)
    site = connection.execute("SELECT home, host, name FROM site").fetchone()
    topics = _topics(connection, which)
    person, people = _people(connection)
    months, written = _posts(connection, topics, person, which)
    return Survey(
        home=site["home"],
        host=site["host"],
        name=site["name"],
        topics=topics,
        forums=_forums(connection, topics.values(), chosen=which.is_part),
        authors=_authors(people, written),
        person=person,
        months=months,
        with_gone=with_gone,
        is_part=which.is_part,
        is_of_posts=only_chosen,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Which:
    """Which topics and posts are meant, see `survey`."""

    with_gone: bool
    topic_keys: frozenset[int] | None
    only_chosen: bool

    @property
    def is_part(self) -> bool:
        """Whether not all are."""
        return self.only_chosen or self.topic_keys is not None

    def rows(self, connection: sqlite3.Connection, query: str) -> sqlite3.Cursor:
        """What a query finds of the posts that are meant."""
        condition = _IS_CHOSEN if self.only_chosen else "1"
        return connection.execute(query.format(chosen=condition), {"gone": self.with_gone})

    def has_topic(self, key: int, posts: int) -> bool:
        """Whether a topic is meant, of which so many posts are."""
        is_named = self.topic_keys is None or key in self.topic_keys
        return is_named and (posts > 0 or not self.only_chosen)


def _topics(connection: sqlite3.Connection, which: _Which) -> dict[int, SurveyedTopic]:
    return {
        row["key"]: SurveyedTopic(**dict(row))
        for row in which.rows(connection, _TOPICS)
        if which.has_topic(row["key"], row["posts"])
    }


def _people(
    connection: sqlite3.Connection,
) -> tuple[dict[int, int], dict[int, sqlite3.Row]]:
    """The person behind each way of showing an author, and how each person was shown last."""
    first_of: dict[object, int] = {}
    person: dict[int, int] = {}
    newest: dict[int, sqlite3.Row] = {}
    for row in connection.execute("SELECT * FROM authors ORDER BY author_id"):
        first = first_of.setdefault(_identity(row), row["author_id"])
        person[row["author_id"]] = first
        newest[first] = row
    return person, newest


def _identity(row: sqlite3.Row) -> object:
    if row["slug"]:
        return row["slug"]
    if row["user_id"]:
        return row["user_id"]
    return (row["name"], row["is_guest"], row["url"])


@dataclass(slots=True)
class _Written:
    """What a person wrote: numbers of posts, and how many show which role."""

    posts: array[int] = field(default_factory=lambda: array("q"))
    roles: Counter[str | None] = field(default_factory=Counter)


def _posts(
    connection: sqlite3.Connection,
    topics: Mapping[int, SurveyedTopic],
    person: Mapping[int, int],
    which: _Which,
) -> tuple[dict[str, int], dict[int, _Written]]:
    months: Counter[str] = Counter()
    written: defaultdict[int, _Written] = defaultdict(_Written)
    rows = which.rows(connection, _POSTS)
    for post_id, topic_key, author_id, role, month in rows:
        if topic_key in topics:
            months[month] += 1
            of_person = written[person.get(author_id, author_id)]
            of_person.posts.append(post_id)
            of_person.roles[role] += 1
    return dict(sorted(months.items())), written


def _authors(
    people: Mapping[int, sqlite3.Row], written: Mapping[int, _Written]
) -> dict[int, SurveyedAuthor]:
    found = [
        SurveyedAuthor(
            author_id=number,
            name=row["name"],
            slug=row["slug"],
            url=row["url"],
            avatar_url=row["avatar_url"],
            is_guest=bool(row["is_guest"]),
            is_deleted=bool(row["is_deleted"]),
            roles=tuple(role for role, _ in written[number].roles.most_common() if role),
            posts=written[number].posts,
        )
        for number, row in people.items()
        if number in written
    ]
    found.sort(key=lambda one: (-len(one.posts), one.author_id))
    return {one.author_id: one for one in found}


def _forums(
    connection: sqlite3.Connection, topics: Iterable[SurveyedTopic], *, chosen: bool
) -> dict[int, SurveyedForum]:
    rows = {
        row["forum_id"]: row
        for row in connection.execute("SELECT * FROM forums ORDER BY forum_id")
    }
    counted: defaultdict[int, list[SurveyedTopic]] = defaultdict(list)
    for topic in topics:
        for forum_id in _lineage(rows, topic.forum_id):
            counted[forum_id].append(topic)
    return {
        forum_id: SurveyedForum(
            **dict(row),
            topics=len(counted[forum_id]),
            posts=sum(topic.posts for topic in counted[forum_id]),
            last_at=max((topic.last_at or "" for topic in counted[forum_id]), default="") or None,
        )
        for forum_id, row in rows.items()
        if counted[forum_id] or not chosen
    }


def _lineage(rows: Mapping[int, sqlite3.Row], innermost: int | None) -> Iterable[int]:
    seen: set[int] = set()
    forum_id = innermost
    while forum_id is not None and forum_id in rows and forum_id not in seen:
        seen.add(forum_id)
        yield forum_id
        forum_id = rows[forum_id]["parent_id"]
