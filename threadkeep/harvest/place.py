"""Where a harvest keeps what: its tables, and beside them what it needs to go on where it was stopped."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TypeVar
from urllib.parse import quote

import msgspec

from parsers.errors import ExportError
from parsers.first_use import prepared
from threadkeep.harvest.options import digest
from threadkeep.harvest.report import HostReport, InputReport

_WORK = "work"
_Report = TypeVar("_Report")


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestFolder:
    """The folder that a harvest writes.

    Attributes:
        path: the folder.
    """

    path: Path

    @property
    def manifest(self) -> Path:
        """What it is the harvest of."""
        return self.path / "harvest.json"

    @property
    def work(self) -> Path:
        """What is needed to go on; it can be removed, and is made again where it is needed."""
        return self.path / _WORK

    @property
    def temporary(self) -> Path:
        """What is half done; whatever is in it when a run begins is litter."""
        return self.work / "temporary"

    def posts(self, host: str) -> Path:
        """A site's posts."""
        return self.path / "posts" / f"host={quote(host, safe='')}" / "posts.parquet"

    def pages(self, key: str) -> Path:
        """The pages that were seen in an input."""
        return self.path / "pages" / f"{key}.parquet"

    def staged(self, key: str) -> Path:
        """The pages of an input that are to be put together with those of others."""
        return self.work / "staged" / f"{key}.parquet"

    def merged(self, key: str) -> Path:
        """The pages of many inputs."""
        return self.work / "merged" / f"{key}.parquet"

    def host_report(self, host: str) -> Path:
        """What was written of a site."""
        return self.work / "hosts" / f"{digest(host)}.json"

    def report(self, key: str) -> Path:
        """What became of an input."""
        return self.work / "inputs" / f"{key}.json"

    def of_inputs(self) -> list[Path]:
        """All that is kept of inputs, each by its key; what others put beside is not ours."""
        kept = ("pages/*.parquet", f"{_WORK}/staged/*.parquet", f"{_WORK}/inputs/*.json")
        return [path for pattern in kept for path in self.path.glob(pattern)]

    def of_hosts(self) -> list[Path]:
        """The folders of all sites."""
        return list((self.path / "posts").glob("host=*/"))

    def scratch(self, prefix: str) -> Path:
        """A new folder for something half done.

        Raises:
            ExportError: it cannot be made.
        """
        try:
            return Path(mkdtemp(prefix=prefix, dir=self.temporary))
        except FileNotFoundError as error:
            raise ExportError(
                f"There is no folder {self.temporary}: all workers have to see the output folder under the same name."
            ) from error
        except OSError as error:
            raise ExportError(f"Cannot write “{self.path}” ({error.strerror}).") from error

    def make(self, manifest: object = None) -> None:
        """Make all folders, and throw away what is half done.

        Args:
            manifest: what it is the harvest of; written first, so that the folder is known for one.

        Raises:
            ExportError: they cannot be made.
        """
        try:
            self.path.mkdir(exist_ok=True)
            if manifest is not None:
                write_json(self.manifest, manifest)
            shutil.rmtree(self.temporary, ignore_errors=True)
            for name in ("posts", "pages"):
                (self.path / name).mkdir(parents=True, exist_ok=True)
            for name in ("staged", "inputs", "hosts", "merged", "temporary"):
                (self.work / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ExportError(f"Cannot write “{self.path}” ({error.strerror}).") from error

    def done(self, key: str) -> InputReport | None:
        """What became of an input, where all of its output is there."""
        if not (self.staged(key).exists() and self.pages(key).exists()):
            return None
        return _decoded(self.report(key), InputReport)

    def written(self, host: str, state: str) -> HostReport | None:
        """What was written of a site, where it is of this state."""
        report = _decoded(self.host_report(host), HostReport)
        is_same = report is not None and report.state == state
        is_there = report is not None and (self.posts(host).exists() or not report.posts)
        return report if is_same and is_there else None


def _decoded(path: Path, kind: type[_Report]) -> _Report | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=prepared(kind))
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def write_json(path: Path, value: object) -> None:
    """Write a file that appears whole or not at all."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_bytes(msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2))
    partial.replace(path)
