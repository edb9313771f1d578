"""The formats that WordPress sites set, and which formats cannot be told apart by one text; reads nothing."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Literal

from parsers.dates.php_format import escape, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from parsers.dates.php_format import Token

Order = Literal["DMY", "MDY", "YMD"]

# With the month's name. `F` stands for `M` too, `j` for `d`, and so on: a matcher takes either.
NAMED_DATES = (
    "F j, Y", "j F Y", "j. F Y", r"j \d\e F \d\e Y", "j F, Y", "F j Y", r"j \d\e F, Y", r"j F \d\e Y",
    "F jS, Y", "F jS Y", "jS F Y", "jS F, Y", r"jS \o\f F Y", r"jS \o\f F, Y", r"j \o\f F Y",
    "j F Y.", "j. F Y.", "j. F, Y", "j.F Y", "j.F.Y", "j-F-Y", "j/F/Y", "j/F Y",
    "Y F j", "Y, F j", "Y. F j.", "Y. F j", "Y-F-j", "Y/F/j", "F-j-Y", "F/j/Y", "F, j Y", "F j. Y",
    "Y年F j日", "Y年Fj日", "Y 年 F j 日", "Y년 F j일", r"Y \m. F j \d.", "j F، Y", "F j، Y", "j בF Y", r"j. F\t\a Y",
    "j F y", "j-F-y", "j. F y", "j.F.y", "F j, y", "F j y", "j F 'y", "F j, 'y", "y F j",
)  # fmt: skip
_SEPARATORS = ("/", ".", "-", ". ", " ", " / ", " - ")
NUMERIC_DATES = (
    *(separator.join(order) for separator in _SEPARATORS for order in (("d", "m", "Y"), ("Y", "m", "d"), ("d", "m", "y"))),
    "d.m.Y.", "Y.m.d.", "Y. m. d.", "d. m. Y.", "d/m, Y", "d.m, Y", "d/m Y", "d.m Y", "d.m.y.", "y.m.d.",
    "Y年m月d日", "Y 年 m 月 d 日", "y年m月d日", "Y년 m월 d일", "Y년m월d일", "d-m 'y",
)  # fmt: skip
TIMES = (
    "H:i", "g:i a", "g:ia", "H:i:s", "g:i:s a", "g:i:sa", "a g:i", "ag:i", "a g:i:s", "ag:i:s",
    r"G\hi", r"G \h i", r"G \h i \m\i\n", r"G\h i", r"G\h i\m\i\n", r"G\hi\m\i\n", "H.i", "g.i a", "g.ia", "H.i.s", "H-i", "H：i：s",
    r"H:i \h", r"H:i\h", r"H:i \U\h\r", r"H.i \U\h\r", r"H:i \u\h\r", "G:i น.", "G時i分", "G时i分", "G点i分", "ag時i分", "a g時i分", "ag点i分",
    "H:i น.", r"H\hi\m", r"G\hi\m", r"G \h i \m", "G時i分s秒", "G时i分s秒",
    "G시 i분", "a g시 i분", "ag시 i분", "H:i T", "g:i a T", "H:i:s T", "H:i (T)", "g:i a (T)", "H:i P",
)  # fmt: skip
JOINERS = (
    "%1$s at %2$s", "%1$s %2$s", "%1$s, %2$s", "%1$s - %2$s", "%1$s-%2$s", "%1$s – %2$s", "%1$s — %2$s", "%1$s –%2$s", "%1$s | %2$s",
    "%1$s @ %2$s", "%1$s @%2$s", "%1$s · %2$s", "%1$s • %2$s", "%1$s / %2$s", "%1$s (%2$s)", "%1$s: %2$s", "%1$s, at %2$s",
    "%1$s; %2$s", "%1$sT%2$s", "%2$s %1$s", "%2$s, %1$s", "%2$s - %1$s", "%2$s – %1$s", "%2$s · %1$s", "%2$s on %1$s",
    "%2$s | %1$s", "on %1$s at %2$s", "%1$s%2$s",
)  # fmt: skip
# Words before a date, by themes in several languages.
OPENERS = (
    "on",
    "op",
    "am",
    "le",
    "el",
    "il",
    "em",
    "den",
    "d.",
    "dnia",
    "dňa",
    "dne",
    "el día",
    "posted on",
    "geplaatst op",
)
WEEKDAY_FRAMES = ("l, {}", "l {}", "{} (l)", "{}(l)", "{} l", "{}, l")

_ROLES = {"d": "D", "j": "D", "m": "M", "n": "M", "F": "N", "M": "N", "Y": "Y", "y": "Y"}
_NUMERIC_ORDERS: tuple[Order, ...] = ("DMY", "MDY", "YMD")
_USUAL_ORDERS = (*_NUMERIC_ORDERS, "DNY", "YND")  # N: the month's name


def family(date_format: str) -> tuple[str, ...]:
    """A date format with those that one text cannot tell from it: the same digits, in another order.

    Only orders that people use are among them (`d/m/Y`, `m/d/Y`, `y/m/d`), and only where mere punctuation stands
    between the numbers: `Y年n月j日` says which is which. A named month leaves the day and a two-digit year.
    """
    tokens = list(parse(date_format))
    places = [
        index
        for index, token in enumerate(tokens)
        if not token.is_literal and token.text in "djmny"
    ]
    if len(places) < 2 or not _is_unlabelled(tokens[places[0] : places[-1]]):
        return (date_format,)
    letters = [tokens[place].text for place in places]
    variants = (_rearranged(tokens, places, order) for order in permutations(letters))
    usual = {variant for variant in variants if _roles(variant) in _USUAL_ORDERS}
    return tuple(sorted(usual | {date_format}, key=_roles))


def order_of(date_format: str) -> Order | None:
    """In which order a format has its numbers; null where the month is a word."""
    return next((order for order in _NUMERIC_ORDERS if order == _roles(date_format)), None)


def _roles(date_format: str) -> str:
    return "".join(
        _ROLES.get(token.text, "") for token in parse(date_format) if not token.is_literal
    )


def _is_unlabelled(tokens: Iterable[Token]) -> bool:
    return not any(token.is_literal and any(map(str.isalpha, token.text)) for token in tokens)


def _rearranged(tokens: Iterable[Token], places: Sequence[int], letters: Sequence[str]) -> str:
    texts = [escape(token.text) if token.is_literal else token.text for token in tokens]
    for place, letter in zip(places, letters, strict=True):
        texts[place] = letter
    return "".join(texts)
