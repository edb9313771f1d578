"""The benchmark of a sync's cost: what it draws and prints is the same each time, and its counts are what a small forum asks for."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from bench.day import EVENTS, FEWEST_TOPICS
from bench.plot import Line, Plot, table
from bench.sync import Growth, Sync, drawn, main, shown
from scraper.demo import DemoSettings, expected_topics, generate
from tests.documents import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SVG = "{http://www.w3.org/2000/svg}"
DOCS = ROOT / "docs"
SITE = "http://127.0.0.1:9"


def growth(topics: int, first: int, *requests: int) -> Growth:
    names = ("nothing changed", "new posts", "a whole day")
    syncs = {
        name: Sync(requests=count, seconds=count / 100)
        for name, count in zip(names, requests, strict=True)
    }
    return Growth(topics=topics, posts=4 * topics, first=first, syncs=syncs)


GROWTHS = (growth(100, 114, 2, 23, 31), growth(10_000, 10_678, 2, 27, 51))


def test_the_table() -> None:
    assert shown(GROWTHS).splitlines() == [
        "topics    posts   first archive   nothing changed     new posts   a whole day",
        "   100      400             114        2   0.02 s   23   0.23 s   31   0.31 s",
        "10,000   40,000          10,678        2   0.02 s   27   0.27 s   51   0.51 s",
    ]


def test_the_picture_knows_no_seconds_and_is_drawn_the_same_each_time() -> None:
    slower = tuple(
        Growth(
            topics=one.topics,
            posts=one.posts,
            first=one.first,
            syncs={
                name: Sync(requests=sync.requests, seconds=sync.seconds * 7)
                for name, sync in one.syncs.items()
            },
        )
        for one in GROWTHS
    )
    assert drawn(GROWTHS) == drawn(slower)


def test_the_picture_says_in_words_what_each_line_comes_to() -> None:
    words = [text.text for text in ElementTree.fromstring(drawn(GROWTHS)).iter(f"{SVG}text")]
    for wanted in ("first archive: 10,678", "a whole day: 51", "new posts: 27", "10,000", "100"):
        assert wanted in words


def test_lines_that_end_at_one_place_have_words_of_their_own() -> None:
    points = ((10.0, 5.0), (1_000.0, 5.0))
    lines = tuple(Line(name=name, points=points) for name in ("a", "b", "c"))
    picture = Plot(title="<t>", across="x", up="y", lines=lines).svg()
    texts = ElementTree.fromstring(picture).iter(f"{SVG}text")
    places = [float(text.attrib["y"]) for text in texts if ": 5" in (text.text or "")]
    assert len(places) == 3
    assert all(lower - upper >= 14 for lower, upper in itertools.pairwise(places))


def test_what_is_drawn_stays_on_the_picture() -> None:
    root = ElementTree.fromstring(drawn(GROWTHS))
    circles = list(root.iter(f"{SVG}circle"))
    assert len(circles) == 8
    for circle in circles:
        assert 0 <= float(circle.attrib["cx"]) <= float(root.attrib["width"])
        assert 0 <= float(circle.attrib["cy"]) <= float(root.attrib["height"])


def test_a_table_keeps_its_columns() -> None:
    assert table(["a", "bc"], [["12345", "1"]]) == "    a   bc\n12345    1"


@pytest.mark.parametrize(("event", "more"), [("night", 43), ("day", 43 - 2)])
def test_what_happens_in_a_day(event: str, more: int) -> None:
    forum = generate(DemoSettings(topics=30, posts=3, showcase=False))
    after = EVENTS[event](forum)
    assert after == EVENTS[event](forum)
    posts, posts_after = (
        {post.post_id for topic in expected_topics(one, SITE) for post in topic.posts}
        for one in (forum, after)
    )
    assert len(posts_after - posts) == 43
    hidden = 3 if event == "day" else 0
    assert len(posts_after) == len(posts) + more - hidden


@pytest.mark.sweep
def test_a_small_forum_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "new" / "cost.svg"
    main(["--sizes", "30", "--posts", "2", "--rounds", "1", "--picture", str(picture)])
    cells = capsys.readouterr().out.splitlines()[2].split()
    # robots.txt, the root of the REST API, the sitemap with its part of topics, six pages of lists, and each topic.
    topics, posts, first, nothing = (cells[place] for place in (0, 1, 2, 3))
    assert (topics, posts, first, nothing) == ("30", "60", "40", "2")
    # Ten topics and three new ones, and what it takes to find them: the feed, the index, and the lists.
    assert 13 < int(cells[6]) <= 13 + 2 + 6
    assert picture.read_text("utf-8").startswith("<svg ")


def test_the_docs_draw_and_tell_what_was_measured() -> None:
    """The table in docs/performance.md is what the picture was drawn from, and docs/forums.md has the same requests."""
    measured = re.findall(
        r"^ *([\d,]+) +[\d,]+ +([\d,]+) +([\d,]+) +[\d.]+ s +([\d,]+) +[\d.]+ s +([\d,]+) +[\d.]+ s$",
        (DOCS / "performance.md").read_text("utf-8"),
        re.MULTILINE,
    )
    assert len(measured) == 3
    told = (DOCS / "forums.md").read_text("utf-8")
    for row in measured:
        assert f"| {' | '.join(row)} |" in told
    numbers = [[int(cell.replace(",", "")) for cell in row] for row in measured]
    picture = drawn([growth(*row) for row in numbers])
    assert (DOCS / "pictures" / "sync-cost.svg").read_text("utf-8") == picture


def test_too_small_a_forum_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--sizes", str(FEWEST_TOPICS - 1)])
    assert str(FEWEST_TOPICS) in capsys.readouterr().err
