"""In which order hosts are taken: whoever has had the least of a worker's time comes first, a slice at a time; pure."""

from __future__ import annotations

# Long enough that the lists that a slice begins with are a small part of it, short enough that nobody waits for a giant.
SLICE_SECONDS = 1800.0
_STEP = 60.0


def priority_of(spent: float) -> int:
    """The priority of a host's next slice, as dask counts: larger ones first.

    What a host holds is not known before it was read, and most are small: who is asked for little is done in its first
    slices, and none waits for a giant. Among hosts that have had the same the one that waits longest is first.

    Args:
        spent: seconds that the host has had so far.
    """
    return -int(spent // _STEP)
