"""Find copies of an archive that lie beside it: what is erased from the archive stays in them."""

from __future__ import annotations

import glob
from typing import TYPE_CHECKING

from scraper.archive.header import is_archive
from scraper.archive.retention import snapshot_moment

if TYPE_CHECKING:
    from pathlib import Path


def copies_beside(path: Path) -> tuple[Path, ...]:
    """Snapshots of an archive in its own folder, and what migrations left of it."""
    beside = path.parent.glob(f"{glob.escape(path.stem)}*")
    return tuple(sorted(one for one in beside if _is_copy(one, path)))


def _is_copy(one: Path, path: Path) -> bool:
    is_named_so = one.name.startswith(f"{path.name}.format-") or (
        snapshot_moment(path.stem, one.name) is not None
    )
    return is_named_so and one.is_file() and is_archive(one)
