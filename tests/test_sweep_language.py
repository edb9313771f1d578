"""Sweeps through every language: dates, relative times and counts, written by this module's own PHP and bbPress, read back."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from parsers.count_sentence import read_count
from parsers.dates import DateReader, read_relative
from parsers.locale import Locale, all_locales, locale_for, role_key

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

TABLES = pytest.mark.parametrize("table", all_locales(), ids=lambda table: table.language)
DIGITS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९")

# What owners of WordPress sites set, whatever the language: kept apart from the lists in the parsers.
DATES = (
    "F j, Y", "Y-m-d", "m/d/Y", "d/m/Y", "l, F j, Y", r"l jS \o\f F Y", "D, M j, Y", "M j, Y", "jS F Y", "d.m.Y", "d-m-Y", "j-n-Y",
    "n/j/Y", "j/n/Y", "d M Y", "d-M-Y", "d F Y", "Y.m.d", "Y/m/d", "Y. m. d.", "D j M Y", "l j F Y", "F jS, Y", r"j \d\e F \d\e Y",
    "l, j. F Y", "l, d. F Y", "D, d. M Y", "j. n. Y", "Y年n月j日", "Y年n月j日(D)", "Y年m月d日 l", "Y. F j.", "Y. F j., l", "Y. M j.",
    "j. F Y", "j F, Y", "M j Y", "j M, Y", "d. M Y", "Y F j", "F d, Y", "j M Y", "D, j M Y", r"l, j \d\e F \d\e Y", "F j Y", "M d, Y",
    "Y M j", "d/M/Y", "n.j.Y", "n-j-Y", "Y-n-j", "Y/n/j", "jS M Y", "M jS, Y", "D d/m/Y", "l d/m/Y", "F j, Y, l", "j. M Y", "j.n.Y",
    "Y, F j", r"Y \m. F j \d.",
)  # fmt: skip
# Whose short year can be the day, too: null at times, never another day.
SHORT_DATES = ("d/m/y", "m/d/y", "y.m.d", "d.m.y", "j.n.y", "j M y", "d-M-y")
TIMES = (
    "g:i a", "g:i A", "H:i", "G:i", "H:i:s", "g:i:s a", "h:i A", r"G\hi", r"G \h i \m\i\n", r"H\hi", r"H \h i", "H.i", "G.i",
    r"H:i \U\h\r", r"H:i \h", "ag:i", "A g:i", "H時i分", "G時i分s秒", "g:ia", "g.ia", "H:i T", "h:i:s a", "a h:i", "g:iA", r"H:i\h",
    r"H\hi\m",
)  # fmt: skip
MOMENTS = tuple(
    datetime.fromisoformat(text)
    for text in (
        "2016-10-13 18:20:31",
        "2014-03-05 06:05:09",
        "2021-12-31 00:07:00",
        "2019-05-04 12:59:59",
        "2011-08-22 23:00:01",
        "2018-09-09 09:09:09",
    )
)


class Php:
    """Writes dates as PHP and WordPress do, in one language's words."""

    def __init__(self, table: Locale, form: int) -> None:
        dates = table.dates
        self._months = [_form(row, form) for row in dates.months]
        self._short = [_form(row, form) for row in dates.months_short]
        self._weekdays = [(row[0], row[-1]) for row in dates.weekdays]
        self._halves = (_form(dates.am, form), _form(dates.pm, form))

    def write(self, php_format: str, moment: datetime) -> str:
        """A moment in a format; a letter behind a backslash is itself."""
        written, letters = "", iter(php_format)
        for letter in letters:
            written += next(letters, "") if letter == "\\" else self._letter(letter, moment)
        return written

    def _letter(self, letter: str, moment: datetime) -> str:
        if letter in "djmnFMYylDS":
            return self._of_day(letter, moment)
        hour, half = moment.hour % 12 or 12, self._halves[moment.hour > 11]
        return {
            "H": f"{moment.hour:02}", "G": str(moment.hour), "h": f"{hour:02}", "g": str(hour), "i": f"{moment.minute:02}",
            "s": f"{moment.second:02}", "a": half, "A": half.upper(), "T": "CET",
        }.get(letter, letter)  # fmt: skip

    def _of_day(self, letter: str, moment: datetime) -> str:
        day, month = moment.day, moment.month
        long, short = self._weekdays[moment.isoweekday() % 7]
        suffix = "th" if day in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
        return {
            "d": f"{day:02}", "j": str(day), "m": f"{month:02}", "n": str(month), "F": self._months[month - 1],
            "M": self._short[month - 1], "Y": str(moment.year), "y": f"{moment.year % 100:02}", "l": long, "D": short, "S": suffix,
        }[letter]  # fmt: skip


