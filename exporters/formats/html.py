"""HTML: topics in one page that needs nothing beside it, for reading, printing and keeping."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO

from exporters.html.cleaning import Cleaner, Surroundings
from exporters.html.environment import asset, encoded, environment, source_hash
from exporters.html.shown_post import PostLinks, shown_post
from exporters.html.shown_selection import shown_selection
from exporters.markdown.address import LINKED, safe_address
from exporters.record import json_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporters.exporter import Exporter, ExportOptions
    from parsers.records import Thread


class HtmlExporter:
    """One page, a section a topic, its style inside; nothing in it runs, and nothing is fetched."""

    name = "html"
    suffix = ".html"
    description = "one page for reading; in a folder, a whole site"
    is_for_reading = True

    def write(self, threads: Iterable[Thread], out: BinaryIO, options: ExportOptions) -> int:
        """See `Exporter.write`."""
        count = 0
        is_begun = False
        for thread in threads:
            if not is_begun:
                _begin(out, thread.title, options)
                is_begun = True
            count += _write_topic(thread, out, options)
        if not is_begun:
            _begin(out, "No topics", options)
        out.write(encoded(_macros().end()))
        return count


def _begin(out: BinaryIO, title: str, options: ExportOptions) -> None:
    style = asset("post.css")
    pictures = "; img-src 'self' file:" if options.place is not None else ""
    policy = f"default-src 'none'; style-src {source_hash(style)}{pictures}"
    selection = shown_selection(options.selection_facts)
    settings = json_of(options.pseudonym_settings).decode() if options.pseudonyms else None
    out.write(encoded(_macros().begin(title, style, policy, selection, settings).lstrip()))


def _write_topic(thread: Thread, out: BinaryIO, options: ExportOptions) -> int:
    macros, cleaner = _macros(), _cleaner(options)
    show_post = _macros("post.html").show_post
    out.write(encoded(macros.topic(thread, safe_address(thread.url or "", "", LINKED))))
    links = PostLinks(reply=lambda number: f"#post-{number}")
    present = gone = 0
    for post in thread.posts:
        if post.gone_at is None:
            present += 1
        else:
            gone += 1
            if not options.with_gone:
                continue
        out.write(encoded(show_post(shown_post(post, cleaner, links))))
    out.write(encoded(macros.topic_end(thread, present, 0 if options.with_gone else gone)))
    return present + gone if options.with_gone else present


def _cleaner(options: ExportOptions) -> Cleaner:
    place = options.place
    if place is None:
        return Cleaner()
    return Cleaner(Surroundings(place=place, link=lambda url: place(url).address or url))


@cache
def _macros(name: str = "document.html") -> Any:  # noqa: ANN401  a template's macros have no types
    return environment().get_template(name).module


EXPORTER: Exporter = HtmlExporter()
