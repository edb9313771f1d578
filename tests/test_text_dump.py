"""Text dumps: one case a file, and what must hold for any text."""

from __future__ import annotations

import contextlib
import re
import time
import tomllib
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import errors
from parsers.errors import UnknownForumError
from parsers.locale import Locale, all_locales
from parsers.text_dump import parse_text_dump

FOLDER = Path(__file__).parent.parent / "fixtures" / "text-dump"
CASES = sorted(FOLDER.glob("*.txt"))


def read_case(path: Path) -> tuple[dict[str, Any], str]:
    """A case's head as a table, and its text."""
    head, _, body = path.read_text("utf-8").partition("\n-->\n")
    return tomllib.loads(head.removeprefix("<!--\n")), body


def found(record: object, path: str) -> object:
    """The value at a path of names, indexes and `#` for a length; `none` for what is null."""
    value: Any = record
    for step in path.split("."):
        if step == "#":
            value = len(value)
        else:
            value = value[int(step)] if step.isdecimal() else getattr(value, step)
    return "none" if value is None else value


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case, text = read_case(path)
    assert case["why"]
    assert case["source"]
    expected = case["expect"]
    if "error" in expected:
        with pytest.raises(getattr(errors, expected["error"])):
            parse_text_dump(text)
        return
    page = parse_text_dump(text, url=case.get("url"))
    assert {key: found(page, key) for key in expected} == expected


def php_date(php_format: str, table: Locale) -> str:
    """25 October 2016, 14:10, a Tuesday, in a PHP format with a language's names."""
    dates = table.dates
    month, short = dates.months[9][-1], dates.months_short[9][0]
    values = {
        "d": "25",
        "j": "25",
        "m": "10",
        "n": "10",
        "Y": "2016",
        "y": "16",
        "F": month,
        "M": short,
        "S": "th",
    }
    values |= {"G": "14", "H": "14", "g": "2", "h": "02", "i": "10", "s": "30"}
    values |= {"D": dates.weekdays[2][-1], "l": dates.weekdays[2][0]}
    values |= {"a": (*dates.pm, "")[0], "A": (*dates.pm, "")[-1]}
    pattern = r"\\(.)|([djmnYyGHghisSFMDlaA])"
    return re.sub(pattern, lambda match: match[1] or values[match[2]], php_format)


def with_count(table: Locale, posts: int) -> str:
    """A count sentence for all of a topic's posts."""
    template = next(text for text in table.counts.posts if "%3$s" in text)
    values = {"1": posts, "2": 1, "3": posts, "4": posts}
    return re.sub(r"%([1-4])\$s", lambda match: str(values[match[1]]), template)


SPOKEN = [table for table in all_locales() if any("%3$s" in one for one in table.counts.posts)]


@pytest.mark.parametrize("table", SPOKEN, ids=lambda table: table.language)
def test_every_language_has_the_default_theme(table: Locale) -> None:
    role = table.roles["member"][0]
    for joiner in table.dates.joiners:
        for date, clock in product(table.dates.date_formats, table.dates.time_formats):
            shown = joiner.replace("%1$s", php_date(date, table)).replace(
                "%2$s", php_date(clock, table)
            )
            shown = " ".join(shown.split())
            count = with_count(table, 2)
            text = f"Title\n\n{count}\n\n{shown} #11\nAnna\n{role}\n\nOne.\n\n{shown} #12\nBob\n{role}\n\nTwo.\n\n{count}\n"
            page = parse_text_dump(text)
            assert [post.published_text for post in page.posts] == [shown, shown]
            assert [post.author.name for post in page.posts] == ["Anna", "Bob"]
            assert [post.body_text for post in page.posts] == ["One.", "Two."]
            assert page.claim is not None
            assert page.claim.total == 2
            assert not [one for one in page.problems if one.code != "unknown-language"]


