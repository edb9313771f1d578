"""Erasing that ends at any statement: either nothing has changed, or nothing is left; and the same command again gets there."""

from __future__ import annotations

import shutil
import signal
from typing import TYPE_CHECKING

import pytest

from scraper.archive.database import reading, writing
from scraper.archive.verify import verify
from tests.archiving import exported
from tests.children import Nursery, counting, killed_at
from tests.erasing import planted_and_archived, traces_in

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path

    from tests.erasing import Planted

pytestmark = pytest.mark.sweep

KILLED = -signal.SIGKILL
_MOST = 25


@pytest.fixture
def forum(tmp_path: Path) -> Iterator[Planted]:
    (tmp_path / "here").mkdir()
    with planted_and_archived(tmp_path / "here", topics=3) as found:
        yield found


def test_killed_at_a_statement_nothing_or_everything_is_erased(
    forum: Planted, tmp_path: Path, tried: Counter[str]
) -> None:
    path = forum.site.path
    before = exported(path)
    path.with_suffix(".jsonl").unlink()
    original = tmp_path / "original"
    shutil.copytree(path.parent, original)
    command = ("erase", forum.profile, "-a", path, "--yes", "--mentions", "--quiet")
    with Nursery(tmp_path) as nursery:
        whole = nursery.run(*command, instants=counting("statements"))
        assert whole.code == 0, whole.output
        after = exported(path)
        # Every statement of the beginning and of the end, and in between as many as a sweep has time for.
        step = max(1, whole.count // _MOST)
        ends = range(max(1, whole.count - 12), whole.count + 1)
        for number in sorted({*range(1, whole.count, step), *ends}):
            shutil.rmtree(path.parent)
            shutil.copytree(original, path.parent)
            ended = nursery.run(*command, instants=killed_at(number, "statements"))
            assert ended.code in {0, KILLED}
            tried["kills while erasing, at a statement"] += ended.code == KILLED
            with writing(path, command="test"):
                pass
            with reading(path) as archive:
                assert verify(archive).damage == ()
            found = exported(path)
            assert found in (before, after)
            if found == after:
                path.with_suffix(".jsonl").unlink()
                assert traces_in(path) == []
                tried["kills after which everything was erased"] += 1
            again = nursery.run(*command)
            assert again.code == 0, again.output
            assert exported(path) == after
            path.with_suffix(".jsonl").unlink()
            assert traces_in(path) == []
