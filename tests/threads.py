"""Threads and posts for the export tests: out of a TOML file, or made up."""

from __future__ import annotations

import io
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from exporters.exporter import ExportOptions
from exporters.registry import exporter_named
from parsers.records import Author, Post, Thread

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = Path(__file__).parent.parent / "fixtures" / "threads"

_OF_THREAD = {
    "site": "site",
    "forum": "forum",
    "topic_id": "topic_id",
    "topic_title": "title",
    "topic_url": "url",
    "topic_status": "status",
    "topic_sticky": "sticky",
    "topic_tags": "tags",
}


def load_thread(path: Path) -> Thread:
    """The thread that a file describes, its posts not consumed yet."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    facts = data["thread"]
    of_thread = {name: facts.get(key) for name, key in _OF_THREAD.items()}
    posts = [_post({**of_thread, **data["every_post"], **post}) for post in data["posts"]]
    return Thread(
        **{
            key: facts.get(key) for key in ("site", "topic_id", "title", "url", "status", "sticky")
        },
        expected_posts=facts.get("expected_posts"),
        forum=tuple(facts["forum"]),
        tags=tuple(facts["tags"]),
        gaps=tuple(facts["gaps"]),
        posts=iter(posts),
    )


def _post(given: dict[str, Any]) -> Post:
    blank: dict[str, Any] = dict.fromkeys(Post.__dataclass_fields__)
    # A text begins on a line of its own in the file; that line end is no part of it.
    texts = {name: given[name].removeprefix("\n") for name in ("body_html", "body_text")}
    return msgspec.convert({**blank, "edits": [], "problems": [], **given, **texts}, Post)


def make_post(**changes: Any) -> Post:  # noqa: ANN401 - a field's value is whatever the field is
    """A plain post, with these fields changed."""
    return replace(_PLAIN, **changes)


def make_thread(posts: Iterable[Post] = (), **changes: Any) -> Thread:  # noqa: ANN401 - as above
    """A plain thread of these posts, with these facts changed."""
    thread = Thread(
        site="https://forum.test/",
        forum=("General",),
        topic_id=1,
        title="Hello",
        url="https://forum.test/topic/hello/",
        status="open",
        sticky="no",
        tags=(),
        expected_posts=None,
        gaps=(),
        posts=iter(posts),
    )
    return replace(thread, **changes)


_PLAIN = Post(
    site="https://forum.test/",
    forum=("General",),
    topic_id=1,
    topic_title="Hello",
    topic_url="https://forum.test/topic/hello/",
    topic_status="open",
    topic_sticky="no",
    topic_tags=(),
    post_id=1,
    kind="reply",
    position=1,
    url="https://forum.test/topic/hello/#post-1",
    author=Author(name="Anna"),
    role=None,
    role_key=None,
    published_text=None,
    published_local=None,
    published=None,
    published_source="none",
    published_earliest=None,
    published_latest=None,
    reply_to=None,
    depth=None,
    body_html="<p>Hi</p>",
    body_text="Hi",
    edits=(),
    first_seen=None,
    last_seen=None,
    gone_at=None,
    gone_reason=None,
    revision=1,
    engine="bbpress",
    problems=(),
    source_url=None,
    source_sha256="0" * 64,
)


def exported(name: str, threads: Iterable[Thread], options: ExportOptions | None = None) -> str:
    """What a text format writes."""
    out = io.BytesIO()
    exporter_named(name).write(threads, out, options or ExportOptions())
    return out.getvalue().decode()
