"""Tell by bytes alone, before a tree is made, that a page cannot be a topic's: cheap, and never wrong about what has marks."""

from __future__ import annotations

import codecs
import re

# What the templates of bbPress 2.x print around posts, and its class filter on them. Class names are compared as written,
# as browsers do. It is the only search in every page: each costs as much as all the rest that is done for one.
_PLUGIN = b"bbp-"
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Stand-alone bbPress has the word in its addresses, whatever the owner calls the board; the reader of last resort takes a
# page that has a forum's address, and numbers on what repeats.
_ADDRESS = re.compile(
    r"/topic\.php\?|/(?:topics?|forums?|threads?|discussions?|boards?)/[^/?#]|[?&](?:topic|thread)=",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    rb"""["'\s#_=-](?:posts?|reply|replies|topic|message|msg|answer|response|entry|pid|p)[-_]?[1-9]|/(?:reply|post|permalink)/[1-9]|[?&]p=[1-9]|\sdata-[a-z-]{0,40}(?:id|post|reply|pid|message)=""",
    re.IGNORECASE,
)
# A post of a thread that survives as text is headed by its number.
_DUMPED = re.compile(rb"#[0-9]{1,19}(?:\s|$)")
_FEED_TOP = 2048


def may_be_topic(url: str, body: bytes) -> bool:
    """Whether a page may be one of a topic.

    Args:
        url: its address.
        body: its bytes, unpacked.
    """
    # From the end: Python searches backwards in a third of the time.
    if body.rfind(_PLUGIN) >= 0 or body.startswith(_WIDE):
        return True
    return _ADDRESS.search(url) is not None and _NUMBERED.search(body) is not None


def may_be_dump(text: bytes) -> bool:
    """Whether a text may be that of a thread."""
    return b"#" in text and _DUMPED.search(text) is not None


def may_tell_times(body: bytes) -> bool:
    """Whether something for machines may be a feed of posts, or say which time zone a site has."""
    if b"#post-" in body:
        top = body[:_FEED_TOP]
        return b"<rss" in top or b"<feed" in top or b"<?xml" in top
    return b'"timezone_string"' in body or b'"gmt_offset"' in body


def may_be_address_of_topic(url: str) -> bool:
    """Whether an address looks like one of a topic, of a feed of its posts, or of what tells a site's zone."""
    return _LIKELY.search(url) is not None


_LIKELY = re.compile(
    r"/(?:topics?|forums?|threads?|discussions?|boards?|communit(?:y|ies)|bbs|bbpress|support)\b"
    r"|[?&](?:topic|thread|forum|reply)=|/topic\.php\?|[?&]post_type=(?:topic|reply)|/wp-json/?$|[?&]rest_route=/?$",
    re.IGNORECASE,
)
