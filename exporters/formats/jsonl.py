"""JSON Lines: one post a line, for pipelines and for more posts than fit into memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from exporters.record import json_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporters.exporter import Exporter, ExportOptions
    from parsers.records import Thread


class JsonLinesExporter:
    """Every post as a JSON object on a line of its own."""

    name = "jsonl"
    suffix = ".jsonl"
    description = "JSON Lines: one post a line, every field"
    is_for_reading = False

    def write(self, threads: Iterable[Thread], out: BinaryIO, options: ExportOptions) -> int:
        """See `Exporter.write`."""
        del options  # a record is a record, whatever a reader would like to see
        count = 0
        for thread in threads:
            for post in thread.posts:
                out.write(json_of(post) + b"\n")
                count += 1
        return count


EXPORTER: Exporter = JsonLinesExporter()
