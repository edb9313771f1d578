"""Read a WordPress REST root for the site's name, home and time zone. Bytes in, a record out."""

from __future__ import annotations

import re

import msgspec

from parsers.first_use import prepared
from parsers.records import Page, SiteInfo

_NAME = re.compile(r"[A-Za-z][\w+/-]*")
# Minutes between UTC and the farthest zone.
_FARTHEST = 14 * 60


class _Root(msgspec.Struct):
    name: object = None
    home: object = None
    url: object = None
    timezone_string: object = None
    gmt_offset: object = None


def parse_site_info(page: Page) -> SiteInfo:
    """What the REST root says; an empty record where it is no REST root."""
    try:
        root = msgspec.json.decode(page.body.lstrip(b"\xef\xbb\xbf"), type=prepared(_Root))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return SiteInfo()
    home = root.home or root.url
    return SiteInfo(
        name=root.name if isinstance(root.name, str) else None,
        home=home if isinstance(home, str) else None,
        timezone=_timezone(root),
    )


def _timezone(root: _Root) -> str | None:
    """The zone's name, or the fixed offset that a site without a named zone is set to."""
    name = root.timezone_string
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    offset = root.gmt_offset
    if isinstance(offset, bool) or not isinstance(offset, int | float | str):
        return None
    try:
        minutes = round(float(offset) * 60)  # WordPress writes it as a number or as text
    except (ValueError, OverflowError):  # no number, or one without an end
        return None
    if abs(minutes) > _FARTHEST:
        return None
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
