"""Whether a page asks not to be archived: `X-Robots-Tag` and `<meta name="robots">`; `noindex` alone does not ask that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree, html

from scraper.politeness.agent import PRODUCT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.records import Page

# A head of two megabytes holds every real one, inlined styles and all; what follows is body.
_HEAD_BYTES = 2 * 1024 * 1024
_WORD = "noarchive"
_NEEDLES = tuple(_WORD.encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
# Directives that take a value after a colon; any other word before a colon names a robot.
_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_FOR_US = frozenset({"robots", PRODUCT})


def forbids_archiving(page: Page) -> str | None:
    """A sentence saying where the page asks not to be archived; None where it does not.

    Directives addressed to another robot by name are not meant for threadkeep.
    """
    for name, value in page.headers:
        if name.lower() == "x-robots-tag" and _WORD in _words_for_us(value):
            return f"{page.final_url} asks not to be archived (X-Robots-Tag: {value})."
    for content in _meta_contents(page.body):
        if _WORD in _split(content):
            return f'{page.final_url} asks not to be archived (<meta name="robots" content="{content}">).'
    return None


def _words_for_us(value: str) -> set[str]:
    words: set[str] = set()
    is_for_us = True
    for token in _split(value):
        robot, colon, directive = token.partition(":")
        if not colon or robot.strip() in _VALUED:
            directive = token
        else:
            is_for_us = robot.strip() in {"*", PRODUCT}
        if is_for_us:
            words.add(directive.strip())
    return words


def _split(value: str) -> list[str]:
    return [token.strip() for token in value.lower().split(",")]


def _meta_contents(body: bytes) -> Iterator[str]:
    head = body[:_HEAD_BYTES]
    lowered = head.lower()
    if not any(needle in lowered for needle in _NEEDLES):
        return
    for element in _head_elements(head):
        if (element.get("name") or "").strip().lower() in _FOR_US:
            yield element.get("content") or ""


def _head_elements(head: bytes) -> list[html.HtmlElement]:
    try:
        root = html.document_fromstring(head)
    except etree.LxmlError:  # nothing that could be a page
        return []
    return root.findall("./head//meta")
