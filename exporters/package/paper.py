"""Describe tables for people: a codebook of every column, and a datasheet of where all of it is from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.markdown import line, marking
from exporters.record import json_of
from exporters.tables.meaning import MEANINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.package.about import About
    from exporters.package.licence import Licence
    from exporters.package.measured import TableFacts
    from parsers.origin import Origin, RobotsFile

_COARSE: dict[object, str] = {
    "week": "the Monday of its week (`published_latest` its end)",
    "month": "the first day of its month (`published_latest` its end)",
}
_KINDS = {
    "integer": "integer",
    "boolean": "true or false",
    "text": "text",
    "utc": "time in UTC, ISO 8601",
    "local": "time on the site's clock, ISO 8601",
    "texts": "list of text, as JSON",
    "edits": "list of objects, as JSON",
}


def codebook(tables: tuple[TableFacts, ...], about: About) -> str:
    """Every column: what it means, its type, where it is from, and how much is missing."""
    return _page(_codebook(tables, about))


def datasheet(tables: tuple[TableFacts, ...], about: About) -> str:
    """What, when, from where, how complete, how politely, and what is not known."""
    return _page(_datasheet(tables, about))


def _page(parts: Iterator[str]) -> str:
    return "\n\n".join(parts) + "\n"


def _codebook(tables: tuple[TableFacts, ...], about: About) -> Iterator[str]:
    hidden = " ".join(_hidden(about))
    yield "# Codebook"
    yield (
        f"An empty cell is a value that is missing, and text that is empty. Control characters became U+FFFD; "
        f"{hidden or 'all else is as it was.'} Open the files with programs: a spreadsheet might run a cell as a formula."
    )
    for table in tables:
        yield f"## {table.name}.csv"
        yield f"Rows: {table.rows}."
        yield "\n".join(_rows(table))


def _hidden(about: About) -> Iterator[str]:
    """What is no longer as a page showed it, whatever the tables below say."""
    settings = about.hiding
    if settings.get("key_id"):
        yield (
            "names were replaced by pseudonyms in every column, and contact data removed: where a column is “shown on the"
            " page”, the page shows the name, and profiles, account numbers and pictures of people are always missing."
        )
    if settings.get("dates") in _COARSE:
        yield f"Every date and time is {_COARSE[settings['dates']]}."


def _rows(table: TableFacts) -> Iterator[str]:
    yield "| column | type | meaning | where from | missing |"
    yield "|---|---|---|---|---|"
    for name, kind in table.columns.items():
        meaning = MEANINGS[table.name][name]
        share = f"{table.missing[name] / table.rows:.1%}" if table.rows else "–"
        yield f"| `{name}` | {_KINDS[kind]} | {meaning.text} | {meaning.source} | {share} |"


def _datasheet(tables: tuple[TableFacts, ...], about: About) -> Iterator[str]:
    yield line.heading(marking.escaped(about.title), 1)
    yield "## What"
    yield "\n".join(f"- `{table.name}.csv`: {table.rows} rows" for table in tables)
    if about.selection:
        yield f"Not all posts: what was selected is {_code(json_of(about.selection).decode())}."
    if about.pseudonyms:
        yield "## Pseudonyms"
        yield (
            "Names were replaced by pseudonyms, contact data removed, and dates made coarser, as far as this says. It is no"
            " anonymisation: whoever can search the forum for the words of a post can find who wrote it."
        )
        yield _code(json_of(about.pseudonyms["pseudonyms"]).decode())
    if about.origin is None:
        yield "Where the posts are from was not told to the program that wrote this."
    else:
        yield from _origin(about.origin)
    yield "## Licence"
    stated = "Unknown." if about.licence is None else _stated(about.licence)
    yield (
        f"{stated} The posts belong to who wrote them, the forum may have terms of its own, and posts are personal data:"
        " before you pass them on, ask what the law and your ethics board say."
    )


def _stated(licence: Licence) -> str:
    where = f" (<{licence.url}>)" if licence.spdx is not None else ""
    text = line.within_line(marking.escaped(licence.text.rstrip(".")))
    return f"As stated by who made this package: {text}{where}."


def _origin(origin: Origin) -> Iterator[str]:
    yield "## From where, and when"
    yield "\n".join(f"- {fact}" for fact in _facts(origin))
    yield "## How complete"
    if origin.gaps:
        yield (
            f"The archive holds {origin.posts} posts in {origin.topics} topics. What the site claimed and the archive"
            " lacks:"
        )
        yield "\n".join(
            f"- `{gap.code}`: {gap.gaps}, of {gap.missing} posts as far as known"
            for gap in origin.gaps
        )
    else:
        yield (
            f"The archive holds {origin.posts} posts in {origin.topics} topics, and nothing is missing of what the"
            " site's pages claimed when they were read."
        )
    yield "## How it was read"
    yield "\n".join(_runs(origin))
    yield "## robots.txt at the time"
    if not origin.robots:
        yield "None was read: the pages came from files, or the forum is on this machine."
    for robots in origin.robots:
        yield from _robots(robots)


def _facts(origin: Origin) -> Iterator[str]:
    yield f"site: {_code(origin.home or origin.host or 'not known')}"
    if origin.name:
        yield f"name: {line.within_line(marking.escaped(origin.name))}"
    yield f"time zone: {_code(origin.timezone or 'not known')}"
    if origin.pages:
        yield f"pages read: {origin.pages}, from {origin.first_fetched} to {origin.last_fetched}"
    yield "every row names its page by digest; `pages.csv` has its address and when it came"


def _runs(origin: Origin) -> Iterator[str]:
    yield "| began | ended | requests | pages | exit code |"
    yield "|---|---|---|---|---|"
    for run in origin.runs:
        ended = run.ended_at or "killed"
        code = "–" if run.exit_code is None else run.exit_code
        yield f"| {run.started_at} | {ended} | {run.requests} | {run.pages} | {code} |"


def _robots(robots: RobotsFile) -> Iterator[str]:
    yield f"{_code(robots.url)}, read {robots.fetched_at}, HTTP status {robots.status}, SHA-256 `{robots.sha256}`."
    if robots.text:
        yield marking.fenced_code(marking.clean(robots.text))


def _code(text: str) -> str:
    return line.within_line(marking.code_span(marking.clean(text)))
