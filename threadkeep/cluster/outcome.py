"""What became of a task, as the command has to know it: its result, or why there is none, in words."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, cast

from parsers.errors import ClusterError, ThreadkeepError, UsageError
from threadkeep.jobs.run import BUG

if TYPE_CHECKING:
    from threadkeep.cluster.engine import Future
    from threadkeep.cluster.piece import Piece, PieceEnd


def outcome_of(future: Future, piece: Piece) -> PieceEnd | ThreadkeepError | str:
    """What became of a piece of work that has ended.

    Returns:
        Its end; an error of threadkeep's where the cluster could not do it; a sentence where it is a bug, which is then
        on standard error.
    """
    if future.status == "finished":
        return cast("PieceEnd", future.result())
    error = future.exception() if future.status == "error" else None
    hosts = ", ".join(piece.hosts)
    if error is None:
        return ClusterError(f"The cluster has lost what it did for {hosts}; run this again.")
    if isinstance(error, ThreadkeepError):
        return error
    if isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] == "threadkeep":
        return UsageError("A worker has no threadkeep: install threadkeep[cluster] there.")
    if type(error).__name__ == "KilledWorker":
        return ClusterError(
            f"Several workers died while they read {hosts}, and no other is tried; their own logs, and the machines' memory,"
            " may tell why."
        )
    traceback.print_exception(error)
    return BUG
