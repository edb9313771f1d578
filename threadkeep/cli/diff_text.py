"""Show what differs between two states of an archive: a paragraph a topic, then people, then how much it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from threadkeep.cli.console import counted, one_line, say
from threadkeep.cli.difference_text import counted_words, indented, marked_lines
from threadkeep.cli.history_text import person_change, topic_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scraper.archive.comparison import Comparison
    from scraper.archive.difference import (
        DifferenceTotals,
        ListGapDifference,
        PersonDifference,
        PostDifference,
        TopicDifference,
    )


def difference_heading(comparison: Comparison) -> str:
    """What is compared, in a line."""
    of = one_line(comparison.site or "no known site")
    if comparison.since is None:
        return f"{comparison.old} → {comparison.new}: {of}"
    until = f" and before {comparison.until}" if comparison.until else ""
    return f"{comparison.new}: {of}, what was seen from {comparison.since} on{until}"


def tell_topic(topic: TopicDifference) -> None:
    """Print what differs of a topic."""
    say(f"\n{one_line(topic_name(topic.topic_id, topic.title))}")
    for line in _facts(topic):
        say(f"  {one_line(line)}")
    for post in topic.posts:
        say(f"  {one_line(_post(post))}")
        for line in indented(marked_lines(post.difference or ())):
            say(f"  {line}")
    for gap in topic.gaps_opened:
        say(f"  now missing: {one_line(gap.detail)}")
    for gap in topic.gaps_closed:
        say(f"  no longer missing: {one_line(gap.detail)}")


def _facts(topic: TopicDifference) -> Iterator[str]:
    """What is true of a topic as a whole."""
    posts = f", {counted(topic.new_posts, 'new post')}" if topic.new_posts else ""
    facts = {
        "new": f"new topic{posts}",
        "absent": f"only in the earlier archive, {counted(topic.absent_posts, 'post')}",
        "renamed": f"renamed from “{topic.old_title}”",
        "closed": "closed",
        "opened": "opened again",
        "forum": f"moved from {topic.old_forum} to {topic.forum}",
        "gone": f"gone: {topic.gone_reason}",
        "returned": "back",
    }
    return (facts[change] for change in topic.changes)


def _post(post: PostDifference) -> str:
    kinds = ", ".join(_KINDS.get(change, change) for change in post.changes)
    more = [post.published or "-"] if "new" in post.changes else []
    if "moved" in post.changes:
        more.append(f"from {topic_name(post.from_topic_id, post.from_title or '-')}")
    if "changed" in post.changes:
        more.append(counted_words(post.words_added, post.words_removed))
    if "gone" in post.changes:
        more.append(post.gone_reason or "no reason known")
    return f"{kinds}: #{post.post_id} by {post.author}{''.join(f', {one}' for one in more)}"


_KINDS = {"returned": "back", "absent": "only in the earlier archive"}


def tell_people(people: Sequence[PersonDifference]) -> None:
    """Print what changed of people."""
    if people:
        say("\nPeople")
    for one in people:
        who = one.author_url or f"account {one.user_id}"
        say(f"  {one_line(f'{one.name} ({who}): {person_change(one.field, one.old, one.new)}')}")


def tell_list_gap(difference: ListGapDifference) -> None:
    """Print what is missing of a list of topics, or is no longer."""
    what = "no longer missing" if difference.is_closed else "now missing"
    say(one_line(f"\nList “{difference.title}” ({difference.url})"))
    say(f"  {what}: {one_line(difference.gap.detail)}")


def tell_totals(totals: DifferenceTotals) -> None:
    """Print how much differs, in a line."""
    posts = [
        f"{number} {what}"
        for number, what in (
            (totals.new, "new"),
            (totals.changed, "changed"),
            (totals.moved, "moved"),
            (totals.gone, "gone"),
            (totals.returned, "back"),
            (totals.absent, "only in the earlier archive"),
        )
        if number
    ]
    parts = [f"posts: {', '.join(posts)}"] if posts else []
    if totals.topics:
        parts.append(f"{counted(totals.topics, 'topic')} with differences")
    if totals.people:
        parts.append(counted(totals.people, "change") + " of people")
    if totals.gaps_opened or totals.gaps_closed:
        parts.append(f"gaps: {totals.gaps_opened} opened, {totals.gaps_closed} closed")
    say(f"\n{'; '.join(parts)}." if parts else "nothing differs.")