@pytest.mark.parametrize(
    ("table", "word"),
    [(table, word) for table in SPOKEN for word in table.labels.byline],
    ids=lambda value: value if isinstance(value, str) else value.language,
)
@pytest.mark.parametrize("has_date", [True, False])
@pytest.mark.parametrize("is_above", [True, False])
def test_every_language_has_bylines(
    table: Locale, word: str, has_date: bool, is_above: bool
) -> None:
    role = table.roles["member"][0]
    date = php_date(f"{table.dates.date_formats[0]} H:i", table) if has_date else ""
    heads = [f"{name} {word} {date}".strip() for name in ("Anna 7", "Bob van Dam")]
    blocks = [
        "\n".join((role, f"{head} #{at}") if is_above else (f"{head} #{at}", role))
        for at, head in enumerate(heads, start=11)
    ]
    count = with_count(table, 2)
    page = parse_text_dump(f"Title\n\n{blocks[0]}\n\nOne.\n\n{blocks[1]}\n\nTwo.\n\n{count}\n")
    assert [post.author.name for post in page.posts] == ["Anna 7", "Bob van Dam"]
    assert [post.role for post in page.posts] == [role, role]
    assert [post.published_text or "" for post in page.posts] == [date, date]
    assert [post.body_text for post in page.posts] == ["One.", "Two."]
    assert page.problems == ()


@pytest.mark.parametrize("table", SPOKEN, ids=lambda table: table.language)
def test_every_language_asks_for_a_login(table: Locale) -> None:
    role = table.roles["member"][0]
    for sentence in table.notices.login_to_reply:
        text = f"Title\n\n14.05.2014 10:15 #11\nAnna\n{role}\n\nOne.\n\n{sentence}\n"
        page = parse_text_dump(text)
        assert page.replies_need_login
        assert page.posts[0].body_text == "One."


