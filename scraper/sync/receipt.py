"""Take what came from a site or a file in: what only those see who are logged in is dropped before anything is kept."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from parsers.errors import LoginRequiredError
from parsers.redaction import guest_address, redact

if TYPE_CHECKING:
    from parsers.records import Page

logger = logging.getLogger(__name__)


def received(page: Page) -> Page:
    """A page as it may be read, hashed and stored; a guest's page is the same, byte for byte.

    Raises:
        LoginRequiredError: guests do not see the topic that the page is of.
        OversizedPageError: there is more markup than can be read in a reasonable time.
    """
    redaction = redact(page.body, page.final_url)
    final_url = guest_address(page.final_url)
    if redaction.topic_is_hidden:
        raise LoginRequiredError(
            f"The topic at {final_url} is one that guests do not see: it is spam, in the trash, pending or private. "
            "Nothing of it is kept.",
            url=final_url,
        )
    if redaction.hidden:
        logger.info("%d posts that guests do not see were left out", len(redaction.hidden))
    return replace(
        page,
        url=guest_address(page.url),
        final_url=final_url,
        redirects=tuple(map(guest_address, page.redirects)),
        body=redaction.body,
    )
