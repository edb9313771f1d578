"""JOBS.toml: what it may say, and one clear sentence for everything that cannot be meant, before anything is asked for."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from parsers.errors import UsageError
from tests.documents import ROOT
from threadkeep.jobs.jobs_file import read_jobs
from threadkeep.jobs.settings import (
    ExportSetting,
    JobExport,
    JobSettings,
    LoginSetting,
    NotifySetting,
    Occasion,
    RetentionSetting,
)

if TYPE_CHECKING:
    from tests.conftest import CommandLine

LANTERN = """\
[jobs.lantern]
urls = ["https://lantern.example/forums/"]
archive = "lantern.db"
"""


def written(text: str, folder: Path) -> Path:
    path = folder / "JOBS.toml"
    path.write_text(text, "utf-8")
    return path


def complaint(text: str, folder: Path) -> str:
    path = written(text, folder)
    with pytest.raises(UsageError) as raised:
        read_jobs(path)
    said = str(raised.value)
    assert said.startswith(f"{path}: ")
    return said.removeprefix(f"{path}: ")


# --- what it may say ---


def test_a_job_needs_an_address_and_an_archive_and_no_more(tmp_path: Path) -> None:
    (job,) = read_jobs(written(LANTERN, tmp_path)).jobs
    assert (job.name, job.host) == ("lantern", "lantern.example")
    assert job.urls == ("https://lantern.example/forums/",)
    assert job.archive == tmp_path / "lantern.db"
    assert (job.audit, job.exports, job.snapshots, job.report) == (0.0, (), None, None)
    assert (job.settings.delay, job.settings.my_site, job.settings.contact) == (1.0, False, None)


def test_everything_that_a_job_may_say(tmp_path: Path) -> None:
    text = """
    [jobs.lantern]
    urls = ["https://lantern.example/forums/a/", "https://www.lantern.example/forums/b/"]
    archive = "~/lantern.db"
    delay = 2
    contact = "me@example.org"
    timezone = "Europe/Amsterdam"
    my_site = true
    audit = "2.5%"
    login = { user = "ada", password_env = "LANTERN_PASSWORD", url = "https://lantern.example/in/" }
    exports = [
        { path = "posts.jsonl" },
        { path = "lantern.txt", format = "markdown", media_dir = "{name}-files" },
        { path = "{name}.warc.gz" },
        { path = "research", format = "parquet", pseudonymize = "keys/{name}.key", dates = "month" },
    ]
    retention = { folder = "copies", keep_daily = 3, keep_weekly = 0, keep_monthly = 1 }
    report = "{name}-{date}.md"
    notify = { on = "always", urls_file = "whom.txt" }
    """
    (job,) = read_jobs(written(text, tmp_path)).jobs
    assert job.archive == Path("~/lantern.db").expanduser()
    assert job.audit == 0.025
    assert job.exports == (
        JobExport(path=tmp_path / "posts.jsonl", format=None, media_dir=None),
        JobExport(
            path=tmp_path / "lantern.txt", format="markdown", media_dir=tmp_path / "lantern-files"
        ),
        JobExport(path=tmp_path / "lantern.warc.gz", format=None, media_dir=None),
        JobExport(
            path=tmp_path / "research",
            format="parquet",
            media_dir=None,
            pseudonymize=tmp_path / "keys" / "lantern.key",
            dates="month",
        ),
    )
    assert job.snapshots == tmp_path / "copies"
    assert job.report == tmp_path / "lantern-{date}.md"
    assert job.settings.timezone == "Europe/Amsterdam"
    assert job.settings.login
    assert job.settings.login.user == "ada"
    assert job.settings.notify
    assert job.settings.notify.occasions == ("always",)


def test_defaults_hold_where_a_job_says_nothing(tmp_path: Path) -> None:
    text = """
    [defaults]
    archive = "{name}/forum.db"
    delay = 5
    exports = [{ path = "{name}.csv" }]
    [jobs.lantern]
    urls = ["https://lantern.example/"]
    [jobs."Old Harbour"]
    urls = ["https://harbour.example/"]
    delay = 9
    exports = []
    """
    lantern, harbour = read_jobs(written(text, tmp_path)).jobs
    assert lantern.archive == tmp_path / "lantern" / "forum.db"
    assert harbour.archive == tmp_path / "Old Harbour" / "forum.db"
    assert (lantern.settings.delay, harbour.settings.delay) == (5, 9)
    assert lantern.exports == (
        JobExport(path=tmp_path / "lantern.csv", format=None, media_dir=None),
    )
    assert harbour.exports == ()


def test_a_file_may_begin_as_some_editors_have_it(tmp_path: Path) -> None:
    path = written(LANTERN, tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert [job.name for job in read_jobs(path).jobs] == ["lantern"]


def test_what_the_environment_has_to_hold_is_known(tmp_path: Path) -> None:
    text = f"""{LANTERN}
    login = {{ user = "ada", password_env = "LANTERN_PASSWORD" }}
    notify = {{ urls_env = "TELL" }}
    """
    assert read_jobs(written(text, tmp_path)).environment == ("LANTERN_PASSWORD", "TELL")


@pytest.mark.parametrize("delay", ["0.1", "0"])
def test_haste_takes_permission_or_this_machine(delay: str, tmp_path: Path) -> None:
    assert "my_site = true" in complaint(f"{LANTERN}delay = {delay}", tmp_path)
    for allowed in (
        f"{LANTERN}delay = {delay}\nmy_site = true",
        f'[jobs.here]\nurls = ["http://127.0.0.1:8700/"]\narchive = "a.db"\ndelay = {delay}',
    ):
        assert read_jobs(written(allowed, tmp_path)).jobs[0].settings.delay == float(delay)


@pytest.mark.parametrize(
    ("heading", "record"),
    [
        ("What a job may say", JobSettings),
        ("exports", ExportSetting),
        ("retention", RetentionSetting),
        ("login", LoginSetting),
        ("notify", NotifySetting),
    ],
)
def test_every_key_is_in_the_docs_and_no_other(heading: str, record: type) -> None:
    page = (ROOT / "docs" / "jobs.md").read_text("utf-8")
    told = page.split(f" {heading}\n", 1)[1].split("\n#", 1)[0].split("| occasion |")[0]
    keys = re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE)
    assert sorted(keys) == sorted(field.name for field in fields(record))


def test_every_occasion_is_in_the_docs() -> None:
    page = (ROOT / "docs" / "jobs.md").read_text("utf-8")
    told = page.split("| occasion |", 1)[1].split("\n\n", 1)[0]
    assert tuple(re.findall(r"^\| `([\w-]+)` \|", told, re.MULTILINE)) == get_args(Occasion)


# --- what cannot be meant ---


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dealy = 2", "“jobs.lantern.dealy” is no known setting; did you mean “delay”?"),
        ("urls2 = []", "“jobs.lantern.urls2” is no known setting; did you mean “urls”?"),
        (
            'exports = [{ path = "x.warc.gz", dates = "week" }]',
            "“jobs.lantern.exports[0]”: A web archive holds pages as they came",
        ),
        (
            'exports = [{ path = "site", format = "html", pseudonymize = "k" }]',
            "“jobs.lantern.exports[0]”: A site shows the archive as it is",
        ),
        (
            'exports = [{ path = "site", format = "html", site_url = "archive.example" }]',
            "“jobs.lantern.exports[0]”: “archive.example” is no address where a site can stand",
        ),
        (
            'exports = [{ path = "x.csv", site_url = "https://archive.example" }]',
            "“jobs.lantern.exports[0]”: The format csv has no place here for where a site",
        ),
        (
            'exports = [{ path = "x.md", media_dir = "shown", pseudonymize = "k" }]',
            "“jobs.lantern.exports[0]”: Nobody can be left out of pictures",
        ),
        (
            'exports = [{ path = "x", format = "tables", pseudonymize = "x/k" }]',
            "would be part of the export",
        ),
        (
            'exports = [{ path = "x.jsonl", dates = "moth" }]',
            "“jobs.lantern.exports[0].dates” does not know “moth”; did you mean “month”?",
        ),
        (
            'exports = [{ paht = "x.jsonl" }]',
            "“jobs.lantern.exports[0].paht” is no known setting; did you mean “path”?",
        ),
        (
            'retention = { folder = "s", keep_dayly = 1 }',
            "“jobs.lantern.retention.keep_dayly” is no known setting; did you mean “keep_daily”?",
        ),
        (
            'login = { password = "secret" }',
            "“jobs.lantern.login.password” is no known setting; did you mean “password_env”?",
        ),
        ("q = 1", "“jobs.lantern.q” is no known setting; known are archive, as_guest, audit,"),
        ('delay = "x"', "“jobs.lantern.delay” has to be a number, not text; write delay = 2.5."),
        (
            "audit = 5",
            '“jobs.lantern.audit” has to be text, not a whole number; write audit = "5%".',
        ),
        ("my_site = 1", "“jobs.lantern.my_site” has to be true or false, not a whole number;"),
        ('exports = "x"', "“jobs.lantern.exports” has to be a list, not text;"),
        ('exports = ["x"]', "“jobs.lantern.exports[0]” has to be a table, not text;"),
        ("contact = 2020-01-01", "“jobs.lantern.contact” has to be text, not a date;"),
        ('exports = [{ format = "csv" }]', "“jobs.lantern.exports[0].path” is missing;"),
        ('exports = [{ path = "x.doc" }]', "“jobs.lantern.exports[0]”: The name"),
        ('exports = [{ path = "x", format = "doc" }]', "“jobs.lantern.exports[0]”: "),
        ("retention = {}", "“jobs.lantern.retention.folder” is missing;"),
        (
            'retention = { folder = "s", keep_daily = 0, keep_weekly = 0, keep_monthly = 0 }',
            "“jobs.lantern.retention” has to keep something",
        ),
        (
            'retention = { folder = "s", keep_daily = -1 }',
            "“jobs.lantern.retention” has to keep something",
        ),
        ('audit = "five"', "“jobs.lantern.audit” has to be a share from 0% to 100%, not “five”."),
        ('audit = "101%"', "“jobs.lantern.audit” has to be a share from 0% to 100%, not “101%”."),
        ("delay = -1", "“jobs.lantern.delay” has to be a number of seconds, not -1."),
        ("delay = nan", "“jobs.lantern.delay” has to be a number of seconds, not nan."),
        ('timezone = "Mars/Crater"', "“jobs.lantern.timezone”: There is no time zone"),
        ('contact = ""', "“jobs.lantern.contact”: A contact is"),
        ('report = "x.txt"', "“jobs.lantern.report”: A report ends in .md"),
        (
            'report = "{nmae}.md"',
            "“jobs.lantern.report” holds {nmae}, which stands for nothing; {name} is the job's name.",
        ),
        ('notify = { on = "gap", urls_env = "X" }', "did you mean “gaps”?"),
        ('notify = { on = ["gaps", "xyz"], urls_env = "X" }', "it takes always, failure, gaps,"),
        ('notify = { on = "gaps" }', "“jobs.lantern.notify” has to say where the addresses are"),
        (
            'notify = { urls_env = "X", urls_file = "y" }',
            "“jobs.lantern.notify” has to say where the addresses are",
        ),
        ('login = { user = "ada" }', "“jobs.lantern.login” has to name either cookies"),
        (
            'login = { user = "ada", password_env = "X", keyring = "y" }',
            "“jobs.lantern.login” has to name either cookies",
        ),
        (
            'login = { cookies = "c.txt", user = "ada", password_env = "X" }',
            "“jobs.lantern.login” has to name either cookies",
        ),
        (
            'login = { user = "ada", password_env = "X", url = "here" }',
            "“jobs.lantern.login.url”: “here” is no web address",
        ),
    ],
)
def test_what_a_job_cannot_mean_is_one_sentence(text: str, said: str, tmp_path: Path) -> None:
    heard = complaint(f"{LANTERN}{text}\n", tmp_path)
    assert said in heard
    assert "\n" not in heard
    assert heard.endswith((".", "?"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no job in it; begin one with a line such as [jobs.lantern]."),
        ("[jobs]", "there is no job in it"),
        (f"[default]\n{LANTERN}", "“default” is no known setting; did you mean “defaults”?"),
        (f"[defaults]\ndelay = 'x'\n{LANTERN}", "“defaults.delay” has to be a number, not text;"),
        (
            f"[defaults]\nlogin = {{ cookies = 'x' }}\n{LANTERN}",
            "“defaults.login” belongs to one job; write it under [jobs.NAME].",
        ),
        (f"[defaults]\nurls = ['x']\n{LANTERN}", "“defaults.urls” belongs to one job"),
        ("jobs = 3", "“jobs” has to be a table"),
        (
            "[[jobs]]\nname = 'x'",
            "a job begins with a line such as [jobs.lantern], not with [[jobs]].",
        ),
        ("[jobs]\na = 3", "“jobs.a” has to be a table: write [jobs.a] above its settings."),
        ("[jobs.a]\narchive = 'a.db'", "“jobs.a.urls” is missing; write urls = ["),
        ("[jobs.a]\nurls = ['https://a.example/']", "“jobs.a.archive” is missing; name the file"),
        ("[jobs.a]\nurls = []\narchive = 'a.db'", "“jobs.a.urls”: name at least one address."),
        ("[jobs.a]\nurls = ['ftp://a.example']\narchive = 'a.db'", "“jobs.a.urls”: “ftp://"),
        (
            "[jobs.a]\nurls = ['https://a.example', 'https://b.example']\narchive = 'a.db'",
            "“jobs.a.urls”: An archive holds one site, and these addresses are of 2",
        ),
        ("[jobs.'a/b']\nurls = ['https://a.example']\narchive = 'a.db'", "is no name for a job"),
        ('[jobs."Lantern St."]\nurl = "x"', '“jobs."Lantern St.".url” is no known setting;'),
        ("[jobs.a\n", "this is no TOML ("),
        (f"{LANTERN}{LANTERN}", "this is no TOML (Cannot declare ('jobs', 'lantern') twice"),
    ],
)
def test_what_the_file_cannot_mean_is_one_sentence(text: str, said: str, tmp_path: Path) -> None:
    heard = complaint(text, tmp_path)
    assert said in heard
    assert "\n" not in heard


@pytest.mark.parametrize(
    ("harbour", "keys"),
    [
        ('archive = "./lantern.db"', "“jobs.lantern.archive” and “jobs.harbour.archive”"),
        (
            'archive = "b.db"\nexports = [{ path = "x.csv" }, { path = "./x.csv" }]',
            "“jobs.harbour.exports” and “jobs.harbour.exports”",
        ),
        (
            'archive = "b.db"\nreport = "x.json"\nexports = [{ path = "x.json" }]',
            "“jobs.harbour.exports” and “jobs.harbour.report”",
        ),
    ],
)
def test_no_two_things_go_to_one_place(harbour: str, keys: str, tmp_path: Path) -> None:
    text = f'{LANTERN}[jobs.harbour]\nurls = ["https://harbour.example/"]\n{harbour}'
    heard = complaint(text, tmp_path)
    assert keys in heard
    assert "are the same place" in heard


def test_copies_of_several_archives_may_share_a_folder(tmp_path: Path) -> None:
    shared = "[defaults]\nretention = { folder = 'copies' }\n"
    harbour = '[jobs.harbour]\nurls = ["https://harbour.example/"]\narchive = "harbour.db"'
    jobs = read_jobs(written(f"{shared}{LANTERN}{harbour}", tmp_path)).jobs
    assert [job.snapshots for job in jobs] == [tmp_path / "copies"] * 2


# --- the command ---


def test_check_validates_and_asks_for_nothing(threadkeep: CommandLine) -> None:
    # Nobody could resolve this host.
    written(LANTERN.replace("lantern.example", "lantern.invalid"), Path())
    ran = threadkeep("run", "--check", "JOBS.toml")
    assert (ran.code, ran.out, ran.err) == (0, "JOBS.toml: 1 job on 1 host\n", "")
    assert list(Path().iterdir()) == [Path("JOBS.toml")]


@pytest.mark.parametrize("option", [(), ("--check",), ("--json",)])
def test_a_file_that_cannot_be_meant_ends_with_exit_code_2(
    option: tuple[str, ...], threadkeep: CommandLine
) -> None:
    written(f"{LANTERN}dealy = 2\n", Path())
    ran = threadkeep("run", "JOBS.toml", *option)
    assert ran.code == 2
    assert "did you mean “delay”?" in ran.err


@pytest.mark.parametrize(
    ("name", "said"),
    [("nothing.toml", "cannot be read (No such file"), (".", "this is a folder; name the file")],
)
def test_a_file_that_cannot_be_read(name: str, said: str, threadkeep: CommandLine) -> None:
    ran = threadkeep("run", name)
    assert ran.code == 2
    assert said in ran.sentence


def test_a_file_that_is_no_text(threadkeep: CommandLine) -> None:
    Path("JOBS.toml").write_bytes(b"\xff\xfe[jobs]")
    ran = threadkeep("run", "JOBS.toml")
    assert ran.code == 2
    assert "this is no TOML" in ran.sentence


def test_check_looks_for_passwords_and_for_whom_to_tell(
    threadkeep: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LANTERN_PASSWORD", raising=False)
    login = '\nlogin = { user = "ada", password_env = "LANTERN_PASSWORD" }'
    written(f"{LANTERN}{login}", Path())
    ran = threadkeep("run", "--check", "JOBS.toml")
    assert (ran.code, "LANTERN_PASSWORD" in ran.sentence) == (2, True)
    monkeypatch.setenv("LANTERN_PASSWORD", "secret")
    assert threadkeep("run", "--check", "JOBS.toml").code == 0
    written(f'{LANTERN}login = {{ cookies = "c.txt" }}', Path())
    assert "There is no file" in threadkeep("run", "--check", "JOBS.toml").sentence
    written(f'{LANTERN}notify = {{ urls_file = "whom.txt" }}', Path())
    assert "whom.txt" in threadkeep("run", "--check", "JOBS.toml").sentence


def test_a_report_that_is_neither_markdown_nor_json_is_refused(threadkeep: CommandLine) -> None:
    written(LANTERN, Path())
    ran = threadkeep("run", "JOBS.toml", "--report", "run.txt")
    assert (ran.code, "“run.txt” does not" in ran.sentence) == (2, True)
