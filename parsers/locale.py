"""What a language's bbPress and WordPress say, read from `parsers/locales/*.toml`; words only, no pages."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import msgspec

from parsers.first_use import prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class CountSentences:
    """Translations of the count sentences, with bbPress's placeholders: `%1$s` count, `%2$s` first, `%3$s` last, `%4$s` total.

    Attributes:
        results: of what a search found.
        pages: `Page %1$s of %2$s`, which BuddyBoss prints in the place of a count sentence.
    """

    posts: tuple[str, ...] = ()
    replies: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DateWords:
    """How a language writes dates.

    Attributes:
        joiners: translations of `%1$s at %2$s` (date, time).
        date_formats: PHP date formats, the language's default first.
        time_formats: PHP time formats, the language's default first.
        months: names of the twelve months, January first, each with all its forms (nominative, genitive).
        months_short: the same, abbreviated.
        weekdays: names of the seven days, Sunday first, each with all its forms, short ones among them.
        am: spellings of `am` and `AM`.
        pm: spellings of `pm` and `PM`.
        ago: translations of `%s ago`.
        now: translations of `right now`.
        separators: translations of the comma between two units (`3 years, 2 months`).
        units: `year`, `month`, `week`, `day`, `hour`, `minute`, `second`, each with all its forms.
        ones: what says one of a unit without a number (`O lună`), by unit.
        twos: what says two of it (`سنتين`).
    """

    joiners: tuple[str, ...] = ()
    date_formats: tuple[str, ...] = ()
    time_formats: tuple[str, ...] = ()
    months: tuple[tuple[str, ...], ...] = ()
    months_short: tuple[tuple[str, ...], ...] = ()
    weekdays: tuple[tuple[str, ...], ...] = ()
    am: tuple[str, ...] = ()
    pm: tuple[str, ...] = ()
    ago: tuple[str, ...] = ()
    now: tuple[str, ...] = ()
    separators: tuple[str, ...] = ()
    units: dict[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]], hash=False
    )
    ones: dict[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]], hash=False
    )
    twos: dict[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]], hash=False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """Short texts that tell a page's state.

    Attributes:
        topic_closed: `The topic ‘%s’ is closed to new replies.`
        forum_closed: `The forum ‘%s’ is closed to new topics and replies.`
        login_to_reply: `You must be logged in to reply to this topic.`
        no_permission: `You do not have permission to view this forum.`
        protected_title: `Protected: %s`
        private_title: `Private: %s`
        reply_title: `Reply To: %s`
        tagged: `Tagged:`
        described: `This topic has %1$s, %2$s, and was last updated %3$s by %4$s.`: `%1$s` replies, `%2$s` voices.
        revised: revision log lines with a reason: `%1$s` time, `%2$s` editor, `%3$s` reason.
        edited: revision log lines without a reason.
        anonymous: what a deleted or nameless author is called.
        posted_in: words before a forum's name in a themed topic page (`Geplaatst in %s`).
    """

    topic_closed: tuple[str, ...] = ()
    forum_closed: tuple[str, ...] = ()
    login_to_reply: tuple[str, ...] = ()
    no_permission: tuple[str, ...] = ()
    protected_title: tuple[str, ...] = ()
    private_title: tuple[str, ...] = ()
    reply_title: tuple[str, ...] = ()
    tagged: tuple[str, ...] = ()
    described: tuple[str, ...] = ()
    revised: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    anonymous: tuple[str, ...] = ()
    posted_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Words of a topic page's frame.

    Attributes:
        author: headings of the column of authors (`Author`, `Creator`).
        posts: headings of the column beside it (`Posts`, `Replies`, `Topic`).
        home: the first step of a breadcrumb (`Home`).
        forums: the step after it (`Forums`).
        reply: the link beside a post's number that answers it (`Reply`).
        byline: words between an author's name and a date or a number (`McKing op #53901`).
        post_column: headings of a list's column that counts all posts (`Posts`).
        reply_column: headings of the same column where it leaves opening posts out (`Replies`).
    """

    author: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    home: tuple[str, ...] = ()
    forums: tuple[str, ...] = ()
    reply: tuple[str, ...] = ()
    byline: tuple[str, ...] = ()
    post_column: tuple[str, ...] = ()
    reply_column: tuple[str, ...] = ()


# eq=False: a table is compared and hashed by identity, so that what is built from it can be cached by it.
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Locale:
    """One language's table.

    Attributes:
        language: BCP 47 tag of the language, lower case (`nl`, `pt-br`).
        locale: WordPress's name of it (`nl_NL`).
        roles: each bbPress role key (`keymaster`, `moderator`, `participant`, `spectator`, `blocked`, `guest`, `member`,
            `inactive`) with its names.
    """

    language: str
    locale: str
    counts: CountSentences = CountSentences()
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    dates: DateWords = DateWords()
    notices: Notices = Notices()
    labels: Labels = Labels()


