"""A page or a file that some source keeps: what is known of it before it is loaded, so that large sources need not be in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from parsers.media_link import MediaKind
    from parsers.records import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A page of a source.

    Attributes:
        place: where it stands, for sentences.
        load: reads it; as often as it is called, the same comes.
        kind: what it is, as `pages.kind` lists, where the source says so.
        is_certain: the source holds only pages that somebody chose; one that is no topic is worth a sentence.
    """

    place: str
    load: Callable[[], Page]
    kind: str | None = None
    is_certain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedFile:
    """A picture or a file that posts show, as an archive of threadkeep handed it on.

    Attributes:
        place: where it stands, to be named in a sentence.
        url: its address, as it says.
        kind: `image`, `avatar` or `attachment`.
        fetched_at: when it came, in UTC.
        load: reads its bytes.
    """

    place: str
    url: str
    kind: MediaKind
    fetched_at: datetime
    load: Callable[[], bytes]
