"""Measure exactness: parse whole pages of the demo forum in every theme, language and mode, and hold each field against the truth.

    python -m bench quality [--pin [--allow-lower]]

It fails where a rate falls below its floor in `fixtures/quality-floors.toml`, or where the pages are not those that the
floors were pinned with.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lxml import html

from parsers.document import read_document
from parsers.records import Page
from parsers.registry import recognise
from scraper.demo import DemoSettings, expected_topics, generate
from scraper.demo.forum import LOCALES, THEMES
from scraper.demo.site import DemoSite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.records import ParsedPost, TopicPage
    from scraper.demo import ExpectedPost, ExpectedTopic

FLOORS = Path(__file__).parent.parent / "fixtures" / "quality-floors.toml"
_BASE = "http://127.0.0.1:7"
_MODES: tuple[dict[str, bool], ...] = ({}, {"threaded": True}, {"lead": True})
_WAYS = ("field", "engine", "theme", "locale", "mode")
Key = tuple[str, str]  # which way of looking at it, and which of these: ("theme", "classic")


@dataclass(slots=True)
class Tally:
    """How many values were right, of how many, in each way of looking at it.

    Attributes:
        wrong: the first few wrong values, a line each.
    """

    right: Counter[Key] = field(default_factory=Counter[Key])
    all: Counter[Key] = field(default_factory=Counter[Key])
    wrong: list[str] = field(default_factory=list[str])
    digest: str = ""

    def add(self, keys: dict[str, str], found: object, wanted: object) -> None:
        """Count one value."""
        for key in keys.items():
            self.all[key] += 1
            self.right[key] += found == wanted
        if found != wanted:
            self.wrong.append(f"{keys}: {found!r}, not {wanted!r}")

    def rates(self) -> dict[str, dict[str, float]]:
        """In per cent, never rounded up to 100."""
        found: dict[str, dict[str, float]] = defaultdict(dict)
        for way, name in sorted(self.all, key=lambda key: (_WAYS.index(key[0]), key[1])):
            share = 100 * self.right[way, name] / self.all[way, name]
            found[way][name] = int(share * 1000) / 1000
        return dict(found)


def combinations() -> Iterator[dict[str, Any]]:
    """The settings of each forum that is measured."""
    for theme, locale, mode, plain in product(THEMES, LOCALES, _MODES, (False, True)):
        if not (theme == "table" and mode.get("threaded")):  # bbPress 2.0 knows no threads
            yield {"theme": theme, "locale": locale, "plain_permalinks": plain, **mode}


def measure() -> Tally:
    """Read every topic page of every forum."""
    tally, digest = Tally(), hashlib.sha256()
    for settings in combinations():
        forum = generate(DemoSettings(topics=30, posts=6, per_page=5, **settings))
        site = DemoSite(forum, _BASE)
        named = [name for name in settings if name not in {"theme", "locale"} and settings[name]]
        keys = {
            "theme": settings["theme"],
            "locale": settings["locale"],
            "mode": " ".join(named) or "flat",
        }
        for topic in expected_topics(forum, _BASE):
            if not topic.is_protected:
                pages = [_page(site, url) for url in _addresses(topic, site)]
                for page in pages:
                    digest.update(page.body)
                _count(tally, keys, topic, [_parsed(page) for page in pages])
    tally.digest = digest.hexdigest()
    return tally


def _addresses(topic: ExpectedTopic, site: DemoSite) -> Iterator[str]:
    for number in range(1, topic.pages + 1):
        if number == 1:
            yield topic.url
        elif site.forum.settings.plain_permalinks:
            yield f"{topic.url}&paged={number}"
        else:
            yield f"{topic.url}page/{number}/"


def _page(site: DemoSite, url: str) -> Page:
    parts = urlsplit(url)
    answer = site.answer(f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path)
    return Page(
        url=url,
        final_url=url,
        status=answer.status,
        headers=tuple(answer.headers),
        body=answer.body,
        fetched_at=datetime(2025, 1, 15, 12, tzinfo=UTC),
    )


def _parsed(page: Page) -> TopicPage:
    document = read_document(page)
    engine, _ = recognise(document)
    return engine.parse_topic(document)


def _count(
    tally: Tally, keys: dict[str, str], topic: ExpectedTopic, pages: list[TopicPage]
) -> None:
    keys = {"engine": pages[0].engine, **keys}
    for page in pages:
        for name, found, wanted in _page_fields(page, topic):
            tally.add({"field": name, **keys}, found, wanted)
    tally.add({"field": "status", **keys}, pages[0].status, topic.status)
    posts = {post.post_id: post for page in pages for post in page.posts}
    tally.add({"field": "post ids", **keys}, sorted(posts), sorted(p.post_id for p in topic.posts))
    for expected in topic.posts:
        found = posts.get(expected.post_id)
        for name, value, wanted in _post_fields(found, expected):
            tally.add({"field": name, **keys}, value, wanted)


def _page_fields(page: TopicPage, topic: ExpectedTopic) -> Iterator[tuple[str, object, object]]:
    yield "topic id", page.topic_id, topic.topic_id
    yield "topic title", page.title, topic.title
    yield "topic url", page.url, topic.url
    yield "forum", tuple(forum.title for forum in page.forum), topic.forum
    yield "tags", page.tags, topic.tags
    yield "last page", page.pager.last, topic.pages
    yield "problems", page.problems, ()


def _post_fields(
    post: ParsedPost | None, truth: ExpectedPost
) -> Iterator[tuple[str, object, object]]:
    if post is None:
        return  # the post ids say so
    for name in ("kind", "url", "role", "role_key", "published_text", "reply_to", "depth"):
        yield name, getattr(post, name), getattr(truth, name)
    yield "author", post.author.name, truth.author_name
    yield "author url", post.author.url, truth.author_url
    yield "author slug", post.author.slug, truth.author_slug
    if truth.is_guest is not None:
        yield "is_guest", post.author.is_guest, truth.is_guest
    yield "body_text", _squashed(post.body_text), _squashed(truth.body_text)
    yield "body_html", _tree(post.body_html), _tree(truth.body_html.strip())
    yield "edits", _edits(post.edits), _edits(truth.edits)


def _edits(edits: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    return [(edit.editor, edit.reason, _squashed(edit.text)) for edit in edits]


def _squashed(text: str) -> str:
    return "".join(text.split())


def _tree(source: str) -> str:
    """HTML in one way of writing it."""
    return html.tostring(html.fragment_fromstring(source, create_parent="div"), encoding="unicode")


def below(
    rates: dict[str, dict[str, float]], floors: dict[str, dict[str, float]]
) -> Iterator[str]:
    """A line for each rate that is missing or lower than its floor."""
    for way, named in floors.items():
        for name, floor in named.items():
            rate = rates.get(way, {}).get(name)
            if rate is None or rate < floor:
                yield f"{way} {name}: {rate} %, the floor is {floor} %"


def read_floors(path: Path) -> tuple[str, dict[str, dict[str, float]]]:
    """The digest of the pages that the floors are for, and the floors."""
    pinned = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    return pinned.pop("pages", ""), pinned


def write_floors(path: Path, tally: Tally, *, allow_lower: bool) -> None:
    """Pin what was measured.

    Raises:
        SystemExit: a floor would be lowered, or dropped, and that was not allowed.
    """
    rates = tally.rates()
    lower = [] if allow_lower else list(below(rates, read_floors(path)[1]))
    if lower:
        sys.exit("\n".join([*lower, "Nothing is pinned; --allow-lower lowers floors."]))
    lines = ["# Pinned by `python -m bench quality --pin`: exact matches in per cent."]
    lines.append(f'pages = "{tally.digest}"')
    for way, named in rates.items():
        lines += ["", f"[{way}]", *(f'"{name}" = {rate}' for name, rate in named.items())]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def table(rates: dict[str, dict[str, float]]) -> Iterator[str]:
    """The rates in columns."""
    for way, named in rates.items():
        yield f"{way}:"
        yield from (f"  {name:<28} {rate:8.3f} %" for name, rate in named.items())


def floors_table() -> str:
    """The pinned floors as a table in Markdown: in each way of looking at it, what has the same floor in one row."""
    lines = ["| by | exact matches | of |", "|---|---|---|"]
    for way, named in read_floors(FLOORS)[1].items():
        for floor in sorted(set(named.values())):
            names = ", ".join(name for name, one in named.items() if one == floor)
            lines.append(f"| {way} | {floor:g} % | {names} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> None:
    """Measure, print, and hold against the floors or pin them."""
    parser = argparse.ArgumentParser(prog="python -m bench quality", description=__doc__)
    parser.add_argument("--pin", action="store_true", help="make what is measured the floors")
    parser.add_argument("--allow-lower", action="store_true", help="lower floors, too")
    options = parser.parse_args(arguments)
    tally = measure()
    print("\n".join(table(tally.rates())))
    print(f"{sum(n for (way, _), n in tally.all.items() if way == 'field')} values compared")
    print("\n".join(tally.wrong[:20]), end="\n" if tally.wrong else "")
    if options.pin:
        write_floors(FLOORS, tally, allow_lower=options.allow_lower)
        return
    digest, floors = read_floors(FLOORS)
    low = list(below(tally.rates(), floors))
    if digest != tally.digest:
        low.append("The pages are not those that the floors are for; look at them, then --pin.")
    if low:
        sys.exit("\n".join(low))
