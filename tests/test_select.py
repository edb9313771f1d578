"""Selections: which posts an export has, in every format alike, where they stand, and what it tells of it."""

from __future__ import annotations

import importlib.util
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml

from exporters.exporter import ExportOptions
from exporters.json_schema import json_schema
from exporters.registry import exporter_names
from parsers.errors import UsageError
from parsers.selection import Selection
from scraper.archive import language
from scraper.archive.language import language_of
from tests.archiving import World
from tests.table_reader import rows_of
from tests.whole_forum import Site
from threadkeep.exporting import export_archive, plan_export

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import CommandLine

Record = dict[str, Any]

DUTCH = (
    "Dat is een goede vraag, en ik weet het antwoord niet zeker; misschien weet iemand anders het."
)
GERMAN = (
    "Das ist eine gute Frage, und ich weiß die Antwort nicht genau; vielleicht weiß es jemand."
)
ENGLISH = (
    "That is a good question, and I am not sure of the answer; perhaps somebody else knows it."
)
UNSURE = "ok"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A forum with topics of many lengths, archived."""
    with Site.of(tmp_path_factory.mktemp("site"), showcase=True) as site:
        assert site.archive().exit_code == 0
        yield site


@pytest.fixture(scope="module")
def whole(site: Site) -> list[Record]:
    """Every post, in the order of an export."""
    return site.records()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A topic of which some posts are in languages that can be told, and the last one is gone."""
    with World.of(tmp_path_factory.mktemp("world"), posts=7) as world:
        for place, text in enumerate((DUTCH, GERMAN, ENGLISH, UNSURE, DUTCH), 1):
            world.edit(place, text)
        world.archive()
        world.delete(6)
        world.archive()
        assert len(world.gone()) == 1
        yield world


def selected(path: Path, output: Path, **conditions: Any) -> list[Record]:  # noqa: ANN401  as Selection has them
    """The posts that a selection leaves, as an export has them."""
    selection = Selection(**conditions)
    export_archive(path, plan_export(output, "jsonl", ExportOptions(selection=selection)))
    return [json.loads(line) for line in output.read_text("utf-8").splitlines()]


def wanted(records: list[Record], condition: Callable[[Record], bool]) -> list[Record]:
    found = [record for record in records if condition(record)]
    assert 0 < len(found) < len(records), "such a condition would prove nothing"
    return found


def moment(record: Record) -> str:
    return record["published"] or record["published_local"] or ""


