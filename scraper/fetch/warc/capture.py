"""Pages out of web archives: answers with a body that can be a page, repetitions with the body that they name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from parsers.challenge import PAGE_STATUSES
from parsers.errors import NothingReadableError, UsageError
from parsers.records import Page, Viewer
from parsers.wayback import archived_address
from scraper.fetch.address import normalise_url
from scraper.fetch.capture import Capture, CapturedFile
from scraper.fetch.warc.answer import HttpAnswer, body_of, http_answer, original_headers
from scraper.fetch.warc.record import MOST_BYTES, Broken, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from parsers.media_link import MediaKind
    from scraper.fetch.warc.file import Location, WarcFile

OBSERVATIONS_URL = "urn:threadkeep:observations"
_MEDIA_TYPES = re.compile(
    r"(?:text/(?:html|plain|xml)|application/(?:[a-z0-9.+-]*xml|[a-z0-9.+-]*jsonl?))\b|\Z"
)
_NOT_MODIFIED = 304
_KINDS = frozenset(
    ("topic", "reply", "list", "other", "robots", "site-info", "feed", "sitemap", "dump")
)
_MEDIA_KINDS: dict[str, MediaKind] = {
    "image": "image",
    "avatar": "avatar",
    "attachment": "attachment",
}
_VIEWERS: dict[str, Viewer] = {"guest": "guest", "member": "member", "moderator": "moderator"}


@dataclass(frozen=True, slots=True)
class _Spot:
    file: WarcFile
    location: Location

    def load(self) -> Record:
        return self.file.record_at(self.location)

    def __str__(self) -> str:
        return f"{self.file.name}, the record at offset {self.location.offset}"


@dataclass(slots=True)
class WebArchive:
    """The pages of some files of records.

    Attributes:
        files: the files.
        is_host: whether pages of a host are wanted.
        observations: what the archive that the files were written from knew beside its pages, as JSON.
        media: pictures and files that it kept since posts show them.
    """

    files: tuple[WarcFile, ...]
    is_host: Callable[[str], bool]
    observations: list[bytes] = field(default_factory=list[bytes])
    media: list[CapturedFile] = field(default_factory=list[CapturedFile])

    def captures(self) -> Iterator[Capture | str]:
        """Every page in order, and a sentence for each record that cannot be read."""
        bodies: dict[str, _Spot] = {}
        waiting: list[tuple[_Spot, Record]] = []
        for file in self.files:
            for location, one in file.records():
                spot = _Spot(file, location)
                if isinstance(one, Broken):
                    yield f"{spot} {one.reason}."
                elif one.fields.get("warc-type") != "revisit":
                    yield from self._captures_of(spot, one, bodies)
                elif (repetition := self._repetition(spot, one, bodies)) is not None:
                    yield repetition
                elif _may_repeat_a_page(one) and self._is_wanted(url_of(one)):
                    waiting.append((spot, replace(one, block=b"")))
        for spot, record in waiting:
            lost = f"{spot} repeats a page of {url_of(record)} that is not in the file."
            yield self._repetition(spot, record, bodies) or lost

    def _captures_of(
        self, spot: _Spot, record: Record, bodies: dict[str, _Spot]
    ) -> Iterator[Capture]:
        kind, url = record.fields.get("warc-type"), url_of(record)
        if url == OBSERVATIONS_URL:
            self.observations.append(record.block or b"")
        elif (file := _captured_file(spot, record)) is not None:
            self.media.append(file)
        elif is_a_page(record) and self._is_wanted(url):
            bodies.update(dict.fromkeys(names_of(record), spot))
            if kind == "resource" or own_kind(record) or has_page_status(record):
                load = partial(_page, spot, spot)
                yield Capture(place=str(spot), load=load, kind=own_kind(record))

    def _repetition(self, spot: _Spot, record: Record, bodies: dict[str, _Spot]) -> Capture | None:
        """A page that was the same as another; None where that has not been met."""
        named = next((bodies[name] for name in names_wanted(record) if name in bodies), None)
        if named is None or not self._is_wanted(url_of(record)):
            return None
        return Capture(place=str(spot), load=partial(_page, spot, named), kind=own_kind(record))

    def _is_wanted(self, url: str) -> bool:
        return not url.startswith(("http://", "https://")) or self.is_host(
            host_of(archived_address(url) or url)
        )


def _captured_file(spot: _Spot, record: Record) -> CapturedFile | None:
    """What posts show, where an archive of threadkeep kept it; pictures in other files are nobody's in particular."""
    kind = _MEDIA_KINDS.get(record.fields.get("threadkeep-media", ""))
    moment = moment_of(record)
    if kind is None or moment is None or record.fields.get("warc-type") != "resource":
        return None
    return CapturedFile(
        place=str(spot),
        url=url_of(record),
        kind=kind,
        fetched_at=moment,
        load=lambda: spot.load().block or b"",
    )


