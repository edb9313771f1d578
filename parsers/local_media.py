"""Where the files lie that bodies show: beside an export, in an archive, or nowhere. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalMedia:
    """What there is to be had of an address.

    Attributes:
        address: where it lies, as a link has it; None where it is not at hand.
        is_picture: a browser shows it as a picture.
        note: why it is not to be had, where somebody found that out.
    """

    address: str | None = None
    is_picture: bool = False
    note: str | None = None


class Place(Protocol):
    """Tells where the file of an absolute address lies."""

    def __call__(self, url: str, /) -> LocalMedia:
        """What there is to be had of it."""
        ...
