"""Read records out of web archives: fastwarc as long as all is well, and past what is broken the reader that knows damage."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from scraper.fetch.warc.file import WarcFile
from scraper.fetch.warc.record import Broken, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from scraper.politeness.clock import Clock

KINDS = frozenset(("response", "resource", "revisit", "conversion"))
_GZIP = b"\x1f\x8b"
_WARC = b"WARC/"


@dataclass(slots=True)
class ReadTimes:
    """Where the time goes while records are read, in seconds.

    Attributes:
        reading: waiting for the disk or the network.
        unpacking: everything else until a record is there: decompression and the records' heads.
        bytes_read: as they are stored.
    """

    reading: float = 0.0
    unpacking: float = 0.0
    bytes_read: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record that may hold a page.

    Attributes:
        offset: where it begins in the file.
        kind: its type.
        url: what it is of.
        length: of its block.
        stated: what an archive of threadkeep kept it as.
        fields: gives its named fields, their names in small letters.
        block: its bytes; null where they are more than the ceiling.
    """

    offset: int
    kind: str
    url: str
    length: int
    stated: str | None
    fields: Callable[[], dict[str, str]]
    block: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """What cannot be read.

    Attributes:
        offset: where it begins in the file.
        reason: to go on “the record at offset N”.
    """

    offset: int
    reason: str


class _TimedStream:
    """A stream that knows how long it kept its reader waiting."""

    def __init__(self, stream: BinaryIO, times: ReadTimes, clock: Clock) -> None:
        self._stream = stream
        self._times = times
        self._clock = clock

    def read(self, size: int = -1) -> bytes:
        """See `BinaryIO.read`."""
        before = self._clock.monotonic()
        data = self._stream.read(size)
        self._times.reading += self._clock.monotonic() - before
        self._times.bytes_read += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """See `BinaryIO.seek`."""
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """See `BinaryIO.tell`."""
        return self._stream.tell()


@dataclass(slots=True)
class RecordReader:
    """Reads one file of records.

    Attributes:
        name: of the file, for sentences.
        stream: what can be read and sought in.
        most_bytes: of a record; a larger one is passed over.
        clock: measures.
        times: where the time went.
    """

    name: str
    stream: BinaryIO
    most_bytes: int
    clock: Clock
    times: ReadTimes = field(default_factory=ReadTimes)
    _seen: int = 0
    _last: int = 0
    _told: Found | None = None

    def records(self) -> Iterator[Found | Damage]:
        """Every record that may hold a page, in order, and what is broken."""
        self.stream.seek(0)
        top = self.stream.read(len(_WARC))
        if not top:
            yield Damage(offset=0, reason="is empty")
            return
        self.stream.seek(0)
        if not (top.startswith(_GZIP) or top == _WARC):
            yield from self._carefully(skip=0)  # an ARC file, or no web archive at all
            return
        is_well = yield from self._quickly()
        if not is_well or self._is_torn():
            yield from self._carefully(skip=self._seen)

    def _quickly(self) -> Generator[Found, None, bool]:
        """Records by fastwarc, each once the next one is known to begin where this one ends; gives whether all was well."""
        iterator = self._iterator()
        held: Found | None = None
        while True:
            before, waited = self.clock.monotonic(), self.times.reading
            try:
                record = next(iterator, None)
                one = None if record is None else self._found(record)
            except OSError:
                return False
            finally:
                passed = self.clock.monotonic() - before
                self.times.unpacking += passed - (self.times.reading - waited)
            if held is not None:
                is_whole = held.block is None or len(held.block) == held.length
                if not is_whole:
                    return False
                self._seen += 1
                self._told = held if one is None else None
                yield held
            if one is None:
                return True
            held = one

    def _iterator(self) -> Iterator[Any]:
        warc = cast("Any", importlib.import_module("fastwarc.warc"))
        kinds = warc.WarcRecordType
        wanted = kinds.response | kinds.resource | kinds.revisit | kinds.conversion
        stream = _TimedStream(self.stream, self.times, self.clock)
        return iter(warc.ArchiveIterator(stream, record_types=wanted, parse_http=False))

    def _found(self, record: Any) -> Found:  # noqa: ANN401  fastwarc's types are of its own build
        headers, length = record.headers, int(record.content_length)
        self._last = int(record.stream_pos)
        return Found(
            offset=self._last,
            kind=str(record.record_type),
            url=_address(headers.get("WARC-Target-URI") or ""),
            length=length,
            stated=headers.get("Threadkeep-Kind"),
            fields=lambda: {name.lower(): value for name, value in headers},
            block=record.reader.read() if length <= self.most_bytes else None,
        )

    def _is_torn(self) -> bool:
        """Whether something is wrong behind the last record that was read, which fastwarc does not tell."""
        file = WarcFile(self.name, self.stream)
        if file.is_start(self._last):
            return any(isinstance(one, Broken) for _, one in file.records(self._last))
        return not file.ends_well()

    def _carefully(self, *, skip: int) -> Iterator[Found | Damage]:
        """Every record from where it is known that all was well; a damaged one costs itself only."""
        file = WarcFile(self.name, self.stream)
        is_here = skip > 0 and file.is_start(self._last)
        start, left = (self._last, 0) if is_here else (0, skip)
        before = self.clock.monotonic()
        for place, one in file.records(start, self.most_bytes):
            self.times.unpacking += self.clock.monotonic() - before
            is_told = is_here and self._is_told(place.offset, one)
            if isinstance(one, Broken):
                if not is_told:
                    yield Damage(offset=place.offset, reason=one.reason)
            elif one.fields.get("warc-type") in KINDS:
                if not left and not is_told:
                    yield _of_record(place.offset, one)
                left = max(0, left - 1)
            before = self.clock.monotonic()

    def _is_told(self, offset: int, one: Record | Broken) -> bool:
        """Whether it is the last record that fastwarc gave; one that it did not load may be broken all the same."""
        told = self._told
        is_same = told is not None and told.offset == offset
        return is_same and (
            isinstance(one, Record) or (told is not None and told.block is not None)
        )


def _of_record(offset: int, record: Record) -> Found:
    fields = record.fields
    return Found(
        offset=offset,
        kind=fields["warc-type"],
        url=_address(fields.get("warc-target-uri", "")),
        length=int(fields["content-length"]),
        stated=fields.get("threadkeep-kind"),
        fields=lambda: fields,
        block=record.block,
    )


def _address(text: str) -> str:
    return text.strip("<>").replace(" ", "%20")
