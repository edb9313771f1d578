"""Exports with pseudonyms on the command line: the key, what is refused, what is reported, and where an output tells it."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml

from exporters.exporter import ExportOptions
from exporters.json_schema import json_schema
from exporters.registry import exporter_named, exporter_names
from parsers.errors import UsageError
from tests.table_reader import parquet_file
from tests.whole_forum import Site
from threadkeep.exporting import export_archive, plan_export
from threadkeep.pseudonymity import Pseudonymity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import CommandLine


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A forum with everything special that the demo has, archived."""
    with Site.of(tmp_path_factory.mktemp("site"), topics=2, showcase=True) as site:
        assert site.archive().exit_code == 0
        yield site.path


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "forum.key"
    path.write_text("a key of thirty-two bytes or more, and a line end\n", "utf-8")
    path.chmod(0o600)
    return path


class TestKey:
    def test_one_is_made_for_its_owner_alone(
        self, threadkeep: CommandLine, archive: Path, tmp_path: Path
    ) -> None:
        path = tmp_path / "new.key"
        ran = threadkeep("export", "-a", archive, "-o", "a.jsonl", "--pseudonymize", path)
        assert (ran.code, "Made the key" in ran.err) == (0, True)
        assert len(path.read_bytes().strip()) >= 32
        if os.name == "posix":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        again = threadkeep("export", "-a", archive, "-o", "b.jsonl", "--pseudonymize", path)
        assert "Made the key" not in again.err

    @pytest.mark.skipif(os.name != "posix", reason="other systems have other permissions")
    def test_one_that_others_can_read_is_told(
        self, threadkeep: CommandLine, archive: Path, key: Path
    ) -> None:
        key.chmod(0o644)
        ran = threadkeep("export", "-a", archive, "-o", "a.jsonl", "--pseudonymize", key)
        assert (ran.code, "chmod 600" in ran.err) == (0, True)

    @pytest.mark.parametrize("data", [b"", b"short\n", b"x" * 31 + b" \n", b"x" * 5000])
    def test_what_is_none_is_refused(
        self, threadkeep: CommandLine, archive: Path, key: Path, tmp_path: Path, data: bytes
    ) -> None:
        key.write_bytes(data)
        output = tmp_path / "a.jsonl"
        ran = threadkeep("export", "-a", archive, "-o", output, "--pseudonymize", key)
        assert (ran.code, ran.err.count("\n"), output.exists()) == (2, 1, False)
        assert "is no key" in ran.err

    def test_what_cannot_be_read_is_refused(
        self, threadkeep: CommandLine, archive: Path, tmp_path: Path
    ) -> None:
        ran = threadkeep("export", "-a", archive, "-o", "a.jsonl", "--pseudonymize", tmp_path)
        assert (ran.code, ran.err.count("\n")) == (2, 1)

    @pytest.mark.parametrize("name", ["-", ""])
    def test_a_key_is_in_a_file_and_comes_from_nowhere_else(
        self, threadkeep: CommandLine, archive: Path, tmp_path: Path, name: str
    ) -> None:
        ran = threadkeep("export", "-a", archive, "-o", "a.jsonl", "--pseudonymize", name)
        assert (ran.code, ran.err.count("\n")) == (2, 1)
        assert "--pseudonymize takes the name of a file" in ran.err
        assert list((tmp_path / "here").iterdir()) == []

    def test_the_archive_is_no_key(self, threadkeep: CommandLine, archive: Path) -> None:
        assert (
            threadkeep("export", "-a", archive, "-o", "a.csv", "--pseudonymize", archive).code == 2
        )

    def test_where_there_is_no_folder_none_is_made(
        self, threadkeep: CommandLine, archive: Path, tmp_path: Path
    ) -> None:
        path = tmp_path / "nowhere" / "a.key"
        assert threadkeep("export", "-a", archive, "-o", "a.csv", "--pseudonymize", path).code == 8

    @pytest.mark.parametrize("place", ["out/a.key", "out/deep/a.key", "link/a.key"])
    def test_it_never_is_in_the_folder_that_is_exported(
        self, threadkeep: CommandLine, archive: Path, tmp_path: Path, place: str
    ) -> None:
        (tmp_path / "out" / "deep").mkdir(parents=True)
        (tmp_path / "link").symlink_to(tmp_path / "out")
        path, output = tmp_path / place, tmp_path / "out"
        for options in (("-f", "tables"), ("-f", "csv", "--per-topic")):
            ran = threadkeep(
                "export", "-a", archive, *options, "-o", output, "--pseudonymize", path
            )
            assert (ran.code, path.exists()) == (2, False)

    def test_it_never_is_the_output(
        self, threadkeep: CommandLine, archive: Path, tmp_path: Path
    ) -> None:
        path = tmp_path / "a.csv"
        assert threadkeep("export", "-a", archive, "-o", path, "--pseudonymize", path).code == 2
        assert not path.exists()


