"""CSV after RFC 4180: one post a row, safe to open in a spreadsheet.

Lists are written as JSON text and the author as one column a field, so that nothing is lost.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from exporters.record import AUTHOR_FIELDS, POST_FIELDS, json_of, plain_post, whole_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporters.exporter import Exporter, ExportOptions
    from parsers.records import Post, Thread

# What makes a spreadsheet run a cell, also as East Asian input methods write it, and behind blanks that it trims.
# Apostrophes count, too: only so can the one that is added be told from one that was there.
_FORMULA = re.compile(r"[\s'\ufeff\u200b]*[=+\-@\uff1d\uff0b\uff0d\uff20]|'*[\t\r\n]")
# NUL ends the text for many readers, and Ctrl-Z the file for some; blanks and line ends are fine in quotes.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class CsvExporter:
    """A header and one row a post."""

    name = "csv"
    suffix = ".csv"
    description = "CSV for spreadsheets and statistics: one post a row"
    is_for_reading = False

    def write(self, threads: Iterable[Thread], out: BinaryIO, options: ExportOptions) -> int:
        """See `Exporter.write`."""
        writer = csv.writer(_Utf8(out))
        writer.writerow(_header())
        count = 0
        for thread in threads:
            for post in thread.posts:
                writer.writerow(
                    [_cell(value, is_raw=options.raw_cells) for value in _values(post)]
                )
                count += 1
        return count


class _Utf8:
    """What the csv module writes to: text goes in, UTF-8 comes out, nothing is held back."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, text: str) -> int:
        return self._out.write(text.encode())


def _header() -> list[str]:
    names: list[str] = []
    for name in POST_FIELDS:
        names += [f"author_{part}" for part in AUTHOR_FIELDS] if name == "author" else [name]
    return names


def _values(post: Post) -> Iterator[object]:
    for name, value in plain_post(post).items():
        if name == "author":
            yield from cast("dict[str, Any]", value).values()
        else:
            yield value


def _cell(value: object, *, is_raw: bool) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return json_of(value).decode()
    text = _CONTROL.sub("\ufffd", whole_text(value))
    return text if is_raw or not _FORMULA.match(text) else f"'{text}"


EXPORTER: Exporter = CsvExporter()