def _may_repeat_a_page(record: Record) -> bool:
    answer = http_answer(record.block or b"")
    return answer is None or bool(_MEDIA_TYPES.match(answer.header("content-type").lower()))


def url_of(record: Record) -> str:
    """What a record is of, as it says."""
    return record.fields.get("warc-target-uri", "").strip("<>").replace(" ", "%20")


def is_a_page(record: Record) -> bool:
    """Whether a record holds what may be a page, by its type and its media type."""
    if record.block is None:
        return False
    kind = record.fields.get("warc-type")
    if kind == "resource":
        return bool(_MEDIA_TYPES.match(record.fields.get("content-type", "")))
    answer = http_answer(record.block) if kind == "response" else None
    return answer is not None and bool(_MEDIA_TYPES.match(answer.header("content-type").lower()))


def has_page_status(record: Record) -> bool:
    """Whether its HTTP status is one that pages come with."""
    answer = http_answer(record.block or b"")
    return answer is not None and answer.status in PAGE_STATUSES


def own_kind(record: Record) -> str | None:
    """What an archive of threadkeep kept it as."""
    kind = record.fields.get("threadkeep-kind")
    return kind if kind in _KINDS else None


def names_of(record: Record) -> Iterator[str]:
    """By what a repetition can name this record."""
    fields = record.fields
    for name in ("warc-record-id", "warc-payload-digest"):
        if fields.get(name):
            yield fields[name]
    yield f"{url_of(record)} {fields.get('warc-date')}"


def names_wanted(record: Record) -> Iterator[str]:
    """By what a repetition names another record, the surest first."""
    fields = record.fields
    yield fields.get("warc-refers-to", "")
    yield f"{fields.get('warc-refers-to-target-uri', '').strip('<>')} {fields.get('warc-refers-to-date')}"
    yield fields.get("warc-payload-digest", "")


def _page(spot: _Spot, body_spot: _Spot) -> Page:
    """The page of a record, with the body of one that may be another. See `page_of`."""
    record = spot.load()
    return page_of(record, record if spot == body_spot else body_spot.load())


def page_of(record: Record, source: Record, most_bytes: int = MOST_BYTES) -> Page:
    """The page of a record, as it came.

    Args:
        record: what says when and from where.
        source: what holds the body: the same, or the one that it repeats.
        most_bytes: that the body may unpack to.

    Raises:
        NothingReadableError: it breaks off or is damaged.
    """
    moment = moment_of(record)
    if moment is None:
        raise NothingReadableError("it does not say when it came")
    own = http_answer(record.block or b"")
    answer = http_answer(source.block or b"")
    if own is None or own.status == _NOT_MODIFIED:
        own = answer
    is_ours = own_kind(record) is not None
    url = _address(url_of(record), is_ours=is_ours)
    fields = record.fields
    return Page(
        url=fields.get("threadkeep-asked-for", url),
        final_url=url,
        status=own.status if own is not None else 200,
        headers=original_headers(own, is_ours=is_ours) if own is not None else (),
        body=body_of(_whole(answer, fields), most_bytes)
        if answer is not None
        else source.block or b"",
        fetched_at=moment,
        redirects=_redirects(fields.get("threadkeep-redirects", "[]")),
        viewer=_VIEWERS.get(fields.get("threadkeep-viewer", ""), "guest"),
    )


def _whole(answer: HttpAnswer, fields: dict[str, str]) -> HttpAnswer:
    if "warc-truncated" in fields or "warc-segment-number" in fields:
        raise NothingReadableError("whoever fetched it did not get it as a whole")
    return answer


def _address(url: str, *, is_ours: bool) -> str:
    """The address in the form that threadkeep compares; what a dump of ours has for one may be none."""
    if url == "urn:threadkeep:dump":
        return ""
    try:
        return normalise_url(url)
    except UsageError as error:
        if is_ours:
            return url
        raise NothingReadableError(str(error).rstrip(".")) from error


def _redirects(text: str) -> tuple[str, ...]:
    try:
        return msgspec.json.decode(text, type=tuple[str, ...])
    except msgspec.DecodeError:
        return ()


_FIRST_YEAR = 1990  # of the web


def moment_of(record: Record) -> datetime | None:
    """When a record came, as far as it says that."""
    digits = re.sub(r"[^0-9]", "", record.fields.get("warc-date", ""))
    try:
        moment = datetime.strptime(digits[:14].ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment if moment.year >= _FIRST_YEAR else None


def host_of(url: str) -> str:
    """Host and port of an address, without a leading `www.`; empty where it has none."""
    try:
        return urlsplit(url).netloc.lower().removeprefix("www.")
    except ValueError:
        return ""
