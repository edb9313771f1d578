"""Where an archive has its home, a path or any address that fsspec knows: files come from there, and appear there whole or not at all."""

from __future__ import annotations

import glob
import importlib
import os
import re
import shutil
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urlsplit

from parsers.errors import ArchiveError, ExportError, UsageError
from threadkeep.file_error import file_errors, reason_of

if TYPE_CHECKING:
    from collections.abc import Generator

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


class Home(Protocol):
    """The place of one file, which others lie beside.

    Attributes:
        address: the place, as it is shown.
        name: the file's name.
        path: the place on this machine's disks; None where it is elsewhere.
    """

    address: str
    name: str
    path: Path | None

    def fetch(self, into: Path) -> bool:
        """Copy the file; false where there is none.

        Raises:
            ArchiveError: it cannot be read.
            ExportError: the copy cannot be written.
        """
        ...

    def put_beside(self, file: Path, mark: str) -> None:
        """Bring a file there under a name with a mark in it, for `settle` to give it its place.

        Raises:
            ExportError: it cannot be written.
        """
        ...

    def settle(self, mark: str) -> None:
        """Put what was brought there with this mark into its place, whole; what was there before is gone.

        Raises:
            ExportError: it cannot be written.
        """
        ...

    def discard(self, mark: str) -> None:
        """Remove what was brought there with this mark and is not settled, if there is any.

        Raises:
            ExportError: it cannot be removed.
        """
        ...

    def clear(self, mark: str | None) -> None:
        """Remove what workers that were killed have left there, by whoever holds the home.

        Args:
            mark: what the last of them brought has this mark.

        Raises:
            ExportError: it cannot be removed.
        """
        ...

    def read_note(self, ending: str) -> bytes | None:
        """A small file beside it, of its name and this ending; None where there is none.

        Raises:
            ArchiveError: it cannot be read.
        """
        ...

    def write_note(self, ending: str, data: bytes) -> None:
        """Write one.

        Raises:
            ExportError: it cannot be written.
        """
        ...

    def remove_note(self, ending: str) -> None:
        """Remove one, if it is there.

        Raises:
            ExportError: it cannot be removed.
        """
        ...


def is_address(text: str) -> bool:
    """Whether a place is written as an address, as `s3://bucket/forum.db`."""
    return _ADDRESS.match(text) is not None


def home_at(place: str) -> Home:
    """The home at a place.

    Args:
        place: a path, or an address that fsspec knows.

    Raises:
        UsageError: nothing that is installed knows such addresses, or it names no file.
    """
    if not is_address(place):
        return PathHome(Path(place))
    parts = urlsplit(place)
    if parts.scheme in {"file", "local"}:
        return PathHome(Path(unquote(parts.path)))
    return RemoteHome(place)


class PathHome:
    """A home on a disk of this machine, or on one that it shares."""

    def __init__(self, path: Path) -> None:
        self.address = str(path)
        self.name = path.name
        self.path: Path | None = path
        self._place = path

    def fetch(self, into: Path) -> bool:
        """See `Home.fetch`."""
        try:
            source = self._place.open("rb")
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise _unreadable(self.address, error) from error
        with source, _told(str(into)), into.open("wb") as copy:
            shutil.copyfileobj(source, copy, 2**20)
        return True

    def put_beside(self, file: Path, mark: str) -> None:
        """See `Home.put_beside`."""
        part = self._part(mark)
        with _told(self.address):
            self._place.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(file, part)
                with suppress(FileNotFoundError):
                    shutil.copymode(self._place, part)
                with part.open("rb") as written:
                    os.fsync(written.fileno())
            except OSError:
                part.unlink(missing_ok=True)
                raise

    def settle(self, mark: str) -> None:
        """See `Home.settle`."""
        with _told(self.address):
            self._part(mark).replace(self._place)

    def discard(self, mark: str) -> None:
        """See `Home.discard`."""
        with _told(self.address):
            self._part(mark).unlink(missing_ok=True)

    def clear(self, mark: str | None) -> None:
        """See `Home.clear`."""
        del mark  # what a note was written to has none
        with _told(self.address):
            for part in self._place.parent.glob(f".{glob.escape(self.name)}.*part"):
                part.unlink(missing_ok=True)

    def read_note(self, ending: str) -> bytes | None:
        """See `Home.read_note`."""
        try:
            return self._note(ending).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _unreadable(self.address, error) from error

    def write_note(self, ending: str, data: bytes) -> None:
        """See `Home.write_note`."""
        note = self._note(ending)
        part = note.with_name(f".{note.name}.{uuid.uuid4().hex}.part")
        with _told(self.address):
            note.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(data)
            part.replace(note)

    def remove_note(self, ending: str) -> None:
        """See `Home.remove_note`."""
        with _told(self.address):
            self._note(ending).unlink(missing_ok=True)

    def _part(self, mark: str) -> Path:
        return self._place.with_name(_part_name(self.name, mark))

    def _note(self, ending: str) -> Path:
        return self._place.with_name(f"{self.name}{ending}")


