"""JSON: one document with all posts, for programs that read a file at once; written post by post."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from exporters.record import RECORD_FORMAT, json_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporters.exporter import Exporter, ExportOptions
    from parsers.records import Thread


class JsonExporter:
    """One object: the record format's version and the posts, a line each."""

    name = "json"
    suffix = ".json"
    description = "one JSON document with every post and field"
    is_for_reading = False

    def write(self, threads: Iterable[Thread], out: BinaryIO, options: ExportOptions) -> int:
        """See `Exporter.write`."""
        count = 0
        out.write(b'{"record_format":%d,' % RECORD_FORMAT)
        if options.selection_facts:
            out.write(b'"selection":%s,' % json_of(options.selection_facts))
        out.write(b'"posts":[')
        for thread in threads:
            for post in thread.posts:
                out.write(b",\n" if count else b"\n")
                out.write(json_of(post))
                count += 1
        out.write(b"\n]")
        told = options.pseudonym_facts.items()
        out.writelines(b",%s:%s" % (json_of(name), json_of(value)) for name, value in told)
        out.write(b"}\n")
        return count


EXPORTER: Exporter = JsonExporter()
