"""Build `parsers/locales/*.toml` from collected translations; not part of the product, and asks nothing of the network.

    python scripts/build_locales.py STRINGS.json VARIANTS.json DATE_FORMATS.json [FOLDER]

STRINGS holds `{locale: {msgid: translation}}`, the newest of each; VARIANTS `{locale: {msgid: [every translation ever
seen]}}`; DATE_FORMATS WordPress's date formats and names. `locale_additions.toml` beside this script holds what they lack.
The same input gives the same bytes.
"""

from __future__ import annotations

import html
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

# A table's language and the catalogues it is made of, the first of which names its defaults.
LANGUAGES = {
    "ar": ("ar",),
    "bg": ("bg_BG",),
    "ca": ("ca",),
    "cs": ("cs_CZ",),
    "da": ("da_DK",),
    "de": ("de_DE", "buddyboss:de_DE", "buddyboss:de_DE_formal"),
    "el": ("el",),
    "en": ("en_US", "en_AU", "en_CA", "en_GB", "en_NZ", "buddyboss:en_US"),
    "es": ("es_ES", "es_CL", "es_VE"),
    "eu": ("eu",),
    "fa": ("fa_IR",),
    "fi": ("fi",),
    "fr": ("fr_FR", "fr_BE", "buddyboss:fr_FR"),
    "gl": ("gl_ES",),
    "he": ("he_IL",),
    "hu": ("hu_HU", "buddyboss:hu_HU"),
    "id": ("id_ID",),
    "it": ("it_IT",),
    "ja": ("ja",),
    "ko": ("ko_KR",),
    "lt": ("lt_LT",),
    "nb": ("nb_NO",),
    "nl": ("nl_NL",),
    "oc": ("oci",),
    "pl": ("pl_PL",),
    "pt-br": ("pt_BR",),
    "pt-pt": ("pt_PT", "pt_PT_ao90"),
    "ro": ("ro_RO",),
    "ru": ("ru_RU",),
    "sk": ("sk_SK",),
    "sr": ("sr_RS",),
    "sv": ("sv_SE",),
    "th": ("th",),
    "tl": ("tl",),
    "tr": ("tr_TR", "buddyboss:tr_TR"),
    "uk": ("uk",),
    "vi": ("vi",),
    "zh-cn": ("zh_CN",),
    "zh-hk": ("zh_HK",),
    "zh-tw": ("zh_TW",),
}
# BuddyBoss's Turkish catalogue is partly a copy of its French one.
MISPLACED = {"buddyboss:tr_TR": "buddyboss:fr_FR"}
# Words that one site put into its own copy of a catalogue.
FOREIGN = frozenset(("Alumni",))