class TestRefused:
    @pytest.mark.parametrize("options", [("--dates", "week"), ("--pseudonymize", "new.key")])
    @pytest.mark.parametrize(
        "output",
        [
            ("-o", "a.warc.gz"),
            ("-f", "html", "-o", "site"),
            ("-o", "a.md", "--media-dir", "media"),
        ],
    )
    def test_what_cannot_be_changed(
        self,
        threadkeep: CommandLine,
        archive: Path,
        tmp_path: Path,
        options: tuple[str, ...],
        output: tuple[str, ...],
    ) -> None:
        ran = threadkeep("export", "-a", archive, *output, *options)
        assert (ran.code, ran.err.count("\n")) == (2, 1)
        assert not list((tmp_path / "here").iterdir()), "neither an output nor a key is made"

    def test_a_report_where_the_export_goes(self, threadkeep: CommandLine, archive: Path) -> None:
        assert threadkeep("export", "-a", archive, "-f", "csv", "--json").code == 2

    def test_in_python_as_well(self, archive: Path, tmp_path: Path) -> None:
        from dataclasses import replace

        job = plan_export(tmp_path / "site", "html", ExportOptions())
        with pytest.raises(UsageError, match="site"):
            export_archive(archive, replace(job, pseudonymity=Pseudonymity(dates="month")))


