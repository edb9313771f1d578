"""Read a page's count sentence ("Viewing 10 posts - 1 through 10 (of 12 total)") into a claim; no pages, no guesses."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from parsers.locale import all_locales, english, fold
from parsers.records import CountClaim

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from parsers.locale import Locale
    from parsers.records import CountUnit

# The longest text that can be one sentence, and the longest number that can count posts.
_LONGEST_TEXT, _LONGEST_NUMBER = 300, 12
_UNITS: tuple[CountUnit, ...] = ("posts", "replies", "threads")
_SLOTS = {"1": "count", "2": "first", "3": "last", "4": "total"}
# What numbers mean by their number alone; four begin with the count, fewer do without it.
_USUAL = {
    1: ("count",),
    2: ("first", "total"),
    3: ("first", "last", "total"),
    4: ("count", "first", "last", "total"),
}
_GROUPED = (
    r"\d{1,3}(?:[.'٬ ]\d{3})+(?!\d)"  # by points, apostrophes, blanks or the Arabic separator
    r"|\d{1,3}(?:,\d{2,3})*,\d{3}(?!\d)"  # by commas, in India after two digits
)
_NUMBER = re.compile(rf"{_GROUPED}|\d+")
_SLOT = re.compile(r"%([1-4])\$s|\d+")
# A placeholder that a broken translation lets through: its digit is no number of the page's.
_LEFT_OVER = re.compile(r"%\d\$?s?")
_GAP = "\0"
# A lone number in brackets is a total whose sentence lost the others.
_BRACKETED = re.compile(r"[(（][^()（）]*\0[^()（）]*[)）]")

# What a number is: a field of the claim, a digit that belongs to the words, or None where that is not certain.
_Slots = tuple[str | int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What one translation says: its unit (None: topics, results or pages) and what each of its numbers is."""

    unit: CountUnit | None
    slots: _Slots


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentence:
    """A sentence taken apart into its words and its numbers.

    Attributes:
        is_broken: a number is missing, as the translation's mistake shows.
    """

    text: str
    words: str
    numbers: tuple[int, ...]
    is_broken: bool = False


def read_count(
    text: str, locale: Locale | None, *, threaded: bool = False, lead: bool = False
) -> CountClaim | None:
    """Read a count sentence by the words of any known language, else by the order of its numbers.

    Args:
        text: the sentence as shown.
        locale: the page's language, which is asked first.
        threaded: the page nests replies; settles the unit where words do not.
        lead: the opening post stands apart from the replies; likewise.

    Returns:
        The claim, null in whatever is not certain; None where the text is no count sentence.
    """
    return _read_count(text, locale, threaded, lead) if len(text) <= _LONGEST_TEXT else None


# A forum's pages say the same again and again.
@lru_cache(maxsize=1024)
def _read_count(
    text: str,
    locale: Locale | None,
    threaded: bool,
    lead: bool,
) -> CountClaim | None:
    sentence = _take_apart(text)
    hint = _hint(sentence.numbers, threaded=threaded, lead=lead)
    readings = _readings(sentence.words, locale)
    if readings:
        return _by_words(sentence, readings, hint)
    return _by_numbers(sentence, locale, hint)


def read_list_count(text: str, locale: Locale | None, unit: CountUnit) -> CountClaim | None:
    """Read the count sentence of a list, which counts what is listed, whatever its words say.

    Args:
        text: the sentence as shown.
        locale: the page's language, which is asked first.
        unit: what is listed.

    Returns:
        As `read_count`.
    """
    sentence = _take_apart(text)
    readings = _readings(sentence.words, locale)
    own = [reading for reading in readings if reading.unit is None] or readings
    claim = _by_words(sentence, own, "posts") if own else _by_numbers(sentence, locale, "posts")
    return replace(claim, unit=unit) if claim is not None else None


def read_count_words(text: str, locale: Locale | None, *, lead: bool = False) -> CountClaim | None:
    """Read a count sentence by its words alone; None where no known language says it so."""
    sentence = _take_apart(text)
    readings = _readings(sentence.words, locale)
    hint = _hint(sentence.numbers, threaded=False, lead=lead)
    return _by_words(sentence, readings, hint) if readings else None


def count_languages(text: str) -> frozenset[str]:
    """The languages in whose words a text is a count sentence."""
    sentence = _take_apart(text)
    if not sentence.numbers:
        return frozenset()
    return frozenset(one.language for one in all_locales() if sentence.words in _index(one))


def _hint(numbers: Sequence[int], *, threaded: bool, lead: bool) -> CountUnit:
    if threaded and len(numbers) == 1:
        return "threads"
    return "replies" if lead else "posts"


