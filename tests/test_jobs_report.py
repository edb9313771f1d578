"""Reports of a run, in Markdown and in JSON: what was asked of whom, what changed, what is missing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from parsers.errors import ExportError
from scraper.archive.run_record import AskedRequest, RecordedGap
from scraper.demo import DemoServer, DemoSettings, generate
from tests.archiving import failing, readable_topics
from tests.report import validator
from threadkeep.jobs.ledger import ledger_of
from threadkeep.jobs.report import ExportedFile, JobReport, LedgerLine, Notice, RunReport
from threadkeep.jobs.report_file import write_report
from threadkeep.jobs.sentence import size_of

if TYPE_CHECKING:
    from tests.conftest import CommandLine

GAP = RecordedGap(
    of="Oak | ash",
    url="https://lantern.example/forums/topic/oak/",
    code="page-missing",
    place="2",
    detail="Page 2 was not read.",
    missing=5,
)
LANTERN = JobReport(
    name="lantern",
    urls=("https://lantern.example/forums/",),
    archive="/srv/lantern.db",
    started_at="2026-01-15T03:00:00Z",
    seconds=90.0,
    requests=12,
    body_bytes=34_567,
    pages=9,
    new=4,
    changed=2,
    gone=1,
    held_back=60,
    withheld=2,
    topics=3,
    posts=120,
    new_gaps=(GAP,),
    known_gaps=2,
    problems=("https://lantern.example/x could not be fetched.",),
    exports=(ExportedFile(path=Path("/srv/lantern.csv"), posts=120),),
    snapshot=Path("/srv/copies/lantern.db"),
    ledger=(
        LedgerLine(
            host="lantern.example", reason="page N", requests=12, failed=1, body_bytes=34_567
        ),
    ),
    exit_code=3,
)
RUN = RunReport(
    jobs_file=Path("/srv/JOBS.toml"),
    started_at="2026-01-15T03:00:00Z",
    ended_at="2026-01-15T03:01:30Z",
    seconds=90.0,
    jobs=(LANTERN, JobReport(name="harbour", urls=(), archive="/srv/h.db", exit_code=4)),
    notices=(
        Notice(jobs=("lantern",), occasions=("gaps",)),
        Notice(jobs=("harbour",), occasions=("failure",), error="Nobody answered.", exit_code=4),
    ),
    exit_code=4,
)


def tables_and_headings(text: str) -> tuple[list[list[str]], list[str]]:
    """The rows and the headings that a Markdown reader finds."""
    html = MarkdownIt("commonmark").enable("table").render(text)
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in html.split("<tr>")[1:]]
    return rows, re.findall(r"<h\d>(.*?)</h\d>", html)


def test_markdown_tells_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "of" / "today.md"
    write_report(path, RUN)
    text = path.read_text("utf-8")
    rows, headings = tables_and_headings(text)
    assert rows[1] == [
        "lantern", "INCOMPLETE", "120", "4", "2", "1", "1", "12", "34.6 kB", "90 s",
    ]  # fmt: skip
    assert rows[2][:2] == ["harbour", "FAILED"]
    assert ["lantern.example", "page N", "12", "1", "34.6 kB"] in rows
    assert headings == [
        "threadkeep run, 2026-01-15", "lantern", "New gaps", "Problems", "What was asked of whom",
        "harbour",
    ]  # fmt: skip
    for told in (
        "Page 2 was not read.",
        "2 gaps more known from earlier runs.",
        "withheld: 2 topics",
        "60 posts seem to have vanished at once",
        "https://lantern.example/x could not be fetched.",
        "/srv/lantern.csv, 120 posts",
        "copied: /srv/copies/lantern.db",
        "Notification about lantern (gaps): delivered.",
        "Notification about harbour (failure): Nobody answered.",
    ):
        assert told in text


def test_what_a_forum_writes_does_not_become_markdown(tmp_path: Path) -> None:
    path = tmp_path / "run.md"
    nasty = RecordedGap(
        of="<b>bold</b>\n# heading | cell [link](https://x.example)",
        url=None,
        code="page-missing",
        place="",
        detail="`code`",
        missing=None,
    )
    job = JobReport(name="a|b", urls=(), archive="a.db", new_gaps=(nasty,))
    write_report(path, RunReport(
        jobs_file=Path("JOBS.toml"), started_at="2026-01-15T03:00:00Z", ended_at="", seconds=0, jobs=(job,)
    ))  # fmt: skip
    rows, headings = tables_and_headings(path.read_text("utf-8"))
    html = MarkdownIt("commonmark").render(path.read_text("utf-8"))
    assert rows[1][0] == "a|b"
    assert headings == ["threadkeep run, 2026-01-15", "a|b", "New gaps"]
    assert not re.search(r"<(b|a|code)\b", html)


def test_json_is_what_the_schema_describes(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    write_report(path, RUN)
    told = json.loads(path.read_text("utf-8"))
    assert not list(validator("run-report").iter_errors(told))
    assert told["jobs"][0]["new_gaps"][0]["detail"] == "Page 2 was not read."


def test_a_report_that_cannot_be_written_leaves_the_earlier_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("of yesterday", "utf-8")
    with pytest.raises(ExportError, match="cannot be made"):
        write_report(tmp_path / "file" / "run.md", RUN)
    assert (tmp_path / "file").read_text("utf-8") == "of yesterday"


def test_the_ledger_counts_by_host_and_reason() -> None:
    def asked(url: str, reason: str, status: int | None, size: int) -> AskedRequest:
        return AskedRequest(
            asked_at="2026-01-15T03:00:00Z", url=url, reason=reason, status=status, body_bytes=size
        )

    lines = ledger_of(
        [
            asked("https://b.example/robots.txt", "robots.txt", 200, 10),
            asked("https://b.example/1/", "page 1", 200, 100),
            asked("https://b.example/2/", "page 2", 503, 5),
            asked("https://b.example/2/", "page 2", None, 0),
            asked("http://a.example:8080/", "page 1", 200, 1),
        ]
    )
    assert [(one.host, one.reason, one.requests, one.failed, one.body_bytes) for one in lines] == [
        ("a.example:8080", "page N", 1, 0, 1),
        ("b.example", "page N", 3, 2, 105),
        ("b.example", "robots.txt", 1, 0, 10),
    ]


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (2_560_000, "2.6 MB"),
        (7 * 10**15, "7000.0 TB"),
    ],
)
def test_sizes_in_words(count: int, said: str) -> None:
    assert size_of(count) == said


@pytest.mark.parametrize("ending", ["md", "json"])
def test_report_of_the_whole_run(ending: str, threadkeep: CommandLine) -> None:
    forum = generate(DemoSettings(showcase=False, topics=2, posts=3))
    with DemoServer(forum) as site:
        first, second = (topic.url for topic in readable_topics(site))
        site.intercept = failing(second.removeprefix(site.url), status=404)
        Path("JOBS.toml").write_text(
            f'[defaults]\ndelay = 0\narchive = "{{name}}.db"\n'
            f'[jobs.first]\nurls = ["{first}"]\n[jobs.second]\nurls = ["{second}"]\n',
            "utf-8",
        )
        ran = threadkeep("run", "JOBS.toml", "-q", "--report", f"run.{ending}")
    assert ran.code == 5
    text = Path(f"run.{ending}").read_text("utf-8")
    if ending == "json":
        assert [one["exit_code"] for one in json.loads(text)["jobs"]] == [0, 5]
    else:
        rows, _ = tables_and_headings(text)
        assert [row[:3] for row in rows[1:3]] == [
            ["first", "complete", "3"],
            ["second", "FAILED", "0"],
        ]
