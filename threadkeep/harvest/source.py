"""Find the inputs of a harvest: files by path, folder, pattern, address or list, and rows of an index; each has an id."""

from __future__ import annotations

import glob
import importlib
import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from parsers.errors import FetchError, NothingReadableError, UsageError
from scraper.fetch.warc.file import SUFFIXES
from threadkeep.file_error import file_errors, reason_of
from threadkeep.harvest.options import digest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from _typeshed import WriteableBuffer

    from threadkeep.harvest.options import ReadOptions

INDEX_COLUMNS = ("url", "warc_filename", "warc_record_offset", "warc_record_length")
_NUMBERS = INDEX_COLUMNS[2:]
_WET = (".wet", ".wet.gz")
_KNOWN = (*SUFFIXES, *_WET)
# A list of a crawl's files is long, and each has to be asked for its size.
_ASKED_AT_ONCE = 32
_BYTES_AT_ONCE = 128 * 1024
_INDEX = ".parquet"
_WACZ = ".wacz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A part of a harvest that is done as a whole or not at all.

    Attributes:
        name: as the user gave it, or as a pattern or a list gave it.
        location: where workers find it.
        size: in bytes.
        kind: `file`, a file of records; `wacz`; or `index`, the row group of an index whose records are wanted.
        group: which row group.
        base: what stands before the names of files in an index.
    """

    name: str
    location: str
    size: int
    kind: str = "file"
    group: int = 0
    base: str = ""

    def key(self, options: ReadOptions) -> str:
        """What its output is kept under: other bytes or other options are another input."""
        return digest(self.name, self.size, self.kind, self.group, self.base, options.key)

    @property
    def title(self) -> str:
        """How sentences name it."""
        return f"{self.name}, row group {self.group}" if self.kind == "index" else self.name


def find_inputs(sources: list[str], *, base: str = "") -> list[Input]:
    """Every input that sources stand for, each once, sorted by name.

    Args:
        sources: paths, folders, patterns, addresses of fsspec, and lists of these as `@file`.
        base: what stands before the names of files in an index.

    Raises:
        UsageError: there is no such file, or nothing that a pattern fits; or no index that a base is of use for.
        FetchError: what an address names cannot be reached.
    """
    found = {one.title: one for source in sources for one in _expanded(source, base)}
    if base and all(one.kind != "index" for one in found.values()):
        raise UsageError(
            "--base stands before the names of files in an index (.parquet), and no source is one; leave it out."
        )
    return [found[title] for title in sorted(found)]


def opened(location: str) -> BinaryIO:
    """A file to be read, wherever it is; reading it raises FetchError where the disk or the network fails.

    Raises:
        UsageError: a path names none that can be read.
        FetchError: an address does not answer.
    """
    if not _is_address(location):
        try:
            return _buffered(location, Path(location).open("rb", buffering=0))
        except OSError as error:
            raise UsageError(f"{location} cannot be read: {error.strerror or error}.") from error
    system = _file_system(location)
    with _told(location):
        return _buffered(location, system.open(location, "rb"))


def read_range(location: str, start: int, length: int) -> bytes:
    """A part of a file, wherever it is.

    Raises:
        UsageError: a path names none that can be read.
        FetchError: an address does not answer.
    """
    if not _is_address(location):
        with opened(location) as file, _told(location):
            file.seek(start)
            return file.read(length)
    system = _file_system(location)
    with _told(location):
        return cast("bytes", system.cat_file(location, start=start, end=start + length))


def _buffered(location: str, file: Any) -> BinaryIO:  # noqa: ANN401  fsspec has no types
    return io.BufferedReader(_SourceFile(location, file), _BYTES_AT_ONCE)


class _SourceFile(io.RawIOBase):
    """A file whose troubles are told as threadkeep's: what reads it takes the system's for damage, or for the output's."""

    def __init__(self, location: str, file: Any) -> None:  # noqa: ANN401  fsspec has no types
        super().__init__()
        self._location = location
        self._file = file

    def readable(self) -> bool:
        """See `io.RawIOBase`."""
        return True

    def seekable(self) -> bool:
        """See `io.RawIOBase`."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """See `io.RawIOBase`."""
        with _told(self._location):
            return cast("int", self._file.readinto(buffer))

    def seek(self, offset: int, whence: int = 0) -> int:
        """See `io.RawIOBase`; nothing is read for it."""
        return cast("int", self._file.seek(offset, whence))

    def close(self) -> None:
        """See `io.RawIOBase`."""
        self._file.close()
        super().close()


@contextmanager
def _told(location: str) -> Generator[None]:
    try:
        yield
    except file_errors(ValueError) as error:
        raise FetchError(f"{location} cannot be read: {reason_of(error)}.") from error


def _expanded(source: str, base: str) -> Iterator[Input]:
    if source.startswith("@"):
        with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:
            for found in pool.map(partial(_all_of, base), _lines(source[1:])):
                yield from found
    elif _is_address(source):
        yield from _at_address(source, base)
    elif Path(source).is_dir():
        paths = sorted(path for path in Path(source).rglob("*") if _is_known(path.name))
        if not paths:
            raise UsageError(f"The folder {source} holds no web archive ({', '.join(_KNOWN)}).")
        for path in paths:
            yield from _of_path(path, base)
    else:
        for path in _matches(source):
            yield from _of_path(path, base)


def _all_of(base: str, source: str) -> list[Input]:
    if source.startswith("@"):
        raise UsageError(f"{source} is a list in a list; name it on the command line.")
    return list(_expanded(source, base))


def _lines(path: str) -> list[str]:
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The list {path} cannot be read: {reason_of(error)}.") from error
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _matches(source: str) -> list[Path]:
    if Path(source).exists() or not glob.has_magic(source):
        return [Path(source)]
    found = sorted(glob.glob(source, recursive=True))  # noqa: PTH207  a pattern may begin at the root
    if not found:
        raise UsageError(f"No file is called {source}.")
    return [Path(one) for one in found]


def _of_path(path: Path, base: str) -> Iterator[Input]:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise UsageError(f"There is no file {path}.") from error
    yield from _inputs(str(path), str(path.absolute()), size, base)


def _at_address(source: str, base: str) -> Iterator[Input]:
    system = _file_system(source)
    with _told(source):
        for name, size in _addresses(system, source):
            yield from _inputs(name, name, size, base)


def _addresses(system: Any, source: str) -> list[tuple[str, int]]:  # noqa: ANN401  fsspec has no types
    """The files that an address stands for, each with its size."""
    if not glob.has_magic(source.partition("?")[0]):
        return [(source, _size(system, source, system.info(source)))]
    found = system.glob(source, detail=True)
    if not found:
        raise UsageError(f"Nothing is called {source}.")
    sizes = ((one, _size(system, one, found[one])) for one in sorted(found))
    return [(system.unstrip_protocol(one), size) for one, size in sizes]


def _size(system: Any, name: str, told: dict[str, Any]) -> int:  # noqa: ANN401  fsspec has no types
    """A file's size, for which a listing that does not tell it is not enough."""
    size = told.get("size")
    return int((system.info(name)["size"] if size is None else size) or 0)


