"""What a WARC file says of itself, and what an archive knows that no page says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from exporters.warc.record import FIELDS, Record, record_id

if TYPE_CHECKING:
    from exporters.page_exporter import PageExportOptions
    from parsers.page_records import PageCollection

OBSERVATIONS_URL = "urn:threadkeep:observations"
# Of an archive without a page nothing has a time.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_RECONSTRUCTED = (
    "The bodies are as they came, unpacked; what said how they were packed on their way is in X-Archive-Orig- headers. "
    "Requests and redirects are written as the archive's ledger has them (method, address, time, status, target): their "
    "other headers were not kept. Pictures and files that posts show are resource records, since of their answers "
    "only the bodies were kept. Status lines are HTTP/1.1 with the standard's words, whatever the site's were. "
    "Cookies, authorization and nonces were dropped when the pages came, and failed requests are not here."
)
_REDACTED = (
    "Some pages were read by somebody who was logged in (Threadkeep-Viewer). What guests do not see of addresses, nonces "
    "and hidden posts was cut out of them before they were stored."
)


def information(collection: PageCollection, name: str, options: PageExportOptions) -> Record:
    """The record that each file begins with.

    Args:
        collection: what is written.
        name: the file's.
        options: what the user asked for.
    """
    lines = [
        ("software", options.software),
        ("format", "WARC File Format 1.1"),
        (
            "conformsTo",
            "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        ),
        ("isPartOf", collection.host or "text without an address"),
        ("description", _RECONSTRUCTED),
        *([("redaction", _REDACTED)] if collection.has_members_pages else []),
    ]
    block = "".join(f"{key}: {value}\r\n" for key, value in lines)
    return Record(
        kind="warcinfo",
        record_id=record_id(collection.host, "warcinfo", name),
        moment=collection.made_at or _NEVER,
        content_type=FIELDS,
        block=block.encode(),
        fields=(("WARC-Filename", name),),
    )


def observations(collection: PageCollection) -> Record:
    """The record that the last file ends with: what `threadkeep import` cannot read from pages."""
    return Record(
        kind="resource",
        record_id=record_id(collection.host, "observations"),
        moment=collection.made_at or _NEVER,
        content_type="application/json",
        block=msgspec.json.encode(collection.observations),
        url=OBSERVATIONS_URL,
    )
