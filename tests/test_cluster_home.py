"""The home of an archive: whole or not at all, and never overwritten by a worker that was taken for dead."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from aiohttp import ClientPayloadError

from parsers.errors import ArchiveError, ArchiveLockedError, ExportError, ThreadkeepError
from scraper.politeness.clock import FakeClock
from tests.object_store import ObjectStore, made_known
from threadkeep.cluster.claim import Holding, SupersededError, forget_claim, read_claim
from threadkeep.home import home_at

if TYPE_CHECKING:
    from threadkeep.home import Home


@pytest.fixture
def failing() -> Counter[str]:
    """Of each request to a store of objects, how many are to fail."""
    count: Counter[str] = Counter()
    made_known(count)
    return count


@pytest.fixture(params=["path", "memory", "objects"])
def home(request: pytest.FixtureRequest, tmp_path: Path, failing: Counter[str]) -> Home:
    del failing
    if request.param == "path":
        return home_at(str(tmp_path / "homes" / "forum.db"))
    return home_at(f"{request.param}://{tmp_path.name}/forum.db")


def file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "file"
    path.write_text(text, "utf-8")
    return path


def what_is_at(home: Home, tmp_path: Path) -> str | None:
    into = tmp_path / "fetched"
    return into.read_text("utf-8") if home.fetch(into) else None


def held(home: Home, run: str = "one", clock: FakeClock | None = None) -> Holding:
    return Holding(home, run, "worker", clock or FakeClock(), seconds=60)


def test_a_file_appears_when_it_is_settled(home: Home, tmp_path: Path) -> None:
    assert what_is_at(home, tmp_path) is None
    home.put_beside(file(tmp_path, "old"), "a")
    assert what_is_at(home, tmp_path) is None
    home.settle("a")
    assert what_is_at(home, tmp_path) == "old"
    home.put_beside(file(tmp_path, "new"), "b")
    home.discard("b")
    home.discard("b")
    assert what_is_at(home, tmp_path) == "old"
    with pytest.raises(ExportError):
        home.settle("b")


def test_a_late_publication_overwrites_nothing(home: Home, tmp_path: Path) -> None:
    first = held(home)
    home.put_beside(file(tmp_path, "of the first"), first.claim.token)
    second = held(home)  # the first was taken for dead
    home.put_beside(file(tmp_path, "of the second"), second.claim.token)
    second.publish()
    with pytest.raises(SupersededError):
        first.publish()
    assert what_is_at(home, tmp_path) == "of the second"
    second.release(None)
    forget_claim(home, "one")
    with pytest.raises(SupersededError):
        first.publish()
    assert what_is_at(home, tmp_path) == "of the second"


def test_what_a_dead_worker_brought_can_be_found(home: Home, tmp_path: Path) -> None:
    first = held(home)
    home.put_beside(file(tmp_path, "half"), first.claim.token)
    second = held(home)
    assert second.before is not None
    home.clear(second.before.token)
    with pytest.raises(ExportError):
        home.settle(first.claim.token)


@pytest.fixture
def far(failing: Counter[str]) -> Home:
    del failing
    return home_at("objects://bucket/forums/forum.db")


# A library's own, which is none of the system's.
_ERRORS = (OSError(104, "Connection reset by peer"), ClientPayloadError("not completed"))


@pytest.mark.parametrize("error", _ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("request_kind", ["put", "copy", "get"])
def test_a_publication_that_is_interrupted_leaves_what_was_there_and_is_made_good(
    far: Home,
    failing: Counter[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    request_kind: str,
) -> None:
    monkeypatch.setattr(ObjectStore, "error", error)
    first = held(far)
    published(first, far, file(tmp_path, "old"))
    failing[request_kind] = 1
    with pytest.raises(ThreadkeepError, match=f"cannot be (written|read).*{error.args[-1]}"):
        published(first, far, file(tmp_path, "new"))
    assert what_is_at(far, tmp_path) == "old"
    second = held(far)  # the worker dies now, and another takes over
    assert second.before is not None
    far.clear(second.before.token)
    assert [name for name in ObjectStore.objects if name.endswith(".part")] == []
    published(second, far, file(tmp_path, "new"))
    assert what_is_at(far, tmp_path) == "new"


def published(holding: Holding, home: Home, path: Path) -> None:
    home.put_beside(path, holding.claim.token)
    holding.publish()


def test_a_publication_whose_rest_cannot_be_removed_is_there_and_can_be_repeated(
    far: Home, failing: Counter[str], tmp_path: Path
) -> None:
    holding = held(far)
    failing["remove"] = 1
    with pytest.raises(ExportError):
        published(holding, far, file(tmp_path, "new"))
    assert what_is_at(far, tmp_path) == "new"
    published(holding, far, file(tmp_path, "newer"))
    assert what_is_at(far, tmp_path) == "newer"
    assert sorted(ObjectStore.objects) == [
        "bucket/forums/forum.db",
        "bucket/forums/forum.db.claim",
    ]


def test_what_another_machine_wrote_is_seen_however_old_a_listing_is(far: Home) -> None:
    first = held(far)
    ObjectStore().ls("objects://bucket/forums")
    other = replace(first.claim, token="of another")
    ObjectStore.objects["bucket/forums/forum.db.claim"] = msgspec.json.encode(other)
    with pytest.raises(SupersededError):
        first.check()


@pytest.mark.parametrize("name", ["forum[1].db", "what?.db", "all*.db"])
def test_a_name_that_looks_like_a_pattern_is_a_name(
    failing: Counter[str], tmp_path: Path, name: str
) -> None:
    del failing
    home = home_at(f"objects://bucket/{name}")
    home.put_beside(file(tmp_path, "new"), "a")
    home.settle("a")
    assert what_is_at(home, tmp_path) == "new"
    assert list(ObjectStore.objects) == [f"bucket/{name}"]


def test_half_a_note_is_cleared_away(tmp_path: Path) -> None:
    home = home_at(str(tmp_path / "forum.db"))
    other = tmp_path / ".forum.db2.claim.ab.part"
    for left in (tmp_path / ".forum.db.claim.ab.part", other):
        left.write_text("{", "utf-8")
    home.clear(None)
    assert [path.name for path in tmp_path.iterdir()] == [other.name], "it is another archive's"


def test_another_run_is_kept_off_for_as_long_as_it_may_live(home: Home) -> None:
    clock = FakeClock()
    held(home, "one", clock)
    with pytest.raises(ArchiveLockedError, match="Another run or job holds"):
        held(home, "two", clock)
    clock.advance(timedelta(seconds=61).total_seconds())
    held(home, "two", clock)


def test_a_run_whose_process_is_gone_is_not_waited_for(home: Home) -> None:
    first = held(home)
    gone = replace(first.claim, process=2**22 + os.getpid())  # larger than any number of a process
    home.write_note(".claim", msgspec.json.encode(gone))
    held(home, "two")


def test_what_was_given_back_is_free_and_leaves_nothing(home: Home) -> None:
    first = held(home)
    first.release(None)
    held(home, "two").release(None)
    forget_claim(home, "one")
    assert read_claim(home) is not None, "it is another run's by now"
    forget_claim(home, "two")
    assert read_claim(home) is None


def test_a_claim_that_a_crash_cut_off_holds_nobody_up(home: Home) -> None:
    held(home)
    home.write_note(".claim", b'{"token": "ab')
    held(home, "two")


def test_a_home_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "forum.db"
    folder.mkdir()
    with pytest.raises(ArchiveError, match="cannot be read"):
        home_at(str(folder)).fetch(tmp_path / "fetched")
