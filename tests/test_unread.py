"""What a page keeps back or shows unreadably is missing: the archive says so, whoever counts or does not count it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scraper.archive.database import reading
from scraper.archive.verify import verify
from scraper.politeness.clock import FakeClock
from scraper.sync.importing import ImportJob, import_source
from tests.cases import FIXTURES, read_case

if TYPE_CHECKING:
    from pathlib import Path

    from scraper.sync.importing import ImportReport
    from tests.conftest import CommandLine


def _imported(name: str, tmp_path: Path) -> ImportReport:
    case = read_case(FIXTURES / f"{name}.html")
    source = tmp_path / "page.html"
    source.write_bytes(case.page.body)
    job = ImportJob(source=source, path=tmp_path / "forum.db", url=case.page.url)
    return import_source(job, FakeClock())


@pytest.mark.parametrize(
    ("name", "code", "detail"),
    [
        (
            "bbpress/wrapper-buddyboss-view-more",
            "kept-back",
            "Page 1: The page keeps answers behind a button (4); they were not read.",
        ),
        (
            "structural/post-without-text",
            "post-unread",
            (
                "Page 1 has posts that could not be read (1): Post 103: "
                "The page has the post's number, but its body was not found."
            ),
        ),
        (
            "structural/post-without-number",
            "post-unread",
            (
                "Page 1 has posts that could not be read (1): "
                "1 parts of the page look like posts and have no number; they were not read."
            ),
        ),
    ],
)
def test_what_was_not_read_is_a_gap(name: str, code: str, detail: str, tmp_path: Path) -> None:
    report = _imported(name, tmp_path)
    assert report.exit_code == 3
    assert [(gap.code, gap.detail) for gap in report.topics[0].gaps] == [(code, detail)]
    with reading(tmp_path / "forum.db") as archive:
        assert verify(archive).exit_code == 3


def test_what_only_looks_like_a_post_is_no_gap_where_the_count_is_met(tmp_path: Path) -> None:
    report = _imported("bbpress/topic-second-topic-on-page", tmp_path)
    assert report.exit_code == 0
    assert report.topics[0].gaps == ()


def test_a_gap_of_what_is_kept_back_can_be_accepted(
    tmp_path: Path, threadkeep: CommandLine
) -> None:
    _imported("bbpress/wrapper-buddyboss-view-more", tmp_path)
    path = tmp_path / "forum.db"
    assert threadkeep("verify", "-a", path).code == 3
    assert threadkeep("verify", "-a", path, "--accept-gap").code == 0
    assert threadkeep("verify", "-a", path).code == 0