class RemoteHome:
    """A home that is reached by fsspec."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.path: Path | None = None
        self._files, self._place = _opened(address)
        self._folder, _, self.name = self._place.rpartition("/")
        if not self.name:
            raise UsageError(f"“{address}” names a folder; name the file of the archive in it.")

    def fetch(self, into: Path) -> bool:
        """See `Home.fetch`."""
        try:
            self._files.get_file(self._place, str(into))
        except FileNotFoundError:
            into.unlink(missing_ok=True)
            return False
        except file_errors() as error:
            raise _unreadable(self.address, error) from error
        return True

    def put_beside(self, file: Path, mark: str) -> None:
        """See `Home.put_beside`."""
        with _told(self.address):
            self._make_folder()
            self._files.put_file(str(file), self._part(mark))

    def settle(self, mark: str) -> None:
        """See `Home.settle`."""
        part = self._part(mark)
        with _told(self.address):
            if _can_rename(self._files):
                self._files.mv(part, self._place)
            else:
                self._files.cp_file(part, self._place)
                self._files.rm_file(part)

    def discard(self, mark: str) -> None:
        """See `Home.discard`."""
        with _told(self.address), suppress(FileNotFoundError):
            self._files.rm_file(self._part(mark))

    def clear(self, mark: str | None) -> None:
        """See `Home.clear`."""
        if mark is not None:
            self.discard(mark)

    def read_note(self, ending: str) -> bytes | None:
        """See `Home.read_note`."""
        try:
            # What a listing said before may be older than what another worker wrote since.
            self._files.invalidate_cache()
            return bytes(self._files.cat_file(f"{self._place}{ending}"))
        except FileNotFoundError:
            return None
        except file_errors() as error:
            raise _unreadable(self.address, error) from error

    def write_note(self, ending: str, data: bytes) -> None:
        """See `Home.write_note`."""
        with _told(self.address):
            self._make_folder()
            self._files.pipe_file(f"{self._place}{ending}", data)

    def remove_note(self, ending: str) -> None:
        """See `Home.remove_note`."""
        with _told(self.address), suppress(FileNotFoundError):
            self._files.rm_file(f"{self._place}{ending}")

    def _part(self, mark: str) -> str:
        return f"{self._folder}/{_part_name(self.name, mark)}"

    def _make_folder(self) -> None:
        if self._folder.strip("/"):
            self._files.makedirs(self._folder, exist_ok=True)


def archives_at(address: str) -> list[str]:
    """The files in a folder whose names end as those of archives do, as addresses.

    Raises:
        UsageError: there is no such folder, or nothing that is installed knows such addresses.
        ArchiveError: it cannot be read.
    """
    files, place = _opened(address)
    try:
        found = files.ls(place, detail=False)
    except FileNotFoundError:
        raise UsageError(f"There is nothing at {address}; name a folder with archives.") from None
    except file_errors() as error:
        raise _unreadable(address, error) from error
    names = sorted(str(one).rpartition("/")[2] for one in found)
    archives = [one for one in names if one.endswith((".db", ".sqlite", ".sqlite3"))]
    return [f"{address.rstrip('/')}/{one}" for one in archives if not one.startswith(".")]


def _opened(address: str) -> tuple[Any, str]:
    scheme = address.partition("://")[0]
    try:
        opened = importlib.import_module("fsspec.core").url_to_fs(address)
    except ModuleNotFoundError as error:
        if error.name == "fsspec":
            raise UsageError(f"“{address}” takes fsspec: install threadkeep[cluster].") from error
        raise UsageError(f"“{address}” takes the library {error.name}: install it.") from error
    except ImportError as error:
        raise UsageError(f"“{address}” cannot be reached: {error}.") from error
    except ValueError as error:
        raise UsageError(
            f"“{address}” is of no kind that fsspec knows ({scheme}); write a path, or s3://, gs://, sftp://."
        ) from error
    except file_errors() as error:
        raise _unreadable(address, error) from error
    return opened[0], str(opened[1])


def _can_rename(files: Any) -> bool:  # noqa: ANN401  fsspec has no types
    """Whether a file system has a renaming of its own; that of fsspec copies, and takes names for patterns."""
    plain = importlib.import_module("fsspec").AbstractFileSystem.mv
    return getattr(files.mv, "__func__", None) is not plain


def _part_name(name: str, mark: str) -> str:
    return f".{name}.{mark}.part"


def _unreadable(address: str, error: BaseException) -> ArchiveError:
    return ArchiveError(f"{address} cannot be read ({reason_of(error)}).")


@contextmanager
def _told(address: str) -> Generator[None]:
    """Turn the system's errors, and those of fsspec, into one sentence."""
    try:
        yield
    except file_errors() as error:
        raise ExportError(
            f"{address} cannot be written ({reason_of(error)}); check the place, its space and the permissions."
        ) from error
