"""Memory: exporting and settling times hold no more for many posts than for few."""

from __future__ import annotations

import gc
import tracemalloc
from functools import partial
from typing import TYPE_CHECKING

import pytest

from exporters.exporter import ExportOptions
from exporters.registry import exporter_names, page_exporter_named, page_exporter_names
from parsers.selection import Selection
from scraper.archive.database import writing
from scraper.archive.site import note_new_times
from scraper.sync.site_time import settle_times
from tests.archiving import World
from threadkeep.exporting import export_archive, plan_export
from threadkeep.page_exporting import export_pages, plan_page_export

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.sweep

_FEW, _MANY = 1_000, 4_000
# For each post more that is there; a post that was held would take some thousands, its place alone some hundreds.
_BYTES_A_POST = 40


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, World]:
    """A short topic and a long one, archived."""
    few, many = (_archived(tmp_path_factory.mktemp("world"), posts) for posts in (_FEW, _MANY))
    return few, many


def _archived(folder: Path, posts: int) -> World:
    with World.of(folder, posts=posts, topics=1, per_page=100) as world:
        report = world.archive()
        assert (report.exit_code, report.topics[0].posts) == (0, posts)
        return world


def most_held(work: Callable[[], object]) -> int:
    """The most bytes that some work holds at once, when it has been done before."""
    work()
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def settle(world: World) -> None:
    """Settle all times again, as after a crawl that brought a new post."""
    with writing(world.path, command="test") as archive:
        note_new_times(archive.connection, there_are=True)
        settle_times(archive, None, world.clock, "Europe/Amsterdam")


@pytest.mark.parametrize("name", exporter_names())
def test_exporting_holds_no_posts(
    name: str, worlds: tuple[World, World], tmp_path: Path, tried: Counter[str]
) -> None:
    # What ends otherwise is a folder, and of HTML a site, which is another matter.
    output = tmp_path / ("out.html" if name == "html" else "out")
    job = plan_export(output, name, ExportOptions())
    few, many = (most_held(partial(export_archive, world.path, job)) for world in worlds)
    tried["formats whose memory was held against the number of posts"] += 1
    # Markdown waits in memory for its beginning, rows of Parquet for a batch, up to a mebibyte.
    allowed = (1 << 20) if name in {"markdown", "parquet"} else _BYTES_A_POST * (_MANY - _FEW)
    assert many - few < allowed


@pytest.mark.parametrize("name", page_exporter_names())
def test_exporting_pages_holds_no_pages(
    name: str, worlds: tuple[World, World], tmp_path: Path, tried: Counter[str]
) -> None:
    job = plan_page_export(tmp_path / f"out{page_exporter_named(name).suffix}", name)
    assert job is not None
    few, many = (most_held(partial(export_pages, world.path, job)) for world in worlds)
    tried["formats whose memory was held against the number of pages"] += 1
    # A page of a hundred posts is some hundred kilobytes, and there are thirty more of them.
    assert many - few < 100_000


@pytest.mark.parametrize("name", ["jsonl", "parquet", "html"])
def test_exporting_what_is_selected_holds_no_posts(
    name: str, worlds: tuple[World, World], tmp_path: Path
) -> None:
    output = tmp_path / ("out.html" if name == "html" else "out")
    options = ExportOptions(selection=Selection(since="2001", sample=_MANY - 1, seed=1))
    job = plan_export(output, name, options)
    few, many = (most_held(partial(export_archive, world.path, job)) for world in worlds)
    allowed = (1 << 20) if name == "parquet" else _BYTES_A_POST * (_MANY - _FEW)
    assert many - few < allowed


def test_a_site_holds_no_more_of_posts_than_their_numbers(
    worlds: tuple[World, World], tmp_path: Path
) -> None:
    jobs = [plan_export(tmp_path / str(number), "html", ExportOptions()) for number in range(2)]
    few, many = (
        most_held(partial(export_archive, world.path, job))
        for world, job in zip(worlds, jobs, strict=True)
    )
    # Numbers, pages and positions; the words of one piece of the index; a page of fifty posts. Bodies are longer.
    assert many - few < 500 * (_MANY - _FEW)


def test_settling_times_holds_no_posts(worlds: tuple[World, World]) -> None:
    few, many = (most_held(partial(settle, world)) for world in worlds)
    assert many - few < _BYTES_A_POST * (_MANY - _FEW)
