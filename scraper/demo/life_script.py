"""Scripts what happens on a demo forum while somebody reads it and between visits; what can happen is in `life`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from parsers.errors import UsageError
from scraper.demo.forum import DemoForum
from scraper.demo.target import EVERYTHING, check_pattern, is_meant

Change = Callable[[DemoForum], DemoForum]
"""Something that happens on a forum: from one state of it to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeEvent:
    """One change, and when it happens.

    Attributes:
        visit: in which visit; the first is 1.
        after: after how many of that visit's requests to `path`, however they were answered; with 0 before the first.
        path: which requests count: an exact path, one with `*` at its end, or after `~` a regular expression.
        times: how often it happens: after that many requests, after twice as many, and so on.
    """

    change: Change
    visit: int = 1
    after: int = 0
    path: str = EVERYTHING
    times: int = 1

    def __post_init__(self) -> None:
        check_pattern(self.path)
        if self.visit < 1 or self.after < 0 or self.times < 1:
            raise UsageError("visits and times count from 1, after from 0")
        if not self.after and (self.times > 1 or self.path != EVERYTHING):
            raise UsageError("what happens before a visit goes by no path and happens once")

    def is_due(self, count: int) -> bool:
        """Whether it happens after this many of its requests."""
        return bool(self.after) and count % self.after == 0 and count // self.after <= self.times


class Life:
    """What happens on one served forum; `DemoServer` asks it, see there.

    A change after a request is made before the answer is sent: the forum that answered is not the one that whoever
    gets the answer meets next.

    Attributes:
        visit: the visit that is under way; 0 before the first.
    """

    def __init__(self, *events: LifeEvent) -> None:
        self.events = events
        self.visit = 0
        self._counts = [0] * len(events)
        self._happened = [0] * len(events)

    @property
    def is_over(self) -> bool:
        """Whether everything in the script has happened."""
        return all(
            happened == event.times
            for happened, event in zip(self._happened, self.events, strict=True)
        )

    def next_visit(self, forum: DemoForum) -> DemoForum:
        """Begin a visit.

        Returns:
            The forum as its first request meets it.
        """
        self.visit += 1
        self._counts = [0] * len(self.events)
        for place, event in enumerate(self.events):
            if event.visit == self.visit and not event.after:
                forum = self._happen(place, forum)
        return forum

    def answered(self, path: str, forum: DemoForum) -> DemoForum:
        """Count a request.

        Returns:
            The forum as the next request meets it: the same object where nothing happened.
        """
        for place, event in enumerate(self.events):
            if event.visit == self.visit and is_meant(event.path, path):
                self._counts[place] += 1
                if event.is_due(self._counts[place]):
                    forum = self._happen(place, forum)
        return forum

    def _happen(self, place: int, forum: DemoForum) -> DemoForum:
        self._happened[place] += 1
        return self.events[place].change(forum)
