"""Generates a demo forum from settings: the same settings give the same forum, whatever the day or the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.demo.cast import crowd
from scraper.demo.draft import DraftTopic, numbered
from scraper.demo.forum import DemoBoard, DemoForum, DemoSettings, DemoTag
from scraper.demo.prose import dice
from scraper.demo.showcase import PAGE_BROKEN, SHOWCASE
from scraper.demo.stage import Stage
from scraper.demo.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from scraper.demo.forum import DemoAuthor

_FIRST_POST_ID = 121
_COMMUNITY = DemoBoard(
    board_id=11,
    title="Community",
    slug="community",
    description="Everything but questions.",
    is_category=True,
)
_WORKSHOP = DemoBoard(
    board_id=12,
    title="Tools & Techniques",
    slug="tools-techniques",
    description="What we make, and <em>how</em>.",
    parent=_COMMUNITY,
)
_GLUE = DemoBoard(
    board_id=14, title="Glue", slug="glue", description="Whatever sticks.", parent=_WORKSHOP
)
_HELP = DemoBoard(board_id=17, title="Help desk", slug="help-desk", description="Ask away.")
BOARDS = (_COMMUNITY, _WORKSHOP, _GLUE, _HELP)


def generate(settings: DemoSettings) -> DemoForum:
    """The forum that these settings stand for."""
    people = crowd(dice(f"{settings.seed}/people"), settings.topics)
    shown = (SHOWCASE if settings.showcase else ()) + (PAGE_BROKEN if settings.page_breaks else ())
    shown = shown[: settings.topics]
    drafts = [write(_stage(settings, people, place)) for place, write in enumerate(shown)]
    drafts += [
        _ordinary(_stage(settings, people, place)) for place in range(len(shown), settings.topics)
    ]
    topics = numbered(drafts, dice(f"{settings.seed}/ids"), _FIRST_POST_ID)
    return DemoForum(settings=settings, authors=people, boards=BOARDS, topics=topics)


def _stage(settings: DemoSettings, people: tuple[DemoAuthor, ...], place: int) -> Stage:
    return Stage(
        rng=dice(f"{settings.seed}/topic/{place}"), settings=settings, boards=BOARDS, people=people
    )


def _ordinary(stage: Stage) -> DraftTopic:
    rng = stage.rng
    words = rng.choices(VOCABULARY[stage.settings.locale], k=rng.randrange(2, 7))
    count = (
        rng.randint(1, 2 * stage.settings.posts - 1)
        if stage.settings.vary
        else stage.settings.posts
    )
    tags = rng.sample(VOCABULARY["en_US"][:40], k=rng.choice((0, 0, 1, 2)))
    return DraftTopic(
        title=" ".join(words).capitalize() + rng.choice(("", "", "?", "!")),
        board=stage.board(),
        posts=stage.talk(count),
        tags=tuple(DemoTag(name=tag, slug=tag) for tag in sorted(tags)),
        closed=rng.random() < 0.04,
    )
