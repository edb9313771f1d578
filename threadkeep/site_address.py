"""Settle the address where a site will stand, without loading what writes one."""

from __future__ import annotations

from urllib.parse import urlsplit

from parsers.errors import UsageError


def checked_site_url(text: str) -> str:
    """The address of a site's folder, with a slash at its end.

    Raises:
        UsageError: no site can stand there.
    """
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_address = False
    if not is_address or "?" in text or "#" in text or any(one.isspace() for one in text):
        raise UsageError(
            f"“{text}” is no address where a site can stand; give that of its folder, such as https://archive.example/forum/."
        )
    return text if text.endswith("/") else f"{text}/"
