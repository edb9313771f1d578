"""Measure what an archive takes on disk, table by table, against the gzip of the pages that it was made of.

python -m bench size [--recording FORUM.tar.xz …]
"""

from __future__ import annotations

import argparse
import gzip
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.pages import demo_pages, recorded_pages
from bench.parsing import read_in_full
from scraper.archive.database import writing
from scraper.archive.page import store_page, utc_text
from scraper.archive.post_writer import Source
from scraper.archive.run import ensure_run
from scraper.archive.topic_writer import save_topic_page
from scraper.politeness.clock import SystemClock
from scraper.sync.site_time import settle_times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parsers.records import Page

# An index counts as its table's.
_TABLES = """
SELECT tbl_name, sum(pgsize) AS size FROM dbstat JOIN sqlite_schema USING (name) GROUP BY tbl_name ORDER BY size DESC
"""
_LEAST = 0.01  # of the whole; smaller tables are left out


def archive(pages: Sequence[Page], path: Path) -> int:
    """Keep pages as a crawl does, and give how many posts they show."""
    with writing(path, command="bench", host="forum.example") as made:
        for page in pages:
            found = read_in_full(page)
            with made.transaction() as connection:
                run_id = ensure_run(connection, made, utc_text(page.fetched_at))
                page_id = store_page(connection, run_id, "topic", page)
                source = Source(page_id=page_id, seen_at=utc_text(page.fetched_at))
                save_topic_page(connection, found, source, url=page.final_url)
        settle_times(made, None, SystemClock(), "Europe/Amsterdam")
        return int(made.connection.execute("SELECT count(*) FROM posts").fetchone()[0])


def table_sizes(path: Path) -> dict[str, int]:
    """What each table takes; none where SQLite was built without that knowledge."""
    with closing(sqlite3.connect(path)) as connection:
        options = {row[0] for row in connection.execute("PRAGMA compile_options")}
        if "ENABLE_DBSTAT_VTAB" not in options:
            return {}
        return dict(connection.execute(_TABLES).fetchall())


def measure(pages: Sequence[Page]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "forum.db")
        posts = archive(pages, path)
        sizes = {"the whole archive": path.stat().st_size, **table_sizes(path)}
    packed = sum(len(gzip.compress(page.body, mtime=0)) for page in pages)
    print(f"{posts:,} posts on {len(pages):,} pages; bytes a post, and of the pages' gzip")
    print(f"  {'gzip of each page':20} {packed / posts:7.0f}   1.00")
    for name, size in sizes.items():
        if size > _LEAST * sizes["the whole archive"]:
            print(f"  {name:20} {size / posts:7.0f}   {size / packed:.2f}")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench size", description=__doc__)
    parser.add_argument(
        "--recording",
        type=Path,
        nargs="+",
        metavar="FORUM.tar.xz",
        default=[],
        help="measure recorded forums instead of the demo forum",
    )
    recordings: list[Path] = parser.parse_args(arguments).recording
    for recording in recordings:
        print(recording.name)
        measure(recorded_pages(recording))
    if not recordings:
        measure(demo_pages())