DUTCH = (FOLDER / "nl-byline-roles-above.txt").read_text("utf-8").partition("\n-->\n")[2]
CHANGES: dict[str, Callable[[str], str]] = {
    "no bullet": lambda text: text.replace("•", " "),
    "other bullets": lambda text: re.sub(r"(?m)^[ •]*(Bijdrager|Lid)$", r"  * \1", text),
    "no indentation": lambda text: re.sub(r"(?m)^[ •]+", "", text),
    "no blank lines": lambda text: re.sub(r"\n\s*\n", "\n", text),
    "tabs": lambda text: text.replace("  ", "\t"),
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "old Macintosh line ends": lambda text: text.replace("\n", "\r"),
    "byte order mark": lambda text: "\ufeff" + text,
    "en dash": lambda text: text.replace(" - ", " – "),
    "roles below": lambda text: re.sub(r"(?m)^[ •]*(Bijdrager|Lid)\n(.*)$", r"\2\n  \1", text),
    "no count": lambda text: re.sub(r"(?m)^\d berichten.*$", "", text),
    "no notice": lambda text: re.sub(r"(?m)^Je moet.*$", "", text),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_same_page_in_other_forms(change: str) -> None:
    plain, page = parse_text_dump(DUTCH), parse_text_dump(CHANGES[change](DUTCH))
    assert (page.title, page.forum, page.language) == (plain.title, plain.forum, "nl")
    assert [post.post_id for post in page.posts] == [post.post_id for post in plain.posts]
    assert [post.author for post in page.posts] == [post.author for post in plain.posts]
    assert [post.role_key for post in page.posts] == [post.role_key for post in plain.posts]
    assert [post.body_text.split() for post in page.posts] == [
        post.body_text.split() for post in plain.posts
    ]
    assert page.problems == ()


@pytest.mark.parametrize(
    ("url", "topic_id"),
    [
        (None, 7301),
        ("https://forum.test/?topic=oven", 7301),
        ("https://forum.test/topic/oven/page/1/", 7301),
        ("https://forum.test/topic/oven/page/2/", None),
        ("https://forum.test/?topic=oven&paged=3", None),
    ],
)
def test_without_a_count_the_address_tells_a_later_page(
    url: str | None, topic_id: int | None
) -> None:
    text = re.sub(r"(?m)^\d berichten.*$", "", DUTCH)
    assert parse_text_dump(text, url=url).topic_id == topic_id


@pytest.mark.parametrize(
    ("pager", "claim", "current", "last"),
    [
        ("1 2 3 →", "", 1, 3),
        ("← 1 2 3", "", 3, 3),
        ("← 1 2 3 … 9 →", "Viewing 2 posts - 3 through 4 (of 18 total)", 2, 9),
        ("← 1 2 3 … 9 →", "", 1, 1),
        ("", "Viewing 2 posts - 3 through 4 (of 18 total)", 1, 1),
    ],
)
def test_page_links(pager: str, claim: str, current: int, last: int) -> None:
    posts = "May 3, 2013 at 6:20 pm #12\nAnna\nMember\nOne.\n\nMay 3, 2013 at 7:20 pm #13\nBob\nMember\nTwo.\n"
    page = parse_text_dump(f"Title\n\n{claim}\n{pager}\n\n{posts}\n{claim}\n{pager}\n")
    assert (page.pager.current, page.pager.last) == (current, last)
    assert (page.topic_id is None) == pager.startswith("←") or "3 through 4" in claim


def test_numbered_lines_below_the_page_are_no_posts() -> None:
    page = parse_text_dump(DUTCH + "zie ook op #1\n" * 200)
    assert [post.post_id for post in page.posts] == [7301, 7305, 7309]
    assert page.claim is not None
    assert page.claim.total == 5
    codes = [problem.code for problem in page.problems]
    assert codes == ["doubtful-head", "unplaced-text"]


def test_the_refusal_names_the_address() -> None:
    with pytest.raises(UnknownForumError, match="no dump of a forum thread") as caught:
        parse_text_dump("Hello", url="https://forum.test/")
    assert caught.value.url == "https://forum.test/"
    assert caught.value.exit_code == 5


PARTS = [
    *("#", "#1", " #12", "#99999999999999999999", "[12]", "•", "›", " › ", "\n", "\n\n", "\r\n", "  ", "\t"),
    *("Anna", "McKing op ", "on ", "May 3, 2013 at 6:20 pm", "3 years ago", "Member", "Lid", "Keymaster"),
    *("Viewing 2 posts - 1 through 2 (of 2 total)", "Viewing 3 reply threads", "Viewing 2 replies - 1 through 2 (of 9 total)"),
    *("Author", "Posts", "Creator", "Topic", "Tagged: a, b", "Home › Forums › A › B", "Posted in X", "References"),
    *("This reply was modified 3 years ago by Anna. Reason: typo", "You must be logged in to reply to this topic."),
    *("The topic ‘A’ is closed to new replies.", "← 1 2 3 →", "Reply To: A", "word", "\u00a0", "\x00", "\u2028", "٣"),
]  # fmt: skip


@given(st.one_of(st.text(), st.lists(st.sampled_from(PARTS)).map("".join)))
@settings(max_examples=150)
def test_any_text_is_a_dump_or_is_refused(text: str) -> None:
    try:
        page = parse_text_dump(text)
    except UnknownForumError:
        return
    ids = [post.post_id for post in page.posts]
    assert ids
    assert len(set(ids)) == len(ids)
    assert [post.kind for post in page.posts[1:]] == ["reply"] * (len(ids) - 1)


def test_what_stands_around_is_told_with_its_lines() -> None:
    text = f"unheard of\n\n{DUTCH}\n\nlast\n\nlines\n"
    number = text.splitlines().index("last") + 1
    assert [problem.detail for problem in parse_text_dump(text).problems] == [
        "line 1: “unheard of”",
        f"line {number}-{number + 2}: “last lines”",
    ]


HOSTILE: dict[str, Callable[[int], str]] = {
    "marks in one line": lambda size: "a #1 " * (size // 5),
    "marks in lines": lambda size: "#1\n" * (size // 3),
    "one byline": lambda size: "McKing op #1\n" * (size // 13),
    "many posts": lambda size: "".join(f"Lid\nMcKing op #{at}\n" for at in range(1, size // 18)),
    "falling numbers": lambda size: "".join(f"Lid\nMcKing op #{at}\n" for at in range(size // 18, 0, -1)),
    "breadcrumbs": lambda size: "Home › a › b\n" * (size // 13) + DUTCH,
    "unplaced lines": lambda size: "foo\n1 2\n" * (size // 8) + DUTCH,
    "blank lines": lambda size: "\n" * size + DUTCH,
    "blanks": lambda size: " " * size + "#1\n" + DUTCH,
    "edits": lambda size: DUTCH.partition("3 berichten")[0] + "Deze reactie is gewijzigd 3 jaar geleden door Anna.\n" * (size // 52),
    "counts": lambda size: DUTCH + "3 berichten aan het bekijken - 1 tot 3 (van in totaal 5)\n" * (size // 57),
}  # fmt: skip


@pytest.mark.sweep
@pytest.mark.alone
@pytest.mark.parametrize("name", HOSTILE)
def test_time_grows_with_the_text_and_no_faster(name: str) -> None:
    def seconds(size: int) -> float:
        text = HOSTILE[name](size)
        start = time.perf_counter()
        with contextlib.suppress(UnknownForumError):
            parse_text_dump(text)
        return time.perf_counter() - start

    seconds(1000)
    small, large = seconds(25_000), seconds(200_000)
    # Eight times the text; the square of it would be 64 times the time.
    assert large < 25 * small + 0.5
