"""What a comparison of two states of an archive finds, as records; finding it is in `comparison`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from scraper.archive.gap import Gap
    from scraper.archive.word_difference import TextPiece

PostChangeKind = Literal["new", "changed", "moved", "gone", "returned", "absent"]
TopicChangeKind = Literal[
    "new", "renamed", "closed", "opened", "forum", "gone", "returned", "absent"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDifference:
    """How one post differs between two states.

    Attributes:
        post_id: its number.
        changes: `new`, `changed` (its body), `moved` (from another topic), `gone` from the site, `returned` to it, or
            `absent`: only the earlier archive holds it. Several may be true of one.
        author: who wrote it, as displayed.
        url: its permalink, as shown.
        published: when it was published, in UTC; None where that is not known.
        gone_reason: how it was found gone; None where it is there.
        from_topic_id: the topic that it was moved from; None where it was not, or no page shows that number.
        from_title: the title of that topic.
        words_added: words that came into its body.
        words_removed: words that were taken out.
        difference: its visible text before and since, piece by piece; None where that was not asked for, or its body is
            the same.
    """

    post_id: int
    changes: tuple[PostChangeKind, ...]
    author: str
    url: str | None
    published: str | None
    gone_reason: str | None = None
    from_topic_id: int | None = None
    from_title: str | None = None
    words_added: int = 0
    words_removed: int = 0
    difference: tuple[TextPiece, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicDifference:
    """How one topic differs between two states.

    Attributes:
        topic_id: its number; None where no page shows it.
        title: its title.
        url: its address; None where no page says it.
        changes: what is true of it as a whole: `new`, `renamed`, `closed`, `opened`, `forum` (it stands in another one),
            `gone` from the site, `returned` to it, or `absent`: only the earlier archive holds it.
        old_title: its title before; None where it is the same.
        forum: the titles of its forums from the root down, ` › ` between them; None where it stands where it stood.
        old_forum: the same before.
        gone_reason: how it was found gone; None where it is there.
        new_posts: how many posts are new.
        posts: posts that differ; those of a new topic that are simply new, and those of an absent one, are only counted.
        absent_posts: how many posts only the earlier archive holds.
        gaps_opened: what is missing now and was not.
        gaps_closed: what was missing and is not now.
    """

    topic_id: int | None
    title: str
    url: str | None
    changes: tuple[TopicChangeKind, ...]
    old_title: str | None = None
    forum: str | None = None
    old_forum: str | None = None
    gone_reason: str | None = None
    new_posts: int = 0
    absent_posts: int = 0
    posts: tuple[PostDifference, ...] = ()
    gaps_opened: tuple[Gap, ...] = ()
    gaps_closed: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDifference:
    """How one person differs between two states; none of their posts was edited by it.

    Attributes:
        author_url: the profile; None where only the account's number is shown.
        user_id: the account's number, where shown.
        name: as displayed, before.
        field: `name`, `role` (by its key where it is one of bbPress's), or `is_deleted`: the account is gone.
        old: before; of `is_deleted` `0` or `1`.
        new: since then.
    """

    author_url: str | None
    user_id: int | None
    name: str
    field: Literal["name", "role", "is_deleted"]
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListGapDifference:
    """Something that is missing of a list of topics, such as a forum, in one of two states.

    Attributes:
        url: the list's address.
        title: its heading.
        is_closed: it was missing and is not now; else it is missing now and was not.
        gap: what is missing.
    """

    url: str
    title: str
    is_closed: bool
    gap: Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceTotals:
    """How much differs.

    Attributes:
        new: posts that are new.
        changed: posts whose body changed.
        moved: posts that stand in another topic.
        gone: posts that vanished from the site.
        returned: posts that are back on it.
        absent: posts that only the earlier archive holds.
        topics: topics of which something differs.
        new_topics: topics that are new.
        gone_topics: topics that vanished from the site.
        people: changes of people.
        gaps_opened: what is missing now and was not.
        gaps_closed: what was missing and is not now.
    """

    new: int = 0
    changed: int = 0
    moved: int = 0
    gone: int = 0
    returned: int = 0
    absent: int = 0
    topics: int = 0
    new_topics: int = 0
    gone_topics: int = 0
    people: int = 0
    gaps_opened: int = 0
    gaps_closed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceReport:
    """What changed between two archives of a site, or between two moments of one archive.

    Attributes:
        old: the earlier archive; where moments are compared, the only one.
        new: the later archive; where moments are compared, the only one.
        site: the site's home; its host where no page links that.
        since: the first moment of what is compared, in UTC; None between two archives.
        until: the first moment after it; None between two archives, and where it goes on till now.
        is_same: nothing differs.
        totals: how much differs.
        topics: the topics of which something differs, by number; those that only the earlier archive holds come last.
        people: changes of people.
        list_gaps: what is missing of lists of topics in one of the two.
    """

    old: Path
    new: Path
    site: str
    since: str | None
    until: str | None
    is_same: bool
    totals: DifferenceTotals
    topics: tuple[TopicDifference, ...]
    people: tuple[PersonDifference, ...]
    list_gaps: tuple[ListGapDifference, ...]