def _form(forms: tuple[str, ...], number: int) -> str:
    return forms[min(number, len(forms) - 1)]


def _signs(table: Locale) -> dict[int, int]:
    """A language's own digits, where it has some, and no-break spaces."""
    zero = {"ar": 1, "fa": 2}.get(table.language, 0)
    return str.maketrans(f"{DIGITS[0]} ", f"{DIGITS[zero]}\u00a0")


def plan(table: Locale) -> Iterator[tuple[str, str, str]]:
    """A language's own date formats and half of the others, with some of the ways to write them."""
    dates = table.dates
    draw = random.Random(table.language)
    joiners = [*dates.joiners, "%1$s at %2$s", "%1$s %2$s", "%1$s, %2$s", "%1$s - %2$s"]
    half = draw.sample((*DATES, *SHORT_DATES), len(DATES) // 2)
    for date in dict.fromkeys((*dates.date_formats, *half)):
        time = draw.choice((*TIMES, dates.time_formats[0]))
        yield date, time, draw.choice([one for one in joiners if one != "%1$s%2$s"])


@pytest.mark.sweep
@TABLES
def test_every_date_is_read_as_the_day_it_is(table: Locale, tried: Counter[str]) -> None:
    plain: dict[int, int] = {}
    php = [Php(table, form) for form in range(max(2, *map(len, table.dates.months)))]
    for place, (date, time, joiner) in enumerate(plan(table)):
        has_seconds = "s" in re.sub(r"\\.", "", time)
        # Every other form with the digits and the blanks that plug-ins and catalogues put there.
        for one, signs in zip(php[:3], (plain, _signs(table), plain), strict=False):
            texts = {
                joiner.replace("%1$s", one.write(date, moment))
                .replace("%2$s", one.write(time, moment))
                .translate(signs): moment if has_seconds else moment.replace(second=0)
                for moment in MOMENTS
            }
            reader = DateReader.learn(
                texts,
                words=table.dates,
                language=table.language,
                not_after=datetime(2022, 2, 1, tzinfo=UTC),
            )
            for text, moment in texts.items():
                tried["dates in every language"] += 1
                found = reader.read(text)
                assert found == moment or (date in SHORT_DATES and found is None), text
            text = list(texts)[place % len(texts)]
            alone = DateReader.learn([text], words=table.dates, language=table.language)
            assert alone.read(text) in {None, texts[text]}, text


def orders(draw: random.Random) -> tuple[list[datetime], list[str]]:
    """The moments of a topic's posts on days up to the twelfth, and how its site writes them."""
    day = f"{draw.randint(2005, 2024)}-{draw.randint(1, 12):02}-{draw.randint(1, 12):02}"
    moment = datetime.fromisoformat(f"{day} 10:00")
    moments: list[datetime] = []
    for _ in range(draw.randint(1, 12)):
        moments.append(moment)
        moment += timedelta(days=draw.choice((0, 1, 3, 20, 40)), minutes=draw.randint(1, 500))
    moments = [one for one in moments if one.day <= 12]
    order = draw.choice(("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d.%m.%y %H:%M", "%y/%m/%d %H:%M"))
    return moments, [one.strftime(order) for one in moments]


@pytest.mark.sweep
def test_an_order_is_never_guessed(tried: Counter[str]) -> None:
    draw = random.Random(4)
    for _ in range(300):
        moments, texts = orders(draw)
        truth = dict(zip(texts, moments, strict=True))
        if draw.random() < 0.2:  # an imported topic, whose numbers say nothing of its times
            draw.shuffle(texts)
        feed = {text: truth[text].replace(tzinfo=UTC) for text in texts[:2]}
        for pairs in ({}, feed):
            reader = DateReader.learn(
                texts,
                words=None,
                pairs=pairs,
                successions=pairwise(texts),
                not_after=datetime(2026, 1, 1, tzinfo=UTC),
            )
            for text, moment in truth.items():
                found = reader.read(text)
                tried["dates whose order is open, " + ("null" if found is None else "read")] += 1
                assert found in {None, moment.replace(second=0)}, (text, texts)


# bbPress's units with their seconds; a number of the one after it is said, too, but for seconds.
UNITS = (
    ("year", 31_536_000), ("month", 2_592_000), ("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1),
)  # fmt: skip
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def amounts(age: int) -> list[tuple[str, int]]:
    """An age as bbPress takes it apart."""
    place = next(place for place, (_, size) in enumerate(UNITS) if age >= size)
    unit, size = UNITS[place]
    said = [(unit, age // size)]
    if place + 2 < len(UNITS):
        smaller, smaller_size = UNITS[place + 1]
        count = age % size // smaller_size
        said += [(smaller, count)] if count else []
    return said


def phrases(table: Locale, said: list[tuple[str, int]]) -> Iterator[str]:
    """How a language says so: in any of its forms, all of which some catalogue uses for any number."""
    dates = table.dates

    def forms(unit: str, count: int) -> list[str]:
        silent = {1: dates.ones, 2: dates.twos}.get(count, {}).get(unit, ())
        named = dates.units.get(unit, ())
        return [f"{count} {one}" for one in named] + [f"{count}{one}" for one in named] + [*silent]

    wholes = forms(*said[0])
    if len(said) == 2:
        parts = forms(*said[1])
        gaps = [f"{gap if gap in ',.،、，' else f' {gap}'} " for gap in (*dates.separators, ",")]
        wholes = [f"{one}{gap}{two}" for one in wholes for two in parts for gap in gaps]
    for whole in wholes:
        for ago in dates.ago:
            yield ago.replace("%s", whole)


@pytest.mark.sweep
@TABLES
def test_every_relative_time_holds_the_true_one(table: Locale, tried: Counter[str]) -> None:
    draw = random.Random(table.language)
    sizes = dict(UNITS)
    ages = [draw.randint(1, size * 9) for _, size in UNITS for _ in range(2)]
    ages += [size * count + 1 for _, size in UNITS for count in (1, 2)]
    for age in ages:
        said = amounts(age)
        if not all(table.dates.units.get(unit) for unit, _ in said):
            continue
        for phrase in phrases(table, said):
            tried["relative times in every language"] += 1
            bounds = read_relative(phrase, table.dates, NOW)
            assert bounds is not None, phrase
            earliest, latest = ((NOW - bound).total_seconds() for bound in bounds)
            assert latest <= age <= earliest, phrase
            if len(said) == 2:
                assert earliest - latest <= sizes[said[1][0]], phrase


# Count, first, last and total of pages as they are: full ones, last ones, single ones, of the longest topics.
PAGES = (
    (15, 1, 15, 31), (15, 16, 30, 31), (1, 31, 31, 31), (2, 1, 2, 2), (1, 1, 1, 1), (3, 13, 15, 15), (5, 16, 20, 137),
    (15, 1021, 1035, 1234),
)  # fmt: skip
FIELDS = ("count", "first", "last", "total")


def counts(table: Locale) -> Iterator[tuple[str, str]]:
    for unit in ("posts", "replies", "threads"):
        for template in getattr(table.counts, unit):
            if not re.search(r"\b0\b", template):  # what is said of no replies
                yield unit, template


@pytest.mark.sweep
@TABLES
@pytest.mark.parametrize(
    ("digits", "group", "dash"),
    [
        (DIGITS[0], ",", "-"),
        (DIGITS[0], ".", "–"),
        (DIGITS[0], "\u00a0", "—"),
        (DIGITS[1], "٬", "-"),
        (DIGITS[2], "\u202f", "–"),
        (DIGITS[3], "", "-"),
    ],
)
def test_every_count_on_every_page(
    table: Locale, digits: str, group: str, dash: str, tried: Counter[str]
) -> None:
    def written(number: int) -> str:
        return f"{number:,}".replace(",", group).translate(str.maketrans(DIGITS[0], digits))

    for unit, template in counts(table):
        for page in PAGES:
            values = dict(zip("1234", page, strict=True))
            text = re.sub(r"%([1-4])\$s", lambda at: written(values[at[1]]), template)  # noqa: B023  used at once
            for known in (table, locale_for("en")):
                tried["count sentences in every language"] += 1
                claim = read_count(
                    text.replace("-", dash),
                    known,
                    threaded=unit == "threads",
                    lead=unit == "replies",
                )
                assert claim is not None, text
                assert claim.unit == unit, text
                for field, true in zip(FIELDS, page, strict=True):
                    assert getattr(claim, field) in {None, true}, text
                if "%4$s" in template:
                    assert claim.total == page[3], text


@TABLES
def test_every_role_has_its_key_unless_its_name_has_two(table: Locale) -> None:
    english = locale_for("en")
    assert english is not None
    meanings: dict[str, set[str]] = {}
    for one in (table, english):
        for key, names in one.roles.items():
            for name in names:
                meanings.setdefault(name.lower(), set()).add(key)
    for key, names in table.roles.items():
        for name in names:
            found = role_key(
                f" {name.upper()} " if name.upper().lower() == name.lower() else name, table
            )
            assert found == (key if meanings[name.lower()] == {key} else None), name