def _take_apart(text: str) -> _Sentence:
    """Part words and numbers; a text that is too long, or a number, is none of ours and has neither."""
    if len(text) > _LONGEST_TEXT:
        return _Sentence(text=text, words="", numbers=())
    whole = _LEFT_OVER.sub("", text)
    folded = fold(whole)
    found = _NUMBER.findall(folded)
    if any(len(number) > _LONGEST_NUMBER for number in found):
        return _Sentence(text=text, words="", numbers=())
    numbers = tuple(int(re.sub(r"\D", "", number)) for number in found)
    # Blanks do not count: they differ between catalogues, and a text dump may break a line anywhere.
    words = _NUMBER.sub(_GAP, folded).replace(" ", "")
    return _Sentence(
        text=" ".join(text.split()), words=words, numbers=numbers, is_broken=whole != text
    )


def _readings(words: str, locale: Locale | None) -> list[_Reading]:
    """What a sentence can say: in the page's language and in English, else in any."""
    own = [locale, english()] if locale is not None else [english()]
    return _found(words, own) or _found(words, all_locales())


def _found(words: str, tables: Iterable[Locale]) -> list[_Reading]:
    return [reading for table in tables for reading in _index(table).get(words, ())]


@cache
def _index(locale: Locale) -> dict[str, list[_Reading]]:
    """A table's sentences by their words."""
    counts = locale.counts
    index: dict[str, list[_Reading]] = defaultdict(list)
    others = (*counts.topics, *counts.results)
    for unit, templates in zip(
        (*_UNITS, None), (counts.posts, counts.replies, counts.threads, others), strict=True
    ):
        for template in templates:
            words, slots = _template(template)
            index[words].append(_Reading(unit=unit, slots=slots))
    for template in counts.pages:
        index[_template(template)[0]].append(_Reading(unit=None, slots=("page", "pages")))
    return dict(index)


def _template(template: str) -> tuple[str, _Slots]:
    """A translation's words, and what each number of it is."""
    folded = fold(template)
    slots = tuple(_SLOTS.get(match[1]) or int(match[0]) for match in _SLOT.finditer(folded))
    return _SLOT.sub(_GAP, folded).replace(" ", ""), slots


def _by_words(sentence: _Sentence, readings: list[_Reading], hint: CountUnit) -> CountClaim | None:
    units = {reading.unit for reading in readings if reading.unit is not None}
    unit: CountUnit = hint
    if units and hint not in units:
        unit = next(one for one in _UNITS if one in units)
    meant = [reading.slots for reading in readings if reading.unit in {unit, None}]
    if any("page" in slots for slots in meant):
        return None
    filled = [fields for slots in meant if (fields := _fill(slots, sentence.numbers))]
    return CountClaim(text=sentence.text, unit=unit, **_agreed(filled))


def _by_numbers(sentence: _Sentence, locale: Locale | None, hint: CountUnit) -> CountClaim | None:
    numbers = sentence.numbers
    is_lone_total = len(numbers) == 1 and _BRACKETED.search(sentence.words)
    if sentence.is_broken or is_lone_total:
        return None
    slots = _order(len(numbers), locale)
    fields = _fill(slots, numbers) if slots else None
    if not fields:
        return None
    if len(numbers) == 4 and numbers[0] != numbers[2] - numbers[1] + 1:
        # Some translations repeat the first number in the place of the count.
        fields.pop("count", None)
    if fields.get("first") == 0:
        del fields["first"]
    return CountClaim(text=sentence.text, unit=hint, **fields)


def _order(length: int, locale: Locale | None) -> _Slots:
    """What so many numbers mean: as the language's table has them, None where it has them in several ways."""
    usual = _USUAL.get(length, ())
    orders = _orders(locale).get(length) if locale is not None else None
    if not orders:
        return usual
    return tuple(
        next(iter(meanings)) if len(meanings := set(position)) == 1 else None
        for position in zip(*orders, strict=True)
    )


@cache
def _orders(locale: Locale) -> dict[int, set[_Slots]]:
    orders: dict[int, set[_Slots]] = defaultdict(set)
    for template in (*locale.counts.posts, *locale.counts.replies):
        slots = _template(template)[1]
        if not any(isinstance(slot, int) for slot in slots):
            orders[len(slots)].add(slots)
    return dict(orders)


def _fill(slots: _Slots, numbers: Sequence[int]) -> dict[str, int] | None:
    """Put numbers where they belong; None where they contradict each other."""
    fields: dict[str, int] = {}
    for slot, number in zip(slots, numbers, strict=True):
        known = fields.setdefault(slot, number) if isinstance(slot, str) else slot
        if known not in {number, None}:
            return None
    ascending = [fields[slot] for slot in ("first", "last", "total") if slot in fields]
    if ascending != sorted(ascending) or fields.get("count", 0) > fields.get("total", 10**12):
        return None
    return fields


def _agreed(filled: list[dict[str, int]]) -> dict[str, int]:
    """The fields in which all readings agree."""
    if not filled:
        return {}
    return {
        slot: number
        for slot, number in filled[0].items()
        if all(other.get(slot) == number for other in filled)
    }
