"""Make few sorted files of many, so that no more are open at a time than may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.destination import told_plainly
from threadkeep.harvest.options import digest
from threadkeep.harvest.sorted_pages import MOST_FILES, merged, write_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from threadkeep.harvest.place import HarvestFolder
    from threadkeep.harvest.workers import Workers


@dataclass(frozen=True, slots=True)
class Merge:
    """Merges sorted files.

    Attributes:
        folder: of the harvest.
    """

    folder: HarvestFolder

    def __call__(self, paths: tuple[Path, ...]) -> Path:
        """The file that holds what these hold; one that is there is what an earlier run made of the same.

        Raises:
            ExportError: it cannot be written.
        """
        place = self.folder.merged(digest([path.name for path in paths]))
        if not place.exists():
            with told_plainly(self.folder.path):
                partial = self.folder.scratch("merge-") / place.name
                write_rows(partial, merged(paths))
                partial.replace(place)
                partial.parent.rmdir()
        return place


def few_files(folder: HarvestFolder, paths: Sequence[Path], workers: Workers) -> tuple[Path, ...]:
    """Files that hold what many hold, no more of them than may be open at a time."""
    found = sorted(paths)
    while len(found) > MOST_FILES:
        groups = [
            tuple(found[start : start + MOST_FILES]) for start in range(0, len(found), MOST_FILES)
        ]
        found = sorted(workers.each(Merge(folder), groups))
    return tuple(found)