COUNTS = {
    "posts": (
        "Viewing %1$s posts - %2$s through %3$s (of %4$s total)",
        "Viewing %2$s post (of %4$s total)",
        "Viewing %1$s post",
        "Viewing %1$s posts",
    ),
    "replies": (
        "Viewing %1$s replies - %2$s through %3$s (of %4$s total)",
        "Viewing %2$s replies (of %4$s total)",
        "Viewing %1$s reply",
        "Viewing %1$s replies",
    ),
    "threads": ("Viewing %1$s reply thread", "Viewing %1$s reply threads"),
    "topics": (
        "Viewing %1$s topics - %2$s through %3$s (of %4$s total)",
        "Viewing topic %2$s (of %4$s total)",
        "Viewing %1$s topic",
        "Viewing %1$s topics",
        "Viewing %2$s - %3$s of %4$s discussions",
        "Viewing %2$s of %4$s discussions",
        "Viewing %1$s discussion",
        "Viewing %1$s discussions",
    ),
    "results": (
        "Viewing %1$s results - %2$s through %3$s (of %4$s total)",
        "Viewing %2$s results (of %4$s total)",
        "Viewing %1$s result",
        "Viewing %1$s results",
    ),
    "pages": ("Page %1$s of %2$s",),
}
ROLES = {
    "keymaster": ("Keymaster", "Key Master"),
    "moderator": ("Moderator", "Forum Moderator"),
    "participant": ("Participant", "Forum Participant"),
    "spectator": ("Spectator",),
    "blocked": ("Blocked",),
    "guest": ("Guest",),
    "member": ("Member",),
    "inactive": ("Inactive",),
}
CLOSED_TOPIC = "This topic is marked as closed to new replies, however your posting capabilities still allow you to "
NOTICES = {
    "topic_closed": (
        "The topic &#8216;%s&#8217; is closed to new replies.",
        CLOSED_TOPIC + "do so.",
        CLOSED_TOPIC + "reply.",
    ),
    "forum_closed": (
        "The forum &#8216;%s&#8217; is closed to new topics and replies.",
        "The forum &#8216;%s&#8217; is closed to new content.",
    ),
    "login_to_reply": ("You must be logged in to reply to this topic.",),
    "no_permission": (
        "You do not have permission to view this forum.",
        "You do not have permission to view this discussion.",
    ),
    "reply_title": ("Reply To: %s",),
    "tagged": ("Tagged:",),
    "described": (
        "This topic has %1$s, %2$s, and was last updated %3$s by %4$s.",
        "This topic contains %1$s, has %2$s, and was last updated by %3$s %4$s.",
        "This topic has %1$s and %2$s.",
        "This topic contains %1$s and has %2$s.",
    ),
    "revised": (
        "This reply was modified %1$s by %2$s. Reason: %3$s",
        "This topic was modified %1$s by %2$s. Reason: %3$s",
    ),
    "edited": ("This reply was modified %1$s by %2$s.", "This topic was modified %1$s by %2$s."),
    "anonymous": ("Anonymous",),
}
LABELS = {
    "author": ("Author", "Creator"),
    "posts": ("Posts", "Replies", "Topic"),
    "home": ("Home",),
    "forums": ("Forums",),
    "reply": ("Reply",),
    "post_column": ("Posts",),
    "reply_column": ("Replies",),
}
ARABIC_FORMS = 6
CONTEXTS = (
    "",
    "User role\x04",
    "date at time\x04",
    "verb\x04",
    "noun\x04",
    "Separator in time since\x04",
)
UNITS = ("year", "month", "week", "day", "hour", "minute", "second")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
# The formats that WordPress's settings offer in every language.
OFFERED_DATES = ("F j, Y", "Y-m-d", "m/d/Y", "d/m/Y")
OFFERED_TIMES = ("g:i a", "g:i A", "H:i")
# Placeholders a text must have (all of the first) and may have (the second besides) to be what it says it is.
PLACEHOLDERS = {
    "counts": ("", "1234"),
    "described": ("12", "34"),
    "revised": ("23", "1"),
    "edited": ("2", "1"),
    "reply_title": ("s", ""),
    "topic_closed": ("", "s"),
    "forum_closed": ("", "s"),
    "joiners": ("12", ""),
    "ago": ("s", ""),
}
PLACEHOLDER = re.compile(r"%(?:(\d)\$)?s")


# The parts of a table, each with its lists of words, or of lists of words.
Table = dict[str, dict[str, "list[str] | list[list[str]]"]]


class Sources(NamedTuple):
    """What the three files hold."""

    strings: dict[str, dict[str, str | list[str]]]
    variants: dict[str, dict[str, list[str]]]
    dates: dict[str, dict[str, dict[str, str]]]


class Catalogue:
    """All translations of one language's catalogues, newest first."""

    def __init__(self, names: tuple[str, ...], sources: Sources) -> None:
        self._names = names
        self._sources = sources

    def texts(self, *msgids: str, kind: str = "") -> list[str]:
        """The translations of some messages that are sound, each once, in their order."""
        found = (self._clean(text) for msgid in msgids for text in self._raw(msgid))
        return unique(text for text in found if is_sound(text, kind))

    def separators(self) -> list[str]:
        """What stands between two units of time; a blank is one, so that they are not cleaned like other texts."""
        return unique(text.strip() or " " for text in self._raw(","))

    def numberless(self, unit: str, number: int) -> list[str]:
        """The plural forms that stand for a number without printing it."""
        forms = [
            text
            for name in self._names
            for texts in (as_list(self._sources.strings.get(name, {}).get(f"%s {unit}")),)
            # Only Arabic has so many forms, the first of them for zero.
            for text in texts[number if len(texts) == ARABIC_FORMS else number - 1 :][:1]
        ]
        return unique(self._clean(text) for text in forms if "%" not in text)

    def _raw(self, msgid: str) -> list[str]:
        return [text for name in self._names for text in self._of(name, msgid)]

    def _of(self, name: str, msgid: str) -> list[str]:
        newest = self._sources.strings.get(name, {})
        texts = [text for context in CONTEXTS for text in as_list(newest.get(context + msgid))]
        texts += self._sources.variants.get(name, {}).get(msgid, [])
        copied_from = self._sources.variants.get(MISPLACED.get(name, ""), {})
        return [text for text in texts if text not in copied_from.get(msgid, [])]

    @staticmethod
    def _clean(text: str) -> str:
        return " ".join(html.unescape(text).split())


