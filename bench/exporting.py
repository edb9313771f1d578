"""Measure exports of a large archive that is made for it: time, rows a second and memory, against SQLite's own CSV of the same rows.

python -m bench exporting [--posts N …] [--formats NAME …] [--archive FILE]
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.mass import make_archive
from bench.process import run
from exporters.registry import exporter_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.process import Cost

# What the done-when of exports names; a folder of all tables is the most that Parquet has to hold.
_FOREMOST = ("jsonl", "csv", "parquet", "parquet, all tables")
_FILES = {"csv": "out.csv", "jsonl": "out.jsonl", "json": "out.json", "parquet": "out.parquet"}
_ROWS = """
SELECT site.home, forums.title, topics.topic_id, topics.title, topics.url, topics.status, topics.sticky, topics.tags,
    posts.post_id, posts.kind, posts.url, authors.name, authors.url, slug, user_id, avatar_url, is_guest, is_deleted, role, role_key,
    published_text, published_local, published, published_source, published_earliest, published_latest, reply_to, depth,
    body_html, body_text, edits, posts.first_seen, posts.last_seen, gone_at, gone_reason, posts.revision, engine, posts.problems,
    pages.final_url, pages.sha256
FROM posts JOIN topics USING (topic_key) JOIN revisions USING (post_id, revision) JOIN authors USING (author_id)
    JOIN pages ON pages.page_id = posts.page_id JOIN site LEFT JOIN forums ON forums.forum_id = topics.forum_id
ORDER BY topics.topic_id, published_local, posts.post_id
"""
# Where there is no shell of SQLite's.
_BY_PYTHON = """
import csv, sqlite3, sys
with open(sys.argv[2], "w", newline="", encoding="utf-8") as out:
    csv.writer(out).writerows(sqlite3.connect(sys.argv[1]).execute(sys.argv[3]))
"""


def by_sqlite(archive: Path, folder: Path) -> tuple[str, Cost]:
    """The same rows by SQLite itself; how it was asked, and what it took."""
    shell = shutil.which("sqlite3")
    if shell is not None:
        script = folder / "dump.sql"
        script.write_text(f".mode csv\n.headers on\n.output rows.csv\n{_ROWS.strip()};\n", "utf-8")
        command = (shell, "-readonly", str(archive), f".read {script}")
        return "the sqlite3 shell's CSV", run(command, folder=folder)
    copying = (sys.executable, "-c", _BY_PYTHON, str(archive), "rows.csv", _ROWS)
    return "SQLite and Python's CSV", run(copying, folder=folder)


def by_threadkeep(archive: Path, name: str, folder: Path) -> Cost:
    """One export; what it wrote is removed again."""
    format_name = name.partition(",")[0]
    output = folder / ("tables" if "," in name else _FILES.get(format_name, f"out.{format_name}"))
    export = ("export", "-q", "-a", str(archive), "-f", format_name, "-o", str(output))
    cost = run((sys.executable, "-m", "threadkeep", *export), folder=folder)
    for path in folder.iterdir():
        if path.name.startswith(("out", "tables")):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return cost


def measure(archive: Path, names: Sequence[str], folder: Path) -> None:
    """Print a line an export."""
    with closing(sqlite3.connect(archive)) as connection:
        posts = connection.execute("SELECT count(*) FROM posts").fetchone()[0]
    print(f"{posts:,} posts in an archive of {archive.stat().st_size / 1e6:,.0f} MB")
    how, own = by_sqlite(archive, folder)
    print(f"{how:24} {_told(own, posts)}", flush=True)
    for name in names:
        cost = by_threadkeep(archive, name, folder)
        times = f"{cost.seconds / own.seconds:5.2f} times as long"
        print(f"{name:24} {_told(cost, posts)}   {times}", flush=True)


def _told(cost: Cost, posts: int) -> str:
    return f"{cost.seconds:6.1f} s {posts / cost.seconds:8,.0f} posts/s {cost.mebibytes:5.0f} MiB"


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench exporting", description=__doc__)
    parser.add_argument("--posts", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--formats", nargs="+", help="these only; all of the smallest archive")
    parser.add_argument("--archive", type=Path, help="an archive that was made before")
    options = parser.parse_args(arguments)
    others = [name for name in exporter_names() if name not in _FOREMOST]
    for number, posts in enumerate(options.posts):
        names = options.formats or [*_FOREMOST, *(others if number == 0 else ())]
        with TemporaryDirectory() as name:
            folder = Path(name)
            archive = options.archive.absolute() if options.archive else folder / "mass.db"
            if not archive.exists():
                make_archive(archive, posts)
            measure(archive, names, folder)
        if options.archive:
            return
