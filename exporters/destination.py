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
    from exporters.pseudonym.tally import PseudonymReport
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
        pseudonyms: what was replaced and what could not be; None where nothing was to be.
    """

    posts: int
    files: int
    is_whole: bool = True
    renewed: int | None = None
    pseudonyms: PseudonymReport | None = None


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
        What begins a file of a name in the folder of `path`; the one before it is complete by then.

    Raises:
        ExportError: one of them cannot be written; earlier ones are as they were.
    """
    with told_plainly(path), ExitStack() as leftovers:
        split = _SplitFile(Path(os.path.realpath(path)), leftovers)
        yield split.begin
        split.put_in_place()


class _SplitFile:
    """Files in one folder of which one is written at a time, however many there are."""

    def __init__(self, first: Path, leftovers: ExitStack) -> None:
        self._first = first
        self._leftovers = leftovers
        self._out: BinaryIO | None = None
        self._made: list[tuple[Path, Path]] = []

    def begin(self, name: str) -> BinaryIO:
        """Complete the file before it, and begin one."""
        self._complete()
        target = self._first.with_name(name)
        temporary = _temporary(target)
        self._leftovers.callback(_remove, temporary)
        self._out = self._leftovers.enter_context(temporary.open("xb"))
        self._made.append((temporary, target))
        return self._out

    def put_in_place(self) -> None:
        """Have all take their places: each is whole by then, so that a full disk can stop none half-way."""
        self._complete()
        for temporary, target in self._made:
            _put_in_place(temporary, target)
        _sync_folder(self._first.parent)

    def _complete(self) -> None:
        if self._out is not None:
            with self._out as out:
                _settle(out)
            self._out = None


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

    Files of an earlier export are replaced when all new ones are complete.

    Raises:
        ExportError: the folder or a file cannot be written; files of an earlier export are as they were.
    """
    taken: set[str] = set()
    posts = 0
    with told_plainly(folder), staged_folder(folder) as making:
        for thread in threads:
            name = _unused(file_stem(thread.topic_id, thread.title), taken)
            with (making / f"{name}{exporter.suffix}").open("xb") as out:
                posts += exporter.write([thread], out, options)
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
            discard_rest(out)
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
    temporary = _temporary(target)
    try:
        with temporary.open("xb") as out:
            yield out
            _settle(out)
        _put_in_place(temporary, target)
    finally:
        _remove(temporary)
    _sync_folder(target.parent)


def _temporary(target: Path) -> Path:
    """Where a file is written until it is complete; nothing is there."""
    # One name a target, so that what a killed export leaves behind is written over by the next and does not pile up.
    key = hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]
    temporary = target.with_name(f".threadkeep-{key}.part")
    temporary.unlink(missing_ok=True)
    return temporary


def _settle(out: BinaryIO) -> None:
    """Make what was written outlast a power cut, before the file takes another's place."""
    out.flush()
    os.fsync(out.fileno())


def _put_in_place(temporary: Path, target: Path) -> None:
    if target.exists():
        shutil.copymode(target, temporary)
    temporary.replace(target)


def _remove(temporary: Path) -> None:
    with suppress(OSError):
        temporary.unlink(missing_ok=True)


@contextmanager
def staged_folder(folder: Path) -> Generator[Path]:
    """A folder for files that take their places in another together, when all are complete; other files there stay.

    Raises:
        OSError: the folder cannot take more; what was there is as it was.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # A name of its own, so that what a killed export leaves behind is told from its files, and replaced by the next.
    making = folder / ".threadkeep.part"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    try:
        yield making
        made = sorted(making.iterdir())
        for path in made:
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        for path in made:
            _put_in_place(path, folder / path.name)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    _sync_folder(folder)


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


def discard_rest(out: BinaryIO) -> None:
    """Point the stream nowhere, or Python would complain of it once more at its exit."""
    with suppress(OSError, ValueError):  # not every stream is a file
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, out.fileno())
        finally:
            os.close(nowhere)
