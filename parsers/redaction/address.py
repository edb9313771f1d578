"""Take out of a page's address what only an address of somebody who is logged in has: nonces, and the view of all posts."""

from __future__ import annotations

import re

_PARAMETER = re.compile(r"(?<=[?&])(?:[^=&#]*nonce=[^&#]*|view=all(?=[&#]|$))&?", re.IGNORECASE)


def guest_address(url: str) -> str:
    """The address under which a guest finds the same page."""
    if "?" not in url and "&" not in url:
        return url
    address, mark, place = _PARAMETER.sub("", url).partition("#")
    return f"{address.rstrip('?&') if address != url else address}{mark}{place}"
