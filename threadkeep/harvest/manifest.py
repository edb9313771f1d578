"""What a folder is the harvest of: other inputs can be added to it, other options make another harvest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from parsers.errors import UsageError
from threadkeep.harvest.report import HarvestReport  # noqa: TC001  msgspec reads the types of fields

if TYPE_CHECKING:
    from pathlib import Path

    from threadkeep.harvest.place import HarvestFolder

_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a folder is the harvest of.

    Attributes:
        options: their key.
        asked: what was asked for, for people.
        inputs: names, each with the key of its output.
        report: the last run's; None where no run has come to its end.
        format: of this file.
    """

    options: str
    asked: dict[str, Any]
    inputs: dict[str, str]
    report: HarvestReport | None = None
    format: int = field(default=_FORMAT)


def check_manifest(folder: HarvestFolder, wanted: Manifest, name: Path) -> Manifest | None:
    """Make sure that a folder is free, or the harvest of the same with the same options.

    Args:
        folder: the folder.
        wanted: what it is to be the harvest of.
        name: how the user calls it.

    Returns:
        What it was the harvest of so far.

    Raises:
        UsageError: it is another harvest, or holds something else.
    """
    path = folder.path
    try:
        known = msgspec.json.decode(
            folder.manifest.read_bytes(),
            type=Manifest,
            dec_hook=lambda kind, value: kind(value),  # the folder's path
        )
    except FileNotFoundError:
        if path.exists() and not _is_free(folder):
            raise UsageError(
                f"{name} is there already and is no harvest; name a folder that is empty or not there yet."
            ) from None
        return None
    except msgspec.DecodeError as error:
        raise UsageError(
            f"{folder.manifest} is damaged ({error}); choose another folder."
        ) from error
    if known.options != wanted.options:
        raise UsageError(
            f"{name} is a harvest with other options; two never mix: choose another folder."
        )
    missing = sorted(known.inputs.keys() - wanted.inputs.keys())
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise UsageError(
            f"{name} is a harvest of {missing[0]}{more}, too, which is not named now; two never mix: name all, or choose"
            " another folder."
        )
    return known


def _is_free(folder: HarvestFolder) -> bool:
    """Whether a folder is empty, but for what a run that was ended at once may have left."""
    begun = f"{folder.manifest.name}.partial"
    return folder.path.is_dir() and all(one.name == begun for one in folder.path.iterdir())
