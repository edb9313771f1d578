"""When a post was written, as WordPress keeps it: on the site's clock and in UTC, each as far as it is known."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from exporters.wxr.naming import folded

if TYPE_CHECKING:
    from parsers.records import Post

# What WordPress reckons the time in UTC for, by its own time zone.
UNKNOWN = "0000-00-00 00:00:00"
_EARLIEST = datetime(2000, 1, 1)  # noqa: DTZ001  on the site's clock, which has no zone
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time.

    Attributes:
        local: on the site's clock.
        utc: the same in UTC; None where it is not known.
        evidence: how it is known where nothing says it: `age` as shown, `neighbour` or `seen`; None where something does.
    """

    local: datetime
    utc: datetime | None
    evidence: str | None = None

    @property
    def date(self) -> str:
        """On the site's clock, as WordPress writes it."""
        return _written(self.local)

    @property
    def date_gmt(self) -> str:
        """In UTC, as WordPress writes it."""
        return UNKNOWN if self.utc is None else _written(self.utc)

    @property
    def pub_date(self) -> str:
        """In UTC, as RSS writes it; empty where it is not known."""
        if self.utc is None:
            return ""
        day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[self.utc.weekday()]
        names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov")
        month = (*names, "Dec")[self.utc.month - 1]
        return f"{day}, {self.utc:%d} {month} {self.utc.year:04} {self.utc:%H:%M:%S} +0000"

    def later(self, evidence: str | None) -> Moment:
        """A second after it."""
        utc = None if self.utc is None else self.utc + _SECOND
        return Moment(self.local + _SECOND, utc, evidence)


class Clock:
    """The site's clock."""

    def __init__(self, zone_name: str | None) -> None:
        """Set it.

        Args:
            zone_name: an IANA name, or an offset such as `+05:30`; None: UTC stands in for it.
        """
        self._zone = _zone(zone_name)

    def written(self, post: Post, before: Moment | None) -> Moment:
        """When a post was written.

        Args:
            post: the post.
            before: when the one before it was; None for the first one.
        """
        return self._shown(post) or self._guessed(post, before)

    def at(self, utc: datetime, evidence: str | None = None) -> Moment:
        """What it shows at a moment."""
        return Moment(utc.astimezone(self._zone).replace(tzinfo=None), utc, evidence)

    def of_text(self, utc: str | None) -> Moment:
        """What it shows at a moment in ISO 8601; a time long ago where there is none."""
        moment = _read_utc(utc)
        return Moment(_EARLIEST, None) if moment is None else self.at(moment)

    def _shown(self, post: Post) -> Moment | None:
        local, utc = _read(post.published_local), _read_utc(post.published)
        if local is None:
            return None if utc is None else self.at(utc)
        if utc is not None and local.second == 0:
            # Pages leave the seconds out, and feeds do not.
            local = local.replace(second=utc.second)
        return Moment(local.replace(tzinfo=None), utc)

    def _guessed(self, post: Post, before: Moment | None) -> Moment:
        earliest = _read_utc(post.published_earliest)
        latest = _read_utc(post.published_latest)
        if earliest is not None and latest is not None:
            return self._within(earliest, latest, before)
        if before is not None:
            return before.later("neighbour")
        seen = _read_utc(post.first_seen)
        return Moment(_EARLIEST, None, "seen") if seen is None else self.at(seen, "seen")

    def _within(self, earliest: datetime, latest: datetime, before: Moment | None) -> Moment:
        """The middle of what an age allows, or what it allows after the post before it: forums show posts by their times."""
        middle = self.at(earliest + (latest - earliest) / 2, "age")
        if before is None or before.utc is None or before.local < middle.local:
            return middle
        return before.later("age") if before.utc < latest else middle


class DistinctMoments:
    """Keeps titles apart: of two items of one title and one time, the importer takes the second for the first."""

    def __init__(self) -> None:
        """Begin without any."""
        self._taken: set[bytes] = set()

    def of(self, title: str, moment: Moment) -> Moment:
        """The moment, or the first second after it at which there is nothing else of this title."""
        while True:
            key = f"{folded(title)}\n{moment.date}".encode()
            digest = hashlib.blake2b(key, digest_size=8).digest()
            if digest not in self._taken:
                self._taken.add(digest)
                return moment
            moment = moment.later(moment.evidence)


def _written(moment: datetime) -> str:
    return moment.replace(microsecond=0, tzinfo=None).isoformat(" ")


def _read(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:  # no time that a calendar has
        return None
    return moment.replace(microsecond=0)


def _read_utc(text: str | None) -> datetime | None:
    moment = _read(text)
    if moment is None or moment.tzinfo is None:
        return moment if moment is None else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)


def _zone(name: str | None) -> tzinfo:
    if name is None:
        return UTC
    if name[:1] in {"+", "-"}:
        return datetime.strptime(name, "%z").tzinfo or UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):  # a zone of another year's table
        return UTC
