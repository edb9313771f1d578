"""The tables, their columns in order, and the kind of value that each column has."""

from __future__ import annotations

from typing import Final, Literal

Kind = Literal["integer", "boolean", "text", "utc", "local", "texts", "utcs", "edits"]
"""`utc` and `local` are times as ISO 8601 text, `texts` is a tuple of text, `utcs` one of times, `edits` one of `Edit`; any
can be None."""

Columns = dict[str, Kind]

_POSTS: Final[Columns] = {
    "site": "text",
    "forum": "texts",
    "topic_id": "integer",
    "topic_title": "text",
    "topic_url": "text",
    "topic_status": "text",
    "topic_sticky": "text",
    "topic_tags": "texts",
    "post_id": "integer",
    "kind": "text",
    "position": "integer",
    "url": "text",
    "author_key": "text",
    "author_name": "text",
    "author_url": "text",
    "author_slug": "text",
    "author_user_id": "integer",
    "author_avatar_url": "text",
    "author_is_guest": "boolean",
    "author_is_deleted": "boolean",
    "role": "text",
    "role_key": "text",
    "published_text": "text",
    "published_local": "local",
    "published": "utc",
    "published_source": "text",
    "published_earliest": "utc",
    "published_latest": "utc",
    "reply_to": "integer",
    "depth": "integer",
    "body_html": "text",
    "body_text": "text",
    "edits": "edits",
    "first_seen": "utc",
    "last_seen": "utc",
    "gone_at": "utc",
    "gone_reason": "text",
    "revision": "integer",
    "engine": "text",
    "problems": "texts",
    "source_url": "text",
    "source_sha256": "text",
}
_TOPICS: Final[Columns] = {
    "topic_id": "integer",
    "site": "text",
    "forum_key": "integer",
    "forum": "texts",
    "title": "text",
    "url": "text",
    "status": "text",
    "sticky": "text",
    "tags": "texts",
    "expected_posts": "integer",
    "posts": "integer",
    "gone_posts": "integer",
    "gaps": "texts",
    "first_seen": "utc",
    "last_seen": "utc",
    "vanished_at": "utc",
    "vanished_reason": "text",
}
_FORUMS: Final[Columns] = {
    "forum_key": "integer",
    "parent_key": "integer",
    "title": "text",
    "url": "text",
    "path": "texts",
    "topics": "integer",
}
_AUTHORS: Final[Columns] = {
    "author_key": "text",
    "name": "text",
    "url": "text",
    "slug": "text",
    "user_id": "integer",
    "is_guest": "boolean",
    "is_deleted": "boolean",
    "role": "text",
    "role_key": "text",
    "posts": "integer",
    "topics": "integer",
    "first_published": "utc",
    "last_published": "utc",
}
_REVISIONS: Final[Columns] = {
    "post_id": "integer",
    "revision": "integer",
    "seen_at": "utc",
    "body_html": "text",
    "body_text": "text",
    "source_url": "text",
    "source_sha256": "text",
}
_EDGES: Final[Columns] = {
    "topic_id": "integer",
    "post_id": "integer",
    "kind": "text",
    "target_post_id": "integer",
    "target_name": "text",
    "target_url": "text",
    "evidence": "text",
    "excerpt": "text",
}
PAGES: Final[Columns] = {
    "sha256": "text",
    "url": "text",
    "final_url": "text",
    "status": "integer",
    "fetched_at": "utc",
    "viewer": "text",
}
"""The stored pages that rows come from, which a data package has beside the tables."""
TABLES: Final[dict[str, Columns]] = {
    "posts": _POSTS,
    "topics": _TOPICS,
    "forums": _FORUMS,
    "authors": _AUTHORS,
    "revisions": _REVISIONS,
    "edges": _EDGES,
}
"""Every table by its name, with the kinds of its columns in their order."""
