"""Data packages: others validate and read them, and they tell what is in them, where it is from, and what is missing."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from exporters.dataset_folder import write_dataset
from exporters.exporter import ExportOptions, FolderExporter
from exporters.package.measured import ALL_TABLES
from exporters.pseudonym.key import PseudonymKey
from exporters.pseudonym.transformation import Transformation
from exporters.registry import exporter_named
from exporters.tables.meaning import MEANINGS
from parsers.origin import GapCount, Origin, OriginRun, RobotsFile
from parsers.selection import Selection
from tests.archiving import World
from tests.threads import make_post, make_thread
from tests.whole_forum import Site
from threadkeep.exporting import export_archive, plan_export

if TYPE_CHECKING:
    from parsers.records import Thread
    from tests.conftest import CommandLine

HOSTILE = "`|<script>**\n# x"
ORIGIN = Origin(
    host="forum.test",
    home="https://forum.test/",
    name=HOSTILE,
    timezone="Europe/Amsterdam",
    first_fetched="2026-01-01T00:00:00Z",
    last_fetched="2026-01-03T00:00:00Z",
    pages=12,
    topics=3,
    posts=40,
    runs=(
        OriginRun(started_at="2026-01-01T00:00:00Z", ended_at=None, exit_code=None, requests=9, pages=8),
        OriginRun(
            started_at="2026-01-03T00:00:00Z", ended_at="2026-01-03T00:09:00Z", exit_code=3, requests=5, pages=4
        ),
    ),
    robots=(
        RobotsFile(
            url="https://forum.test/robots.txt",
            fetched_at="2026-01-01T00:00:00Z",
            status=200,
            sha256="a" * 64,
            text="User-agent: *\n```\n# Not a heading\n",
        ),
    ),
    gaps=(GapCount(code="page-failed", gaps=2, missing=7),),
    source_pages=lambda: iter(()),
)  # fmt: skip


STATED = (
    "cc-by-4.0",
    "https://forum.test/terms/",
    'As "agreed" | with\nthe <b>members</b>: #1',
)


@pytest.fixture(scope="module")
def package(showcase: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its data package."""
    folder = tmp_path_factory.mktemp("out") / "package"
    export_archive(showcase.path, plan_export(folder, "datapackage", ExportOptions()))
    return folder


def written(folder: Path, *threads: Thread, origin: Origin | None = None) -> Path:
    exporter = exporter_named("datapackage")
    assert isinstance(exporter, FolderExporter)
    exporter.write_files(threads, folder, ExportOptions(origin=origin))
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))


def run(program: str, folder: Path) -> Any:  # noqa: ANN401  what it printed
    """What a program prints as JSON, in a Python of its own: the libraries do what our warnings forbid."""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, check=False, timeout=120, text=True
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


_OTHERS = """
import json, pathlib, frictionless, mlcroissant

def told(folder):
    report = frictionless.validate(str(folder / "datapackage.json"))
    dataset = mlcroissant.Dataset(str(folder / "croissant.json"))
    return {
        "valid": report.valid,
        "faults": report.flatten(["type", "note"]),
        "tables": len(report.tasks),
        "errors": sorted(dataset.metadata.issues.errors),
    }

found = {folder.name: told(folder) for folder in pathlib.Path().iterdir()}
posts = mlcroissant.Dataset("whole/croissant.json").records("posts")
found["whole"]["texts"] = [(one["posts/body_text"] or b"").decode() for one in posts]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def verdicts(package: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What others say of packages, of all in one process: to load them takes longer than to ask them."""
    folder = tmp_path_factory.mktemp("packages")
    shutil.copytree(package, folder / "whole")
    changed = shutil.copytree(package, folder / "changed")
    for path in changed.iterdir():
        path.write_bytes(path.read_bytes().replace(b",reply,", b",replY,", 1))
    for name in ("nothing", "dump"):
        (folder / name).mkdir()
    written(folder / "nothing")
    topics = [make_thread([make_post(topic_id=None, post_id=n)], topic_id=None) for n in (1, 2)]
    written(folder / "dump", *topics)
    for number, licence in enumerate(STATED):
        _written_under(licence, folder / f"licence {number}")
    found: dict[str, Any] = run(_OTHERS, folder)
    return found


