"""What a demo forum has for machines: feeds, sitemaps, the REST root, robots.txt, pictures."""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scraper.demo.forum import DemoPost, DemoTopic
    from scraper.demo.view import View

SITEMAP_SIZE = 2000
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wfw="http://wellformedweb.org/CommentAPI/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"'
)
_GENERATORS = {
    "default": "https://bbpress.org/?v=2.6.9",
    "themed": "https://bbpress.org/?v=2.6.9",
    "classic": "http://bbpress.org/?v=2.5.14-6684",
    "table": "http://bbpress.org/?v=2.0.3",
}


def feed(
    view: View, title: str, address: str, entries: Sequence[tuple[DemoTopic, DemoPost]]
) -> str:
    """A feed of posts, in the order given; times in true UTC, to the second."""
    settings = view.settings
    built = "lastBuildDate" if settings.theme in {"default", "themed"} else "pubDate"
    items = "".join(_item(view, topic, post) for topic, post in entries)
    return (
        f'{_DECLARATION}<rss version="2.0" {_NAMESPACES}>\n<channel>\n<title>{escape(title)}</title>\n'
        f'<atom:link href="{escape(address)}" rel="self" type="application/rss+xml" />\n<link>{escape(address)}</link>\n'
        f"<description></description>\n<{built}>{format_datetime(settings.now)}</{built}>\n"
        f"<generator>{_GENERATORS[settings.theme]}</generator>\n<language>{view.words.language}</language>\n"
        f"{items}</channel>\n</rss>\n"
    )


def _item(view: View, topic: DemoTopic, post: DemoPost) -> str:
    address = escape(view.links.post(view.catalogue.layout(topic), post))
    if "#" not in address:
        # In lead mode the opening post's own link has no fragment; in feeds it has.
        address += f"#post-{post.post_id}"
    name = view.words.sentences["anonymous"] if post.author.is_deleted else post.author.name
    hidden = topic.access == "password" and post is topic.opening
    body = f"<p>{view.words.sentences['is protected']}</p>" if hidden else view.html(post.body)
    return (
        f"<item>\n<guid>{address}</guid>\n"
        f"<title><![CDATA[{escape(view.post_title(topic, post), quote=False)}]]></title>\n<link>{address}</link>\n"
        f"<pubDate>{format_datetime(post.posted)}</pubDate>\n<dc:creator>{escape(name)}</dc:creator>\n"
        f"<description><![CDATA[\n{body.replace(']]>', ']]&gt;')}\n]]></description>\n</item>\n"
    )


def sitemap_index(parts: Iterable[str]) -> str:
    """The list of sitemaps."""
    entries = "".join(f"<sitemap><loc>{escape(part)}</loc></sitemap>" for part in parts)
    return f'{_DECLARATION}<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</sitemapindex>\n'


def sitemap(addresses: Iterable[str]) -> str:
    """A list of pages."""
    entries = "".join(f"<url><loc>{escape(address)}</loc></url>" for address in addresses)
    return f'{_DECLARATION}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>\n'


def rest_root(view: View) -> str:
    """What the REST root says of the site: its name, address and zone."""
    settings = view.settings
    offset = settings.local(settings.now).utcoffset()
    hours = offset.total_seconds() / 3600 if offset else 0.0
    return json.dumps(
        {
            "name": settings.title,
            "description": "",
            "url": view.links.base,
            "home": view.links.base,
            "gmt_offset": int(hours) if hours.is_integer() else hours,
            "timezone_string": "" if settings.timezone[:1] in "+-" else settings.timezone,
            "namespaces": ["oembed/1.0", "wp/v2"],
            "authentication": [],
            "routes": {},
        }
    )


def robots(view: View) -> str:
    """What WordPress says to robots by default."""
    return (
        "User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\n\n"
        f"Sitemap: {view.links.sitemap}\n"
    )


def picture(name: str) -> bytes:
    """A small PNG whose colour depends on its name."""
    colour = hashlib.sha256(name.encode()).digest()[:3]
    rows = b"".join(b"\0" + colour * 8 for _ in range(8))
    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


STYLE = """\
body { font: 16px/1.5 sans-serif; margin: 2em auto; max-width: 60em; padding: 0 1em }
#bbpress-forums ul { list-style: none; padding-left: 0 }
.bbp-threaded-replies { margin-left: 2em !important }
.bbp-body > div, .bbp-body ul[class*=loop] { border-top: 1px solid #ccc; padding: .5em 0 }
.bbp-reply-header, .bbp-topic-header { background: #eee; padding: 0 .5em }
"""
