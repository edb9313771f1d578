"""Every way in which an archive can be exported, found by the registry, and what stands in what was written, whatever the format."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.exporter import FolderExporter
from exporters.registry import exporter_named, exporter_names, page_exporter_named
from exporters.registry import page_exporter_names as page_format_names
from tests.table_reader import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = re.compile(r"mark\d{4}x")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A format, and the kind of place that it is written to.

    Attributes:
        name: as tests show it: `parquet-folder`.
        format: what `--format` takes.
        output: the name that `-o` gets.
        is_of_pages: the format takes pages as they came, and no posts.
        options: what else asks for this shape.
    """

    name: str
    format: str
    output: str
    is_of_pages: bool = False
    options: tuple[str, ...] = ()

    def command(self, archive: Path, folder: Path, *options: object) -> list[str]:
        """The command that exports an archive in this shape into a folder."""
        place = ("-o", folder / self.output, "-f", self.format)
        words = ("export", "-a", archive, "--quiet", *place, *self.options, *options)
        return [str(word) for word in words]


def shapes() -> tuple[Shape, ...]:
    """All of them."""
    return (*_of_posts(), *_of_pages())


def _of_posts() -> Iterator[Shape]:
    for name in exporter_names():
        exporter = exporter_named(name)
        yield Shape(name=name, format=name, output=f"out{exporter.suffix}")
        if isinstance(exporter, FolderExporter):
            yield Shape(name=f"{name}-folder", format=name, output="out")
    yield Shape(name="html-site", format="html", output="site")
    yield Shape(
        name="markdown-per-topic", format="markdown", output="topics", options=("--per-topic",)
    )


def _of_pages() -> Iterator[Shape]:
    for name in page_format_names():
        suffix = page_exporter_named(name).suffix
        yield Shape(name=name, format=name, output=f"out{suffix}", is_of_pages=True)


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too, by its name from there on."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def text_in(folder: Path) -> str:
    """All text that an export wrote, unpacked, tables as Python shows their rows."""
    return "\n".join(text for _, text in texts_in(files_in(folder)))


def texts_in(files: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """The text of each file, by its name; of those in a ZIP archive as well."""
    for name, data in files.items():
        if name.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(data)) as bundle:
                assert bundle.testzip() is None
                inner = {one: bundle.read(one) for one in bundle.namelist()}
            yield from texts_in(inner)
        elif name.endswith(".parquet"):
            yield name, f"{_told_by_parquet(data)}\n{rows_of(data)}"
        elif name.endswith(".gz"):
            yield name, gzip.decompress(data).decode("utf-8", "replace")
        else:
            yield name, data.decode()


def _told_by_parquet(data: bytes) -> str:
    from tests.table_reader import with_pyarrow

    metadata: dict[bytes, bytes] = with_pyarrow(data).schema.metadata
    return metadata[b"threadkeep"].decode()


def marks_in(folder: Path) -> set[str]:
    """Which marked posts an export shows."""
    return set(MARK.findall(text_in(folder)))
