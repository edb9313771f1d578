"""The engines of bbPress, plugin and stand-alone: every case of their folders in `fixtures` is read as its head says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from parsers import errors
from parsers.document import Document, read_document
from parsers.engine import Engine, ListReader
from parsers.list_records import ListPage, ProfilePage
from parsers.records import TopicPage
from parsers.registry import recognise
from tests.cases import Case, cases, differences

if TYPE_CHECKING:
    from parsers.list_records import ListKind
    from parsers.records import PageKind

_PAGES = [*cases("bbpress"), *cases("bbpress-standalone")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the engine makes of a page.

    Attributes:
        listed: what a page of a list lists.
        content: the page of a topic, a list or a profile.
        link: of a reply's page, where its topic is.
    """

    engine: str
    kind: PageKind
    encoding: str
    listed: ListKind | None
    content: TopicPage | ListPage | ProfilePage | None
    link: str | None


def read(case: Case) -> Reading:
    document = read_document(case.page)
    engine, kind = recognise(document)
    content = _content(engine, kind, document)
    return Reading(
        engine=engine.name,
        kind=kind,
        encoding=document.encoding,
        listed=content.kind if isinstance(content, ListPage) else None,
        content=content,
        link=engine.topic_link(document) if kind == "reply" else None,
    )


def _content(
    engine: Engine, kind: PageKind, document: Document
) -> TopicPage | ListPage | ProfilePage | None:
    if kind == "topic":
        return engine.parse_topic(document)
    if not isinstance(engine, ListReader):
        return None
    if kind in {"forum", "list"}:
        return engine.parse_list(document)
    return engine.parse_profile(document) if kind == "profile" else None


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
        path: expect.pop(path) for path in ("kind", "encoding", "link", "listed") if path in expect
    }
    assert differences(reading, of_reading) == {}
    assert differences(reading.content, expect) == {}


def test_a_body_of_seventy_thousand_letters_is_read_whole() -> None:
    case = next(one for one in _PAGES if one.name == "bbpress/topic-26-default")
    written = [f"Line {number} of a long letter about soil." for number in range(1, 2501)]
    long = "".join(f"<p>{line}</p>\n" for line in written)
    body = case.page.body.replace(b"<p>First.</p>", long.encode(), 1)
    assert len(body) > 70_000
    topic = _content(*recognise(_document(case, body)), _document(case, body))
    assert isinstance(topic, TopicPage)
    assert topic.posts[0].body_text == "\n\n".join([*written, "And more."])


def _document(case: Case, body: bytes) -> Document:
    return read_document(replace(case.page, body=body))
