"""What is to be written, kept in a temporary file until it is known what stands before it, in whichever of several files."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Self

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

_LENGTH = 4


class Unit(msgspec.Struct, frozen=True, array_like=True):
    """An item with those that follow it wherever it stands.

    Attributes:
        item: the elements.
        forum: the id of the forum that it is in, or below; 0: none.
        topic: the id of the topic that it belongs to; 0: it is no reply.
        number: its id.
        logins: the accounts that it names.
        tags: the tags that it has.
        again: of a topic the element for a further file; else empty.
    """

    item: bytes
    forum: int
    topic: int
    number: int
    logins: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    again: bytes = b""


class Spool:
    """Units in the order in which they came."""

    def __init__(self, file: IO[bytes]) -> None:
        """Write to a file that is empty."""
        self._file = file
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Unit)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    @property
    def end(self) -> int:
        """Where the next unit will stand."""
        return self._file.seek(0, 2)

    def add(self, unit: Unit) -> None:
        """Keep a unit after the others."""
        data = self._encoder.encode(unit)
        self._file.write(len(data).to_bytes(_LENGTH, "big"))
        self._file.write(data)

    def add_all(self, other: Spool) -> None:
        """Keep the units of another one after the others."""
        other._file.seek(0)
        shutil.copyfileobj(other._file, self._file, 1 << 20)

    def units(self, start: int, end: int) -> Iterator[tuple[int, Unit]]:
        """The units between two places, each with its own; nothing is added meanwhile."""
        place = start
        while place < end:
            self._file.seek(place)
            length = int.from_bytes(self._file.read(_LENGTH), "big")
            yield place, self._decoder.decode(self._file.read(length))
            place += _LENGTH + length

    def at(self, place: int) -> Unit:
        """The unit at a place."""
        return next(self.units(place, place + 1))[1]
