"""Read a WordPress REST root for the site's name, home and time zone. Bytes in, a record out."""

from __future__ import annotations

import msgspec

from parsers.records import Page, SiteInfo


class _Root(msgspec.Struct):
    name: object = None
    home: object = None
    url: object = None
    timezone_string: object = None
    gmt_offset: object = None


def parse_site_info(page: Page) -> SiteInfo:
    """What the REST root says; an empty record where it is no REST root."""
    try:
        root = msgspec.json.decode(page.body.lstrip(b"\xef\xbb\xbf"), type=_Root)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return SiteInfo()
    home = root.home or root.url
    return SiteInfo(
        name=root.name if isinstance(root.name, str) else None,
        home=home if isinstance(home, str) else None,
        timezone=_timezone(root),
    )


def _timezone(root: _Root) -> str | None:
    """The zone's name, or the fixed offset that a site without a named zone is set to."""
    if isinstance(root.timezone_string, str) and root.timezone_string:
        return root.timezone_string
    try:
        hours = float(root.gmt_offset)  # type: ignore[arg-type]  # WordPress writes it as a number or as text
    except (TypeError, ValueError):
        return None
    minutes = round(abs(hours) * 60)
    return (
        f"{'-' if hours < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
        if minutes <= 14 * 60
        else None
    )
