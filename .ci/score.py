#!/usr/bin/env python3
"""Archive every recorded forum with the command line, and fail below the pinned floors. Standard library only.

    python .ci/score.py CORPUS

CORPUS holds recordings (`NAME.tar.xz`), `replay.py`, which serves one on loopback, and `check.py`, which scores an export.
Each is archived twice, once with its REST root hidden. The last line printed is `N passed, N failed`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from contextlib import contextmanager
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
        score(corpus, recording, hide)
        for recording in sorted(corpus.glob("*.tar.xz"))
        for hide in (None, "^/wp-json/")
    ]
    print(f"{sum(outcomes)} passed, {len(outcomes) - sum(outcomes)} failed")
    return 0 if outcomes and all(outcomes) else 1


def score(corpus: Path, recording: Path, hide: str | None) -> bool:
    name = recording.name.removesuffix(".tar.xz")
    print(f"== {name}{' without its REST root' if hide else ''}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        truth = read_truth(recording)
        with served(corpus, recording, hide, work / "requests.log") as base:
            urls = [
                one["url"].replace(truth["home"], base, 1)
                for one in truth["topics"]
                if one["visible_to_guests"]
            ]
            archive = run("archive", *urls, "-a", work / "forum.db", "--delay", "0", "--json")
        run("export", "-a", work / "forum.db", "-o", work / "posts.jsonl")
        floor = FLOORS.get(name, FLOORS["default"])
        check = [
            sys.executable,
            corpus / "check.py",
            recording,
            work / "posts.jsonl",
            "--min",
            str(floor),
        ]
        problems = list(wrong_requests(work / "requests.log", json.loads(archive.stdout), hide))
        if archive.returncode not in COMPLETE_OR_SAID_SO:
            problems.append(f"archive exited with {archive.returncode}: {archive.stderr[-500:]}")
        for problem in problems:
            print(f"   {problem}")
        return subprocess.run(check, check=False).returncode == 0 and not problems


def wrong_requests(log: Path, report: dict, hide: str | None) -> Iterator[str]:
    """What is wrong with the requests made: one made twice, or one that nothing called for."""
    paths = [json.loads(line)["path"] for line in log.read_text().splitlines()]
    twice = [path for path, count in Counter(paths).items() if count > 1]
    if twice:
        yield f"asked for twice: {', '.join(twice)}"
    pages = sum(topic["pages"] for topic in report["topics"])
    # a part of a page that was never recorded is asked for, and answered with 404
    unread = sum(
        gap["code"] == "part-missing" for topic in report["topics"] for gap in topic["gaps"]
    )
    expected = pages + unread + report["times"]["feeds"] + 2  # robots.txt and the REST root
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
