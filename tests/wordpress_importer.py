"""What the WordPress importer makes of WXR files, as far as it matters to forums: a small model of its rules, in lxml.

It is written from what is known of the importer (docs/restoring.md tells it), and not from the exporter: an id is kept
where it is free, a post of a title and a time that is there already is taken for that one, a parent is known by its id
in the same run alone, and an author by the name to log in with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from parsers.element import Element

WP = "{http://wordpress.org/export/1.2/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DC = "{http://purl.org/dc/elements/1.1/}"
NOBODY = ""
STATUSES = {
    "forum": {"publish", "private", "hidden"},
    "topic": {"publish", "closed", "trash"},
    "reply": {"publish", "trash"},
    "attachment": {"inherit"},
}


@dataclass(slots=True)
class Row:
    """A row of WordPress's table of posts, with what belongs to it."""

    number: int
    kind: str
    title: str
    body: str
    date: str
    date_gmt: str
    status: str
    name: str
    parent: int
    order: int
    author: str
    guid: str
    meta: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    tags: set[str] = field(default_factory=set[str])

    def value(self, key: str) -> str | None:
        """The first value of a key, which is the one that bbPress sees."""
        return next((value for name, value in self.meta if name == key), None)


@dataclass(slots=True)
class WordPress:
    """A site that files are imported into.

    Attributes:
        next_id: what a row gets whose own id is taken, and one that has none.
    """

    rows: dict[int, Row] = field(default_factory=dict[int, Row])
    users: dict[str, str] = field(default_factory=dict[str, str])
    tags: dict[str, str] = field(default_factory=dict[str, str])
    files: dict[int, str] = field(default_factory=dict[int, str])
    next_id: int = 10_000_000

    def run(self, path: Path) -> None:
        """Import one file in a run of its own, as the page in the browser does."""
        self.take(path.read_bytes())

    def take(self, data: bytes) -> None:
        """Import what a file holds, in a run of its own."""
        _Run(self).take(data)

    def run_all(self, folder: Path) -> None:
        """Import every file of a folder, in the order of their names."""
        for path in sorted(folder.glob("*.xml")):
            self.run(path)

    def of(self, kind: str) -> dict[int, Row]:
        """The rows of a kind."""
        return {number: row for number, row in self.rows.items() if row.kind == kind}


