"""The names of everything that can go wrong between a demo forum and its reader, and what each may be told."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

Detail = Literal["seconds", "size", "to"]


class Fault(StrEnum):
    """What goes wrong with an answer; the value is the name that `--fault` knows it by."""

    SERVICE_UNAVAILABLE = "503"
    TOO_MANY_REQUESTS = "429"
    TOO_MANY_REQUESTS_UNTIL = "429-date"
    SERVER_ERROR = "500"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    GONE = "410"

    EARLY_CLOSE = "early-close"
    EARLY_CLOSE_IN_HEAD = "early-close-in-head"
    EARLY_CLOSE_IN_BODY = "early-close-in-body"
    SLOW_ANSWER = "slow-answer"
    SLOW_BODY = "slow-body"
    LENGTH_TOO_LONG = "length-too-long"
    LENGTH_TOO_SHORT = "length-too-short"
    GZIP_TRUNCATED = "gzip-truncated"

    REDIRECT = "redirect"
    REDIRECT_LOOP = "redirect-loop"
    REDIRECT_CHAIN = "redirect-chain"
    REDIRECT_TO_LOGIN = "redirect-to-login"
    REDIRECT_TO_HOST = "redirect-to-host"
    REDIRECT_TO_PRIVATE = "redirect-to-private"

    CHARSET_HEADER = "charset-header"
    CHARSET_BYTES = "charset-bytes"
    CHARSET_META = "charset-meta"
    CHARSET_META_ALONE = "charset-meta-alone"

    CHALLENGE_CLOUDFLARE = "challenge-cloudflare"
    CHALLENGE_WORDFENCE = "challenge-wordfence"
    LOGIN_WALL = "login-wall"
    SOFT_NOT_FOUND = "soft-404"
    EMPTY = "empty"
    CUT_IN_POST = "cut-in-post"
    CUT_BEFORE_POSTS = "cut-before-posts"
    OTHER_TOPIC = "other-topic"
    OTHER_PAGE = "other-page"


DETAILS: dict[Fault, frozenset[Detail]] = {
    Fault.SERVICE_UNAVAILABLE: frozenset({"seconds"}),
    Fault.TOO_MANY_REQUESTS: frozenset({"seconds"}),
    Fault.TOO_MANY_REQUESTS_UNTIL: frozenset({"seconds"}),
    Fault.EARLY_CLOSE_IN_BODY: frozenset({"size"}),
    Fault.SLOW_ANSWER: frozenset({"seconds"}),
    Fault.SLOW_BODY: frozenset({"seconds", "size"}),
    Fault.LENGTH_TOO_LONG: frozenset({"size"}),
    Fault.LENGTH_TOO_SHORT: frozenset({"size"}),
    Fault.GZIP_TRUNCATED: frozenset({"size"}),
    Fault.REDIRECT: frozenset({"to"}),
    Fault.REDIRECT_TO_HOST: frozenset({"to"}),
    Fault.REDIRECT_TO_PRIVATE: frozenset({"to"}),
    Fault.OTHER_TOPIC: frozenset({"to"}),
    Fault.OTHER_PAGE: frozenset({"to"}),
}
"""What a fault may be told beyond when it strikes; one that is not here takes nothing."""
