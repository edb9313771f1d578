"""Write the pictures and files that exported posts show into a folder, each once, and tell formats where they lie."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from exporters.destination import make_folder, write_bytes
from parsers.local_media import LocalMedia
from parsers.media_type import PICTURES
from scraper.archive.media import media_at, media_of_post

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from parsers.records import Post, Thread
    from scraper.archive.database import Archive
    from scraper.archive.media import MediaAddress

INDEX = "index.jsonl"
"""The file that tells which address each file came from."""


class MediaFolder:
    """A folder for what exported posts show."""

    def __init__(self, archive: Archive, folder: Path, *, seen_from: Path) -> None:
        """Make it, if there is none.

        Args:
            archive: what is exported.
            folder: the folder.
            seen_from: the folder that links in what is exported are followed from.

        Raises:
            ExportError: it cannot be made.
        """
        self._connection = archive.connection
        self._folder = folder
        self._path = quote(os.fsencode(os.path.relpath(folder, seen_from).replace(os.sep, "/")))
        self._written: set[str] = set()
        self._index: dict[str, MediaAddress] = {}
        make_folder(folder)

    def filled_for(self, threads: Iterable[Thread], *, with_gone: bool) -> Iterator[Thread]:
        """The same threads; what a post shows is written when the post is taken.

        Args:
            threads: what is exported.
            with_gone: posts that are gone from the site are exported as well.
        """
        for thread in threads:
            yield replace(thread, posts=self._filled(thread.posts, with_gone=with_gone))

    def place(self, url: str) -> LocalMedia:
        """Where the file of an address lies, see `parsers.local_media.Place`."""
        found = media_at(self._connection, url)
        if found is None:
            return LocalMedia()
        if found.file is None:
            when = (found.fetched_at or "")[:10]
            return LocalMedia(note=f"not to be had on {when}" if found.is_dead else None)
        self._write(found)
        return LocalMedia(
            address=f"{self._path}/{found.file.name}",
            is_picture=found.file.media_type in PICTURES,
        )

    def write_index(self) -> None:
        """Write which address each file came from, and why others have none.

        Raises:
            ExportError: it cannot be written.
        """
        lines = [
            msgspec.json.encode(_entry(found)) + b"\n" for _, found in sorted(self._index.items())
        ]
        write_bytes(self._folder / INDEX, b"".join(lines))

    def _filled(self, posts: Iterable[Post], *, with_gone: bool) -> Iterator[Post]:
        for post in posts:
            if with_gone or post.gone_at is None:
                for found in media_of_post(self._connection, post.post_id):
                    self._write(found)
                avatar = post.author.avatar_url
                found_avatar = media_at(self._connection, avatar) if avatar else None
                if found_avatar is not None:
                    self._write(found_avatar)
            yield post

    def _write(self, found: MediaAddress) -> None:
        self._index[found.url] = found
        if found.file is None or found.file.sha256 in self._written:
            return
        path = self._folder / found.file.name
        # A name is the digest of what is in the file: one of this size is whole.
        if not (path.is_file() and path.stat().st_size == found.file.size):
            write_bytes(path, found.file.load())
        self._written.add(found.file.sha256)


def _entry(found: MediaAddress) -> dict[str, object]:
    file = found.file
    return {
        "url": found.url,
        "kind": found.kind,
        "status": found.status,
        "file": file.name if file is not None else None,
        "media_type": file.media_type if file is not None else None,
        "size": file.size if file is not None else None,
        "error": found.error,
    }
