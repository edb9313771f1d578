"""Show results on stdout and everything else on stderr: safe on a terminal, JSON where asked for, plain columns."""

from __future__ import annotations

import errno
import io
import os
import re
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from parsers.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

# C0 but the line feed, DEL, C1, and the bidirectional overrides and isolates.
_UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# JSON escapes C0 itself.
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Text that came from a site, safe on a terminal: control characters, and marks that turn lines round, are shown."""
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str) -> str:
    """Text that came from a site, safe on a terminal and within one line."""
    return printable(" ".join(text.split()))


def counted(number: int, what: str) -> str:
    """A number with its noun: `1 post`, `2 posts`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def say(text: str) -> None:
    """Print a line of a result.

    Raises:
        ExportError: it cannot be written, for another reason than that its reader went away.
    """
    with told_plainly():
        sys.stdout.write(f"{printable(text)}\n")


def say_marked(text: str, marks: Iterable[tuple[int, int]], *, indent: str = "") -> None:
    """Print a line of a result; on a terminal, what is marked stands out.

    Args:
        text: from a site.
        marks: the first character of each, and the one after its last.
        indent: what stands before it.

    Raises:
        ExportError: see `say`.
    """
    begin, end = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() else ("", "")
    pieces = [indent]
    done = 0
    for first, last in marks:
        if first >= done:
            pieces += [printable(text[done:first]), begin, printable(text[first:last]), end]
            done = last
    with told_plainly():
        sys.stdout.write(f"{''.join(pieces)}{printable(text[done:])}\n")


def warn(text: str) -> None:
    """Print a line beside the results. That nobody reads them any more stops no run."""
    with suppress(OSError):
        sys.stderr.write(f"{printable(text)}\n")


def say_json(value: object) -> None:
    """Print a report as JSON.

    Raises:
        ExportError: see `say`.
    """
    import msgspec  # noqa: PLC0415  # only reports need it

    from exporters.record import json_of  # noqa: PLC0415  # likewise

    plain = msgspec.to_builtins(value, enc_hook=str)
    data = msgspec.json.format(json_of(plain), indent=2)
    text = data.decode("utf-8", "replace")
    safe = _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    with told_plainly():
        sys.stdout.write(f"{safe}\n")


def say_columns(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table: columns as wide as what is in them, numbers to the right, the last column as long as it is."""
    from rich.cells import cell_len  # noqa: PLC0415  # only tables need it

    cells = [heads, *(tuple(map(one_line, row)) for row in rows)]
    widths = [max(cell_len(row[place]) for row in cells) for place in range(len(heads))]
    is_number = [
        len(cells) > 1 and all(re.fullmatch(r"[\d/-]*", row[place]) for row in cells[1:])
        for place in range(len(heads))
    ]
    for row in cells:
        padded = [
            _padded(cell, width - cell_len(cell), to_the_right=right)
            for cell, width, right in zip(row, widths, is_number, strict=True)
        ]
        say("  ".join(padded).rstrip())


def _padded(cell: str, blanks: int, *, to_the_right: bool) -> str:
    return f"{' ' * blanks}{cell}" if to_the_right else f"{cell}{' ' * blanks}"


def prepare_streams() -> None:
    """Make the standard streams take any text: what their encoding has no sign for is replaced, not fatal.

    A stream that the caller has closed is one that nobody reads.
    """
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  # open to the end
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  # open to the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def flush_output() -> None:
    """Print what is still waiting to be printed.

    Raises:
        ExportError: see `say`.
    """
    with told_plainly():
        sys.stdout.flush()


@contextmanager
def told_plainly() -> Generator[None]:
    """Turn what stdout answers into one sentence; that its reader has seen enough is no error.

    Raises:
        ExportError: it cannot be written, for another reason.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _OF_STDOUT:
            raise
        _discard_output()
        if error.errno != errno.EPIPE:
            raise ExportError(f"The report cannot be written ({error.strerror}).") from error


_OF_STDOUT = frozenset({errno.EPIPE, errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EFBIG})


def _discard_output() -> None:
    """Point stdout nowhere: its reader has gone, and Python would complain of it once more at its exit."""
    with suppress(OSError, ValueError):  # not every stream is a file
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, sys.stdout.fileno())
        finally:
            os.close(nowhere)
