"""The peer: BeautifulSoup with lxml reading the same fields of a bbPress 2.x topic page, as its users would write it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from bs4 import BeautifulSoup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bs4.element import Tag

_POST = re.compile(r"^post-(\d+)$")


def read_with_soup(body: bytes, url: str) -> list[dict[str, Any]]:
    """Read a topic page: every post with the fields of the record format that a page shows."""
    soup = BeautifulSoup(body, "lxml")
    topic = _topic(soup, url)
    items = soup.select(
        ".bbp-lead-topic .type-topic, .bbp-replies .type-topic, .bbp-replies .type-reply"
    )
    return [
        {**topic, **_post(item, url)}
        for item in items
        if item.find_parent(class_=["bbp-reply-content", "bbp-topic-content"]) is None
    ]


def _topic(soup: BeautifulSoup, url: str) -> dict[str, Any]:
    crumbs = soup.select("a.bbp-breadcrumb-forum")
    current = soup.select_one(".bbp-breadcrumb-current")
    count = soup.select_one(".bbp-pagination-count")
    links = soup.select_one(".bbp-pagination-links")
    description = soup.select_one(".bbp-topic-description")
    return {
        "topic_title": current.get_text(strip=True) if current else None,
        "forum": [crumb.get_text(strip=True) for crumb in crumbs],
        "tags": [tag.get_text(strip=True) for tag in soup.select(".bbp-topic-tags a[rel~=tag]")],
        "count": [
            int(number.replace(",", "")) for number in re.findall(r"[\d,]+", count.get_text())
        ]
        if count
        else [],
        "pages": [urljoin(url, str(link["href"])) for link in links.select("a.page-numbers")]
        if links
        else [],
        "description": description.get_text(" ", strip=True) if description else None,
    }


def _post(item: Tag, url: str) -> dict[str, Any]:
    classes = item.get_attribute_list("class")
    header = item.find_previous_sibling(class_=["bbp-reply-header", "bbp-topic-header"])
    content = item.find(class_=["bbp-reply-content", "bbp-topic-content"])
    date = header.select_one(".bbp-reply-post-date, .bbp-topic-post-date") if header else None
    permalink = (
        header.select_one("a.bbp-reply-permalink, a.bbp-topic-permalink") if header else None
    )
    parent = item.find_parent("ul", class_="bbp-threaded-replies")
    post: dict[str, Any] = {
        "post_id": next(int(match[1]) for name in classes if (match := _POST.match(name or ""))),
        "kind": "topic" if "type-topic" in classes else "reply",
        "status": "closed" if "status-closed" in classes else "open",
        "url": urljoin(url, str(permalink["href"])) if permalink else None,
        "published_text": date.get_text(strip=True) if date else None,
        "depth": len(item.find_parents("ul", class_="bbp-threaded-replies")),
        "reply_to": _post_of(parent.parent)
        if parent is not None and parent.parent is not None
        else None,
        "edits": [],
        **_author(item, classes, url),
    }
    if content is not None:
        log = content.find("ul", class_=["bbp-reply-revision-log", "bbp-topic-revision-log"])
        if log is not None:
            post["edits"] = [line.get_text(" ", strip=True) for line in log.find_all("li")]
            log.decompose()
        post["body_html"] = content.decode_contents().strip()
        post["body_text"] = content.get_text("\n", strip=True)
    return post


def _author(item: Tag, classes: Sequence[str | None], url: str) -> dict[str, Any]:
    cell = item.find(class_=["bbp-reply-author", "bbp-topic-author"])
    if cell is None:
        return {"author": None, "author_url": None, "role": None, "user_id": None}
    name = cell.select_one(".bbp-author-name")
    link = cell.select_one("a.bbp-author-link, a.bbp-author-name")
    role = cell.select_one(".bbp-author-role")
    own = " ".join("".join(cell.find_all(string=True, recursive=False)).split())
    return {
        "author": name.get_text(strip=True) if name else own,
        "author_url": urljoin(url, str(link["href"])) if link else None,
        "role": role.get_text(strip=True) if role else None,
        "user_id": next(
            (int(name[8:]) for name in classes if name and name.startswith("user-id-")), None
        ),
    }


def _post_of(item: Tag) -> int | None:
    for child in item.find_all("div", recursive=False):
        for name in child.get_attribute_list("class"):
            match = _POST.match(name or "")
            if match:
                return int(match[1])
    return None
