"""The runner of examples notices what is wrong with them: a green page must mean something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.documents import markdown_examples

if TYPE_CHECKING:
    from pathlib import Path

ARCHIVE = "$ threadkeep archive -q https://forum.example/?p=376"
HOUSE_RULES = "House rules: 3 of 3 posts, complete (3 new, 0 changed, 0 gone)"


def play(text: str, folder: Path) -> None:
    """Run the examples of a page."""
    page = folder / "page.md"
    page.write_text(text, "utf-8")
    sybil = markdown_examples("*.md")
    document = sybil.parse(page)
    assert sybil.setup
    assert sybil.teardown
    sybil.setup(document.namespace)
    try:
        for example in document.examples():
            example.evaluate()
    finally:
        sybil.teardown(document.namespace)


def block(language: str, *lines: str) -> str:
    return "\n".join((f"```{language}", *lines, "```\n"))


RIGHT = {
    "what a command shows": block("console", ARCHIVE, HOUSE_RULES),
    "lines left out": block("console", "$ threadkeep --help", "…", "Options:", "…"),
    "a part of a line left out": block("console", ARCHIVE, "House rules: 3 of 3 …"),
    "an exit code": block("console", "$ threadkeep show", "$ echo $?", "2"),
    "an interruption": block(
        "console", f"{ARCHIVE.replace('376', '385')}", "^C", "…interrupted; …"
    ),
    "a pipe": block("console", "$ cat thread.txt | head -n 1", "Home › …"),
    "what a program prints": block("python", "print('https://forum.example')")
    + block("text", "https://forum.example"),
    "what a query finds": block("console", ARCHIVE)
    + block("sql", "SELECT post_id FROM posts LIMIT 1")
    + "| post_id |\n|---|\n| 376 |\n",
    "a line of cron": block(
        "crontab", "MAILTO=me@example.org", f"1 4 * * 1-5 cd /srv && /bin/{ARCHIVE[2:]} >/dev/null"
    )
    + block("console", "$ threadkeep verify -q"),
    "a unit of systemd": block("ini", "[Service]", f"ExecStart=/usr/bin/{ARCHIVE[2:]}")
    + block("console", "$ threadkeep verify -q"),
    "a moment of systemd": block("ini", "[Timer]", "OnCalendar=daily"),
    "a file": block("yaml", "# one.yaml", "title: One")
    + block("console", "$ cat one.yaml", "# one.yaml", "title: One"),
    "a page of Datasette": block("console", f"{ARCHIVE} -a one.db")
    + block("console", "$ datasette one.db --get '/one/site.json?_shape=array'", "[{…}]"),
    "a rotation": block("logrotate", "/srv/forum.log {", "    monthly", "    missingok", "}"),
}
WRONG = {
    "another output": block("console", ARCHIVE, HOUSE_RULES.replace("3 new", "4 new")),
    "a line too many": block("console", ARCHIVE, HOUSE_RULES, "and more"),
    "a line too few": block("console", "$ threadkeep --help", "Options:"),
    "a failure that is not told": block("console", "$ threadkeep show"),
    "another exit code": block("console", "$ threadkeep show", "$ echo $?", "0"),
    "another print": block("python", "print(1)") + block("text", "2"),
    "a failing program": block("python", "assert False"),
    "a query without a row": block("console", ARCHIVE) + block("sql", "SELECT 1 FROM gaps"),
    "another row": block("console", ARCHIVE)
    + block("sql", "SELECT 1 AS one FROM posts LIMIT 1")
    + "| one |\n|---|\n| 2 |\n",
    "a line of cron that fails": block("crontab", "1 4 * * * threadkeep show"),
    "a line of cron without a field": block("crontab", "1 4 * * threadkeep --help"),
    "a line of cron that a percent sign ends": block("crontab", "1 4 * * * threadkeep show a%20"),
    "a unit that fails": block("ini", "[Service]", "ExecStart=/usr/bin/threadkeep show"),
    "a file without a name": block("yaml", "title: One"),
    "a page that Datasette has not": block("console", f"{ARCHIVE} -a one.db")
    + block("console", "$ datasette one.db --get /one/nothing.json?_shape=array"),
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_what_is_right_passes(text: str, tmp_path: Path) -> None:
    play(text, tmp_path)


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_what_is_wrong_fails(text: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        play(text, tmp_path)


def test_a_command_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="curl"):
        play(block("console", "$ curl https://forum.example"), tmp_path)
