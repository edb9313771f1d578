"""Saved pages as a source: HTML files in a folder, each with the address that it came from, as far as it tells."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

from lxml import etree, html

from parsers.errors import NothingReadableError, UsageError
from parsers.records import Page, Problem
from scraper.fetch.address import normalise_url

if TYPE_CHECKING:
    from collections.abc import Iterator

SUFFIXES = (".html", ".htm", ".xhtml")
MAX_FILE = 64 * 2**20
# What browsers and savers write above a page is within its first bytes; links are in its head.
_TOP_BYTES = 4096
_HEAD_BYTES = 2 * 2**20
_SAVED_FROM = (
    re.compile(rb"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->", re.IGNORECASE),
    re.compile(rb"<!--\s*Page saved with SingleFile\s+url:\s*(\S+)", re.IGNORECASE),
)
_AMPERSAND = re.compile(r"&(?:amp|#0*38|#x0*26);", re.IGNORECASE)
_LINKS = (
    ('.//link[@rel="canonical"]', "href"),
    ('.//meta[@property="og:url"]', "content"),
    (".//base[@href]", "href"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFile:
    """One file of a folder.

    Attributes:
        path: where it lies.
        page: what it holds; null where it cannot be read.
        problems: why not, or what is not known about it.
    """

    path: Path
    page: Page | None = None
    problems: tuple[Problem, ...] = ()


def saved_files(folder: Path, *, base_url: str | None = None) -> Iterator[SavedFile]:
    """Every HTML file below a folder, sorted by path; files that cannot be read come with their problem.

    Folders that browsers put beside a page they save (`NAME_files`) hold its parts, not pages, and are left out.

    Args:
        folder: where the files lie.
        base_url: the address that the folder itself stands for, as in a mirror; files then lie below it.

    Raises:
        UsageError: there is no such folder, or `base_url` is no web address.
        NothingReadableError: no HTML file is in it.
    """
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}.")
    base = normalise_url(base_url) if base_url is not None else None
    paths, closed = _html_paths(folder)
    if not paths and not closed:
        raise NothingReadableError(
            f"The folder {folder} holds no saved page ({', '.join(SUFFIXES)})."
        )
    return chain((_in_folder(path, folder, base) for path in paths), closed)


def saved_file(path: Path, *, url: str | None = None) -> SavedFile:
    """One file as a page.

    Its address is the given one, else what the file says, in this order: the comment of the browser or of SingleFile
    that saved it, its canonical link, its `og:url`, its base. A file without any has `file:NAME` and a problem.

    Raises:
        UsageError: `url` is no web address.
    """
    return _read(path, url=normalise_url(url) if url is not None else None, name=path.name)


def _html_paths(folder: Path) -> tuple[list[Path], list[SavedFile]]:
    """The HTML files below a folder, sorted, and the folders that cannot be looked into."""
    found: list[Path] = []
    errors: list[OSError] = []
    for directory, subdirectories, names in os.walk(folder, onerror=errors.append):
        subdirectories[:] = [name for name in subdirectories if not name.endswith("_files")]
        found.extend(Path(directory, name) for name in names if name.lower().endswith(SUFFIXES))
    closed = [
        _unreadable(Path(error.filename), "unreadable-folder", str(error)) for error in errors
    ]
    return sorted(found), closed


def _in_folder(path: Path, folder: Path, base: str | None) -> SavedFile:
    name = quote(path.relative_to(folder).as_posix(), errors="replace")
    url = _mirrored(base, name) if base is not None else None
    return _read(path, url=url, name=name)


def _mirrored(base: str, name: str) -> str:
    """The address of a file in a mirror: an index file stands for its folder."""
    within = re.sub(r"(?:^|(?<=/))index\.(?:html?|xhtml)$", "", name, flags=re.IGNORECASE)
    return normalise_url(urljoin(base if base.endswith("/") else f"{base}/", f"./{within}"))


def _read(path: Path, *, url: str | None, name: str) -> SavedFile:
    if path.exists() and not path.is_file():  # a pipe, say, which nobody may ever write to
        return _unreadable(path, "unreadable-file", f"{name} is no file")
    try:
        with path.open("rb") as file:
            body = file.read(MAX_FILE + 1)
            moment = os.fstat(file.fileno()).st_mtime
    except OSError as error:
        return _unreadable(path, "unreadable-file", f"{name} cannot be read: {error.strerror}")
    if not body.strip():
        return _unreadable(path, "empty-file", f"{name} is empty")
    if len(body) > MAX_FILE:
        return _unreadable(path, "large-file", f"{name} is larger than {MAX_FILE // 2**20} MiB")
    found = url or _own_url(body)
    problems = (
        ()
        if found
        else (Problem(code="no-address", detail=f"{name} does not say where it comes from"),)
    )
    address = found or f"file:{name}"
    page = Page(url=address, final_url=address, status=200, body=body, fetched_at=_moment(moment))
    return SavedFile(path=path, page=page, problems=problems)


def _unreadable(path: Path, code: str, detail: str) -> SavedFile:
    return SavedFile(path=path, problems=(Problem(code=code, detail=f"{detail}."),))


def _moment(timestamp: float) -> datetime:
    try:
        return datetime.fromtimestamp(timestamp, UTC)
    except (OverflowError, ValueError, OSError):  # a file from before year 1 or after 9999
        return datetime.fromtimestamp(0, UTC)


def _own_url(body: bytes) -> str | None:
    candidates = (*_comment_urls(body[:_TOP_BYTES]), *_linked_urls(body[:_HEAD_BYTES]))
    return next((url for url in map(_web_url, candidates) if url is not None), None)


def _comment_urls(top: bytes) -> Iterator[str]:
    for pattern in _SAVED_FROM:
        if match := pattern.search(top):
            # Not every saver escapes; undoing only this escape leaves an unescaped address whole.
            yield _AMPERSAND.sub("&", match[1].decode("utf-8", "replace"))


def _linked_urls(head: bytes) -> Iterator[str]:
    try:
        root = html.document_fromstring(head)
    except etree.LxmlError:
        return
    for path, attribute in _LINKS:
        for element in root.findall(path):
            yield element.get(attribute) or ""


def _web_url(text: str) -> str | None:
    try:
        return normalise_url(text)
    except UsageError:
        return None