class TestOthers:
    def test_find_it_valid(self, verdicts: dict[str, Any]) -> None:
        whole = verdicts["whole"]
        assert (whole["valid"], whole["faults"]) == (True, [])
        assert whole["tables"] == len(ALL_TABLES)
        assert whole["errors"] == []

    def test_find_a_cell_that_was_changed(self, verdicts: dict[str, Any]) -> None:
        assert not verdicts["changed"]["valid"]

    def test_read_the_posts(self, showcase: Site, verdicts: dict[str, Any]) -> None:
        assert verdicts["whole"]["texts"] == [one["body_text"] for one in showcase.records()]

    @pytest.mark.parametrize("name", ["nothing", "dump"])
    def test_find_it_valid_without_posts_and_numbers(
        self, name: str, verdicts: dict[str, Any]
    ) -> None:
        assert verdicts[name]["valid"]

    @pytest.mark.parametrize("number", range(len(STATED)))
    def test_find_it_valid_under_any_licence(self, number: int, verdicts: dict[str, Any]) -> None:
        found = verdicts[f"licence {number}"]
        assert (found["valid"], found["errors"]) == (True, [])

    def test_digests_are_those_of_the_files(self, package: Path) -> None:
        lines = (package / "SHA256SUMS").read_text("utf-8").splitlines()
        told = {name: digest for digest, name in (line.split("  ") for line in lines)}
        files = [path for path in package.iterdir() if path.name != "SHA256SUMS"]
        assert told == {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in files}

    def test_the_citation_is_yaml(self, package: Path) -> None:
        cited = yaml.safe_load((package / "CITATION.cff").read_text("utf-8"))
        assert cited["cff-version"] == "1.2.0"
        assert cited["type"] == "dataset"
        assert cited["authors"][0]["name"].startswith("Members of 127.0.0.1")


class TestProvenance:
    def test_every_row_leads_to_a_stored_page(self, showcase: Site, package: Path) -> None:
        pages = {row["sha256"]: row for row in rows_of(package / "pages.csv")}
        for row in (*rows_of(package / "posts.csv"), *rows_of(package / "revisions.csv")):
            assert row["source_sha256"] in pages
        stored = dict(showcase.query("SELECT sha256, url FROM pages"))
        assert {key: row["url"] for key, row in pages.items()} == {
            key: stored[key] for key in pages
        }

    def test_of_a_selection_only_its_pages_are_there(self, showcase: Site, tmp_path: Path) -> None:
        options = ExportOptions(selection=Selection(sample=1))
        export_archive(showcase.path, plan_export(tmp_path / "one", "datapackage", options))
        (page,) = rows_of(tmp_path / "one" / "pages.csv")
        (post,) = rows_of(tmp_path / "one" / "posts.csv")
        assert page["sha256"] == post["source_sha256"]
        descriptor = json.loads((tmp_path / "one" / "datapackage.json").read_text("utf-8"))
        assert descriptor["selection"] == {"sample": 1, "seed": 0}
        assert '"sample":1' in (tmp_path / "one" / "DATASHEET.md").read_text("utf-8")

    def test_what_was_typed_to_archive_is_nowhere(self, tmp_path: Path) -> None:
        with World.of(tmp_path, posts=3) as world:
            world.archive(command="threadkeep archive --login secret-name")
            assert world.path.read_bytes().count(b"secret-name") > 0
            folder = tmp_path / "package"
            export_archive(world.path, plan_export(folder, "datapackage", ExportOptions()))
            assert not any(b"secret-name" in path.read_bytes() for path in folder.iterdir())