class TestConditions:
    def test_no_condition_is_the_whole_archive(
        self, site: Site, whole: list[Record], tmp_path: Path
    ) -> None:
        assert selected(site.path, tmp_path / "out.jsonl") == whole

    @pytest.mark.parametrize("title", ["Community", "COMMUNITY", "Tools & Techniques", "glue"])
    def test_a_forum_with_those_inside(
        self, site: Site, whole: list[Record], tmp_path: Path, title: str
    ) -> None:
        found = wanted(whole, lambda one: title.lower() in [name.lower() for name in one["forum"]])
        assert selected(site.path, tmp_path / "out.jsonl", forum=(title,)) == found

    def test_topics(self, site: Site, whole: list[Record], tmp_path: Path) -> None:
        ids = tuple(sorted({one["topic_id"] for one in whole}))[1:3]
        found = wanted(whole, lambda one: one["topic_id"] in ids)
        assert selected(site.path, tmp_path / "out.jsonl", topic=ids) == found

    @pytest.mark.parametrize("field", ["name", "slug"])
    def test_an_author_by_either_name(
        self, site: Site, whole: list[Record], tmp_path: Path, field: str
    ) -> None:
        name = whole[0]["author"][field]
        found = wanted(whole, lambda one: one["author"][field] == name)
        for spelled in (name, name.upper()):
            assert selected(site.path, tmp_path / "out.jsonl", author=(spelled,)) == found

    def test_a_role_as_displayed_and_by_its_key(
        self, site: Site, whole: list[Record], tmp_path: Path
    ) -> None:
        found = wanted(whole, lambda one: one["role_key"] == "keymaster")
        for role in ("keymaster", found[0]["role"]):
            assert selected(site.path, tmp_path / "out.jsonl", role=(role,)) == found

    @pytest.mark.parametrize("length", [4, 7, 10])
    def test_days(self, site: Site, whole: list[Record], tmp_path: Path, length: int) -> None:
        times = sorted(moment(one) for one in whole)
        first, last = times[len(times) // 4][:length], times[len(times) // 2][:length]
        found = wanted(whole, lambda one: first <= moment(one)[:length] <= last)
        out = tmp_path / "out.jsonl"
        assert selected(site.path, out, since=first, until=last) == found

    def test_long_topics(self, site: Site, whole: list[Record], tmp_path: Path) -> None:
        counts: dict[int, int] = {}
        for one in whole:
            counts[one["topic_id"]] = counts.get(one["topic_id"], 0) + (one["kind"] == "reply")
        least = sorted(counts.values())[-2]
        found = wanted(whole, lambda one: counts[one["topic_id"]] >= least)
        assert selected(site.path, tmp_path / "out.jsonl", min_replies=least) == found

    def test_every_topic_has_no_reply_at_least(
        self, site: Site, whole: list[Record], tmp_path: Path
    ) -> None:
        assert selected(site.path, tmp_path / "out.jsonl", min_replies=0) == whole

    def test_gone_replies_make_no_topic_longer(self, world: World, tmp_path: Path) -> None:
        out = tmp_path / "out.jsonl"
        assert len(selected(world.path, out, min_replies=5)) == 7
        assert selected(world.path, out, min_replies=6) == []

    def test_words(self, world: World, tmp_path: Path) -> None:
        found = selected(world.path, tmp_path / "out.jsonl", query="vraag OR frage")
        assert [one["body_text"] for one in found] == [DUTCH, GERMAN, DUTCH]

    @pytest.mark.parametrize(
        ("codes", "texts"),
        [(("nl",), [DUTCH, DUTCH]), (("DE",), [GERMAN]), (("nl", "de"), [DUTCH, GERMAN, DUTCH])],
    )
    def test_languages(
        self, world: World, tmp_path: Path, codes: tuple[str, ...], texts: list[str]
    ) -> None:
        found = selected(world.path, tmp_path / "out.jsonl", language=codes)
        assert [one["body_text"] for one in found] == texts

    @pytest.mark.parametrize("text", ["", UNSURE, "https://example.org/", "5 > 3"])
    def test_what_is_in_no_language_that_can_be_told_is_in_none(self, text: str) -> None:
        assert language_of(text) is None

    def test_all_conditions_have_to_hold_and_of_one_any_value(
        self, site: Site, whole: list[Record], tmp_path: Path
    ) -> None:
        slugs = tuple(
            dict.fromkeys(one["author"]["slug"] for one in whole if one["author"]["slug"])
        )[:4]
        found = wanted(
            whole, lambda one: one["author"]["slug"] in slugs and "Community" in one["forum"]
        )
        out = tmp_path / "out.jsonl"
        assert selected(site.path, out, author=slugs, forum=("Community",)) == found

    def test_a_post_keeps_its_place_in_the_topic(self, world: World, tmp_path: Path) -> None:
        found = selected(world.path, tmp_path / "out.jsonl", language=("nl",))
        assert [one["position"] for one in found] == [2, 6]


class TestSample:
    def test_it_has_so_many_posts_of_those_that_the_conditions_leave(
        self, site: Site, whole: list[Record], tmp_path: Path
    ) -> None:
        out = tmp_path / "out.jsonl"
        found = selected(site.path, out, forum=("Community",), sample=9, seed=5)
        assert len(found) == 9
        assert found == [one for one in whole if one in found and "Community" in one["forum"]]

    def test_the_same_seed_draws_the_same_posts_and_another_others(
        self, site: Site, tmp_path: Path
    ) -> None:
        out = tmp_path / "out.jsonl"
        draws = [selected(site.path, out, sample=9, seed=seed) for seed in (1, 1, 2)]
        assert draws[0] == draws[1] != draws[2]

    def test_a_larger_sample_has_the_smaller_one_in_it(self, site: Site, tmp_path: Path) -> None:
        out = tmp_path / "out.jsonl"
        few, more = (selected(site.path, out, sample=count) for count in (5, 20))
        assert len(more) == 20
        assert all(one in more for one in few)

    def test_a_sample_of_more_than_there_are_is_all(
        self, site: Site, whole: list[Record], tmp_path: Path
    ) -> None:
        assert selected(site.path, tmp_path / "out.jsonl", sample=10**6) == whole
        assert selected(site.path, tmp_path / "out.jsonl", sample=10**23) == whole

    def test_no_topic_has_more_replies_than_can_be_counted(
        self, site: Site, tmp_path: Path
    ) -> None:
        assert selected(site.path, tmp_path / "out.jsonl", min_replies=10**23) == []


class TestWhatIsWrong:
    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (("--forum", "Nowhere"), "No forum of this archive is called “Nowhere”"),
            (("--author", "Nobody"), "has the author “Nobody”"),
            (("--author", ""), "has the author “”"),
            (("--role", "king"), "has the role “king”"),
            (("--language", "xx"), "no language “xx”"),
            (("--since", "yesterday"), "since takes a year, month or day"),
            (("--until", "2019-02-30"), "until takes a year, month or day"),
            (("--since", "2020-02", "--until", "2020-01-31"), "No day is both"),
            (("--sample", "0"), "--sample takes a number from 1 on, not 0"),
            (("--min-replies", "-1"), "--min-replies takes a number from 0 on, not -1"),
            (("--seed", "3"), "--sample"),
            (("--query", "…"), "no letter or digit"),
            (("--topic", "1"), "does not hold topic 1"),
            (("--topic", "1", "--since", "2000"), "does not hold topic 1"),
            (("--topic", str(10**23)), f"does not hold topic {10**23}"),
            ((str(10**23),), f"does not hold topic {10**23}"),
        ],
    )
    def test_a_value_that_cannot_be_is_one_sentence_and_wrong_use(
        self, threadkeep: CommandLine, site: Site, options: tuple[str, ...], said: str
    ) -> None:
        ran = threadkeep("export", "-a", site.path, "-o", "out.jsonl", *options)
        assert ran.code == 2
        assert said in ran.err
        assert ran.err.count("\n") == 1

    def test_the_same_day_is_a_day(self, site: Site, whole: list[Record], tmp_path: Path) -> None:
        day = moment(whole[0])[:10]
        found = selected(site.path, tmp_path / "out.jsonl", since=day[:7], until=day)
        assert whole[0] in found

    def test_without_the_detector_there_is_a_sentence(
        self, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def without(name: str) -> None:
            assert name == "py3langid"

        monkeypatch.setattr(importlib.util, "find_spec", without)
        language._detector.cache_clear()  # pyright: ignore[reportPrivateUsage]
        with pytest.raises(UsageError, match=r"py3langid.*threadkeep\[language\]"):
            selected(site.path, tmp_path / "out.jsonl", language=("nl",))

    def test_a_web_archive_has_whole_pages(self, threadkeep: CommandLine, site: Site) -> None:
        ran = threadkeep("export", "-a", site.path, "-o", "a.warc.gz", "--since", "2010")
        assert ran.code == 2
        assert "selections" in ran.err


class TestEveryFormat:
    @pytest.mark.parametrize("name", exporter_names())
    def test_selects_the_same_posts(
        self, threadkeep: CommandLine, world: World, tmp_path: Path, name: str
    ) -> None:
        ran = threadkeep("export", "-a", world.path, "-f", name, "--language", "de")
        data = ran.out if name in {"csv", "html", "json", "jsonl", "markdown"} else None
        assert ran.code == 0
        if data is not None:
            assert (GERMAN in data, DUTCH in data, ENGLISH in data) == (True, False, False)
        selection = Selection(language=("de",))
        job = plan_export(tmp_path / "out", name, ExportOptions(selection=selection))
        if not job.is_site:
            assert export_archive(world.path, job).posts == 1

    def test_topics_by_id_and_by_option_are_the_same(
        self, threadkeep: CommandLine, site: Site, whole: list[Record]
    ) -> None:
        first, second = sorted({one["topic_id"] for one in whole})[:2]
        outs = {
            threadkeep("export", "-a", site.path, "-f", "json", *arguments).out
            for arguments in (
                (first, second),
                (first, "--topic", second),
                ("--topic", first, "--topic", second),
            )
        }
        assert len(outs) == 1
        (text,) = outs
        assert json.loads(text)["selection"] == {"topic": [first, second]}


class TestWhatIsTold:
    def test_json_tells_what_was_asked_for_and_fits_its_schema(
        self, threadkeep: CommandLine, world: World
    ) -> None:
        options = ("--language", "nl", "--since", "2001", "--min-replies", "1", "--query", "vraag")
        ran = threadkeep("export", "-a", world.path, "-f", "json", *options, "--sample", "1")
        document = json.loads(ran.out)
        jsonschema.validate(document, json_schema("document-v1"))
        assert document["selection"] == {
            "language": ["nl"],
            "since": "2001",
            "min_replies": 1,
            "query": "vraag",
            "sample": 1,
            "seed": 0,
        }

    def test_json_tells_nothing_where_nothing_was_asked_for(
        self, threadkeep: CommandLine, world: World
    ) -> None:
        document = json.loads(threadkeep("export", "-a", world.path, "-f", "json").out)
        assert sorted(document) == ["posts", "record_format"]

    def test_markdown_tells_it_in_its_front_matter(
        self, threadkeep: CommandLine, world: World
    ) -> None:
        ran = threadkeep("export", "-a", world.path, "-f", "markdown", "--language", "nl")
        facts = yaml.safe_load(ran.out.split("---\n")[1])
        assert facts["selection"] == {"language": ["nl"]}
        assert facts["present_posts"] == 2

    def test_parquet_tells_it_in_its_metadata(self, world: World, tmp_path: Path) -> None:
        from tests.table_reader import parquet_file

        selection = Selection(language=("nl",))
        job = plan_export(tmp_path / "out", "parquet", ExportOptions(selection=selection))
        export_archive(world.path, job)
        told = parquet_file(tmp_path / "out" / "topics.parquet").schema_arrow.metadata
        assert json.loads(told[b"threadkeep"]) == {
            "table": "topics",
            "record_format": 1,
            "selection": {"language": ["nl"]},
        }
        assert len(rows_of(tmp_path / "out" / "posts.parquet")) == 2
