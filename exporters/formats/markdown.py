"""Markdown: one document a topic, for reading; front matter in YAML, the posts as CommonMark with GitHub's tables."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, BinaryIO, cast

from exporters.markdown import line, marking
from exporters.markdown.address import LINKED, safe_address
from exporters.markdown.body import markdown_of
from exporters.record import json_of
from exporters.scratch import beside
from parsers.localised_body import localised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporters.exporter import Exporter, ExportOptions
    from parsers.records import Author, Edit, Post, Thread

# Posts wait here, on disk when there are many: the document begins with how many there are.
_MOST_IN_MEMORY = 1 << 20
# JSON text is YAML but for these, which YAML takes for line ends or refuses.
_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
# A renderer that knows no front matter takes it for text, and would take these for a tag and a link.
_RUNS_AS_TEXT = re.compile(r"<(?=[a-zA-Z/!?])|(?<=\])\(")


@dataclass(slots=True)
class _Counts:
    """How many posts of a topic there are; only what is written of the gone ones."""

    present: int = 0
    gone: int = 0
    written: int = 0


class MarkdownExporter:
    """A document a topic: front matter, title, then every post under a heading of its own."""

    name = "markdown"
    suffix = ".md"
    description = "Markdown for reading: one document a topic"
    is_for_reading = True

    def write(self, threads: Iterable[Thread], out: BinaryIO, options: ExportOptions) -> int:
        """See `Exporter.write`."""
        count = 0
        folder = beside(out)
        for number, thread in enumerate(threads):
            with SpooledTemporaryFile(_MOST_IN_MEMORY, dir=folder) as waiting:
                posts = cast("BinaryIO", waiting)
                counts = _write_posts(thread, posts, options)
                begin = _later_begin if number else _begin
                out.write(_encoded(begin(thread, counts, options)))
                posts.seek(0)
                shutil.copyfileobj(posts, out)
            count += counts.written
        return count


def _encoded(parts: Iterable[str]) -> bytes:
    return "".join(f"{part}\n\n" for part in parts).encode().removesuffix(b"\n")


def _write_posts(thread: Thread, out: BinaryIO, options: ExportOptions) -> _Counts:
    counts = _Counts()
    for post in thread.posts:
        counts.present += post.gone_at is None
        counts.gone += post.gone_at is not None
        if post.gone_at is None or options.with_gone:
            out.write(b"\n" + _encoded(_post_parts(post, options)))
            counts.written += 1
    return counts


# The topic


def _begin(thread: Thread, counts: _Counts, options: ExportOptions) -> Iterator[str]:
    """The first document of a file begins as tools for notes and web sites expect it."""
    yield f"---\n{_facts(thread, counts, options)}\n---"
    yield from _introduction(thread, counts)


def _later_begin(thread: Thread, counts: _Counts, options: ExportOptions) -> Iterator[str]:
    """Front matter in the middle of a file would be text; there it is a block of code, behind a rule."""
    yield "\n***"
    title, *rest = _introduction(thread, counts)
    yield title
    yield f"```yaml\n{_facts(thread, counts, options)}\n```"
    yield from rest


def _facts(thread: Thread, counts: _Counts, options: ExportOptions) -> str:
    facts: dict[str, object] = {
        "title": thread.title,
        "site": thread.site,
        "forum": thread.forum,
        "topic_id": thread.topic_id,
        "url": thread.url,
        "status": thread.status,
        "sticky": thread.sticky,
        "tags": thread.tags,
        "expected_posts": thread.expected_posts,
        "present_posts": counts.present,
        "gone_posts": counts.gone,
        "gaps": thread.gaps,
    }
    if options.selection_facts:
        facts["selection"] = options.selection_facts
    facts.update(options.pseudonym_settings)
    return "\n".join(f"{name}: {_yaml(value)}" for name, value in facts.items())


def _yaml(value: object) -> str:
    """A value as YAML on one line, which nothing in it can end."""
    if isinstance(value, tuple):
        return f"[{', '.join(_yaml(item) for item in cast('tuple[object, ...]', value))}]"
    text = _RUNS_AS_TEXT.sub(_escape, json_of(value).decode())
    return _NOT_IN_YAML.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _introduction(thread: Thread, counts: _Counts) -> Iterator[str]:
    yield line.heading(marking.escaped(thread.title), 1) or "# (no title)"
    yield line.within_line(" · ".join(_marked_facts(thread, counts)))
    if thread.gaps:
        yield "\n".join(_gap_rows(thread, counts))
    left_out = counts.present + counts.gone - counts.written
    if left_out:
        yield f"Posts that are gone from the site and left out here: {left_out}."


def _marked_facts(thread: Thread, counts: _Counts) -> Iterator[str]:
    if thread.forum:
        yield " › ".join(map(marking.escaped, thread.forum))
    url = safe_address(thread.url or "", "", LINKED)
    if url:
        yield marking.link(marking.escaped(url), url)
    if thread.status == "closed":
        yield "closed"
    if thread.sticky != "no":
        yield {"sticky": "sticky", "super": "sticky everywhere"}[thread.sticky]
    if thread.tags:
        yield f"tags: {', '.join(map(marking.escaped, thread.tags))}"
    yield f"posts: {_present_of_expected(thread, counts)}"


def _present_of_expected(thread: Thread, counts: _Counts) -> str:
    if thread.expected_posts in {None, counts.present}:
        return str(counts.present)
    return f"{counts.present} of {thread.expected_posts}"


def _gap_rows(thread: Thread, counts: _Counts) -> Iterator[str]:
    yield f"> **This topic is incomplete.** Posts: {_present_of_expected(thread, counts)}. Missing:"
    yield ">"
    for gap in thread.gaps:
        yield f"> - {' '.join(line.paragraphs(marking.escaped(gap)))}"


# A post


def _post_parts(post: Post, options: ExportOptions) -> Iterator[str]:
    yield line.heading(" · ".join(_heading_parts(post)), 2)
    yield line.within_line(" · ".join(_reference_parts(post)))
    if post.gone_at is not None:
        reason = (
            f": {line.within_line(marking.escaped(post.gone_reason))}" if post.gone_reason else ""
        )
        yield f"**Gone from the site since {_readable(post.gone_at)}**{reason}"
    body = _body(post, options)
    if body:
        yield body
    for edit in post.edits:
        yield f"**Edited:** {line.within_line(marking.escaped(_edit_text(edit)))}"


def _body(post: Post, options: ExportOptions) -> str:
    base = post.url or post.source_url or post.topic_url or ""
    if options.place is None:
        return markdown_of(post.body_html, base=base)
    return markdown_of(localised(post.body_html, base, options.place))


def _heading_parts(post: Post) -> Iterator[str]:
    yield str(post.position)
    yield marking.escaped(_author(post.author))
    displayed = post.published_text or post.published_local
    yield from (marking.escaped(text) for text in (post.role, displayed) if text)
    if post.published:
        yield _readable(post.published)
    elif post.published_earliest and post.published_latest:
        yield f"{_readable(post.published_earliest)} to {_readable(post.published_latest)}"


def _author(author: Author) -> str:
    notes = [
        *(["guest"] if author.is_guest else []),
        *(["account deleted"] if author.is_deleted else []),
    ]
    return f"{author.name} ({', '.join(notes)})" if notes else author.name


def _readable(utc: str) -> str:
    return utc.replace("T", " ").replace("Z", " UTC")


def _reference_parts(post: Post) -> Iterator[str]:
    url = safe_address(post.url or "", "", LINKED)
    number = f"#{post.post_id}"
    yield f'<a id="post-{post.post_id}"></a>{marking.link(number, url) if url else number}'
    if post.reply_to is not None:
        yield f"in reply to [#{post.reply_to}](#post-{post.reply_to})"


def _edit_text(edit: Edit) -> str:
    """The line as shown, with what it does not say itself."""
    editor = f" by {edit.editor}" if edit.editor and edit.editor not in edit.text else ""
    reason = f" Reason: {edit.reason}" if edit.reason and edit.reason not in edit.text else ""
    return f"{edit.text}{editor}{reason}"


EXPORTER: Exporter = MarkdownExporter()
