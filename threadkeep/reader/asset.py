"""The style sheets and scripts of the reader."""

from __future__ import annotations

from exporters.html.environment import asset

_OWN = "threadkeep.reader"
ASSETS = {
    "reader.css": "text/css; charset=utf-8",
    "reader.js": "text/javascript; charset=utf-8",
    "search-begin.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "search.js": "text/javascript; charset=utf-8",
}


def asset_named(name: str) -> bytes:
    """A style sheet or a script; that of posts stands at the head of the reader's own."""
    own = asset(name, _OWN)
    return (asset("post.css") + own if name == "reader.css" else own).encode()
