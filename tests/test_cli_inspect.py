"""`threadkeep inspect` shows lists and profiles row by row, and names what stands in a page's place."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cases import FIXTURES
from tests.report import validator

if TYPE_CHECKING:
    from tests.conftest import CommandLine

_BBPRESS = FIXTURES / "bbpress"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Where a page is saved to."""
    return tmp_path / "page.html"


_SHOWN = {
    "forum-26-default": (
        "list:     forum, page 1 of 16",
        "forum:    Community",
        "forum id: 5",
        "claim:    Viewing 3 topics - 1 through 2 (of 31 total)",
        "rows:     3 topics",
        "#90 Welcome, by Anna, 12 posts, sticky everywhere, last 2 days ago (#95)",
        "#101 Seeds, by Bert, 1204 posts, closed, sticky, last 3 weeks ago (#9001)",
        "#103 “Roses” & more, by Anna, 1 post, last 1 year, 2 months ago",
    ),
    "forum-category": (
        "rows:     4 forums",
        "#5 Garden, 47 topics, last 2 days ago (#204); below it Herbs (2024), Trees, old",
        "#6 Off-topic & Fun, 19 topics, category, closed, last sometime",
        "#7 Staff, -, no last post",
    ),
    "forum-counts-replies": ("#102 Bulbs, by Anna, 4 replies",),
    "forum-counts-unknown-word": ("#102 Seeds, by Anna, 4 in its column",),
    "forum-de": ("forum id: 5, closed",),
    "forum-past-the-end": ("rows:     none", "notice:   Oh, bother! No topics were found here."),
    "forum-buddyboss": ("#- Bulbs, by -, 1204 in its column, closed", "problem: row-without-number"),
    "list-user-replies": ("of:       Anna", "#204 reply in Hello, by Anna, May 6, 2013 at 10:30 am"),
    "list-search-26": ("list:     search", "#5 forum in Garden, by -"),
    "profile-26": (
        "name:     Anna (anna)",
        "role:     Participant",
        "since:    18 years, 7 months ago",
        "wrote:    topics 1204, replies 39",
        "pages:    started, replies, engagements, favorites",
    ),
    "profile-role-renamed": ("wrote:    topics -, replies 39",),
}  # fmt: skip


@pytest.mark.parametrize("name", _SHOWN)
def test_a_list_or_a_profile_is_shown(name: str, page: Path, threadkeep: CommandLine) -> None:
    shutil.copy(_BBPRESS / f"{name}.html", page)
    ran = threadkeep("inspect", page)
    assert ran.code == 0
    for line in _SHOWN[name]:
        assert line in ran.out
    report = threadkeep("inspect", page, "--json")
    assert report.code == 0
    validator("inspect-report").validate(report.report)
    read = report.report["profile" if name.startswith("profile") else "listed"]
    assert read["engine"] == "bbpress"
    assert report.report["topic"] is None


_REFUSED = {
    "forum-lost-rows": "lists nothing, and does not say that there is nothing",
    "forum-password": "is not for guests",
    "profile-nameless": "names nobody",
    "kind-challenge": "A check that only a browser passes",
    "kind-login-page": "asks for a login",
    "kind-maintenance": "closed for maintenance",
    "kind-missing-theme": "there is nothing at",
    "kind-empty-frame": "is empty",
}


@pytest.mark.parametrize("name", _REFUSED)
def test_what_is_no_list_is_told(name: str, page: Path, threadkeep: CommandLine) -> None:
    shutil.copy(_BBPRESS / f"{name}.html", page)
    ran = threadkeep("inspect", page)
    assert ran.code == 5
    assert _REFUSED[name] in ran.out
