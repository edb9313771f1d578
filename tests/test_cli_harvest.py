"""`threadkeep harvest` as it is typed: what it says, what it refuses, and how it exits."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.harvest_crawl import Crawl, Site, posts_of

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

    from tests.conftest import CommandLine

SITE = Site("one.example")


@pytest.fixture(autouse=True)
def crawl(threadkeep: CommandLine) -> Path:  # noqa: ARG001  it makes the folder
    made = Crawl()
    made.noise(2)
    made.site(SITE)
    return made.save(Path.cwd() / "crawl.warc.gz")


def test_it_says_what_came_of_it(threadkeep: CommandLine) -> None:
    ran = threadkeep("harvest", "crawl.warc.gz", "-o", "out")
    count = len(SITE.posts())
    assert ran.code == 0
    assert f"out: {count} posts of 2 topics on 1 site, 1 input of 1 read now" in ran.out
    assert f"one.example: {count} posts" in ran.err
    assert "posts/s: crawl.warc.gz" in ran.err


def test_the_report_is_printed_as_json(threadkeep: CommandLine) -> None:
    ran = threadkeep("harvest", "crawl.warc.gz", "-o", "out", "--json", "--quiet")
    assert ran.report["posts"] == len(SITE.posts())
    assert ran.report["counts"]["topic_pages"] == len(SITE.pages())
    assert ran.report["passed"] == {"no-marks": 2}
    assert set(ran.report["seconds"]) == {
        "reading",
        "decompression",
        "filtering",
        "parsing",
        "writing",
    }
    assert ran.report["bounded_by"] in ran.report["seconds"]
    assert ran.report["posts_per_core_second"] > 0


@pytest.mark.parametrize("host", ["one.example", "http://ONE.example/forums/", "www.one.example"])
def test_a_host_can_be_named_in_any_way(threadkeep: CommandLine, host: str) -> None:
    assert threadkeep("harvest", "crawl.warc.gz", "-o", "out", "--host", host, "-q").code == 0
    assert len(posts_of(Path("out"))) == len(SITE.posts())


def test_a_host_without_posts_is_exit_code_5(threadkeep: CommandLine) -> None:
    assert (
        threadkeep("harvest", "crawl.warc.gz", "-o", "out", "--host", "two.example", "-q").code
        == 5
    )


def test_selections_are_taken(threadkeep: CommandLine) -> None:
    ran = threadkeep("harvest", "crawl.warc.gz", "-o", "out", "--until", "1999", "-q")
    assert (ran.code, ran.out) == (
        5,
        "out: 0 posts of 2 topics on 0 sites, 1 input of 1 read now\n",
    )
    assert not list((Path("out") / "posts").iterdir())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--topic", "7"), "--topic names a topic of one site by its number"),
        (("--sample", "7"), "--sample draws from what one archive holds"),
        (("--since", "yesterday"), "yesterday"),
        (("--timezone", "Moon/Base"), "Moon/Base"),
        (("--workers", "2", "--cluster", "tcp://127.0.0.1:1"), "say one"),
        (("--cluster", "here"), "no address of a scheduler"),
        (("--host", "not a host"), "not a host"),
        (("--pseudonymize", "out/secret.key"), "would be part of the export"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_written(
    threadkeep: CommandLine, options: tuple[str, ...], sentence: str
) -> None:
    ran = threadkeep("harvest", "crawl.warc.gz", "-o", "out", *options)
    assert ran.code == 2
    assert sentence in ran.sentence
    assert not (Path("out") / "posts").exists()


@pytest.mark.parametrize("module", ["fastwarc", "fsspec", "pyarrow"])
def test_without_the_extra_one_sentence_says_what_to_install(
    threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    found = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == module else found(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    ran = threadkeep("harvest", "crawl.warc.gz", "-o", "out")
    assert ran.code == 2
    assert ran.sentence == (
        f"Harvesting takes {module}, which is not installed: `pip install 'threadkeep[cluster]'`."
    )


@pytest.mark.parametrize("address", ["s3://bucket/out", "memory://out"])
def test_an_output_elsewhere_is_refused_with_what_to_do(
    threadkeep: CommandLine, address: str
) -> None:
    ran = threadkeep("harvest", "crawl.warc.gz", "-o", address)
    assert ran.code == 2
    assert ran.sentence.startswith(f"“{address}” is an address, and a harvest takes a folder")


def test_damage_is_told_with_its_place(threadkeep: CommandLine, crawl: Path) -> None:
    crawl.write_bytes(crawl.read_bytes()[:-300])
    ran = threadkeep("harvest", "crawl.warc.gz", "-o", "out", "-q")
    assert ran.code == 3
    assert "crawl.warc.gz: the record at offset" in ran.err
