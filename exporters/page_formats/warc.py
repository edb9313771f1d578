"""WARC 1.1: the pages as they came, for web archives and the programs that replay them."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from exporters.page_exporter import PagesWritten
from exporters.scratch import beside
from exporters.warc.exchange import record_of_media, records_of_page
from exporters.warc.index import Index
from exporters.warc.information import information, observations
from exporters.warc.volume import Volumes

if TYPE_CHECKING:
    from exporters.page_exporter import PageExporter, PageExportOptions
    from parsers.page_records import PageCollection


class WarcExporter:
    """Files of gzip members, a record each, and an index of what stands where."""

    name = "warc"
    suffix = ".warc.gz"
    description = "the stored pages and files as they came, for web archives"

    def write(
        self, collection: PageCollection, out: BinaryIO, options: PageExportOptions
    ) -> PagesWritten:
        """See `PageExporter.write`."""
        pages = repeated = media = 0
        with Index(beside(out)) as index:
            volumes = Volumes(
                out, options, index, lambda name: information(collection, name, options)
            )
            for stored in collection.pages:
                for number, record in enumerate(records_of_page(stored, collection.host)):
                    volumes.put(record, may_begin_a_file=number == 0)
                pages += 1
                repeated += stored.first is not None
            for file in collection.media:
                volumes.put(record_of_media(file, collection.host), may_begin_a_file=True)
                media += 1
            volumes.put(observations(collection))
            if options.begin_file is not None:
                index.write(options.begin_file(index_name(options.name, self.suffix)))
        return PagesWritten(pages=pages, repeated=repeated, media=media, files=volumes.names)


def index_name(name: str, suffix: str) -> str:
    """What the index beside a file is called: `forum.cdxj` beside `forum.warc.gz`."""
    return f"{name.removesuffix(suffix)}.cdxj"


EXPORTER: PageExporter = WarcExporter()
