"""What an export is to hide: names behind pseudonyms, exact dates behind coarser ones; and who is known to an archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from scraper.archive.known_author import known_authors
from scraper.archive.site import held_host

if TYPE_CHECKING:
    from exporters.pseudonym.key import PseudonymKey
    from exporters.pseudonym.transformation import Transformation
    from scraper.archive.database import Archive


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonymity:
    """What is hidden.

    Attributes:
        key: what pseudonyms are made with; None: names stay.
        dates: how coarse dates are.
    """

    key: PseudonymKey | None = None
    dates: Literal["exact", "week", "month"] = "exact"


def transformation_of(archive: Archive, pseudonymity: Pseudonymity) -> Transformation:
    """What hides it in the records of an archive; whoever the archive knows is looked for, whatever is selected."""
    # It reads markup and the tables of all languages, which no other export needs.
    from exporters.pseudonym.transformation import Transformation  # noqa: PLC0415  see above

    return Transformation(
        site=held_host(archive.connection),
        key=pseudonymity.key,
        authors=known_authors(archive) if pseudonymity.key is not None else (),
        dates=pseudonymity.dates,
    )