# Tags that name a language in another way than its table does, or name no region where the tables need one.
_ALIASES = {
    "in": "id",
    "iw": "he",
    "no": "nb",
    "oci": "oc",
    "pt": "pt-pt",
    "zh": "zh-cn",
    "zh-hans": "zh-cn",
    "zh-hant": "zh-tw",
    "zh-mo": "zh-hk",
}
# What pages print for a plain `-`, `'` and `"`: WordPress makes typographic ones of them.
_LOOK_ALIKE = {"-": "-‐‑‒–—―−﹘﹣－", "'": "'‘’‚‛′`´", '"': '"“”„‟″«»'}
_FOLDED = str.maketrans(
    {
        **{other: sign for sign, others in _LOOK_ALIKE.items() for other in others},
        # Invisible marks: soft hyphen, joiners, directions, byte order mark.
        **dict.fromkeys((0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F)), ""),
        **dict.fromkeys((*range(0x2060, 0x206A), 0xFEFF), ""),
    }
)


def plain(text: str) -> str:
    """Make alike what pages print in different ways: entities resolved, blanks single, quotes and dashes straight.

    Entities are resolved twice, since old catalogues hold `&agrave;` and newer versions escape it once more.
    """
    resolved = html.unescape(html.unescape(text)) if "&" in text else text
    return " ".join(resolved.translate(_FOLDED).split())


def fold(text: str) -> str:
    """The form in which a page's words are compared with a table's: `plain`, and upper and lower case alike."""
    return unicodedata.normalize("NFKC", plain(text)).casefold()


def template_pattern(template: str, groups: dict[str, str]) -> str:
    """Make a regular expression of a translation, which takes blanks, quotes and dashes as pages print them.

    Args:
        template: the translation (`Posted in %s`).
        groups: what stands for each of its placeholders, by what follows the percent sign (`s`, `1$s`).
    """
    parts = re.split(r"%([1-9]\$s|s)", plain(template))
    literals = ["".join(map(_literal, part)) for part in parts[::2]]
    between = [groups[name] for name in parts[1::2]]
    return "".join(piece for pair in zip(literals, [*between, ""], strict=True) for piece in pair)


def _literal(character: str) -> str:
    if character == " ":
        return r"\s+"
    alike = _LOOK_ALIKE.get(character)
    return f"[{re.escape(alike)}]" if alike else re.escape(character)


def locale_for(language: str | None) -> Locale | None:
    """Find the table of a language.

    Args:
        language: a tag as pages write it (`nl-NL`, `nl_NL`, `nl`), in any case; a region without a table of its own
            falls back on the language.

    Returns:
        The table, always the same object for a language; None where there is none.
    """
    parts = (language or "").strip().lower().replace("_", "-").split("-")
    for length in range(len(parts), 0, -1):
        tag = "-".join(parts[:length])
        name = _ALIASES.get(tag, tag)
        if name in _languages():
            return _load(name)
    return None


@cache
def all_locales() -> tuple[Locale, ...]:
    """Every table there is, by language."""
    return tuple(_load(language) for language in sorted(_languages()))


def role_key(role_text: str, locale: Locale | None) -> str | None:
    """Tell which bbPress role a displayed role means.

    Args:
        role_text: the role as shown.
        locale: the page's language; English is always known besides.

    Returns:
        The key (`participant`), or None for a name that is not known or that serves two roles.
    """
    wanted = fold(role_text)
    keys = _roles_by_name(english()).get(wanted, frozenset())
    if locale is not None:
        keys |= _roles_by_name(locale).get(wanted, frozenset())
    return next(iter(keys)) if len(keys) == 1 else None


@cache
def english() -> Locale:
    """The table of English, which partial translations mix in everywhere."""
    return _load("en")


@cache
def _roles_by_name(locale: Locale) -> dict[str, frozenset[str]]:
    keys: dict[str, set[str]] = defaultdict(set)
    for key, names in locale.roles.items():
        for name in names:
            keys[fold(name)].add(key)
    return {name: frozenset(found) for name, found in keys.items()}


@cache
def _languages() -> frozenset[str]:
    names = (entry.name for entry in files("parsers").joinpath("locales").iterdir())
    return frozenset(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


@cache
def _load(language: str) -> Locale:
    table = files("parsers").joinpath("locales", f"{language}.toml").read_bytes()
    return msgspec.toml.decode(table, type=prepared(Locale))
