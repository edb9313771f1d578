"""Find the inputs of a harvest: files by path, folder, pattern, address or list, and rows of an index; each has an id."""

from __future__ import annotations

import glob
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from parsers.errors import FetchError, NothingReadableError, UsageError
from scraper.fetch.warc.file import SUFFIXES
from threadkeep.harvest.options import digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from threadkeep.harvest.options import ReadOptions

INDEX_COLUMNS = ("url", "warc_filename", "warc_record_offset", "warc_record_length")
_WET = (".wet", ".wet.gz")
_KNOWN = (*SUFFIXES, *_WET)
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
        UsageError: there is no such file, or nothing that a pattern fits.
        FetchError: what an address names cannot be reached.
    """
    found = {one.title: one for source in sources for one in _expanded(source, base)}
    return [found[title] for title in sorted(found)]


def opened(location: str) -> BinaryIO:
    """A file to be read, wherever it is.

    Raises:
        UsageError: a path names none that can be read.
        FetchError: an address does not answer.
    """
    if not _is_address(location):
        try:
            return Path(location).open("rb")
        except OSError as error:
            raise UsageError(f"{location} cannot be read: {error.strerror or error}.") from error
    with_errors = _file_system(location)
    try:
        return cast("BinaryIO", with_errors.open(location, "rb"))
    except (OSError, ValueError) as error:
        raise FetchError(f"{location} cannot be read: {_first_line(error)}.") from error


def read_range(location: str, start: int, length: int) -> bytes:
    """A part of a file, wherever it is.

    Raises:
        UsageError: a path names none that can be read.
        FetchError: an address does not answer.
    """
    if not _is_address(location):
        with opened(location) as file:
            file.seek(start)
            return file.read(length)
    try:
        data = _file_system(location).cat_file(location, start=start, end=start + length)
    except (OSError, ValueError) as error:
        raise FetchError(f"{location} cannot be read: {_first_line(error)}.") from error
    return cast("bytes", data)


def _expanded(source: str, base: str) -> Iterator[Input]:
    if source.startswith("@"):
        for line in _lines(Path(source[1:])):
            yield from _expanded(line, base)
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


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The list {path} cannot be read: {_first_line(error)}.") from error
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
    try:
        names = _addresses(system, source)
        for name in names:
            yield from _inputs(name, name, int(system.info(name)["size"] or 0), base)
    except (OSError, ValueError) as error:
        raise FetchError(f"{source} cannot be reached: {_first_line(error)}.") from error


def _addresses(system: Any, source: str) -> list[str]:  # noqa: ANN401  fsspec has no types
    if not glob.has_magic(source.partition("?")[0]):
        return [source]
    found = sorted(system.glob(source))
    if not found:
        raise UsageError(f"Nothing is called {source}.")
    return [system.unstrip_protocol(one) for one in found]


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
    parquet = cast("Any", importlib.import_module("pyarrow.parquet"))
    with opened(location) as file:
        try:
            read = parquet.ParquetFile(file)
        except arrow.ArrowInvalid as error:
            raise NothingReadableError(f"{name} is no Parquet file.") from error
        missing = [one for one in INDEX_COLUMNS if one not in read.schema_arrow.names]
        if missing:
            raise UsageError(
                f"{name} is no index of a web archive: it has no column {missing[0]}; expected are {', '.join(INDEX_COLUMNS)}."
            )
        return int(read.num_row_groups)


def _is_known(name: str) -> bool:
    return name.lower().endswith(_KNOWN)


def _is_address(source: str) -> bool:
    return "://" in source


def _file_system(location: str) -> Any:  # noqa: ANN401  fsspec has no types
    core = cast("Any", importlib.import_module("fsspec.core"))
    try:
        return core.url_to_fs(location)[0]
    except (ImportError, ValueError) as error:
        raise UsageError(f"{location} cannot be opened: {_first_line(error)}.") from error


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