def as_list(value: str | list[str] | None) -> list[str]:
    """A translation as a list: messages with plural forms already are one."""
    return [value] if isinstance(value, str) else value or []


def unique(texts: Iterable[str]) -> list[str]:
    """Each text once, in the order met."""
    return list(dict.fromkeys(texts))


def is_sound(text: str, kind: str) -> bool:
    """Whether a text has letters, no markup, and just the placeholders of its kind."""
    if not any(letter.isalpha() for letter in text) and kind != "joiners":
        return False
    if text in FOREIGN or "<" in text or "%" in PLACEHOLDER.sub("", text):
        return False
    needed, allowed = PLACEHOLDERS.get(kind, ("", ""))
    have = {number or "s" for number in PLACEHOLDER.findall(text)}
    return set(needed) <= have <= set(needed) | set(allowed)


def date_words(
    names: tuple[str, ...], catalogue: Catalogue, sources: Sources
) -> dict[str, list[str] | list[list[str]]]:
    """The `[dates]` part of a table."""
    core = [sources.dates[name] for name in names if name in sources.dates]
    strings = [entry["strings"] for entry in core]
    return {
        "joiners": joiners(names, catalogue, sources),
        "date_formats": unique(
            [
                *picked(strings, "F j, Y", "F j, Y|daily archives date format"),
                *picked(strings, "Y/m/d", "M j, Y|publish box date format"),
                *OFFERED_DATES,
            ]
        ),
        "time_formats": unique([*picked(strings, "g:i a"), *OFFERED_TIMES]),
        "months": [month_names(core, month, "months", "months_genitive") for month in MONTHS],
        "months_short": [month_names(core, month, "months_abbrev") for month in MONTHS],
        "weekdays": [picked(strings, day, day[:3]) for day in DAYS],
        "am": picked(strings, "am", "AM"),
        "pm": picked(strings, "pm", "PM"),
        "ago": catalogue.texts("%s ago", kind="ago"),
        "now": catalogue.texts("right now"),
        "separators": catalogue.separators(),
    }


def joiners(names: tuple[str, ...], catalogue: Catalogue, sources: Sources) -> list[str]:
    """What joins a date and a time: as bbPress has it, then as WordPress has it, whose words themes print."""
    core = [sources.dates[name]["strings"] for name in names if name in sources.dates]
    others = picked(core, "%1$s at %2$s", "%1$s at %2$s|1: date, 2: time")
    return unique([*catalogue.texts("%1$s at %2$s", kind="joiners"), *others])


def picked(tables: list[dict[str, str]], *keys: str) -> list[str]:
    """The values of some keys, those of the first table first, each once."""
    values = (table.get(key, "") for table in tables for key in keys)
    return unique(text for value in values if (text := " ".join(value.split())))


def month_names(core: list[dict[str, dict[str, str]]], month: str, *parts: str) -> list[str]:
    """A month's names; WordPress's key for an ambiguous one (`jan_január_abbreviation`) is cut off."""
    names = picked([entry[part] for entry in core for part in parts], month)
    return unique(name.split("_")[0] for name in names)


def unit_names(catalogue: Catalogue, unit: str) -> list[str]:
    """The forms of a unit of time, without its number."""
    texts = catalogue.texts(unit, unit + "s")
    counted = catalogue.texts(f"%s {unit}", f"%s {unit}s", kind="ago")
    return unique([*texts, *(" ".join(text.replace("%s", "").split()) for text in counted)])


