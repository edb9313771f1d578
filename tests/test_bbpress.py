"""The bbPress engine: every case of `fixtures/bbpress` is read as its head says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from parsers import errors
from parsers.document import read_document
from parsers.registry import recognise
from tests.cases import Case, cases, differences

if TYPE_CHECKING:
    from parsers.records import PageKind, TopicPage

_PAGES = cases("bbpress")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the engine makes of a page; `topic` and `link` where it is a page of that kind."""

    engine: str
    kind: PageKind
    encoding: str
    topic: TopicPage | None
    link: str | None


def read(case: Case) -> Reading:
    document = read_document(case.page)
    engine, kind = recognise(document)
    return Reading(
        engine=engine.name,
        kind=kind,
        encoding=document.encoding,
        topic=engine.parse_topic(document) if kind == "topic" else None,
        link=engine.topic_link(document) if kind == "reply" else None,
    )


@pytest.mark.parametrize("case", _PAGES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    expect = dict(case.expect)
    error = expect.pop("error", None)
    if error is not None:
        with pytest.raises(getattr(errors, error)) as caught:
            read(case)
        of_error = {path.removeprefix("error."): value for path, value in expect.items()}
        assert differences(caught.value, of_error) == {}
        return
    reading = read(case)
    of_reading: dict[str, Any] = {
        path: expect.pop(path) for path in ("kind", "encoding", "link") if path in expect
    }
    assert differences(reading, of_reading) == {}
    assert differences(reading.topic, expect) == {}
