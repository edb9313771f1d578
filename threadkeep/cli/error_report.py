"""What a command that failed prints with `--json`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorReport:
    """Why a command failed before it had anything to report.

    Attributes:
        error: one sentence, the same as on standard error.
        exit_code: as the command line exits.
    """

    error: str
    exit_code: int