def notices(catalogue: Catalogue) -> dict[str, list[str]]:
    """The `[notices]` part of a table."""
    found = {key: catalogue.texts(*msgids, kind=key) for key, msgids in NOTICES.items()}
    found["protected_title"] = [f"{word}: %s" for word in catalogue.texts("Protected")]
    found["private_title"] = [f"{word}: %s" for word in catalogue.texts("Private")]
    return found


def labels(catalogue: Catalogue, joining: list[str]) -> dict[str, list[str]]:
    """The `[labels]` part of a table; the word that joins a date and a time also joins a name and a date."""
    found = {key: catalogue.texts(*msgids) for key, msgids in LABELS.items()}
    words = (re.sub(r"^.*%1\$s\s(.*)\s%2\$s.*$", r"\1", joiner) for joiner in joining)
    found["byline"] = unique(
        word for word in words if re.fullmatch(r"[^\W\d_]+(?: [^\W\d_]+)*", word)
    )
    return found


def build(language: str, sources: Sources, additions: Table) -> Table:
    """One language's table."""
    names = LANGUAGES[language]
    catalogue = Catalogue(names, sources)
    table: Table = {
        "counts": {key: catalogue.texts(*ids, kind="counts") for key, ids in COUNTS.items()},
        "roles": {key: catalogue.texts(*msgids) for key, msgids in ROLES.items()},
        "dates": date_words(names, catalogue, sources),
        "dates.units": {unit: unit_names(catalogue, unit) for unit in UNITS},
        "dates.ones": {unit: catalogue.numberless(unit, 1) for unit in UNITS},
        "dates.twos": {unit: catalogue.numberless(unit, 2) for unit in UNITS},
        "notices": {**notices(catalogue)},
        "labels": {**labels(catalogue, joiners(names, catalogue, sources))},
    }
    for part, values in additions.items():
        for key, texts in values.items():
            table[part][key] = joined(table[part].get(key, []), texts)
    return table


def joined(
    first: list[str] | list[list[str]], second: list[str] | list[list[str]]
) -> list[str] | list[list[str]]:
    """Two lists as one; lists of lists are joined member by member."""
    pairs = zip(first, second, strict=False)
    nested = [
        unique([*one, *other])
        for one, other in pairs
        if isinstance(one, list) and isinstance(other, list)
    ]
    return nested or unique(text for text in (*first, *second) if isinstance(text, str))


def as_toml(language: str, table: Table) -> str:
    """A table as TOML, what is empty left out."""
    lines = [
        "# Built by scripts/build_locales.py from bbPress and BuddyBoss catalogues of all ages and WordPress's date names.",
        "# Do not edit: what the catalogues lack goes into scripts/locale_additions.toml.",
        f"language = {quoted(language)}",
        f"locale = {quoted(LANGUAGES[language][0])}",
    ]
    for part, values in table.items():
        arrays = [
            line for key, value in values.items() if any(value) for line in array(key, value)
        ]
        lines += ["", f"[{part}]", *arrays] if arrays else []
    return "\n".join(lines) + "\n"


def array(key: str, values: list[str] | list[list[str]]) -> list[str]:
    """One key with its values, long lists one a line."""
    members = [quoted(value) for value in values]
    short = f"{key} = [{', '.join(members)}]"
    if len(short) <= 100:
        return [short]
    return [f"{key} = [", *(f"  {member}," for member in members), "]"]


def quoted(value: str | list[str]) -> str:
    """A string or a list of strings as TOML; JSON's escapes are TOML's."""
    if isinstance(value, list):
        return f"[{', '.join(map(quoted, value))}]"
    return json.dumps(value, ensure_ascii=False)


def main(arguments: list[str]) -> None:
    """Write all tables."""
    strings, variants, dates = (
        json.loads(Path(name).read_text("utf-8")) for name in arguments[:3]
    )
    sources = Sources(strings, variants, dates["dates"])
    here = Path(__file__).parent
    folder = Path(arguments[3]) if arguments[3:] else here.parent / "parsers" / "locales"
    additions = tomllib.loads((here / "locale_additions.toml").read_text("utf-8"))
    for language in LANGUAGES:
        table = build(language, sources, additions.get(language, {}))
        (folder / f"{language}.toml").write_text(as_toml(language, table), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
