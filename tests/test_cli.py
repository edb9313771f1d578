"""The commands, as somebody who types them sees them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from exporters.exporter import FolderExporter
from exporters.registry import exporters_by_name, page_exporter_names
from scraper.archive.database import reading
from tests.archiving import World, failing, save_pages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import CommandLine

COMMANDS = (
    "archive", "sync", "run", "schedule", "status", "export", "show", "diff", "search", "serve", "snapshot", "verify", "reparse",
    "import", "harvest", "erase", "inspect", "schema", "demo",
)  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.of(tmp_path, posts=13) as made:
        yield made


def archive_name(world: World) -> str:
    return world.server.url.removeprefix("http://").replace(":", "_") + ".db"


# --- help ---


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_examples(
    command: str, threadkeep: CommandLine
) -> None:
    for option in ("--help", "-h"):
        ran = threadkeep(command, option)
        assert ran.code == 0
        assert f"Usage: threadkeep {command}" in ran.out
        assert re.search(rf"Examples:\n +threadkeep {command}", ran.out)
        assert ran.err == ""


def test_the_help_lists_every_command_in_a_whole_line(threadkeep: CommandLine) -> None:
    ran = threadkeep("--help")
    lines = [line.split(maxsplit=1) for line in ran.out.partition("Commands:\n")[2].splitlines()]
    assert [name for name, _ in lines] == list(COMMANDS)
    assert all(text.endswith(".") and not text.endswith("...") for _, text in lines)


def test_the_version(threadkeep: CommandLine) -> None:
    assert threadkeep("--version").out == f"threadkeep {version('threadkeep')}\n"


def test_the_module_is_the_command() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "threadkeep", "--version"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ran.stdout == f"threadkeep {version('threadkeep')}\n"


def test_a_format_is_named_by_the_help_without_a_list_to_edit(threadkeep: CommandLine) -> None:
    ran = threadkeep("export", "--help")
    names = sorted((*exporters_by_name(), *page_exporter_names()))
    assert ", ".join(names) in " ".join(ran.out.split())


# --- archive ---


def test_archive_keeps_a_topic_under_the_sites_name(world: World, threadkeep: CommandLine) -> None:
    ran = threadkeep("archive", world.url, "--delay", "0")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        f"{world.truth.title}: 13 of 13 posts, complete (13 new, 0 changed, 0 gone)",
        f"{archive_name(world)}: 5 requests; times by Europe/Amsterdam",
    ]
    assert ran.err.splitlines() == [
        f"page {page} of 3, {posts} posts: {world.truth.title}"
        for page, posts in ((1, 5), (2, 5), (3, 3))
    ]
    assert [path.name for path in Path().iterdir()] == [archive_name(world)]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://forum.example/forums/topic/hello/", "forum.example.db"),
        ("https://www.forum.example/?p=4", "forum.example.db"),
        ("http://forum.example:8080/forums/topic/hello/", "forum.example_8080.db"),
        ("https://example.org/club/forums/topic/hello/page/2/", "example.org_club.db"),
        ("https://example.org/a/b/topic/hello/", "example.org_a_b.db"),
        ("https://example.org/groups/sailors/forum/topic/hello/", "example.org.db"),
        ("https://bücher.example/forums/topic/x/", "xn--bcher-kva.example.db"),
        ("http://[::1]:81/forums/topic/x/", "_1_81.db"),
    ],
)
def test_an_archive_is_named_after_its_site(address: str, name: str) -> None:
    from threadkeep.cli.location import archive_for_url

    assert str(archive_for_url(address)) == name


def test_quiet_leaves_results_and_errors(world: World, threadkeep: CommandLine) -> None:
    ran = threadkeep("archive", world.url, "--delay", "0", "--quiet")
    assert ran.out.splitlines() == [
        f"{world.truth.title}: 13 of 13 posts, complete (13 new, 0 changed, 0 gone)"
    ]
    assert ran.err == ""


def test_archive_exports_in_the_same_breath(world: World, threadkeep: CommandLine) -> None:
    ran = threadkeep("archive", world.url, "--delay", "0", "-o", "thread.md")
    assert ran.code == 0
    text = Path("thread.md").read_text("utf-8")
    assert f"# {world.truth.title}" in text
    assert all(f"#{post}" in text for post in world.ids)


def test_only_what_was_named_is_exported(world: World, threadkeep: CommandLine) -> None:
    other = world.url.replace(world.slug, world.server.forum.topics[0].slug)
    threadkeep("archive", other, "--delay", "0")
    threadkeep("archive", world.url, "--delay", "0", "-o", "thread.jsonl")
    lines = Path("thread.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["post_id"] for line in lines] == world.ids


def test_an_export_to_stdout_has_stdout_to_itself(world: World, threadkeep: CommandLine) -> None:
    ran = threadkeep("archive", world.url, "--delay", "0", "-o", "-", "-f", "jsonl")
    assert [json.loads(line)["post_id"] for line in ran.out.splitlines()] == world.ids
    assert "complete" in ran.err


def test_archive_as_json(world: World, threadkeep: CommandLine) -> None:
    world.server.intercept = failing(world.page(2), status=404)
    ran = threadkeep("archive", world.url, "--delay", "0", "--json")
    assert ran.code == ran.report["exit_code"] == 3
    (topic,) = ran.report["topics"]
    assert topic["exit_code"] == 3
    assert topic["gaps"][0]["code"] == "page-missing"
    assert ran.report["archive"] == archive_name(world)
    assert ran.report["traffic"]["requests"] == len(world.asked)


def test_an_error_as_json_holds_the_exit_code_too(world: World, threadkeep: CommandLine) -> None:
    Path("a.db").write_text("Dear diary")
    for command in (
        ("archive", world.url, "-a", "a.db", "--json"),
        ("verify", "-a", "a.db", "--json"),
        ("show", "-a", "a.db", "--json"),
        ("reparse", "-a", "a.db", "--json"),
    ):
        ran = threadkeep(*command)
        assert ran.code == ran.report["exit_code"] == 7
        assert "no SQLite file" in ran.report["error"]
        assert ran.err == f"threadkeep: {ran.report['error']}\n"


# --- verify ---


def test_verify_lists_the_gap_and_its_repair_repairs_it(
    world: World, threadkeep: CommandLine
) -> None:
    world.server.intercept = failing(world.page(2), status=404)
    ran = threadkeep("archive", world.url, "--delay", "0", "-a", "my forum.db")
    assert ran.code == 3
    assert "8 of 13 posts, INCOMPLETE" in ran.out
    assert "`threadkeep verify -a 'my forum.db'` says what" in ran.err

    ran = threadkeep("verify", "-a", "my forum.db")
    assert ran.code == 3
    title, page, posts, repair, whole = ran.out.splitlines()
    assert title == f"{world.truth.title}: 8 of 13 posts"
    assert page.startswith("  missing: Page 2 was not read: ")
    assert posts.startswith("  missing: 5 of 13 posts are missing")
    assert whole == "my forum.db: 8 posts in 1 topic, 0 of them complete."
    assert threadkeep("verify").code == 3, "it is the only archive here"

    world.server.intercept = None
    world.server.forget_requests()
    ran = threadkeep.line(f"{repair.removeprefix('  repair:').strip()} --delay 0")
    assert ran.code == 0
    assert world.asked == [world.page(2)]
    ran = threadkeep("verify")
    assert ran.code == 0
    assert ran.out == "my forum.db: 13 posts in 1 topic, 1 of them complete.\n"


def test_what_was_accepted_counts_no_more_until_something_else_is_missing(
    world: World, threadkeep: CommandLine
) -> None:
    world.server.intercept = failing(world.page(2), status=404)
    archive = ("archive", world.url, "--delay", "0", "-a", "forum.db")
    threadkeep(*archive)
    ran = threadkeep("verify", "--accept-gap")
    assert ran.code == 0
    assert ran.err == "2 gaps accepted: only a new one counts from here on.\n"
    assert "  accepted: Page 2" in ran.out
    assert "repair" not in ran.out
    assert threadkeep("verify").code == 0
    assert threadkeep(*archive).code == 0
    world.server.intercept = failing(world.page(2), status=500)
    assert threadkeep(*archive).code == 0, "the same page, whatever the reason"
    world.add(5)
    world.server.intercept = failing(world.page(2), world.page(4), status=404)
    ran = threadkeep(*archive)
    assert ran.code == 3
    assert "Page 4 was not read" in ran.out
    assert "Page 2 was not read" not in ran.out
    assert threadkeep("verify").code == 3
    world.server.intercept = None
    assert threadkeep(*archive).code == 0
    assert "accepted" not in threadkeep("verify").out


def test_verify_as_json(world: World, threadkeep: CommandLine) -> None:
    world.server.intercept = failing(world.page(2), status=404)
    threadkeep("archive", world.url, "--delay", "0", "-a", "forum.db")
    ran = threadkeep("verify", "--json")
    assert ran.code == ran.report["exit_code"] == 3
    assert ran.report["damage"] == []
    assert [gap["code"] for gap in ran.report["topics"][0]["gaps"]] == [
        "page-missing",
        "posts-missing",
    ]


def test_verify_finds_damage_and_says_one_sentence(world: World, threadkeep: CommandLine) -> None:
    threadkeep("archive", world.url, "--delay", "0", "-a", "forum.db")
    data = Path("forum.db").read_bytes()
    with reading(Path("forum.db")) as archive:
        stored = archive.connection.execute(
            "SELECT zstd FROM contents LIMIT 1 OFFSET 2"
        ).fetchone()
    place = data.index(stored[0][100:140])
    Path("forum.db").write_bytes(data[:place] + b"\0\1\2" + data[place + 3 :])
    ran = threadkeep("verify")
    assert ran.code == 7
    assert ran.err.count("\n") == 1
    assert ran.err.startswith("threadkeep: forum.db is damaged: The stored page ")
    assert "127.0.0.1" in ran.err
    report = threadkeep("verify", "--json")
    assert report.code == report.report["exit_code"] == 7
    assert threadkeep("verify", "--accept-gap").code == 7


def test_a_run_that_was_stopped_is_seen(world: World, threadkeep: CommandLine) -> None:
    threadkeep("archive", world.url, "--delay", "0", "-a", "forum.db")
    with reading(Path("forum.db")) as archive:
        key = archive.connection.execute("SELECT topic_key FROM topics").fetchone()[0]
    from scraper.archive.database import writing

    with writing(Path("forum.db"), command="test") as archive, archive.transaction() as changes:
        changes.execute("UPDATE topics SET crawled_at = NULL WHERE topic_key = ?", (key,))
    ran = threadkeep("verify")
    assert ran.code == 3
    assert "  missing: its archiving was stopped before the end." in ran.out
    assert "  repair:  threadkeep archive http" in ran.out


# --- show ---


def test_show_lists_topics_in_columns(world: World, threadkeep: CommandLine) -> None:
    other = world.url.replace(world.slug, world.server.forum.topics[0].slug)
    threadkeep("archive", world.url, other, "--delay", "0", "-a", "forum.db")
    ran = threadkeep("show")
    first, second, empty, heads, *rows = ran.out.splitlines()
    assert first == f"forum.db: 26 posts in 2 topics of {world.server.url}"
    assert second.startswith("times: Europe/Amsterdam; last run: 20")
    assert empty == ""
    assert heads.split() == ["topic", "posts", "gaps", "last", "seen", "title"]
    assert len(rows) == 2
    assert {row.index("20") for row in rows} == {heads.index("last")}
    assert [
        row.endswith(topic.title)
        for row, topic in zip(
            rows, sorted(world.server.forum.topics, key=lambda topic: topic.topic_id), strict=True
        )
    ]


def test_show_a_topic_with_its_posts(world: World, threadkeep: CommandLine) -> None:
    threadkeep("archive", world.url, "--delay", "0", "-a", "forum.db")
    ran = threadkeep("show", world.ids[0])
    assert ran.out.startswith(
        f"{world.truth.title}\n{' › '.join(world.truth.forum)}  {world.url}\n"
    )
    assert [int(number) for number in re.findall(r"  #(\d+)$", ran.out, re.MULTILINE)] == world.ids
    assert world.truth.posts[3].author_name in ran.out


def test_show_every_body_seen_of_a_post(world: World, threadkeep: CommandLine) -> None:
    archive = ("archive", world.url, "--delay", "0", "-a", "forum.db")
    threadkeep(*archive)
    old = world.truth.posts[12].body_text.split()
    world.edit(12, "Better words.")
    threadkeep(*archive)
    ran = threadkeep("show", world.ids[12])
    head, _, first = ran.out.partition("\nversion 1, seen ")
    first, _, second = first.partition("\nversion 2, seen ")
    assert head == f"Post {world.ids[12]} in “{world.truth.title}”: 2 versions seen\n"
    assert first.split()[1:] == old
    assert second.split()[1:] == ["Better", "words."]
    assert "2 versions seen" in threadkeep("show", world.ids[0]).out
    assert len(threadkeep("show", world.ids[12], "--json").report) == 2


def test_show_the_history_of_a_post_that_opens_a_topic(
    world: World, threadkeep: CommandLine
) -> None:
    archive = ("archive", world.url, "--delay", "0", "-a", "forum.db", "--refresh")
    threadkeep(*archive)
    world.edit(0, "Better words.")
    threadkeep(*archive)
    ran = threadkeep("show", world.ids[0], "--history")
    assert f"Post {world.ids[0]} by " in ran.out
    assert "{+Better words.+}" in ran.out
    assert threadkeep("show", "--history").code == 2


def test_show_what_is_gone(world: World, threadkeep: CommandLine) -> None:
    archive = ("archive", world.url, "--delay", "0", "-a", "forum.db")
    threadkeep(*archive)
    gone = world.ids[11]
    world.delete(11)
    ran = threadkeep(*archive)
    assert "(0 new, 0 changed, 1 gone)" in ran.out
    assert re.search(rf"#{gone}, gone since 20", threadkeep("show", world.ids[0]).out)
    assert "1 version seen, gone since 20" in threadkeep("show", gone).out
    assert "gone" in threadkeep("show").out.splitlines()[3]


def test_show_as_json(world: World, threadkeep: CommandLine) -> None:
    threadkeep("archive", world.url, "--delay", "0", "-a", "forum.db")
    report = threadkeep("show", "--json").report
    assert report["posts"] == 13
    assert report["topics"][0]["topic_id"] == world.ids[0]
    posts = threadkeep("show", world.ids[0], "--json").report
    assert [post["post_id"] for post in posts] == world.ids


# --- export ---


def test_export_to_files_a_folder_and_stdout(world: World, threadkeep: CommandLine) -> None:
    other = world.server.forum.topics[0]
    url = world.url.replace(world.slug, other.slug)
    threadkeep("archive", world.url, url, "--delay", "0", "-a", "forum.db")
    ran = threadkeep("export", "-o", "posts.jsonl")
    assert (ran.code, ran.out, ran.err) == (0, "", "26 posts written to posts.jsonl\n")
    ran = threadkeep("export", "-f", "jsonl")
    assert ran.out == Path("posts.jsonl").read_text("utf-8")
    ran = threadkeep("export", "-f", "jsonl", world.ids[0])
    assert [json.loads(line)["post_id"] for line in ran.out.splitlines()] == world.ids
    ran = threadkeep("export", "-f", "markdown", "--per-topic", "-o", "threads/deep")
    assert ran.err == "26 posts written to 2 files in threads/deep\n"
    assert len(list(Path("threads/deep").glob("*.md"))) == 2
    assert threadkeep("export", "-q", "-o", "posts.csv").err == ""


# --- reparse, import, inspect, demo ---


def test_reparse_says_what_it_read(world: World, threadkeep: CommandLine) -> None:
    threadkeep("archive", world.url, "--delay", "0", "-a", "forum.db")
    ran = threadkeep("reparse")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "forum.db: 13 posts from 3 stored pages; no request was made.\n"
    assert threadkeep("reparse", "--json").report["posts"] == 13
    assert threadkeep("reparse", "--quiet").out == ""


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("saved.pages", "saved.pages.db"),
        (".", "here.db"),
        ("saved.pages/page-01.html", "page-01.db"),
    ],
)
def test_an_import_is_named_after_its_source(
    source: str, name: str, world: World, threadkeep: CommandLine
) -> None:
    save_pages(world, Path("saved.pages"), 1)
    ran = threadkeep("import", source)
    assert ran.code == 3
    assert Path(name).exists()
    assert f"`threadkeep verify -a {name}` says what" in ran.err


def test_import_says_what_the_source_lacks(world: World, threadkeep: CommandLine) -> None:
    save_pages(world, Path("saved"), 1, 2, 3)
    ran = threadkeep("import", "saved", "-a", "forum.db")
    assert ran.code == 0
    assert ran.out.splitlines()[0] == f"{world.truth.title}: 13 of 13 posts, complete (13 new)"
    assert ran.out.splitlines()[-1] == "forum.db: 13 posts"
    ran = threadkeep("import", "saved", "-a", "again.db", "--json")
    assert ran.code == ran.report["exit_code"] == 0


def test_inspect_a_file_and_an_address(world: World, threadkeep: CommandLine) -> None:
    save_pages(world, Path("saved"), 2)
    for source in ("saved/page-02.html", f"{world.url}page/2/"):
        ran = threadkeep("inspect", source)
        assert ran.code == 0
        assert f"title:    {world.truth.title}" in ran.out
        assert "page 2 of 3" in ran.out
        assert ran.out.count("\n  #") == 5
        report = threadkeep("inspect", source, "--json").report
        assert list(report)[:6] == ["file", "url", "kind", "engine", "posts", "problems"]
        assert (report["kind"], report["engine"]) == ("topic", "bbpress")
        assert [post["post_id"] for post in report["posts"]] == world.ids[5:10]
    assert sorted(path.name for path in Path().iterdir()) == ["saved"], "nothing is stored"


def test_inspect_says_why_not(world: World, threadkeep: CommandLine) -> None:
    Path("page.html").write_text("<html><body>Hello</body></html>")
    ran = threadkeep("inspect", "page.html")
    assert ran.code == 5
    assert "no page of a forum that threadkeep reads" in ran.out
    ran = threadkeep("inspect", f"{world.server.url}/forums/")
    assert ran.code == 0
    assert ": forum, engine bbpress" in ran.out


def test_the_demo_shows_all_of_it(threadkeep: CommandLine) -> None:
    ran = threadkeep("demo", "--topics", "4", "--quiet", "-o", "demo")
    assert ran.code == 0
    assert "What was kept" in ran.out
    assert "The first posts of" in ran.out
    wanted = {
        "forum.db",
        "site",
        *(
            f"posts{one.suffix}"
            for one in exporters_by_name().values()
            if not isinstance(one, FolderExporter)
        ),
    }
    assert {path.name for path in Path("demo").iterdir()} == wanted
    assert Path("demo/site/index.html").is_file()
    assert "\nRead it in the browser: threadkeep serve -a demo/forum.db\n" in ran.out
    look = re.search(r"^Look further: (.*)$", ran.out, re.MULTILINE)
    assert look
    assert threadkeep.line(look[1]).code == 0
    assert threadkeep("demo", "--topics", "4", "--quiet", "-o", "demo").code == 0, "once more"


def test_the_demo_leaves_other_peoples_files_alone(threadkeep: CommandLine) -> None:
    Path("demo").mkdir()
    for content in ("Dear diary", ""):
        Path("demo/forum.db").write_text(content)
        ran = threadkeep("demo", "--topics", "2", "--quiet")
        assert ran.code == 2
        assert "name another folder" in ran.sentence
        assert Path("demo/forum.db").read_text() == content
    for option, value in (("--theme", "nice"), ("--locale", "xx"), ("--topics", "0")):
        assert threadkeep("demo", option, value, "-o", "other").code == 2
    assert not Path("other").exists()
