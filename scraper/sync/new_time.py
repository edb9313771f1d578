"""Settle the times of new posts as those of all others were, where they teach nothing else: it costs what they cost.

That is proved, not hoped for: dates of one language are read alike whatever else they say if each is in one and the same
format, and one of them can be in no other. Where anything is not so simple, everything is settled anew.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import chain, islice
from typing import TYPE_CHECKING

from parsers.dates.reader import DateReader
from parsers.locale import locale_for
from parsers.zones.candidates import Pair
from parsers.zones.clock import SiteClock, infer
from scraper.archive.page import utc_moment
from scraper.archive.post_time import (
    begin_reading,
    keep_read,
    new_texts,
    new_texts_by_feed,
    new_times,
    newest_copy,
    newest_new_copy,
    pairs_kept,
    read_times,
    shown_times,
    store_times,
    without_utc,
)
from scraper.archive.settled_time import (
    Example,
    Lesson,
    is_shown,
    keep_lesson,
    kept_lesson,
    tells_every_language,
)
from scraper.archive.site import note_new_times, site_zone
from scraper.politeness.agent import version
from scraper.sync.report import TimesOutcome
from scraper.sync.shown_time import local_time, settled_time

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from scraper.archive.database import Archive
    from scraper.archive.post_time import ShownTime

_POSTS_AT_A_TIME = 500
_MOST_TRIED = (
    100  # dates; where so many can each be in more than one format, the next hundred can as well
)


def settle_new(archive: Archive) -> TimesOutcome | None:
    """Settle the times of posts that were noted as new; None where all times are to be settled anew instead.

    Args:
        archive: being written.
    """
    with archive.transaction() as connection:
        lesson = kept_lesson(connection)
        if lesson is None or not _holds(connection, lesson):
            return None
        settling = _NewTimes(connection, lesson)
        return settling.outcome() if settling.settle() else None


def _holds(connection: sqlite3.Connection, lesson: Lesson) -> bool:
    """Whether what taught it is still there, and threadkeep and the site's zone are the same."""
    known = site_zone(connection)
    same = (version(), known.name, known.is_configured)
    return same == (lesson.version, lesson.zone, lesson.is_configured) and all(
        is_shown(connection, one, name) for name, found in lesson.examples.items() for one in found
    )


class _NewTimes:
    """The times of new posts, which lie in the archive and not here."""

    def __init__(self, connection: sqlite3.Connection, lesson: Lesson) -> None:
        self._connection = connection
        newest = newest_new_copy(connection) or lesson.newest
        self._lesson = replace(lesson, newest=max(newest, lesson.newest))
        # Pages that do not tell their language speak the site's, where it has one.
        self._language = (next(iter(lesson.examples)) if len(lesson.examples) == 1 else "") or None

    def settle(self) -> bool:
        """Store them all; False and nothing is stored where that would not be what settling everything gives."""
        readers = {name: self._reader(name) for name in self._lesson.examples}
        if not self._are_read(readers):
            return False
        site_clock = self._site_clock()
        if site_clock is None:
            return False
        for shown in self._shown():
            store_times(self._connection, [settled_time(one, site_clock) for one in shown])
        keep_lesson(self._connection, self._lesson)
        note_new_times(self._connection, there_are=False)
        return True

    def outcome(self) -> TimesOutcome:
        """What is known now."""
        return settled_outcome(self._connection, self._lesson)

    def _shown(self) -> Iterator[list[ShownTime]]:
        return new_times(self._connection, _POSTS_AT_A_TIME, self._language)

    def _reader(self, name: str) -> DateReader | None:
        """What reads a language's dates, unless the new ones teach that they are to be read otherwise."""
        examples = [one.text for one in self._lesson.examples[name]]
        wanted = name or None
        locale = locale_for(wanted)
        told = new_texts_by_feed(self._connection, self._language, wanted)
        # The new ones come first: what the examples teach would explain them too early.
        taught = DateReader.learn(
            chain(new_texts(self._connection, self._language, wanted), examples),
            words=locale.dates if locale else None,
            language=wanted,
            pairs={text: utc_moment(utc) for text, utc in told.items()},
            not_after=utc_moment(self._lesson.newest),
        )
        reader = _taught_by(examples, wanted)
        return reader if taught.formats == reader.formats else None

    def _are_read(self, readers: Mapping[str, DateReader | None]) -> bool:
        """Read the dates of all new posts; whether each could be."""
        begin_reading(self._connection)
        for shown in self._shown():
            for one in shown:
                reader = readers.get(one.language or "")
                local = local_time(one, reader) if reader is not None else None
                if local is None:
                    return False
                time = (one.post_id, one.topic_key, local.isoformat(timespec="seconds"))
                keep_read(self._connection, [time])
        return True

    def _site_clock(self) -> SiteClock | None:
        """The site's clock, if it is still the same, and tells each new time in UTC."""
        if self._lesson.zone is not None:
            return SiteClock.from_name(self._lesson.zone, configured=self._lesson.is_configured)
        site_clock = infer(
            Pair(utc=utc_moment(utc), local=datetime.fromisoformat(local))
            for utc, local in pairs_kept(self._connection)
        )
        wanted = map(datetime.fromisoformat, read_times(self._connection))
        is_same = site_clock.names == (self._lesson.zones,) and site_clock.is_settled(wanted)
        return site_clock if is_same else None


def lesson_of(
    connection: sqlite3.Connection,
    site_clock: SiteClock,
    readers: Mapping[str | None, DateReader],
) -> Lesson | None:
    """What all dates of an archive taught; None where no single date of each language teaches it.

    Args:
        connection: to the archive, of which all times have been settled.
        site_clock: by which they were.
        readers: by which they were, by language.
    """
    known = site_zone(connection)
    is_one_clock = known.name is not None or len(site_clock.periods) == 1
    if not is_one_clock or not (len(readers) == 1 or tells_every_language(connection)):
        return None
    examples = {name or "": _examples(connection, name, one) for name, one in readers.items()}
    found = {name: one for name, one in examples.items() if one is not None}
    newest = newest_copy(connection)
    if newest is None or len(found) < len(readers):
        return None
    return Lesson(
        version=version(),
        zone=known.name,
        is_configured=known.is_configured,
        zones=site_clock.names[0],
        examples=found,
        newest=newest,
    )


def _examples(
    connection: sqlite3.Connection, language: str | None, reader: DateReader
) -> tuple[Example, ...] | None:
    """A date, if there is any, that teaches all by itself; None where it takes several."""
    if not reader.formats:
        return ()
    texts = (
        Example(post_id=one.post_id, text=one.text)
        for shown in shown_times(connection, _POSTS_AT_A_TIME)
        for one in shown
        if one.text and one.language == language
    )
    for one in islice(texts, _MOST_TRIED if len(reader.formats) == 1 else 0):
        if _taught_by([one.text], language).formats == reader.formats:
            return (one,)
    return None


def _taught_by(texts: list[str], language: str | None) -> DateReader:
    locale = locale_for(language)
    return DateReader.learn(texts, words=locale.dates if locale else None, language=language)


def settled_outcome(connection: sqlite3.Connection, lesson: Lesson) -> TimesOutcome:
    """How all times are settled, as a run reports it, where nothing had to be asked for."""
    name, source = lesson.zone, "configured" if lesson.is_configured else "site"
    if name is None:
        name, source = lesson.zones[0] if len(lesson.zones) == 1 else None, "feeds"
    return TimesOutcome(timezone=name, source=source, feeds=0, without_utc=without_utc(connection))
