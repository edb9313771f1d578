"""Which posts of an archive are meant, as somebody asked for them; what is chosen by it is the archive's business."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which posts: all conditions have to hold; of one with several values, any of them.

    Names are compared without regard to case and diacritics.

    Attributes:
        topic: of the topics of these numbers.
        forum: in a forum of this title, or in one inside it.
        author: by this display name, or this name in the profile's address.
        role: shown with this role (`Bijdrager`), or one that means it (`participant`).
        language: written in this language, as a detector has it: `nl`.
        since: a year, month or day, the first one.
        until: a year, month or day, the last one.
        min_replies: in a topic with so many replies at least, gone ones not counted.
        query: with these words, as in a search.
        sample: so many at most, drawn from all that the other conditions leave.
        seed: which sample; the same seed draws the same posts.
    """

    topic: tuple[int, ...] = ()
    forum: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    min_replies: int | None = None
    query: str | None = None
    sample: int | None = None
    seed: int = 0

    @property
    def is_of_topics(self) -> bool:
        """Whether whole topics are meant, or everything: no condition is about posts."""
        return self == Selection(topic=self.topic, seed=self.seed)

    @property
    def facts(self) -> dict[str, object]:
        """What was asked for, by name; what was not is left out."""
        names = ("topic", "forum", "author", "role", "language")
        facts: dict[str, object] = {
            name: list(getattr(self, name)) for name in names if getattr(self, name)
        }
        for name in ("since", "until", "min_replies", "query", "sample"):
            value = getattr(self, name)
            if value is not None:
                facts[name] = value
        return {**facts, "seed": self.seed} if self.sample is not None else facts
