"""The benchmark against other crawlers: what counts as a post that one got, what is printed, and who is left out."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bench.crawling import Visit, archived, main, mirrored, row, scraped
from bench.process import Cost, run

if TYPE_CHECKING:
    from pathlib import Path


def nowhere(name: str) -> None:
    """Find no program and no module of any name."""


def visits(requests: int, *seconds: float) -> list[Visit]:
    return [
        Visit(
            cost=Cost(seconds=took, processor=took / 2, mebibytes=50.0),
            requests=requests,
            share=1 - took / 100,
        )
        for took in seconds
    ]


def test_a_post_counts_where_a_page_shows_it_and_not_where_a_list_names_it(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text(
        '<div id="post-7" class="bbp-reply-header">', "utf-8"
    )
    (tmp_path / "site" / "again.html").write_text('<div id="post-7"><div id="post-8">', "utf-8")
    (tmp_path / "site" / "forum.html").write_text(
        '<ul id="bbp-topic-9" class="post-9"><a href="/x/#post-10">', "utf-8"
    )
    assert mirrored(tmp_path) == {7, 8}


def test_items_and_rows_count_once(tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text('{"id": 7}\n{"id": 8}\n{"id": 7}\n', "utf-8")
    assert scraped(tmp_path) == {7, 8}
    with closing(sqlite3.connect(tmp_path / "forum.db")) as connection:
        connection.execute("CREATE TABLE posts (post_id)")
        connection.executemany("INSERT INTO posts VALUES (?)", [(7,), (9,)])
        connection.commit()
    assert archived(tmp_path) == {7, 9}


def test_a_row_has_medians_of_the_ratios_within_rounds() -> None:
    ours, theirs = visits(50, 1.0, 2.0, 8.0), visits(100, 2.0, 2.0, 2.0)
    assert row("threadkeep", ours, ours) == (
        "  threadkeep           50     2.00 s     1.00 s    92.0 %"
    )
    assert row("wget --mirror", theirs, ours) == (
        "  wget --mirror       100     2.00 s     1.00 s    98.0 %   threadkeep: 0.5, 1, 1 times"
    )


def test_a_program_that_fails_ends_the_benchmark(tmp_path: Path) -> None:
    assert run(("sh", "-c", "exit 8"), folder=tmp_path, good={0, 8}).seconds > 0
    with pytest.raises(SystemExit, match="ended with exit code 8"):
        run(("sh", "-c", "exit 8"), folder=tmp_path)


@pytest.mark.sweep
def test_who_is_not_installed_is_left_out_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.which", nowhere)
    monkeypatch.setattr("bench.crawling.find_spec", nowhere)
    main(["--topics", "3", "--posts", "2", "--rounds", "1"])
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "wget --mirror is left out, since it is not there: install wget"
    assert shown[1].startswith("a Scrapy spider is left out")
    assert shown[1].endswith("pip install --group bench")
    assert [line.split()[0] for line in shown[3:]] == [
        "first",
        "threadkeep",
        "second,",
        "threadkeep",
    ]
    assert all("100.0 %" in line for line in shown[3:] if "threadkeep" in line)
