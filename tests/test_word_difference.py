"""Two texts are compared word by word, whatever they are made of, and in bounded time."""

from __future__ import annotations

import random
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.archive.word_difference import TextPiece, changed_words, difference, words
from threadkeep.cli.difference_text import counted_words, marked_lines

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable


def shown(earlier: str, later: str) -> list[str]:
    return marked_lines(difference(earlier, later))


def told(earlier: str, later: str) -> list[str]:
    """The pieces, with a sign for each kind."""
    signs = {"same": "=", "removed": "-", "added": "+"}
    return [signs[piece.kind] + piece.text for piece in difference(earlier, later)]


def rebuilt(pieces: Iterable[TextPiece], kind: str) -> list[str]:
    """The words of the earlier or the later text out of its pieces."""
    return bare("".join(piece.text for piece in pieces if piece.kind in {"same", kind}))


def bare(text: str) -> list[str]:
    """The words of a text without the blanks before them."""
    return [word if word == "\n" else word.strip() for word in words(text)]


@pytest.mark.parametrize(
    ("earlier", "later", "pieces"),
    [
        ("the same words", "the same words", ["=the same words"]),
        ("one two three", "one 2 three", ["=one", "- two", "+ 2", "= three"]),
        ("one three", "one two three", ["=one", "+ two", "= three"]),
        ("one two three", "one three", ["=one", "- two", "= three"]),
        ("", "new", ["+new"]),
        ("old", "", ["-old"]),
        ("one two", "two", ["-one", "= two"]),
        ("", "", []),
        ("a  b\tc", "a b c", ["=a b c"]),
        ("a b", "a\nb", ["=a", "+\n", "= b"]),
        ("我喜欢猫。", "我喜欢狗。", ["=我喜欢", "-猫", "+狗", "=。"]),
        ("Éclair", "Eclair", ["-Éclair", "+Eclair"]),
    ],
)
def test_what_stayed_went_and_came(earlier: str, later: str, pieces: list[str]) -> None:
    assert told(earlier, later) == pieces


@pytest.mark.parametrize(
    ("earlier", "later", "counts"),
    [
        ("one two three", "one 2 three four", (2, 1)),
        ("one\n\ntwo", "one\ntwo", (0, 0)),
        ("one", "one", (0, 0)),
        ("", "我喜欢", (3, 0)),
    ],
)
def test_words_are_counted_and_line_breaks_are_none(
    earlier: str, later: str, counts: tuple[int, int]
) -> None:
    assert changed_words(difference(earlier, later)) == counts


_TEXTS = st.lists(st.sampled_from(["a", "b", "the", "猫", "\n", "x."]), max_size=40).map(" ".join)


@given(_TEXTS, _TEXTS)
def test_both_texts_can_be_had_from_the_pieces(earlier: str, later: str) -> None:
    pieces = difference(earlier, later)
    assert rebuilt(pieces, "removed") == bare(earlier)
    assert rebuilt(pieces, "added") == bare(later)
    kinds = [piece.kind for piece in pieces]
    assert all(before != after for before, after in pairwise(kinds))
    assert ("added", "removed") not in set(pairwise(kinds))


def test_a_long_text_is_compared_by_its_lines() -> None:
    generator = random.Random(1)
    lines = [" ".join(str(generator.randrange(1000)) for _ in range(12)) for _ in range(4000)]
    later = [*lines]
    later[100] = later[100].replace(" ", " new ", 1)
    later[2000:2000] = ["one line more"]
    del later[3000]
    assert changed_words(difference("\n".join(lines), "\n".join(later))) == (4, 12)


@pytest.mark.parametrize("letters", [1, 2, 30, 100, 1000])
@pytest.mark.parametrize(
    "size", [199, 2000, 20_000, *[pytest.param(1_000_000, marks=pytest.mark.sweep)]]
)
def test_no_text_takes_for_ever(letters: int, size: int, tried: Counter[str]) -> None:
    generator = random.Random(letters * size)
    texts = [
        "".join(
            f"{generator.randrange(letters)}{generator.choice((' ', ' ', chr(10)))}"
            for _ in range(length)
        )
        for length in (size, 199 if letters == 2 else size)
    ]
    tried["pairs of texts compared in bounded time"] += 1
    began = time.process_time()
    for earlier, later in (texts, texts[::-1]):
        pieces = difference(earlier, later)
        assert rebuilt(pieces, "added") == bare(later)
    assert time.process_time() - began < 10


def test_words_keep_the_blanks_before_them() -> None:
    assert words("a  b\n c。") == ["a", "  b", "\n", " c。"]


# --- as it is shown ---


@pytest.mark.parametrize(
    ("earlier", "later", "lines"),
    [
        ("The quick fox", "The slow fox", ["The [-quick-] {+slow+} fox"]),
        ("one\ntwo", "one\ntwo three", ["one", "two {+three+}"]),
        ("one\ntwo\nthree", "four", ["[-one¶-]", "[-two¶-]", "[-three-]{+four+}"]),
        ("x", "x\ny", ["x{+¶+}", "{+y+}"]),
        (f"{'a ' * 40}x{' b' * 40}", f"{'a ' * 40}y{' b' * 40}",
         ["… a a a a a a a a [-x-] {+y+} b b b b b b b b …"]),
        (f"x {'a ' * 40}y", f"z {'a ' * 40}w",
         ["[-x-]{+z+} a a a a a a a a … a a a a a a a a [-y-] {+w+}"]),
    ],
)  # fmt: skip
def test_the_difference_is_marked(earlier: str, later: str, lines: list[str]) -> None:
    assert shown(earlier, later) == lines


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ((3, 1), "3 words added, 1 removed"),
        ((1, 0), "1 word added"),
        ((0, 2), "2 words removed"),
        ((1, 1), "1 word added, 1 removed"),
        ((0, 0), "only its markup or line breaks changed"),
    ],
)
def test_the_counts_in_words(counts: tuple[int, int], text: str) -> None:
    assert counted_words(*counts) == text
