"""Keep a page of a topic as what was read of it, where what was erased cannot be cut out of its bytes.

What such a page says is exact, and stays what it is when parsers improve.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from parsers.errors import LayoutChangedError
from parsers.records import TopicPage

if TYPE_CHECKING:
    from parsers.records import Page

RECORD_TYPE = "application/vnd.threadkeep.topic-page+json"
"""The media type of such a page."""


def record_page(page: Page, found: TopicPage) -> Page:
    """A page whose body is what was read of it."""
    return replace(page, headers=(("Content-Type", RECORD_TYPE),), body=msgspec.json.encode(found))


def topic_of_record(page: Page) -> TopicPage | None:
    """What such a page says; None of any other page.

    Raises:
        LayoutChangedError: it calls itself one, and is none.
    """
    if page.header("Content-Type") != RECORD_TYPE:
        return None
    try:
        return msgspec.json.decode(page.body, type=TopicPage)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise LayoutChangedError(
            f"The page at {page.final_url} calls itself a record of a topic's page, and is none ({error}).",
            landmark=RECORD_TYPE,
            url=page.final_url,
        ) from error
