"""Saved files and stored pages as sources."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from parsers.errors import NotFoundError, NothingReadableError, UsageError
from parsers.records import Page
from scraper.fetch.fetcher import Request
from scraper.fetch.folder import saved_file, saved_files
from scraper.fetch.replay import ReplayFetcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FORUM = "https://forum.example/forums/topic/hello/"


def test_stored_pages_are_handed_out() -> None:
    page = Page(
        url=FORUM,
        final_url=FORUM,
        status=200,
        body=b"a",
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    fetcher = ReplayFetcher([page])
    assert fetcher.get(Request(url=FORUM, reason="test")) is page
    with pytest.raises(NotFoundError):
        fetcher.get(Request(url=f"{FORUM}x", reason="test"))
    assert [request.url for request in fetcher.requests] == [FORUM, f"{FORUM}x"]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("<!-- saved from url=(0042)https://forum.example/t/?a=1&amp;b=2 -->\n<html><link rel=canonical href=https://no.example/>", "https://forum.example/t/?a=1&b=2"),
        ("<!--\n Page saved with SingleFile \n url: https://forum.example/t/ \n saved date: Thu\n-->", "https://forum.example/t/"),
        ("<!-- saved from url=(0014)about:internet -->\n<link rel=canonical href='https://forum.example/t/?a=1&amp;b=2'>", "https://forum.example/t/?a=1&b=2"),
        ("<link rel=canonical href='/t/'><meta property='og:url' content='https://forum.example/t/'>", "https://forum.example/t/"),
        ("<link rel=canonical href='javascript:x'><base href='https://forum.example/'>", "https://forum.example/"),
        ("<p>Nothing.", "file:page.html"),
    ],
)  # fmt: skip
def test_a_saved_page_says_where_it_came_from(tmp_path: Path, text: str, url: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(text)
    os.utime(path, (0, 1_700_000_000))
    saved = saved_file(path)
    assert saved.page is not None
    assert (saved.page.url, saved.page.body) == (url, text.encode())
    assert saved.page.fetched_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert [problem.code for problem in saved.problems] == (
        ["no-address"] if url.startswith("file:") else []
    )


def test_a_given_address_wins(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("<link rel=canonical href='https://other.example/'>")
    saved = saved_file(path, url="https://Forum.example/t")
    assert saved.page is not None
    assert saved.page.final_url == "https://forum.example/t"


def test_a_folder_is_read_in_order(tmp_path: Path) -> None:
    for name in ("b/index.html", "a é.HTM", "c.xhtml", "c_files/frame.html", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("<p>x")
    (tmp_path / "empty.html").write_text(" \n")
    (tmp_path / "broken.html").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.html")
    files = list(saved_files(tmp_path, base_url="https://forum.example/sub"))
    assert [file.page.url for file in files if file.page] == [
        "https://forum.example/sub/a%20%C3%A9.HTM", "https://forum.example/sub/b/", "https://forum.example/sub/c.xhtml",
    ]  # fmt: skip
    problems = {file.path.name: file.problems[0].code for file in files if file.problems}
    assert problems == {
        "empty.html": "empty-file",
        "broken.html": "unreadable-file",
        "pipe.html": "unreadable-file",
    }


def test_a_folder_that_cannot_be_looked_into_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.html").write_text("<p>x")

    def walk(
        top: Path, onerror: Callable[[OSError], None]
    ) -> Iterator[tuple[str, list[str], list[str]]]:
        yield str(top), ["closed"], ["a.html"]
        onerror(PermissionError(13, "Permission denied", str(top / "closed")))

    monkeypatch.setattr(os, "walk", walk)
    problems = [problem.code for file in saved_files(tmp_path) for problem in file.problems]
    assert problems == ["no-address", "unreadable-folder"]


def test_a_huge_file_is_reported_and_an_odd_time_survived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.html"
    path.write_text("<p>four")

    def stat(_: int) -> os.stat_result:
        return os.stat_result((0, 0, 0, 0, 0, 0, 0, 0, 10**30, 0))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fstat", stat)
        saved = saved_file(path)
    assert saved.page is not None
    assert saved.page.fetched_at == datetime(1970, 1, 1, tzinfo=UTC)
    monkeypatch.setattr("scraper.fetch.folder.MAX_FILE", 5)
    assert [problem.code for problem in saved_file(path).problems] == ["large-file"]


def test_a_file_that_is_no_markup_has_no_address(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(b"<!-- -->")
    assert [problem.code for problem in saved_file(path).problems] == ["no-address"]


def test_a_folder_without_pages_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NothingReadableError):
        saved_files(tmp_path)
    with pytest.raises(UsageError):
        saved_files(tmp_path / "nowhere")
