"""Archives of every format that there was, as they were written then: they become one of today's, and lose nothing."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from parsers.errors import DamagedArchiveError
from scraper.archive.contents_list import post_history
from scraper.archive.database import VERSION, reading, schema_of, writing
from scraper.archive.search import search
from scraper.archive.verify import verify
from scraper.politeness.clock import FakeClock
from scraper.sync.reparsing import reparse
from tests.archiving import exported

PAST = Path(__file__).parent.parent / "fixtures" / "archives"


@pytest.fixture(params=range(1, VERSION))
def past(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An archive as an earlier threadkeep wrote it."""
    path = tmp_path / f"format-{request.param}.db"
    path.write_bytes(gzip.decompress((PAST / f"{path.name}.gz").read_bytes()))
    return path


def truth_of(path: Path) -> dict[str, Any]:
    """What is known of it from where it was made."""
    found: dict[str, Any] = json.loads((PAST / f"{path.stem}.json").read_text("utf-8"))
    for post in found["posts"]:
        post["words"] = post.pop("body_text").split()
    return found


def posts_of(path: Path) -> list[dict[str, object]]:
    return [
        {
            "post_id": record["post_id"],
            "author": record["author"]["name"],
            "published_text": record["published_text"],
            "words": record["body_text"].split(),
        }
        for record in exported(path)
        if record["gone_at"] is None
    ]


def test_an_archive_of_a_past_format_holds_what_it_held(past: Path) -> None:
    truth = truth_of(past)
    assert posts_of(past) == truth["posts"]
    with reading(past) as archive:
        assert verify(archive).exit_code == 0
        history = post_history(archive, truth["edited"]["post_id"])
    assert [seen.body_text for seen in history] == truth["edited"]["bodies"]
    assert reparse(past, FakeClock()).exit_code == 0
    assert posts_of(past) == truth["posts"]


def test_an_archive_of_a_past_format_becomes_one_of_this(past: Path, tmp_path: Path) -> None:
    with reading(past) as archive:
        found = search(archive, "stekker")
    assert [hit.snippet for hit in found.hits] == ["Ik heb de stekker eruit gehaald."]
    new = tmp_path / "new.db"
    with (
        writing(past, command="test") as ours,
        writing(new, command="test", host="forum.test") as theirs,
    ):
        assert schema_of(ours.connection) == schema_of(theirs.connection)


def test_a_page_of_a_past_format_that_is_damaged_is_still_found_so(past: Path) -> None:
    with closing(sqlite3.connect(past, isolation_level=None)) as connection:
        # Not a trace of the frame that Zstandard writes.
        connection.execute(
            "UPDATE contents SET zstd = x'0102' WHERE rowid = (SELECT max(rowid) FROM contents)"
        )
    with reading(past) as archive:
        verdict = verify(archive)
    assert verdict.exit_code == 7
    assert "cannot be unpacked" in verdict.damage[0]


def test_an_archive_of_a_past_format_that_lacks_a_column_is_left_as_it_was(past: Path) -> None:
    with closing(sqlite3.connect(past, isolation_level=None)) as connection:
        connection.execute("ALTER TABLE topics DROP COLUMN stated_replies")
    before = past.read_bytes()
    for _ in range(2):
        with pytest.raises(DamagedArchiveError, match="is damaged"), reading(past):
            pass
        assert past.read_bytes() == before
        assert list(past.parent.iterdir()) == [past]
