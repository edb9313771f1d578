"""Make a tree of a page's markup in bounded time and memory, whatever the markup is; no encodings, no forum software."""

from parsers.markup.balance import balanced
from parsers.markup.bound import check_markup
from parsers.markup.preface import preface_length
from parsers.markup.tree import MOST_LEVELS, read_tree

__all__ = ["MOST_LEVELS", "balanced", "check_markup", "preface_length", "read_tree"]
