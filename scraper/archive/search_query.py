"""Read what somebody typed to search for: words, “phrases”, beginnings*, OR, and what must not be there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.errors import UsageError
from scraper.archive.search_text import folded, searchable, storable

_TOKEN = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"(?P<star>\*?)|(?P<word>[^\s"]+))')
_OR, _NOT = "OR", "NOT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word or a phrase.

    Attributes:
        text: as it was typed, without its marks.
        is_beginning: its last word may go on.
    """

    text: str
    is_beginning: bool = False

    @property
    def expression(self) -> str:
        """In FTS5's language."""
        return f'"{searchable(self.text)}"{"*" if self.is_beginning else ""}'

    @property
    def pattern(self) -> re.Pattern[str]:
        """What finds it in text that is folded."""
        words = (re.escape(word) for word in re.findall(r"\w+", folded(self.text)))
        inside = r"\W+".join(words)
        end = r"\w*" if self.is_beginning else r"(?!\w)"
        is_unspaced = searchable(self.text) != folded(self.text)
        return re.compile(inside if is_unspaced else rf"(?<!\w){inside}{end}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is searched for.

    Attributes:
        groups: every one must be there; of a group, any of its terms.
        without: none of these may.
    """

    groups: tuple[tuple[Term, ...], ...]
    without: tuple[Term, ...]

    @property
    def expression(self) -> str:
        """In FTS5's language."""
        wanted = " AND ".join(_any(group) for group in self.groups)
        return f"({wanted}) NOT {_any(self.without)}" if self.without else wanted

    @property
    def terms(self) -> tuple[Term, ...]:
        """All that may be found in a text."""
        return tuple(term for group in self.groups for term in group)


def _any(terms: tuple[Term, ...]) -> str:
    return f"({' OR '.join(term.expression for term in terms)})"


def parse_query(text: str) -> Query:
    """Read a query.

    Raises:
        UsageError: there is nothing in it that can be searched for.
    """
    groups: list[tuple[Term, ...]] = []
    without: list[Term] = []
    joining = ""
    for found in _TOKEN.finditer(storable(text)):
        if found["word"] in {_OR, _NOT} and not found["minus"]:
            joining = found["word"]
            continue
        term = _term(found)
        if found["minus"] or joining == _NOT:
            without.append(term)
        elif joining == _OR and groups:
            groups[-1] = (*groups[-1], term)
        else:
            groups.append((term,))
        joining = ""
    if not groups:
        raise UsageError(
            "A search needs a word or a phrase that must be there; see `threadkeep search --help`."
        )
    return Query(groups=tuple(groups), without=tuple(without))


def _term(found: re.Match[str]) -> Term:
    if found["phrase"] is not None:
        term = Term(text=found["phrase"], is_beginning=bool(found["star"]))
    else:
        word: str = found["word"]
        term = Term(text=word.rstrip("*"), is_beginning=word.endswith("*"))
    if not any(letter.isalnum() for letter in term.text):
        raise UsageError(f"“{found[0]}” has no letter or digit; only these can be searched for.")
    return term
