"""The skeletons in CONTRIBUTING.md work as they stand: an engine, a format and a language are added and found."""

from __future__ import annotations

import io
import re
import tomllib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import pytest

import exporters.formats
import parsers.engines
from exporters.exporter import ExportOptions
from exporters.registry import exporter_for_path, exporter_named
from parsers.count_sentence import read_count
from parsers.dates.reader import DateReader
from parsers.document import read_document
from parsers.errors import LayoutChangedError
from parsers.locale import Locale, role_key
from parsers.records import Page
from parsers.registry import recognise
from tests.documents import ROOT
from tests.threads import make_post, make_thread

if TYPE_CHECKING:
    from pathlib import Path

    from parsers.document import Document

_TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def skeleton(language: str, begins: str) -> str:
    """The block of a language that begins with a line."""
    found = re.search(
        rf"^```{language}\n({re.escape(begins)}\n.*?)^```$", _TEXT, re.DOTALL | re.MULTILINE
    )
    assert found, f"no block of {language} begins with {begins}"
    return found[1]


def document(body: str, url: str = "https://board.example/thread/7") -> Document:
    now = datetime(2026, 1, 15, tzinfo=UTC)
    return read_document(
        Page(url=url, final_url=url, status=200, body=body.encode(), fetched_at=now)
    )


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine, in a folder beside the engines that there are."""
    source = skeleton("python", "# parsers/engines/example_board.py")
    (tmp_path / "example_board.py").write_text(source, "utf-8")
    monkeypatch.setattr(parsers.engines, "__path__", [*parsers.engines.__path__, str(tmp_path)])


@pytest.mark.usefixtures("engine")
def test_the_engine_reads_its_fixture() -> None:
    header, _, page = skeleton("html", "<!--").removeprefix("<!--\n").partition("-->\n")
    case = tomllib.loads(header)
    found, kind = recognise(document(page, case["url"]))
    assert (found.name, kind) == ("example-board", "topic")
    topic = found.parse_topic(document(page, case["url"]))
    assert case["why"]
    assert case["source"]
    assert case["expect"] == {
        "title": topic.title,
        "topic_id": topic.topic_id,
        "posts.#": len(topic.posts),
        "posts.1.author.name": topic.posts[1].author.name,
        "posts.1.author.url": topic.posts[1].author.url or "none",
    }
    assert topic.posts[0].body_html == "<p>Is anybody here?</p>"
    assert topic.posts[0].author.url == "https://board.example/member/ada"
    assert [post.kind for post in topic.posts] == ["topic", "reply"]


@pytest.mark.usefixtures("engine")
def test_the_engine_refuses_an_empty_page() -> None:
    empty = document("<body class='example-board'><h1>Hello</h1></body>")
    found, _ = recognise(empty)
    assert found.claims(found.example)
    with pytest.raises(LayoutChangedError):
        found.parse_topic(empty)


def test_the_format_is_found_and_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = skeleton("python", "# exporters/formats/lines.py")
    (tmp_path / "lines.py").write_text(source, "utf-8")
    monkeypatch.setattr(
        exporters.formats, "__path__", [*exporters.formats.__path__, str(tmp_path)]
    )
    posts = [make_post(post_id=1), make_post(post_id=2, gone_at="2026-01-01T00:00:00Z")]
    out = io.BytesIO()
    assert exporter_for_path("all.lines") is exporter_named("lines")
    assert exporter_named("lines").write([make_thread(posts)], out, ExportOptions()) == 1
    assert out.getvalue() == b"1 Anna: Hi\n"


def test_the_language_is_read() -> None:
    locale = msgspec.toml.decode(skeleton("toml", "# parsers/locales/eo.toml"), type=Locale)
    claim = read_count("Vidigas 10 afiŝojn - 1 ĝis 10 (el 12 sume)", locale)
    assert claim is not None
    assert (claim.unit, claim.first, claim.last, claim.total) == ("posts", 1, 10, 12)
    assert role_key("Partoprenanto", locale) == "participant"
    reader = DateReader.learn(["3 May 2015 je 09:14"], words=locale.dates, language="eo")
    assert reader.read("3 May 2015 je 09:14") == datetime(2015, 5, 3, 9, 14)  # noqa: DTZ001 - local, as displayed