def _inputs(name: str, location: str, size: int, base: str) -> Iterator[Input]:
    lower = name.lower()
    if lower.endswith(_INDEX):
        for group in range(_row_groups(name, location)):
            yield Input(
                name=name, location=location, size=size, kind="index", group=group, base=base
            )
    else:
        kind = "wacz" if lower.endswith(_WACZ) else "file"
        yield Input(name=name, location=location, size=size, kind=kind)


def _row_groups(name: str, location: str) -> int:
    """How many row groups an index has; each is an input of its own, so that large ones are shared out."""
    arrow = cast("Any", importlib.import_module("pyarrow"))
    with index_at(location) as index:
        _check_columns(name, index.schema_arrow, arrow.types)
        return int(index.num_row_groups)


@contextmanager
def index_at(location: str) -> Generator[Any]:
    """An index, as pyarrow reads it for as long as the block runs.

    Raises:
        UsageError: a path names no file that can be read.
        FetchError: an address does not answer.
        NothingReadableError: it is damaged, or no Parquet file.
    """
    arrow = cast("Any", importlib.import_module("pyarrow"))
    parquet = cast("Any", importlib.import_module("pyarrow.parquet"))
    with opened(location) as file:
        try:
            yield parquet.ParquetFile(file)
        except (OSError, ValueError, arrow.ArrowException) as error:
            raise NothingReadableError(
                f"{location} is no whole Parquet file ({reason_of(error)})."
            ) from error


def _check_columns(name: str, schema: Any, types: Any) -> None:  # noqa: ANN401  pyarrow has no types
    for column in INDEX_COLUMNS:
        if column not in schema.names:
            raise UsageError(
                f"{name} is no index of a web archive: it has no column {column}; expected are {', '.join(INDEX_COLUMNS)}."
            )
        kind = schema.field(column).type
        is_number = column in _NUMBERS
        is_right = types.is_integer(kind) if is_number else _is_text(kind, types)
        if not is_right:
            held = "whole numbers" if is_number else "text"
            raise UsageError(
                f"{name} is no index of a web archive: its column {column} holds no {held}."
            )


def _is_text(kind: Any, types: Any) -> bool:  # noqa: ANN401  pyarrow has no types
    if types.is_dictionary(kind):
        return _is_text(kind.value_type, types)
    return bool(types.is_string(kind) or types.is_large_string(kind))


def _is_known(name: str) -> bool:
    return name.lower().endswith(_KNOWN)


def _is_address(source: str) -> bool:
    return "://" in source


def _file_system(location: str) -> Any:  # noqa: ANN401  fsspec has no types
    core = cast("Any", importlib.import_module("fsspec.core"))
    try:
        return core.url_to_fs(location)[0]
    except (ImportError, ValueError) as error:
        raise UsageError(f"{location} cannot be opened: {reason_of(error)}.") from error
