"""What a run notes in the log of what it read: the same words for every way in; who keeps the log is not known here."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parsers.errors import ThreadkeepError
    from parsers.records import TopicPage
    from scraper.archive.post_writer import Saved
    from scraper.sync.report import TopicOutcome

logger = logging.getLogger(__name__)


def log_page(found: TopicPage, saved: Saved) -> None:
    """Note a page that was saved, and what its reader was unsure of."""
    logger.info(
        "saved page %d of %d of “%s”: %d new, %d changed, %d same",
        found.pager.current,
        found.pager.last,
        found.title,
        saved.new,
        saved.changed,
        saved.same,
    )
    for problem in found.problems:
        logger.warning("problem: %s", problem)


def log_failure(error: ThreadkeepError) -> None:
    """Note why an address could not be archived."""
    logger.error("%s", error)


def log_outcome(outcome: TopicOutcome) -> None:
    """Note how a topic stands, and what of it is missing."""
    for gap in outcome.gaps:
        logger.warning("missing in “%s”: %s", outcome.title, gap.detail)
    for note in outcome.notes:
        logger.info("note on “%s”: %s", outcome.title, note)
    of = "" if outcome.expected is None else f" of {outcome.expected}"
    state = "INCOMPLETE" if outcome.gaps or outcome.error else "complete"
    logger.info("posts kept of “%s”: %d%s, %s", outcome.title, outcome.posts, of, state)
