"""Say on the terminal what a run fetched of the pictures and files that posts show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from threadkeep.cli.console import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.sync.report import MediaOutcome

_UNITS = ("kB", "MB", "GB", "TB")


def media_lines(outcome: MediaOutcome) -> Iterator[str]:
    """What was fetched, what was not, and what is left for further runs."""
    had = f"{counted(outcome.files, 'file')} kept, {readable_size(outcome.bytes)}"
    yield f"pictures and files: {outcome.kept} fetched ({had})"
    losses = [
        (outcome.dead, "no longer there"),
        (outcome.failed, "failed"),
        (outcome.refused, "refused"),
        (outcome.unfit, "too large or not what they should be"),
    ]
    told = ", ".join(f"{count} {what}" for count, what in losses if count)
    if told:
        yield f"  not kept: {told}"
    if outcome.is_full:
        yield "  the archive has as much of them as --media-limit allows"
    if outcome.waiting:
        yield f"  left for the next run: {outcome.waiting}"
    if outcome.elsewhere:
        yield f"  on other hosts, and not asked for: {outcome.elsewhere} (--media-hosts names hosts)"


def readable_size(size: int) -> str:
    """Bytes for people: `812 bytes`, `1.4 MB`."""
    if size < 1000:
        return counted(size, "byte")
    power = min((len(str(size)) - 1) // 3, len(_UNITS))
    return f"{size / 1000**power:.1f} {_UNITS[power - 1]}"
