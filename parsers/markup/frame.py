"""Tell where the frames of a forum's posts stand in some markup: in no script's text, and in no text field's."""

from __future__ import annotations

import re
from bisect import bisect_left

_FRAME = re.compile(
    rb"""<[a-z]{1,10}\s[^<>]{0,400}?(?:\bid\s*=\s*["']?post-\d|\bclass\s*=\s*["']?(?:[^"'<>]{0,300}\s)?"""
    rb"""(?:bbp-(?:reply|topic)-(?:header|author|content)|bbp-parent-(?:topic|forum)-\d|threadauthor|threadpost)(?![\w-]))""",
    re.IGNORECASE,
)


class Frames:
    """Where the frames of posts begin."""

    def __init__(self, data: bytes) -> None:
        """Take some markup; it is searched when it is first asked about."""
        self._data = data
        self._places: list[int] | None = None

    def are_between(self, start: int, end: int) -> bool:
        """Whether one begins between two places."""
        if self._places is None:
            self._places = [match.start() for match in _FRAME.finditer(self._data)]
        place = bisect_left(self._places, start)
        return place < len(self._places) and self._places[place] < end
