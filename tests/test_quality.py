"""The quality gate itself: it fails below a floor, and lowers none without being told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.quality import Tally, below, read_floors, write_floors

if TYPE_CHECKING:
    from pathlib import Path


def tally(right: int, of: int, digest: str = "abc") -> Tally:
    made = Tally(digest=digest)
    for number in range(of):
        keys = {"field": "author", "theme": "classic"}
        made.add(keys, "Ada Ferro" if number < right else "Ben", "Ada Ferro")
    return made


def test_a_rate_is_never_rounded_up_to_all() -> None:
    assert tally(99_999, 100_000).rates()["field"]["author"] == 99.999
    assert tally(3, 3).rates() == {"field": {"author": 100.0}, "theme": {"classic": 100.0}}


def test_what_is_wrong_is_named() -> None:
    (line,) = tally(1, 2).wrong
    assert "author" in line
    assert "'Ben', not 'Ada Ferro'" in line


def test_a_rate_below_its_floor_or_gone_is_named() -> None:
    floors = {"field": {"author": 100.0, "role": 90.0}, "theme": {"classic": 50.0}}
    lines = list(below(tally(9, 10).rates(), floors))
    assert lines == [
        "field author: 90.0 %, the floor is 100.0 %",
        "field role: None %, the floor is 90.0 %",
    ]


def test_floors_are_pinned_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "floors.toml"
    write_floors(path, tally(9, 10, "first"), allow_lower=False)
    assert read_floors(path) == ("first", {"field": {"author": 90.0}, "theme": {"classic": 90.0}})
    write_floors(path, tally(10, 10, "second"), allow_lower=False)
    assert read_floors(path)[1]["field"] == {"author": 100.0}


def test_a_floor_is_lowered_only_where_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "floors.toml"
    write_floors(path, tally(10, 10), allow_lower=False)
    before = path.read_bytes()
    with pytest.raises(SystemExit, match=r"the floor is 100\.0 %"):
        write_floors(path, tally(9, 10), allow_lower=False)
    assert path.read_bytes() == before
    write_floors(path, tally(9, 10), allow_lower=True)
    assert read_floors(path)[1]["field"] == {"author": 90.0}
