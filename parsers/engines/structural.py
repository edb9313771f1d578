"""Read topics of forums whose markup nobody knows, by position and repetition: the reader of last resort."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parsers.errors import LayoutChangedError
from parsers.structural.reading import Reading, read_structure
from parsers.structural.topic import read_topic

if TYPE_CHECKING:
    from parsers.document import Document
    from parsers.records import PageKind, TopicPage

_ADDRESS = re.compile(r"/(?:thread|discussion|board)s?/[^/?#]")


class StructuralEngine:
    """See `LastResort`."""

    name = "structural"
    example = "https://forum.example/discussions/hello/"

    def claims(self, url: str) -> bool:
        """See `Engine.claims`."""
        return _ADDRESS.search(url) is not None

    def recognise(self, document: Document) -> PageKind | None:
        """See `Engine.recognise`. Nothing but topics is read without a template."""
        return None if self.reason_against(document) else "topic"

    def topic_link(self, document: Document) -> str | None:
        """See `Engine.topic_link`."""
        del document
        return None

    def reason_against(self, document: Document) -> str | None:
        """See `LastResort.reason_against`."""
        reading = read_structure(document)
        return reading if isinstance(reading, str) else None

    def parse_topic(self, document: Document) -> TopicPage:
        """See `Engine.parse_topic`."""
        reading = read_structure(document)
        if isinstance(reading, Reading):
            return read_topic(document, reading, self.name)
        raise LayoutChangedError(
            f"The page at {document.url} cannot be read without a template. {reading}",
            landmark="a repeating unit that carries numbers of posts",
            url=document.url,
        )


ENGINE = StructuralEngine()
