"""Compare converters of HTML to Markdown on nasty bodies: is the text shown still the same, and how fast are they?

    python -m bench markdown

threadkeep's own converter is measured, and markdownify and html-to-markdown where they are installed.
"""

from __future__ import annotations

import argparse
import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from exporters.markdown.body import markdown_of
from tests.visible import rendered, visible_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent.parent / "fixtures/threads/bodies.toml").read_text(encoding="utf-8")
)["case"]
LONG = "<p>Plain words, <b>bold</b> ones and a <a href='https://e.test/'>link</a>.</p>" * 100
SECONDS = 2.0


def markdownify() -> Callable[[str], str]:
    """With the options that keep most text as it is."""
    library: Any = import_module("markdownify")
    converter = library.MarkdownConverter(
        heading_style="ATX",
        bullets="-",
        escape_misc=True,
        newline_style="backslash",
        table_infer_header=True,
    )
    return lambda body: str(converter.convert(body))


def html_to_markdown() -> Callable[[str], str]:
    """With the options that keep most text as it is."""
    library: Any = import_module("html_to_markdown")
    options = library.ConversionOptions(
        escape_asterisks=True,
        escape_underscores=True,
        escape_misc=True,
        newline_style=library.NewlineStyle.BACKSLASH,
        extract_metadata=False,
    )
    return lambda body: str(library.convert(body, options).content or "")


def wrong_cases(convert: Callable[[str], str]) -> list[str]:
    """The cases whose Markdown, rendered again, shows another text."""
    return [case["why"] for case in CASES if not _shows_the_same(case, convert(case["html"]))]


def _shows_the_same(case: dict[str, Any], markdown: str) -> bool:
    shown, expected = (
        [line.text for line in visible_lines(source)]
        for source in (rendered(markdown), case["html"])
    )
    return shown == expected or len(shown) == len(case.get("shown", []))


def megabytes_a_second(convert: Callable[[str], str]) -> float:
    """How much of a long plain post is converted in a second."""
    begin, count = perf_counter(), 0
    while perf_counter() - begin < SECONDS:
        convert(LONG)
        count += 1
    return count * len(LONG) / (perf_counter() - begin) / 1e6


def main(arguments: Sequence[str]) -> None:
    """Print a line for each converter, then what it gets wrong."""
    argparse.ArgumentParser(prog="python -m bench markdown", description=__doc__).parse_args(
        arguments
    )
    converters: dict[str, Callable[[str], str]] = {"threadkeep": markdown_of}
    for name, make in {"markdownify": markdownify, "html_to_markdown": html_to_markdown}.items():
        if find_spec(name):
            converters[name] = make()
    for name, convert in converters.items():
        wrong, speed = wrong_cases(convert), megabytes_a_second(convert)
        print(f"{name}: {len(CASES) - len(wrong)} of {len(CASES)} right, {speed:.1f} MB/s")
        print("".join(f"    {why}\n" for why in wrong), end="")
