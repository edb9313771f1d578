"""Take what came from a site or a file in: what only those see who are logged in is dropped before anything is kept."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from parsers.erasure.record_page import RECORD_TYPE
from parsers.errors import LoginRequiredError
from parsers.post_record import POSTS_TYPE
from parsers.redaction import guest_address, redact

if TYPE_CHECKING:
    from parsers.records import Page

logger = logging.getLogger(__name__)

_NOT_OF_MEMBERS = "members do not see: it is spam, in the trash or pending"
# What they hold was received before, and is no markup.
_RECORDS = frozenset((POSTS_TYPE, RECORD_TYPE))
_WHOSE = {
    "guest": "guests do not see: it is spam, in the trash, pending or private",
    "member": _NOT_OF_MEMBERS,
    "moderator": _NOT_OF_MEMBERS,
}


def received(page: Page) -> Page:
    """A page as it may be read, hashed and stored; a guest's page is the same, byte for byte.

    Who asked for it logged in on purpose (`Page.viewer`) keeps what was published for members, too.

    Raises:
        LoginRequiredError: the topic that the page is of is not to be kept: guests, or members, do not see it.
        OversizedPageError: there is more markup than can be read in a reasonable time.
    """
    if page.header("Content-Type") in _RECORDS:
        return page
    redaction = redact(page.body, page.final_url, page.viewer)
    final_url = guest_address(page.final_url)
    if redaction.topic_is_hidden:
        raise LoginRequiredError(
            f"The topic at {final_url} is one that {_WHOSE[page.viewer]}. Nothing of it is kept.",
            url=final_url,
        )
    if redaction.hidden:
        who = "guests" if page.viewer == "guest" else "members"
        logger.info("%d posts that %s do not see were left out", len(redaction.hidden), who)
    return replace(
        page,
        url=guest_address(page.url),
        final_url=final_url,
        redirects=tuple(map(guest_address, page.redirects)),
        body=redaction.body,
    )