class _Run:
    def __init__(self, site: WordPress) -> None:
        self._site = site
        self._processed: dict[int, int] = {}
        self._authors: set[str] = set()

    def take(self, data: bytes) -> None:
        # As the importer parses: no limit is lifted, and a document type is an error.
        root = etree.fromstring(data, etree.XMLParser(huge_tree=False, strip_cdata=False))
        assert root.getroottree().docinfo.doctype == ""
        channel = root.find("channel")
        assert channel is not None
        assert re.fullmatch(r"\d+\.\d+", _text(channel, f"{WP}wxr_version"))
        self._take_authors(channel)
        self._take_terms(channel)
        orphans: dict[int, int] = {}
        for item in channel.findall("item"):
            self._take_item(item, orphans)
        for child, parent in orphans.items():
            if parent in self._processed:
                self._site.rows[child].parent = self._processed[parent]

    def _take_authors(self, channel: Element) -> None:
        emails: set[str] = set()
        for author in channel.findall(f"{WP}author"):
            login, email = _text(author, f"{WP}author_login"), _text(author, f"{WP}author_email")
            # What strict `sanitize_user` leaves, in the lengths of the columns.
            assert re.fullmatch(r"[a-z0-9_.@-]{1,50}", login), login
            assert not email or email not in emails, "two people would become one"
            emails.add(email)
            name = _text(author, f"{WP}author_display_name")
            assert len(name) <= 250
            assert login not in self._authors, "one person twice"
            self._authors.add(login)
            self._site.users.setdefault(login, _sanitised(name))

    def _take_terms(self, channel: Element) -> None:
        for term in channel.findall(f"{WP}term"):
            assert _text(term, f"{WP}term_taxonomy") == "topic-tag"
            slug, name = _text(term, f"{WP}term_slug"), _text(term, f"{WP}term_name")
            assert 0 < len(slug) <= 200
            self._site.tags.setdefault(slug, _sanitised(name))

    def _take_item(self, item: Element, orphans: dict[int, int]) -> None:
        row = _row(item)
        original = row.number
        assert original not in self._processed, f"{original} twice in a file"
        there = self._existing(row)
        if there is None:
            row.author = row.author if row.author in self._authors else NOBODY
            wanted_parent = row.parent
            row.parent = self._processed.get(wanted_parent, 0)
            row.number = self._free(original)
            if wanted_parent and not row.parent:
                orphans[row.number] = wanted_parent
            self._site.rows[row.number] = there = row
            row.meta, row.tags = [], set()
        self._processed[original] = there.number
        there.meta += [
            (_text(one, f"{WP}meta_key"), _text(one, f"{WP}meta_value"))
            for one in item.findall(f"{WP}postmeta")
        ]
        for term in item.findall("category"):
            assert term.get("domain") == "topic-tag"
            slug = term.get("nicename") or ""
            self._site.tags.setdefault(slug, _sanitised(term.text or ""))
            there.tags.add(slug)
        if row.kind == "attachment":
            self._site.files[there.number] = _text(item, f"{WP}attachment_url")

    def _existing(self, row: Row) -> Row | None:
        """A row of the same title, as databases compare titles, at the same time."""
        if "\\" in row.title:
            return None  # it is looked for without them
        for other in self._site.rows.values():
            is_same = (other.title.strip().casefold(), other.date) == (
                row.title.strip().casefold(),
                row.date,
            )
            if is_same and other.kind == row.kind:
                return other
        return None

    def _free(self, wanted: int) -> int:
        if wanted and wanted not in self._site.rows:
            return wanted
        self._site.next_id += 1
        return self._site.next_id


def _row(item: Element) -> Row:
    row = Row(
        number=int(_text(item, f"{WP}post_id")),
        kind=_text(item, f"{WP}post_type"),
        title=_text(item, "title"),
        body=_text(item, f"{CONTENT}encoded"),
        date=_text(item, f"{WP}post_date"),
        date_gmt=_text(item, f"{WP}post_date_gmt"),
        status=_text(item, f"{WP}status"),
        name=_text(item, f"{WP}post_name"),
        parent=int(_text(item, f"{WP}post_parent")),
        order=int(_text(item, f"{WP}menu_order")),
        author=_text(item, f"{DC}creator"),
        guid=_text(item, "guid"),
    )
    assert row.number > 0
    assert row.status in STATUSES[row.kind]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row.date)
    assert not row.date.startswith("0000"), "WordPress would say it was written now"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row.date_gmt)
    assert row.title.strip(), "any post of that time would be taken for it"
    assert len(row.name) <= 200
    assert re.fullmatch(r"[a-z0-9_~.%-]*", row.name), row.name
    assert len(row.guid) <= 255
    assert _text(item, f"{WP}comment_status") == _text(item, f"{WP}ping_status") == "closed"
    return row


def _text(parent: Element, name: str) -> str:
    (found,) = parent.findall(name)
    # Like SimpleXML, which has no comments in the text of an element; other elements are none of WXR.
    assert not list(found.iterchildren(tag=etree.Element))
    return (found.text or "") + "".join(child.tail or "" for child in found)


def _sanitised(name: str) -> str:
    """How the name of a person or a tag is shown, which WordPress takes whatever looks like markup out of."""
    return unescape(re.sub("<[^>]*>?", "", name))


def same_rows(one: Iterable[Row], other: Iterable[Row]) -> bool:
    """Whether two imports came to the same."""
    return sorted(one, key=lambda row: row.number) == sorted(other, key=lambda row: row.number)
