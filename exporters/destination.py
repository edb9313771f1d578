"""Put an export where it belongs: a file, a folder with a file a topic, or a stream; formats know nothing of it.

A file appears whole or not at all: it is written beside its place under a temporary name and then renamed.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import unicodedata
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from parsers.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from exporters.exporter import Exporter, ExportOptions
    from parsers.records import Thread

_LONGEST_SLUG = 80
_FULL = "the disk is full: free some space, or choose another disk"
_FORBIDDEN = "it is not allowed: change the permissions, close programs that have it open, or choose another place"
_REASONS = {
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EROFS: "the disk can only be read: choose another place",
    errno.ENOSPC: _FULL,
    errno.EDQUOT: "your share of the disk is used up: free some space, or choose another disk",
    errno.EFBIG: "the disk takes no file of this size: write one file a topic, or choose another disk",
    errno.ENOENT: "the folder does not exist: create it first",
    errno.ENOTDIR: "what should be its folder is a file: choose another place",
    errno.EEXIST: "there is a file of this name: choose another place",
    errno.EISDIR: "there is a folder of this name: name a file in it, or write one file a topic",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What an export wrote.

    Attributes:
        posts: how many posts.
        files: how many files; 0 for a stream.
        is_whole: false if the reader of a stream stopped early, as `head` does; `posts` is then 0.
        renewed: of a site, how many of the files are new or differ from before; None of any other export.
    """

    posts: int
    files: int
    is_whole: bool = True
    renewed: int | None = None


def write_file(
    path: Path, exporter: Exporter, threads: Iterable[Thread], options: ExportOptions
) -> Written:
    """Write all threads into one file, replacing an earlier one only when the new one is complete.

    A link is followed. A device or a named pipe is written to as it is.

    Raises:
        ExportError: the file cannot be written; an earlier one is as it was.
    """
    with told_plainly(path):
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file():
            with target.open("wb") as device:
                return write_stream(device, exporter, threads, options)
        with _replacing(target) as out:
            posts = exporter.write(threads, out, options)
        return Written(posts=posts, files=1)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file that is no export, such as a report, replacing an earlier one only when the new one is complete.

    Raises:
        ExportError: the file cannot be written; an earlier one is as it was.
    """
    with told_plainly(path), _replacing(Path(os.path.realpath(path))) as out:
        out.write(data)


@contextmanager
def split_file(path: Path) -> Generator[Callable[[str], BinaryIO]]:
    """A file and what belongs beside it, which take the places of earlier ones when all are complete.

    Yields:
        What begins a file of a name in the folder of `path`.

    Raises:
        ExportError: one of them cannot be written; earlier ones are as they were.
    """
    target = Path(os.path.realpath(path))
    with told_plainly(path), ExitStack() as files:
        yield lambda name: files.enter_context(_replacing(target.with_name(name)))


def make_folder(folder: Path) -> None:
    """Make a folder where there is none, and those that it is in.

    Raises:
        ExportError: it cannot be made.
    """
    with told_plainly(folder):
        folder.mkdir(parents=True, exist_ok=True)


def write_folder(
    folder: Path, exporter: Exporter, threads: Iterable[Thread], options: ExportOptions
) -> Written:
    """Write each thread into a file of its own, named by its topic; the folder is made where there is none.

    Raises:
        ExportError: the folder or a file cannot be written; files written before stay.
    """
    make_folder(folder)
    taken: set[str] = set()
    posts = 0
    for thread in threads:
        name = _unused(file_stem(thread.topic_id, thread.title), taken)
        posts += write_file(folder / f"{name}{exporter.suffix}", exporter, [thread], options).posts
    return Written(posts=posts, files=len(taken))


def write_stream(
    out: BinaryIO, exporter: Exporter, threads: Iterable[Thread], options: ExportOptions
) -> Written:
    """Write all threads to an open stream such as standard output, and leave it open.

    Raises:
        ExportError: the stream cannot take more, for another reason than that its reader went away.
    """
    with told_plainly("the output"):
        try:
            posts = exporter.write(threads, out, options)
            out.flush()
        except BrokenPipeError:
            _discard_rest(out)
            return Written(posts=0, files=0, is_whole=False)
    return Written(posts=posts, files=0)


def file_stem(topic_id: int | None, title: str) -> str:
    """A topic's file name without its ending: for people to read, and safe on every file system.

    Letters and digits of every script stay, everything else becomes a hyphen. The number in front keeps names apart
    and keeps them from being one that Windows reserves.
    """
    composed = unicodedata.normalize("NFKC", title.lower())
    kept = (c if unicodedata.category(c)[0] in "LMN" else " " for c in composed)
    # A mark that lost the symbol it belongs to, as in many emoji, is no word.
    words = [word for word in "".join(kept).split() if any(map(str.isalnum, word))]
    slug = _cut("-".join(words))
    start = "topic" if topic_id is None else str(topic_id)
    return f"{start}-{slug}" if slug else start


def _cut(slug: str) -> str:
    """At most so many bytes, whole characters, at a word's end unless that takes half of it away."""
    if len(slug.encode()) <= _LONGEST_SLUG:
        return slug
    words = slug.encode()[: _LONGEST_SLUG + 1].decode(errors="ignore").rpartition("-")[0]
    if len(words.encode()) > _LONGEST_SLUG // 2:
        return words
    return slug.encode()[:_LONGEST_SLUG].decode(errors="ignore").rstrip("-")


def _unused(stem: str, taken: set[str]) -> str:
    """The name, or the name with a number: topics of several sites, or without a number, may share one."""
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    taken.add(name)
    return name


@contextmanager
def _replacing(target: Path) -> Generator[BinaryIO]:
    """A file that takes the target's place if nothing goes wrong, and vanishes otherwise."""
    # One name a target, so that what a killed export leaves behind is written over by the next and does not pile up.
    key = hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]
    temporary = target.with_name(f".threadkeep-{key}.part")
    temporary.unlink(missing_ok=True)
    try:
        with temporary.open("xb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name outlast a power cut, where the system can."""
    with suppress(OSError):  # Windows cannot open folders; the file itself is safe by then
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def told_plainly(what: Path | str) -> Generator[None]:
    """Turn the system's errors into one sentence that says what to do."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"{error.strerror or error}: choose another place")
        name = f"“{what}”" if isinstance(what, Path) else what
        raise ExportError(f"Cannot write {name}, since {reason}.") from error


def _discard_rest(out: BinaryIO) -> None:
    """Point the stream nowhere, or Python would complain of it once more at its exit."""
    with suppress(OSError, ValueError):  # not every stream is a file
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, out.fileno())
        finally:
            os.close(nowhere)