class TestTold:
    def test_the_report(self, threadkeep: CommandLine, archive: Path, key: Path) -> None:
        command = ("export", "-a", archive, "-o", "a.jsonl", "--pseudonymize", key)
        report: dict[str, Any] = json.loads(threadkeep(*command, "--dates", "week", "--json").out)
        told = report["pseudonyms"]
        assert (told["dates"], told["replaced"]["authors"]) == ("week", report["posts"])
        assert told["replaced"]["dates"] > report["posts"]
        assert threadkeep(*command, "--quiet").err == ""
        lines = threadkeep(*command).err.splitlines()
        assert f"authors {report['posts']}" in lines[1]
        assert lines[2].startswith("could not be replaced")

    def test_without_pseudonyms_there_is_a_report_too(
        self, threadkeep: CommandLine, archive: Path
    ) -> None:
        report = json.loads(threadkeep("export", "-a", archive, "-o", "a.csv", "--json").out)
        assert (report["files"], report["pseudonyms"]) == (1, None)
        pages = json.loads(threadkeep("export", "-a", archive, "-o", "a.warc.gz", "--json").out)
        assert pages["files"] == ["a.warc.gz"]

    def test_every_format_that_has_a_place_tells_it(
        self, threadkeep: CommandLine, archive: Path, key: Path, tmp_path: Path
    ) -> None:
        def told(name: str, output: str) -> Path:
            path = tmp_path / output
            ran = threadkeep(
                "export", "-a", archive, "-f", name, "-o", path, "--pseudonymize", key
            )
            assert ran.code == 0
            return path

        document = json.loads(told("json", "a.json").read_text("utf-8"))
        schema = json_schema("document-v1")
        del schema["properties"]["posts"]  # it is of another schema
        whole = document["pseudonyms"]
        jsonschema.validate({**document, "posts": []}, {**schema, "additionalProperties": True})
        count = whole["replaced"]["authors"]
        assert count == len(document["posts"])

        package = told("datapackage", "package")
        descriptor = json.loads((package / "datapackage.json").read_text("utf-8"))
        assert descriptor["pseudonyms"]["replaced"]["authors"] == count
        assert "no anonymisation" in " ".join(
            (package / "DATASHEET.md").read_text("utf-8").split()
        )
        corpus = json.loads((told("convokit", "corpus") / "corpus.json").read_text("utf-8"))
        assert corpus["pseudonyms"] == whole
        metadata = parquet_file(told("parquet", "tables") / "topics.parquet").metadata.metadata
        assert json.loads(metadata[b"threadkeep.pseudonyms"])["replaced"]["authors"] == count
        front = yaml.safe_load(told("markdown", "a.md").read_text("utf-8").split("---")[1])
        assert front["pseudonyms"] == {"key_id": whole["key_id"], "dates": "exact"}
        assert whole["key_id"] in told("html", "a.html").read_text("utf-8")

    @pytest.mark.parametrize("name", exporter_names())
    def test_the_same_key_gives_the_same_bytes(
        self, threadkeep: CommandLine, archive: Path, key: Path, tmp_path: Path, name: str
    ) -> None:
        options = ("--pseudonymize", key, "--dates", "month")
        written: list[bytes] = []
        for number in (1, 2):
            (tmp_path / str(number)).mkdir()
            output = tmp_path / str(number) / f"posts{exporter_named(name).suffix}"
            assert (
                threadkeep("export", "-a", archive, "-f", name, "-o", output, *options).code == 0
            )
            written.append(output.read_bytes())
        assert written[0] == written[1]


class TestDates:
    @pytest.mark.parametrize("dates", ["week", "month"])
    def test_the_order_of_posts_stays(
        self, threadkeep: CommandLine, archive: Path, tmp_path: Path, dates: str
    ) -> None:
        records: list[list[dict[str, Any]]] = []
        for options in ((), ("--dates", dates)):
            output = tmp_path / f"{len(options)}.jsonl"
            assert threadkeep("export", "-a", archive, "-o", output, *options).code == 0
            lines = output.read_text("utf-8").splitlines()
            records.append([json.loads(line) for line in lines])
        exact, coarse = records
        places = [(one["topic_id"], one["position"], one["post_id"]) for one in exact]
        assert [(one["topic_id"], one["position"], one["post_id"]) for one in coarse] == places
        assert [one["author"] for one in coarse] == [one["author"] for one in exact]
        known = [
            (one["published"], other["published"])
            for one, other in zip(exact, coarse, strict=True)
            if one["published"]
        ]
        in_order = sorted(known)
        assert [moment for _, moment in in_order] == sorted(moment for _, moment in known)
        assert {moment[8:] for _, moment in known} <= {
            f"{day:02}T00:00:00Z" for day in range(1, 32)
        }

    def test_no_exact_time_is_left(
        self, threadkeep: CommandLine, archive: Path, tmp_path: Path
    ) -> None:
        output = tmp_path / "package"
        command = ("export", "-a", archive, "-f", "datapackage", "-o", output)
        assert threadkeep(*command, "--dates", "month").code == 0
        times = {
            cell
            for path in output.glob("*.csv")
            for cell in path.read_text("utf-8").replace("\n", ",").split(",")
            if len(cell) == 20 and cell.endswith("Z") and cell[10] == "T"
        }
        assert times
        assert {moment[8:10] for moment in times} <= {"01", "28", "29", "30", "31"}
        assert {moment[10:] for moment in times} <= {"T00:00:00Z", "T23:59:59Z"}
