#!/usr/bin/env python3
"""Archive every recorded forum with the command line, and fail below the pinned floors. Standard library only.

    python .ci/score.py CORPUS

CORPUS holds recordings (`NAME.tar.xz`), `replay.py`, which serves one on loopback, and `check.py`, which scores an export.
Each is archived topic by topic, once more with its REST root hidden, and once from the site's home, which must give the
same export. The first archive is also written as a web archive, of which a harvest must give every post with every field that
it has there. The last line printed is `N passed, N failed`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
THREADKEEP = Path(sys.executable).with_name("threadkeep")
FLOORS = json.loads((HERE / "floors.json").read_text())
COMPLETE_OR_SAID_SO = (0, 3)


def main(corpus: Path) -> int:
    outcomes = [
        outcome
        for recording in sorted(corpus.glob("*.tar.xz"))
        for outcome in score(corpus, recording)
    ]
    print(f"{sum(outcomes)} passed, {len(outcomes) - sum(outcomes)} failed")
    return 0 if outcomes and all(outcomes) else 1


def score(corpus: Path, recording: Path) -> Iterator[bool]:
    name = recording.name.removesuffix(".tar.xz")
    truth = read_truth(recording)
    visible = [one["url"] for one in truth["topics"] if one["visible_to_guests"]]
    exports: dict[str, list[dict]] = {}
    for way, hide in (
        ("topic by topic", None),
        ("topic by topic without its REST root", "^/wp-json/"),
        ("from its home", None),
    ):
        print(f"== {name}, {way}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            is_site = way == "from its home"
            with served(corpus, recording, hide, work / "requests.log") as base:
                urls = [base] if is_site else [u.replace(truth["home"], base, 1) for u in visible]
                archive = run("archive", *urls, "-a", work / "forum.db", "--delay", "0", "--json")
            export = run("export", "-a", work / "forum.db", "-o", work / "posts.jsonl")
            report = json.loads(archive.stdout)
            problems = list(wrong_requests(work / "requests.log", report, hide, is_site=is_site))
            if archive.returncode not in COMPLETE_OR_SAID_SO:
                problems.append(f"it exited with {archive.returncode}: {archive.stderr[-500:]}")
            if export.returncode not in COMPLETE_OR_SAID_SO:
                problems.append(f"export exited with {export.returncode}: {export.stderr[-500:]}")
            exports[way] = posts_of(work / "posts.jsonl", base)
            if is_site and exports[way] != exports["topic by topic"]:
                problems.append("the export differs from that of its topics one by one")
            for problem in problems:
                print(f"   {problem}")
            yield checked(corpus, recording, work / "posts.jsonl") and not problems
            if hide is None and not is_site:
                print(f"== {name}, harvested from a web archive", flush=True)
                lost = list(wrong_harvest(work))
                for problem in lost:
                    print(f"   {problem}")
                yield not lost


def wrong_harvest(work: Path) -> Iterator[str]:
    """What a harvest of the archive's web archive has otherwise than the archive's own export."""
    run("export", "-a", work / "forum.db", "-o", work / "forum.warc.gz")
    ended = run("harvest", work / "forum.warc.gz", "-o", work / "harvest", "--quiet")
    if ended.returncode:
        yield f"harvest exited with {ended.returncode}: {ended.stderr[-500:]}"
        return
    text = (work / "posts.jsonl").read_text("utf-8")
    archived = {post["post_id"]: post for post in map(json.loads, text.splitlines())}
    rows = harvested_rows(work / "harvest")
    found = {row["post_id"]: row for row in rows}
    if len(rows) != len(found) or found.keys() != archived.keys():
        yield f"{len(rows)} rows of {len(found)} posts, {len(archived)} expected"
    for number in found.keys() & archived.keys():
        post = {**archived[number], "host": found[number]["host"]}
        author = {f"author_{name}": value for name, value in post.pop("author").items()}
        for name, value in {**post, **author}.items():
            if found[number][name] != value:
                yield f"{name} of post {number} is {found[number][name]!r}, {value!r} expected"


def harvested_rows(folder: Path) -> list[dict]:
    """The rows of a harvest, times as the record format writes them."""
    from pyarrow import dataset  # noqa: PLC0415  harvests need it as well

    rows = dataset.dataset(folder / "posts", partitioning="hive").to_table().to_pylist()
    return [{name: plain(value) for name, value in row.items()} for row in rows]


def plain(value: object) -> object:
    if not isinstance(value, datetime):
        return value
    return value.strftime("%Y-%m-%dT%H:%M:%S") + ("Z" if value.tzinfo else "")


def checked(corpus: Path, recording: Path, export: Path) -> bool:
    name = recording.name.removesuffix(".tar.xz")
    floor = str(FLOORS.get(name, FLOORS["default"]))
    command = [sys.executable, corpus / "check.py", recording, export, "--min", floor]
    return subprocess.run(command, check=False).returncode == 0


def posts_of(export: Path, base: str) -> list[dict]:
    """The posts, without the port of the day and the times at which they were seen."""
    text = export.read_text("utf-8").replace(base.rstrip("/"), "")
    posts = [json.loads(line) for line in text.splitlines()]
    for post in posts:
        for name in ("first_seen", "last_seen", "source_sha256"):
            del post[name]
    return sorted(posts, key=lambda post: post["post_id"])


def wrong_requests(log: Path, report: dict, hide: str | None, *, is_site: bool) -> Iterator[str]:
    """What is wrong with the requests made: one made twice, or one that nothing called for."""
    paths = [json.loads(line)["path"] for line in log.read_text().splitlines()]
    twice = [path for path, count in Counter(paths).items() if count > 1]
    if twice:
        yield f"asked for twice: {', '.join(twice)}"
    pages = sum(one["pages"] for one in (*report["topics"], *report["lists"]))
    # a part of a page that was never recorded is asked for, and answered with 404
    unread = sum(
        gap["code"] == "part-missing" for topic in report["topics"] for gap in topic["gaps"]
    )
    expected = pages + unread + report["times"]["feeds"] + 2  # robots.txt and the REST root
    if is_site:
        # The home, the index of the sitemaps and that of the topics, and what a password guards.
        expected += 3 + len(report["withheld"])
    if len(paths) != expected:
        yield f"{len(paths)} requests, {expected} expected"
    if hide is None and report["times"]["feeds"]:
        yield "feeds were asked for though the REST root names the zone"


@contextmanager
def served(corpus: Path, recording: Path, hide: str | None, log: Path) -> Iterator[str]:
    command = [
        sys.executable,
        corpus / "replay.py",
        recording,
        "--log",
        log,
        *(["--hide", hide] if hide else []),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [THREADKEEP, *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        timeout=900,
    )


def read_truth(recording: Path) -> dict:
    with tarfile.open(recording, "r:xz") as tar:
        for member in tar:
            if member.name.endswith("/truth.json"):
                return json.load(tar.extractfile(member))
    raise SystemExit(f"{recording} holds no truth.json")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
