"""CSV after RFC 4180: one post a row, safe to open in a spreadsheet.

Lists are written as JSON text and the author as one column a field, so that nothing is lost.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from exporters.csv_cell import Utf8Text, csv_cell
from exporters.record import AUTHOR_FIELDS, POST_FIELDS, plain_post

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporters.exporter import Exporter, ExportOptions
    from parsers.records import Post, Thread


class CsvExporter:
    """A header and one row a post."""

    name = "csv"
    suffix = ".csv"
    description = "CSV for spreadsheets and statistics: one post a row"
    is_for_reading = False

    def write(self, threads: Iterable[Thread], out: BinaryIO, options: ExportOptions) -> int:
        """See `Exporter.write`."""
        writer = csv.writer(Utf8Text(out))
        writer.writerow(_header())
        count = 0
        for thread in threads:
            for post in thread.posts:
                writer.writerow(
                    [csv_cell(value, is_raw=options.raw_cells) for value in _values(post)]
                )
                count += 1
        return count


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


EXPORTER: Exporter = CsvExporter()
