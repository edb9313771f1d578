"""What one topic is written with: its own random numbers, the people, the boards and the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from scraper.demo.cast import ADMINISTRATOR, DELETED, GUESTS, MODERATOR
from scraper.demo.draft import DraftEdit, DraftPost
from scraper.demo.prose import Grown, Prose

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from scraper.demo.forum import DemoAuthor, DemoBoard, DemoSettings

OPENED = datetime(2012, 1, 2, 8, tzinfo=UTC)
CLOSED = datetime(2024, 12, 30, 20, tzinfo=UTC)
_LAST_START = datetime(2024, 11, 1, tzinfo=UTC)
_REASONS = ("typo", "", "clearer", "broken link", 'said "left", meant right & up')


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything a topic's writer draws from."""

    rng: random.Random
    settings: DemoSettings
    boards: tuple[DemoBoard, ...]
    people: tuple[DemoAuthor, ...]

    def prose(self) -> Prose:
        """An invented text in the forum's language."""
        return Grown(seed=self.rng.getrandbits(48), locale=self.settings.locale)

    def board(self) -> DemoBoard:
        """Some board that may hold topics."""
        return self.rng.choice([board for board in self.boards if not board.is_category])

    def start(self) -> datetime:
        """Some moment at which a topic may begin."""
        return OPENED + timedelta(
            seconds=self.rng.randrange(int((_LAST_START - OPENED).total_seconds()))
        )

    def someone(self) -> DemoAuthor:
        """An account, now and then a guest or an account that is gone."""
        chance = self.rng.random()
        if chance < 0.04:
            return self.rng.choice(GUESTS)
        return DELETED if chance < 0.06 else self.rng.choice(self.people)

    def moments(self, start: datetime, count: int) -> list[datetime]:
        """So many moments from a start on, hours apart, none after the forum's last day."""
        gap = min(9 * 3600.0, (CLOSED - start).total_seconds() / (2 * count))
        made = [start]
        while len(made) < count:
            made.append(
                min(CLOSED, made[-1] + timedelta(seconds=1 + int(self.rng.expovariate(1 / gap))))
            )
        return made

    def talk(self, count: int, start: datetime | None = None) -> tuple[DraftPost, ...]:
        """An ordinary conversation of so many posts; about half of its replies answer another reply."""
        moments = self.moments(start or self.start(), count)
        return tuple(self._turn(place, moment) for place, moment in enumerate(moments))

    def _turn(self, place: int, posted: datetime) -> DraftPost:
        answers = place > 1 and self.rng.random() < 0.5
        author = self.someone()
        return DraftPost(
            posted=posted,
            author=author,
            body=self.prose(),
            parent=self.rng.randrange(1, place) if answers else None,
            edits=self._edits(author, posted) if self.rng.random() < 0.04 else (),
        )

    def _edits(self, author: DemoAuthor, posted: datetime) -> tuple[DraftEdit, ...]:
        editor = author if author.has_profile else self.rng.choice((ADMINISTRATOR, MODERATOR))
        return (
            DraftEdit(
                editor=editor, at=posted + timedelta(hours=3), reason=self.rng.choice(_REASONS)
            ),
        )

    def said(
        self, texts: Sequence[Prose], authors: Sequence[DemoAuthor], start: datetime
    ) -> tuple[DraftPost, ...]:
        """Given texts in turn, by the authors in turn, an hour and a bit apart."""
        return tuple(
            DraftPost(
                posted=start + place * timedelta(hours=1, minutes=7, seconds=11),
                author=authors[place % len(authors)],
                body=text,
            )
            for place, text in enumerate(texts)
        )
