"""Take what was erased for good out of the bytes of a page: posts, and the names of who wrote them."""

from parsers.erasure.erased import PHRASE, Erased
from parsers.erasure.feed import erase_from_feed
from parsers.erasure.mark import IN_ADDRESS, IN_TEXT, read_mark
from parsers.erasure.page import (
    ErasedPage,
    Known,
    erase_from_page,
    names_erased_post,
)
from parsers.erasure.picture import pictures_of
from parsers.erasure.record_page import record_page, topic_of_record
from parsers.erasure.text import erased_body, erased_edit, erased_line
from parsers.erasure.word import folded_words, windows

__all__ = [
    "IN_ADDRESS",
    "IN_TEXT",
    "PHRASE",
    "Erased",
    "ErasedPage",
    "Known",
    "erase_from_feed",
    "erase_from_page",
    "erased_body",
    "erased_edit",
    "erased_line",
    "folded_words",
    "names_erased_post",
    "pictures_of",
    "read_mark",
    "record_page",
    "topic_of_record",
    "windows",
]
