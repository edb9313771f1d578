"""Fuzz what reads bytes that strangers wrote, for a given time: `python -m bench.fuzz parsers --seconds 3600`.

Needs atheris, which is no dependency of threadkeep's: `pip install atheris`. The corpus begins with the fixtures.
An input that ends in anything but a result or an error of threadkeep's is kept as `crash-…`: make a fixture of it.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from exporters.markdown.body import markdown_of
from parsers.count_sentence import read_count
from parsers.dates import DateReader, read_attribute, read_relative
from parsers.document import decode_text, read_document
from parsers.errors import ThreadkeepError
from parsers.feed import parse_feed
from parsers.locale import all_locales
from parsers.records import Page
from parsers.registry import recognise
from parsers.site_info import parse_site_info
from parsers.text_dump import parse_text_dump

if TYPE_CHECKING:
    from collections.abc import Callable

_FIXTURES = Path(__file__).parent.parent / "fixtures"
_MOMENT = datetime(2025, 1, 15, 12, tzinfo=UTC)
# Bytes of an input, and seconds that one may take.
_LONGEST, _SLOWEST = 20_000, 30


def _page(body: bytes) -> Page:
    url = "https://forum.example/forums/topic/hello/page/2/"
    return Page(url=url, final_url=url, status=200, body=body, fetched_at=_MOMENT)


def _engine(data: bytes) -> None:
    document = read_document(_page(data))
    engine, kind = recognise(document)
    if kind == "reply":
        engine.topic_link(document)
    elif kind == "topic":
        found = engine.parse_topic(document)
        assert len({post.post_id for post in found.posts}) == len(found.posts)
        for post in found.posts:
            markdown_of(post.body_html, post.url or "")


def _feed(data: bytes) -> None:
    for item in parse_feed(_page(data)).items:
        assert item.published.tzinfo is not None
    parse_site_info(_page(data))


def _text_dump(data: bytes) -> None:
    parse_text_dump(decode_text(data), url=None)


def _dates(data: bytes) -> None:
    texts = decode_text(data).splitlines()
    table = all_locales()[data[0] % len(all_locales())] if data else all_locales()[0]
    reader = DateReader.learn(texts, words=table.dates, language=table.language)
    for text in texts:
        reader.read(text)
        read_relative(text, table.dates, _MOMENT)
        read_attribute(text)
        read_count(text, table)


def _markdown(data: bytes) -> None:
    markdown_of(decode_text(data), "https://forum.example/")


TARGETS: dict[str, tuple[Callable[[bytes], None], str]] = {
    "engine": (_engine, "bbpress"),
    "feed": (_feed, "feed"),
    "text-dump": (_text_dump, "text-dump"),
    "dates": (_dates, "text-dump"),
    "markdown": (_markdown, "bbpress"),
}


def _all(data: bytes) -> None:
    """Read an input as what its first byte says."""
    targets = list(TARGETS.values())
    if data:
        _tolerant(targets[data[0] % len(targets)][0])(data[1:])


def _tolerant(read: Callable[[bytes], None]) -> Callable[[bytes], None]:
    def once(data: bytes) -> None:
        try:
            read(data)
        except ThreadkeepError:
            return

    return once


def _seed(folder: Path, names: list[str]) -> None:
    """Write the fixtures' bodies as a corpus, each for its target."""
    for target in names:
        place = list(TARGETS).index(target)
        for path in sorted((_FIXTURES / TARGETS[target][1]).iterdir()):
            body = path.read_bytes().partition(b"\n-->\n")[2]
            mark = bytes([place]) if len(names) > 1 else b""
            (folder / f"{target}-{path.name}").write_bytes(mark + body[:_LONGEST])


def _atheris() -> Any:  # noqa: ANN401  it has no types, and is not always there
    try:
        return importlib.import_module("atheris")
    except ImportError:
        sys.exit("Fuzzing needs atheris, which has wheels for Linux: pip install atheris.")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", choices=("parsers", *TARGETS))
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"))
    arguments = parser.parse_args()
    atheris = _atheris()
    names = list(TARGETS) if arguments.target == "parsers" else [arguments.target]
    read = _all if len(names) > 1 else _tolerant(TARGETS[names[0]][0])
    arguments.findings.mkdir(exist_ok=True)
    # Without it, atheris cannot tell which inputs reach new lines of ours.
    for name in sorted(sys.modules):
        if name.partition(".")[0] in {"parsers", "exporters"}:
            _instrument(atheris, sys.modules[name], name)
    with tempfile.TemporaryDirectory() as corpus:
        _seed(Path(corpus), names)
        options = {
            "max_total_time": arguments.seconds,
            "max_len": _LONGEST,
            "timeout": _SLOWEST,
            "rss_limit_mb": 2048,
            "artifact_prefix": f"{arguments.findings}/",
        }
        flags = [f"-{name}={value}" for name, value in options.items()]
        atheris.Setup([sys.argv[0], *flags, corpus], read)
        atheris.Fuzz()


def _instrument(atheris: Any, holder: Any, module: str) -> None:  # noqa: ANN401  it has no types
    """Have every function and method of a module report where it goes."""
    members = cast("dict[str, Any]", vars(holder))
    for name, value in list(members.items()):
        if inspect.isfunction(value) and value.__module__ == module:
            setattr(holder, name, atheris.instrument_func(value))
        elif inspect.isclass(value) and value.__module__ == module and value is not holder:
            _instrument(atheris, value, module)


if __name__ == "__main__":
    main()
