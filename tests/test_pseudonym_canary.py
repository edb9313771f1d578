"""A name that stands everywhere in an archive is nowhere in any export with pseudonyms, and nor is the key."""

from __future__ import annotations

import io
import json
import re
import shutil
import sqlite3
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from exporters.registry import exporter_named, exporter_names
from tests.table_reader import parquet_file, rows_of
from tests.whole_forum import Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import CommandLine

NAME, SLUG = "Quilliam Zandvoort", "quilliam-z"
MAIL, IP, PHONE = "quill@zandvoort.example", "203.0.113.77", "+31 6 55501234"
# No piece of a name, an e-mail address, an IP address or a number may be anywhere, whatever is around it.
NEEDLES = re.compile(r"quil+iam|zandvoort|203\.0\.113\.77|55501234|bdd6d42ab0", re.IGNORECASE)
FORMER = "Quilliam the First"
HASH = "bdd6d42ab0a1b2c3d4e5f60718293a4b"
BODY = f"""<p>{NAME}, {NAME.upper()}, {SLUG}, quilliam_z, QuilliamZandvoort, Quilliam's and Zandvoort, {FORMER};
Qui<b>lliam</b> Zandvoort, Quilli&#97;m Zandvoort, @{SLUG} and @Quilliam: hi.</p>
<p><a href="https://forum.test/users/{SLUG}/" class="bbp-user-mention bbp-user-id-77">@{SLUG}</a>
<a href="https://forum.test/users/quilli%61m-z/topics/">topics</a> <a href="/members/{SLUG}/">his page</a>
<a href="https://twitter.com/{SLUG}">on Twitter</a> <a href="https://quilliam-zandvoort.example/">site</a></p>
<blockquote cite="https://forum.test/?author_name={SLUG}"><cite>{NAME} wrote:</cite><p>Glue.</p></blockquote>
<blockquote><p><strong>{NAME}</strong> schrieb am 3. Mai 2019:</p></blockquote>
<p><img src="https://secure.gravatar.com/avatar/{HASH}?s=80" alt="Avatar of {NAME}" title="{NAME}">
<img src="/uploads/2019/{SLUG}-and-glue.jpg" srcset="/uploads/{SLUG}-2.jpg 2x" alt="{NAME} with glue" data-owner="{SLUG}">
<a href="mailto:{MAIL}">mail</a> {MAIL} quill (at) zandvoort (dot) example, {IP}, {PHONE}
<a href="tel:+31655501234">call</a> https://forum.test/users/{SLUG}/ https://forum.test/topic/ask-{SLUG}/</p>
<!-- {NAME} --><div id="{SLUG}" data-author="{SLUG}" onclick="ask('{NAME}')">in reply to {NAME}</div>"""
TEXT = (
    f"{NAME} and @{SLUG}\n{NAME} wrote:\n{MAIL}, {IP}, {PHONE}, https://forum.test/users/{SLUG}/"
)
EDITS = [
    {
        "text": f"This reply was modified 2 days ago by {NAME}. Reason: {SLUG} asked",
        "editor": NAME,
        "reason": f"{SLUG} asked",
    }
]
ADDRESS = f"https://forum.test/topic/ask-{SLUG}/?from={SLUG}#by-quilli%61m-z"
# Where it is planted, besides the places in the body: a statement a place.
PLANTED = {
    "UPDATE authors SET name = ?, slug = ?, url = ?, avatar_url = ?, user_id = 77 WHERE author_id IN (SELECT author_id FROM"
    " posts ORDER BY post_id LIMIT 1)": (NAME, SLUG, f"https://forum.test/users/{SLUG}/", f"https://a.test/{HASH}"),
    "INSERT INTO author_changes (author_url, user_id, field, old_value, new_value, seen_at) VALUES (?, 77, 'name', ?, ?, '')": (
        f"https://forum.test/users/{SLUG}/", FORMER, NAME,
    ),
    "UPDATE topics SET title = title || ?, tags = ?, url = ? || topic_key, vanished_reason = ?": (
        f" for {NAME}", json.dumps([NAME, SLUG]), ADDRESS, f"moved by {NAME}",
    ),
    "UPDATE forums SET title = title || ?, url = ? || forum_id": (f" of {NAME}", ADDRESS),
    "UPDATE posts SET url = ? || post_id, edits = ?, problems = ?, gone_reason = ?, role = ?": (
        ADDRESS, json.dumps(EDITS), json.dumps([f"unplaced-text: “{NAME}” <{MAIL}>"]), f"deleted by {SLUG}", f"Friend of {NAME}",
    ),
    "UPDATE revisions SET body_html = ?, body_text = ?": (BODY, TEXT),
    "UPDATE pages SET url = ? || page_id, final_url = ? || page_id": (ADDRESS, ADDRESS),
    "UPDATE site SET name = ?": (f"The board of {NAME}",),
    "INSERT INTO gaps (topic_key, code, place, detail, first_seen) SELECT topic_key, 'x', ?, ?, '2026-01-01T00:00:00Z' FROM"
    " topics": (SLUG, f"Page 2, {ADDRESS}, was not read: {NAME} is not allowed to."),
}  # fmt: skip


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of a forum in which somebody is named everywhere, and has written a post that he revised."""
    folder = tmp_path_factory.mktemp("planted")
    with Site.of(folder, topics=3) as site:
        site.archive()
        path = folder / "planted.db"
        shutil.copyfile(site.path, path)
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement, values in PLANTED.items():
            done = connection.execute(statement, values)
            assert done.rowcount > 0, statement
        connection.execute(
            "INSERT INTO revisions SELECT post_id, 2, body_html, body_text, 0, NULL, seen_at, page_id FROM revisions"
        )
    return path


def texts_of(path: Path) -> Iterator[str]:
    """All that is in a file or a folder, decompressed, names of files among it."""
    if path.is_dir():
        for one in sorted(path.rglob("*")):
            yield one.name
            yield from texts_of(one)
    elif path.suffix == ".parquet":
        yield repr(parquet_file(path).metadata.metadata)
        yield repr(rows_of(path))
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                yield name
                yield from _parquet_or_text(name, packed.read(name))
    else:
        yield path.read_bytes().decode("utf-8")


def _parquet_or_text(name: str, data: bytes) -> Iterator[str]:
    yield repr(rows_of(data)) if name.endswith(".parquet") else io.BytesIO(data).read().decode()


def found_in(path: Path) -> list[str]:
    """Where the name is, with what is around it."""
    return [
        text[max(0, found.start() - 60) : found.end() + 40]
        for whole in texts_of(path)
        for text in (whole, unquote(whole))
        for found in NEEDLES.finditer(text)
    ]


OUTPUTS = [
    *((name, "out.file") for name in exporter_names()),
    *((name, "folder") for name in ("convokit", "datapackage", "parquet", "tables", "wxr")),
]


@pytest.mark.parametrize("per_topic", [False, True], ids=["whole", "per-topic"])
@pytest.mark.parametrize(("name", "place"), OUTPUTS)
def test_the_name_is_in_no_output(
    threadkeep: CommandLine,
    planted: Path,
    tmp_path: Path,
    name: str,
    place: str,
    *,
    per_topic: bool,
) -> None:
    if per_topic and (place == "folder" or name == "wxr"):
        pytest.skip("a folder is that of the format")
    key = tmp_path / "the.key"
    suffix = "" if place == "folder" or per_topic else exporter_named(name).suffix
    output = tmp_path / f"out{suffix}"
    options = ["--per-topic"] if per_topic else []
    gone = ["--with-gone"] if exporter_named(name).is_for_reading else []
    command = ["export", "-a", planted, "-f", name, "-o", output, *gone, "--author", SLUG]
    assert threadkeep(*command, "--pseudonymize", key, "--dates", "month", *options).code == 0
    assert list(texts_of(output))
    assert found_in(output) == []
    secret = key.read_text().strip()
    assert not any(secret in text for text in texts_of(output))


def test_without_pseudonyms_it_is_in_every_one_of_these_places(
    threadkeep: CommandLine, planted: Path, tmp_path: Path
) -> None:
    output = tmp_path / "package"
    assert threadkeep("export", "-a", planted, "-f", "datapackage", "-o", output).code == 0
    assert len(found_in(output)) > 30 * 3


def test_a_person_is_the_same_in_every_format_and_every_time(
    threadkeep: CommandLine, planted: Path, tmp_path: Path
) -> None:
    key, other_key = tmp_path / "one.key", tmp_path / "other.key"
    names: list[set[Any]] = []
    for number, used in enumerate((key, key, other_key)):
        output = tmp_path / f"{number}.jsonl"
        assert threadkeep("export", "-a", planted, "-o", output, "--pseudonymize", used).code == 0
        lines = output.read_text("utf-8").splitlines()
        names.append({json.loads(line)["author"]["name"] for line in lines})
    assert names[0] == names[1]
    assert not names[0] & names[2]
    table = tmp_path / "posts.parquet"
    assert threadkeep("export", "-a", planted, "-o", table, "--pseudonymize", key).code == 0
    assert {row["author_name"] for row in rows_of(table)} == names[0]
