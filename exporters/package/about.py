"""What a data package says of itself: its name and title, where it is from, and what was selected."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from exporters.package.licence import licence_of
from exporters.record import json_of

if TYPE_CHECKING:
    from exporters.exporter import ExportOptions
    from exporters.package.licence import Licence
    from parsers.origin import Origin

_UNFIT = re.compile(r"[^a-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What every description of a package begins with.

    Attributes:
        origin: where the posts come from; None where only records are known.
        selection: what was asked for, by name; nothing where all posts were.
        licence: under which licence the posts are passed on; None where nobody said.
        pseudonyms: what was replaced and what could not be, by name; nothing where all is as it was.
    """

    origin: Origin | None
    selection: dict[str, object]
    licence: Licence | None = None
    pseudonyms: dict[str, object] = field(default_factory=dict[str, object])

    @property
    def host(self) -> str:
        """The site, by its host."""
        return (self.origin.host if self.origin else "") or "a forum"

    @property
    def name(self) -> str:
        """A name for programs."""
        return f"posts-of-{_UNFIT.sub('-', self.host.lower())}"

    @property
    def title(self) -> str:
        """A name for people."""
        return f"Posts of {self.host}"

    @property
    def home(self) -> str | None:
        """The site's home."""
        return self.origin.home if self.origin else None

    @property
    def day(self) -> str | None:
        """The day on which the newest page was read."""
        last = self.origin.last_fetched if self.origin else None
        return last[:10] if last else None

    @property
    def hiding(self) -> dict[str, object]:
        """Which key pseudonyms are of, and how coarse dates are; nothing where all is as it was."""
        facts = self.pseudonyms.get("pseudonyms")
        return cast("dict[str, object]", facts) if isinstance(facts, dict) else {}

    @property
    def citation(self) -> str:
        """How it may be cited."""
        day = f" ({self.day})" if self.day else ""
        place = f" {self.home}" if self.home else ""
        return f"Members of {self.host}{day}. {self.title} [data set].{place}"

    @property
    def description(self) -> str:
        """What it is, in a sentence or two."""
        when = f", as read until {self.day}" if self.day else ""
        part = f" Selected: {json_of(self.selection).decode()}." if self.selection else ""
        return (
            f"Posts of {self.host} with their topics, forums, authors, earlier bodies and reply graph{when}.{part}"
            f" {self.terms}"
        )

    @property
    def terms(self) -> str:
        """Under which licence it is, in a sentence."""
        if self.licence is None:
            return "The licence is unknown: the posts belong to who wrote them."
        text = self.licence.text.rstrip(".")
        return f"The licence, as stated by who made this package: {text}."


def about(options: ExportOptions) -> About:
    """What a package of these options says of itself."""
    licence = licence_of(options.licence) if options.licence is not None else None
    return About(
        origin=options.origin,
        selection=options.selection_facts,
        licence=licence,
        pseudonyms=options.pseudonym_facts,
    )
