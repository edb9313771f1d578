"""A demo forum with a topic of pictures and files, and an archive of it, for tests of what posts show."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from scraper.demo import DemoAnswer, DemoServer, DemoSettings, generate
from scraper.demo.gallery import ELSEWHERE, FOLDER, with_gallery
from scraper.sync.media_options import MediaOptions
from tests.archiving import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scraper.demo import DemoRequest
    from scraper.sync.pipeline import ArchiveReport
    from scraper.sync.report import MediaOutcome

SHOWN = {
    *("bench.png", "vice.png", "vice-150x150.png", "shelf-300.png", "shelf-1024.png", "lathe.png"),
    *("copy-of-bench.png", "drawing.png", "wrongly-named.jpg", "plane.png"),
}
"""Pictures of the topic that are to be had from the forum itself."""


def gallery_world(folder: Path, elsewhere: str = ELSEWHERE, **settings: Any) -> World:  # noqa: ANN401  handed on
    """A forum whose third topic shows pictures and files; nothing of it is archived yet."""
    chosen: dict[str, Any] = {"showcase": False, "topics": 1, "posts": 3}
    forum = with_gallery(generate(DemoSettings(**{**chosen, **settings})), elsewhere)
    return World(server=DemoServer(forum), path=folder / "forum.db", slug="pictures-and-files")


def fetch(world: World, choice: Any = "images", **options: Any) -> MediaOutcome:  # noqa: ANN401  handed on
    """Archive the topic with what its posts show; what came of the latter."""
    found = run(world, choice, **options).media
    assert found is not None
    return found


def run(world: World, choice: Any = "images", **options: Any) -> ArchiveReport:  # noqa: ANN401  handed on
    """The same; the whole report."""
    listener = options.pop("listener", None)
    return world.archive(listener=listener, media=MediaOptions(choice=choice, **options))


def files_asked(world: World) -> list[str]:
    """The files of the gallery that the last run asked for, by name, in order."""
    return [path.removeprefix(FOLDER) for path in world.asked if path.startswith(FOLDER)]


def rows(world: World, query: str) -> list[tuple[Any, ...]]:
    """What a query finds in the archive."""
    with closing(sqlite3.connect(world.path)) as connection:
        return connection.execute(query).fetchall()


def statuses(world: World) -> dict[str, str]:
    """How each address stands, by the name of its file."""
    found = rows(world, "SELECT url, status FROM media_addresses WHERE kind <> 'avatar'")
    return {url.rpartition("/")[2]: status for url, status in found}


def change(world: World, script: str) -> None:
    """Change the archive's tables by hand."""
    with closing(sqlite3.connect(world.path, isolation_level=None)) as connection:
        connection.executescript(f"PRAGMA foreign_keys = OFF;{script}")


def answering(path: str, answer: DemoAnswer) -> Callable[[DemoRequest], DemoAnswer | None]:
    """A server that answers a path with this."""
    return lambda request: answer if request.path == path else None
