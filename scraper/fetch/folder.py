"""Saved pages as a source: HTML files in a folder, each with the address that it came from, as far as it tells."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from parsers.errors import NothingReadableError, UsageError
from parsers.records import Page, Problem
from parsers.wayback import restored
from scraper.fetch.address import normalise_url
from scraper.fetch.mirror import Mirror
from scraper.fetch.saved_address import HEAD_BYTES, own_moment, own_url, saver_url

if TYPE_CHECKING:
    from collections.abc import Iterator

SUFFIXES = (".html", ".htm", ".xhtml")
MAX_FILE = 64 * 2**20


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


class SavedFolder:
    """A folder of saved pages, or a mirror of a site.

    Attributes:
        paths: the HTML files below it, sorted.
        closed: the folders in it that cannot be looked into.
    """

    def __init__(self, folder: Path, *, base_url: str | None = None) -> None:
        """Look through the files for what they say of their addresses.

        Args:
            folder: where the files lie.
            base_url: the address that the folder itself stands for, as in a mirror; files then lie below it.

        Raises:
            UsageError: there is no such folder, or `base_url` is no web address.
        """
        if not folder.is_dir():
            raise UsageError(f"There is no folder {folder}.")
        base = normalise_url(base_url) if base_url is not None else None
        self._folder = folder
        self.paths, self.closed = _html_paths(folder)
        names = {path: path.relative_to(folder).as_posix() for path in self.paths}
        said, written = dict[str, str](), dict[str, str]()
        for path, name in names.items():
            head = _head(path)
            if (url := saver_url(head)) is not None:
                written[name] = url
            elif (url := own_url(head)) is not None:
                said[name] = url
        self._mirror = Mirror(written, said, names.values(), base)

    def read(self, path: Path) -> SavedFile:
        """One of the files: its links to others of them are addresses again."""
        name = path.relative_to(self._folder).as_posix()
        url = self._mirror.addresses.get(name)
        shown = quote(name, errors="replace")
        return _read(path, url=url, name=shown, mirror=(self._mirror, name))


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
    saved = SavedFolder(folder, base_url=base_url)
    if not saved.paths and not saved.closed:
        raise NothingReadableError(
            f"The folder {folder} holds no saved page ({', '.join(SUFFIXES)})."
        )
    return chain(map(saved.read, saved.paths), saved.closed)


def saved_file(path: Path, *, url: str | None = None) -> SavedFile:
    """One file as a page.

    Its address is the given one, else what the file says (`saved_address.own_url`). A file without any has `file:NAME`
    and a problem.

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


def _head(path: Path) -> bytes:
    """What a file begins with; nothing of one that cannot be read."""
    if not path.is_file():  # a pipe, say, which nobody may ever write to
        return b""
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError:
        return b""


def _read(
    path: Path, *, url: str | None, name: str, mirror: tuple[Mirror, str] | None = None
) -> SavedFile:
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
    found = url or own_url(body)
    address = found or f"file:{name}"
    when = own_moment(body) or _moment(moment)
    if mirror is not None:
        body = mirror[0].restored(body, mirror[1])
    page = restored(Page(url=address, final_url=address, status=200, body=body, fetched_at=when))
    problems = (
        (Problem(code="no-address", detail=f"{name} does not say where it comes from"),)
        if page.final_url.startswith("file:")
        else ()
    )
    return SavedFile(path=path, page=page, problems=problems)


def _unreadable(path: Path, code: str, detail: str) -> SavedFile:
    return SavedFile(path=path, problems=(Problem(code=code, detail=f"{detail}."),))


def _moment(timestamp: float) -> datetime:
    try:
        return datetime.fromtimestamp(timestamp, UTC)
    except (OverflowError, ValueError, OSError):  # a file from before year 1 or after 9999
        return datetime.fromtimestamp(0, UTC)