class TestPaper:
    def test_every_column_has_a_meaning_and_no_other(self) -> None:
        assert {name: list(columns) for name, columns in ALL_TABLES.items()} == {
            name: list(columns) for name, columns in MEANINGS.items()
        }

    def test_the_codebook_tells_the_share_that_is_missing(self, tmp_path: Path) -> None:
        posts = [
            make_post(post_id=number, reply_to=None if number < 4 else 1)
            for number in (1, 2, 3, 4)
        ]
        text = (written(tmp_path, make_thread(posts)) / "CODEBOOK.md").read_text("utf-8")
        (line,) = (one for one in text.splitlines() if one.startswith("| `reply_to` "))
        assert line.endswith("| 75.0% |")

    def test_the_codebook_tells_what_is_no_longer_as_the_page_showed_it(
        self, tmp_path: Path
    ) -> None:
        step = Transformation(
            site="forum.test", key=PseudonymKey(secret=b"k" * 32), authors=(), dates="week"
        )
        exporter = exporter_named("datapackage")
        assert isinstance(exporter, FolderExporter)
        folder = tmp_path / "package"
        thread = make_thread([make_post()])
        write_dataset(folder, exporter, [thread], ExportOptions(pseudonyms=step))
        hidden = (folder / "CODEBOOK.md").read_text("utf-8")
        assert "names were replaced by pseudonyms" in hidden
        assert "the Monday of its week" in hidden
        (tmp_path / "plain").mkdir()
        plain = (written(tmp_path / "plain") / "CODEBOOK.md").read_text("utf-8")
        assert "all else is as it was" in " ".join(plain.split())
        assert "pseudonym" not in plain
        assert "as it was" not in hidden

    def test_the_datasheet_tells_what_is_missing_how_it_was_read_and_what_robots_were_told(
        self, tmp_path: Path
    ) -> None:
        text = (written(tmp_path, origin=ORIGIN) / "DATASHEET.md").read_text("utf-8")
        assert "- `page-failed`: 2, of 7 posts as far as known" in text
        assert "| 2026-01-01T00:00:00Z | killed | 9 | 8 | – |" in text
        assert "| 2026-01-03T00:00:00Z | 2026-01-03T00:09:00Z | 5 | 4 | 3 |" in text
        assert "````\nUser-agent: *\n```\n# Not a heading\n" in text
        assert "Unknown." in text.split("## Licence")[1]

    def test_a_site_with_a_hostile_name_breaks_nothing(self, tmp_path: Path) -> None:
        text = (written(tmp_path, origin=ORIGIN) / "DATASHEET.md").read_text("utf-8")
        assert "<script>" not in text.replace("\\<", "")
        assert "\n# x" not in text

    def test_where_nothing_is_missing_it_says_so(self, package: Path) -> None:
        assert "nothing is missing" in (package / "DATASHEET.md").read_text("utf-8")


def _written_under(licence: str, folder: Path) -> Path:
    """A package of one post under a licence."""
    exporter = exporter_named("datapackage")
    assert isinstance(exporter, FolderExporter)
    folder.mkdir()
    options = ExportOptions(origin=ORIGIN, licence=licence)
    exporter.write_files([make_thread([make_post()])], folder, options)
    return folder


class TestLicence:
    @pytest.fixture(params=STATED)
    def stated(self, request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
        return request.param, _written_under(request.param, tmp_path / "package")

    def test_it_is_told_wherever_it_has_a_place(self, stated: tuple[str, Path]) -> None:
        text, folder = stated
        words = {"cc-by-4.0": "CC-BY-4.0"}.get(text, " ".join(text.split()))
        (licence,) = json.loads((folder / "datapackage.json").read_text("utf-8"))["licenses"]
        assert licence["title"] == words
        assert re.fullmatch(r"[-a-zA-Z0-9._]+", licence.get("name", "x"))
        citation = yaml.safe_load((folder / "CITATION.cff").read_text("utf-8"))
        told = {
            key: citation[key] for key in ("license", "license-url", "abstract") if key in citation
        }
        assert (
            told
            == {
                STATED[0]: {"license": "CC-BY-4.0"},
                STATED[1]: {"license-url": text},
                STATED[2]: {"abstract": f"Licence, as stated: {words}"},
            }[text]
        )
        datasheet = (folder / "DATASHEET.md").read_text("utf-8")
        assert "As stated by who made this package" in datasheet
        assert "Unknown." not in datasheet
        assert "<b>" not in datasheet.replace("\\<b>", "")
        assert "licence is unknown" not in (folder / "croissant.json").read_text("utf-8")

    def test_it_is_unknown_unless_somebody_says_so(self, package: Path) -> None:
        descriptor = json.loads((package / "datapackage.json").read_text("utf-8"))
        assert "licenses" not in descriptor
        assert "license" not in json.loads((package / "croissant.json").read_text("utf-8"))
        assert "licen" not in (package / "CITATION.cff").read_text("utf-8").lower()
        assert "Unknown." in (package / "DATASHEET.md").read_text("utf-8")

    def test_the_command(self, threadkeep: CommandLine, showcase: Site) -> None:
        words = ("export", "-a", showcase.path, "-o", "out", "--license", "CC0-1.0")
        assert threadkeep(*words, "-f", "datapackage").code == 0
        assert "license: CC0-1.0" in Path("out/CITATION.cff").read_text("utf-8")
        refused = threadkeep(*words, "-f", "csv")
        assert (refused.code, refused.sentence) == (
            2,
            "The format csv has no place for a licence; --license is for --format datapackage.",
        )
        assert threadkeep(*words, "-f", "warc").code == 2
        assert threadkeep(*words[:-1], " ", "-f", "datapackage").code == 2
