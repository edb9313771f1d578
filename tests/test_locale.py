"""Locale tables: every one loads, English and Dutch are complete, and tags and role names find what they should."""

from __future__ import annotations

import json
import re
import runpy
from dataclasses import fields
from pathlib import Path

import msgspec
import pytest

from parsers.locale import (
    CountSentences,
    DateWords,
    Labels,
    Locale,
    Notices,
    all_locales,
    english,
    fold,
    locale_for,
    plain,
    role_key,
    template_pattern,
)

ROLE_KEYS = {
    *("keymaster", "moderator", "participant", "spectator"),
    *("blocked", "guest", "member", "inactive"),
}
UNITS = {"year", "month", "week", "day", "hour", "minute", "second"}
# BuddyBoss has no Dutch, and says "Page 1 of 2" in the place of a count sentence.
NOT_IN_DUTCH = {"pages"}
# Few languages leave a number out: `O lună`, `سنتين`.
IN_FEW_LANGUAGES = {"ones", "twos"}


@pytest.mark.parametrize("table", all_locales(), ids=lambda table: table.language)
def test_a_table_has_sound_entries(table: Locale) -> None:
    assert locale_for(table.language) is table
    assert set(table.roles) <= ROLE_KEYS
    assert set(table.dates.units) <= UNITS
    assert len(table.dates.months) in {0, 12}
    assert len(table.dates.months_short) in {0, 12}
    assert len(table.dates.weekdays) in {0, 7}
    sentences = [text for one in fields(table.counts) for text in getattr(table.counts, one.name)]
    for text in (*sentences, *table.notices.revised, *table.notices.described):
        assert not re.search(r"%(?![1-4]\$s)", text)
        assert "&" not in text
        assert text == text.strip()
    assert all("%3$s" in text and "%2$s" in text for text in table.notices.revised)
    assert all("%s" in text for text in (*table.dates.ago, *table.notices.reply_title))


@pytest.mark.parametrize("language", ["en", "nl"])
def test_english_and_dutch_are_complete(language: str) -> None:
    table = locale_for(language)
    assert table is not None
    for part in (table.counts, table.dates, table.notices, table.labels):
        for one in fields(part):
            missing = (
                one.name in (NOT_IN_DUTCH if language == "nl" else ())
                or one.name in IN_FEW_LANGUAGES
            )
            assert getattr(part, one.name) or missing, one.name
    assert set(table.roles) == ROLE_KEYS
    assert set(table.dates.units) == UNITS
    assert all(table.dates.months)
    assert all(table.dates.weekdays)


def test_parts_of_a_table_may_be_empty() -> None:
    assert CountSentences().posts == ()
    assert DateWords().units == {}
    assert Notices().revised == ()
    assert Labels().author == ()


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("nl-NL", "nl"),
        ("nl_NL", "nl"),
        ("NL", "nl"),
        ("nl-BE", "nl"),
        ("nl_NL_formal", "nl"),
        ("de-CH", "de"),
        ("en-AU", "en"),
        ("es-MX", "es"),
        ("pt-BR", "pt-br"),
        ("pt", "pt-pt"),
        ("zh", "zh-cn"),
        ("zh-Hant-TW", "zh-tw"),
        ("zh_HK", "zh-hk"),
        ("no", "nb"),
        ("iw", "he"),
        (" fr ", "fr"),
    ],
)
def test_a_tag_finds_its_table(tag: str, language: str) -> None:
    table = locale_for(tag)
    assert table is not None
    assert table.language == language


@pytest.mark.parametrize("tag", [None, "", "-", "xx", "tlh-Latn", "../en", "en.toml", "/etc"])
def test_a_tag_without_a_table_finds_none(tag: str | None) -> None:
    assert locale_for(tag) is None


