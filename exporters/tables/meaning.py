"""What each column of the tables means, and where its values come from: what a codebook tells."""

from __future__ import annotations

from typing import Final, NamedTuple


class Meaning(NamedTuple):
    """What is in a column.

    Attributes:
        text: what a value means.
        source: where it comes from.
    """

    text: str
    source: str


SHOWN = "shown on the page"
RECKONED = "reckoned from what pages show"
KEPT = "noted by threadkeep"

_POSTS = {
    "site": Meaning("address of the site's home", SHOWN),
    "forum": Meaning("titles of the forums around the topic, from the root down", SHOWN),
    "topic_id": Meaning("WordPress post id of the topic", SHOWN),
    "topic_title": Meaning("visible text of the topic's heading", SHOWN),
    "topic_url": Meaning("address of the topic's first page", SHOWN),
    "topic_status": Meaning("open or closed: whether the topic takes replies", SHOWN),
    "topic_sticky": Meaning(
        "no, sticky or super: stays on top of its forum, or of all forums", SHOWN
    ),
    "topic_tags": Meaning("tags of the topic", SHOWN),
    "post_id": Meaning("WordPress post id", SHOWN),
    "kind": Meaning("topic for the opening post, else reply", SHOWN),
    "position": Meaning(
        "place in the whole topic, from 1; a post that is missing keeps its place", RECKONED
    ),
    "url": Meaning("permalink", SHOWN),
    "author_key": Meaning(
        "one person, as far as posts tell: profile address, else account number, else name",
        RECKONED,
    ),
    "author_name": Meaning("display name", SHOWN),
    "author_url": Meaning("the profile, or a guest's web site", SHOWN),
    "author_slug": Meaning("the name in the profile's address", SHOWN),
    "author_user_id": Meaning("WordPress user id", SHOWN),
    "author_avatar_url": Meaning("address of the picture, where avatars were asked for", SHOWN),
    "author_is_guest": Meaning("has no account", SHOWN),
    "author_is_deleted": Meaning("the account is gone; null if the page does not tell", SHOWN),
    "role": Meaning("the author's role as displayed", SHOWN),
    "role_key": Meaning("the bbPress role that the displayed one means", RECKONED),
    "published_text": Meaning("the date exactly as displayed", SHOWN),
    "published_local": Meaning("the same, on the site's own clock", RECKONED),
    "published": Meaning("when the post was published, in UTC", RECKONED),
    "published_source": Meaning("what `published` was reckoned from", KEPT),
    "published_earliest": Meaning("the earliest time that a displayed age allows", RECKONED),
    "published_latest": Meaning("the latest time that a displayed age allows", RECKONED),
    "reply_to": Meaning("id of the post that it is nested under on the page", SHOWN),
    "depth": Meaning("how deep it is nested; null on pages without nesting", SHOWN),
    "body_html": Meaning("inner HTML of the post's own body", SHOWN),
    "body_text": Meaning("visible text of the body", SHOWN),
    "edits": Meaning("the revision log as shown, oldest first", SHOWN),
    "first_seen": Meaning("when a page that shows the post was first read", KEPT),
    "last_seen": Meaning("when such a page was last read", KEPT),
    "gone_at": Meaning("when the post was found to have vanished", KEPT),
    "gone_reason": Meaning("how that is known", KEPT),
    "revision": Meaning("number of this body, 1 for the first one seen", KEPT),
    "engine": Meaning("the reader that read the page", KEPT),
    "problems": Meaning("what the reader was unsure of, as code: sentence", KEPT),
    "source_url": Meaning("the stored page that the post was read from", KEPT),
    "source_sha256": Meaning("SHA-256 of that page's body; joins with pages", KEPT),
}
_TOPICS = {
    "topic_id": _POSTS["topic_id"],
    "site": _POSTS["site"],
    "forum_key": Meaning("the innermost forum; joins with forums", RECKONED),
    "forum": _POSTS["forum"],
    "title": _POSTS["topic_title"],
    "url": _POSTS["topic_url"],
    "status": _POSTS["topic_status"],
    "sticky": _POSTS["topic_sticky"],
    "tags": _POSTS["topic_tags"],
    "expected_posts": Meaning("how many posts the site claims", SHOWN),
    "posts": Meaning("how many posts are in this export and on the site", RECKONED),
    "gone_posts": Meaning("how many posts are in this export and gone from the site", RECKONED),
    "gaps": Meaning("a sentence for each thing that is missing", KEPT),
    "first_seen": Meaning("when a page of the topic was first read", KEPT),
    "last_seen": Meaning("when one was last read", KEPT),
    "vanished_at": Meaning("when the topic was found to be no longer there", KEPT),
    "vanished_reason": Meaning("how that is known", KEPT),
}
_FORUMS = {
    "forum_key": Meaning("a number of this export's own", KEPT),
    "parent_key": Meaning("the forum around it", SHOWN),
    "title": Meaning("title of the forum", SHOWN),
    "url": Meaning("address of the forum", SHOWN),
    "path": Meaning("the titles from the root down to it", SHOWN),
    "topics": Meaning("how many topics of this export stand in it itself", RECKONED),
}
_AUTHORS = {
    "author_key": _POSTS["author_key"],
    "name": Meaning("display name, as the newest post shows it", SHOWN),
    "url": Meaning("the profile, or a guest's web site, as the newest post shows it", SHOWN),
    "slug": _POSTS["author_slug"],
    "user_id": _POSTS["author_user_id"],
    "is_guest": _POSTS["author_is_guest"],
    "is_deleted": _POSTS["author_is_deleted"],
    "role": Meaning("the role that the newest post displays", SHOWN),
    "role_key": _POSTS["role_key"],
    "posts": Meaning("how many posts of this export he or she wrote", RECKONED),
    "topics": Meaning("how many of these open a topic", RECKONED),
    "first_published": Meaning("the earliest known time of one", RECKONED),
    "last_published": Meaning("the latest known time of one", RECKONED),
}
_REVISIONS = {
    "post_id": Meaning("whose body", SHOWN),
    "revision": Meaning("1 for the first body seen, one more for each changed one", KEPT),
    "seen_at": Meaning("when this body was first seen", KEPT),
    "body_html": _POSTS["body_html"],
    "body_text": _POSTS["body_text"],
    "source_url": Meaning("the stored page that the body was read from", KEPT),
    "source_sha256": _POSTS["source_sha256"],
}
_EDGES = {
    "topic_id": _POSTS["topic_id"],
    "post_id": Meaning("the post that answers, quotes or addresses", SHOWN),
    "kind": Meaning("parent, quote or mention", RECKONED),
    "target_post_id": Meaning("the post that is answered or quoted, where it is known", RECKONED),
    "target_name": Meaning("who is quoted or addressed, as written", SHOWN),
    "target_url": Meaning("the profile that a mention links", SHOWN),
    "evidence": Meaning("nesting, link, text or name: what the edge is told by", KEPT),
    "excerpt": Meaning("the words that say so, or the first that are quoted", SHOWN),
}
_PAGES = {
    "sha256": Meaning("SHA-256 of the stored page's body", KEPT),
    "url": Meaning("the address asked for", KEPT),
    "final_url": Meaning("the address that answered", KEPT),
    "status": Meaning("the HTTP status", KEPT),
    "fetched_at": Meaning("when the page came", KEPT),
    "viewer": Meaning("as whom it was read: guest, member or moderator", KEPT),
}
MEANINGS: Final[dict[str, dict[str, Meaning]]] = {
    "posts": _POSTS,
    "topics": _TOPICS,
    "forums": _FORUMS,
    "authors": _AUTHORS,
    "revisions": _REVISIONS,
    "edges": _EDGES,
    "pages": _PAGES,
}
"""By table and column; a test holds it against the tables."""