@pytest.mark.parametrize(
    ("language", "role", "key"),
    [
        ("nl", "Bijdrager", "participant"),
        ("nl", "Deelnemer", "participant"),
        ("nl", "Lid", "member"),
        ("nl", "  lid ", "member"),
        ("nl", "Keymaster", "keymaster"),
        (None, "Key Master", "keymaster"),
        (None, "Bijdrager", None),
        ("fr", "Invit&eacute;", "guest"),
        ("ru", "Участник", None),
        ("vi", "Khách", None),
        ("bg", "Участник", "participant"),
        ("nl", "Super-Administrator", None),
        ("nl", "", None),
    ],
)
def test_a_role_has_a_key_if_its_name_is_known_and_has_one_meaning(
    language: str | None, role: str, key: str | None
) -> None:
    assert role_key(role, locale_for(language)) == key


def test_a_name_with_another_meaning_in_english_has_no_key() -> None:
    table = Locale(language="xx", locale="xx", roles={"guest": ("Member",)})
    assert role_key("Member", table) is None


def test_plain_makes_alike_what_pages_print_in_different_ways() -> None:
    assert plain("‘a’ &#8211; «b»\u00a0\u202fc &amp;agrave; d\u200b") == "'a' - \"b\" c à d"
    assert fold("Ｖｉｅｗｉｎｇ") == "viewing"
    assert fold("Straße") == fold("STRASSE")


def test_a_pattern_takes_what_pages_print() -> None:
    source = template_pattern("The topic ‘%s’ is closed - %2$s.", {"s": "(.+)", "2$s": "(.+)"})
    match = re.fullmatch(source, "The  topic 'A (b)' is closed – now.")
    assert match is not None
    assert match.groups() == ("A (b)", "now")
    assert not re.fullmatch(source, "The topic 'A' is closed - nowx")


def test_english_is_one_table() -> None:
    assert english() is locale_for("en-US")


def test_tables_are_built_from_catalogues(tmp_path: Path) -> None:
    arabic = ["%s سنة", "سنة", "سنتين", "%s سنوات", "%s سنة", "%s سنة"]
    strings = {
        "fr_FR": {"User role\x04Participant": "Participant", "Home": "Accueil"},
        "ro_RO": {"%s month": ["O lună", "%s luni", "%s de luni"]},
        "ar": {"%s year": arabic, "Separator in time since\x04,": "،"},
    }
    variants = {
        "fr_FR": {
            "Viewing %1$s posts": ["%1$s messages &agrave; lire", "%1$ messages", "%s messages"],
            "%s ago": ["il y a %s", "il y a"],
            ",": [" et", " "],
            "Guest": ["Invit&eacute;", "Invité", " Invité", "!"],
        }
    }
    dates: dict[str, dict[str, str]] = {"dates": {}}
    arguments: list[str] = []
    for name, content in (("strings", strings), ("variants", variants), ("dates", dates)):
        (tmp_path / f"{name}.json").write_text(json.dumps(content), "utf-8")
        arguments.append(str(tmp_path / f"{name}.json"))
    script = Path(__file__).parent.parent / "scripts" / "build_locales.py"
    build = runpy.run_path(str(script))["main"]
    build([*arguments, str(tmp_path)])
    first = (tmp_path / "fr.toml").read_bytes()
    build([*arguments, str(tmp_path)])
    assert (tmp_path / "fr.toml").read_bytes() == first
    table = msgspec.toml.decode(first, type=Locale)
    assert table.counts.posts == ("%1$s messages à lire",)
    assert table.roles == {"participant": ("Participant",), "guest": ("Invité",)}
    assert table.dates.ago == ("il y a %s",)
    assert table.labels.home == ("Accueil",)
    assert table.dates.separators == ("et", " ")
    assert "Publié dans %s" in table.notices.posted_in
    romanian, arabian = (
        msgspec.toml.decode((tmp_path / f"{name}.toml").read_bytes(), type=Locale).dates
        for name in ("ro", "ar")
    )
    assert romanian.ones == {"month": ("O lună",)}
    assert romanian.twos == {}
    assert arabian.ones == {"year": ("سنة",)}
    assert arabian.twos == {"year": ("سنتين",)}
    assert arabian.separators == ("،",)
