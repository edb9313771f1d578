"""Pseudonyms: what is replaced in texts and bodies and what stays, whose pseudonym it is, keys, and coarser dates."""

from __future__ import annotations

import pickle
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from time import process_time
from typing import TYPE_CHECKING, Any, cast, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.pseudonym.coarse_date import CoarseDate
from exporters.pseudonym.key import PSEUDONYM, PseudonymKey
from exporters.pseudonym.transformation import Transformation
from parsers import forum_tree, list_records, origin, post_file, records, revision
from parsers.local_media import LocalMedia
from parsers.localised_body import localised
from parsers.media_link import fragment
from parsers.origin import Origin
from parsers.records import Author, Edit, Post, Thread
from parsers.revision import Revision
from parsers.selection import Selection
from parsers.visible_text import visible_text
from tests.cases import FIXTURES
from tests.threads import make_post, make_thread

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

    from exporters.pseudonym.coarse_date import Dates

# What the annotations of records name, which type checkers alone import.
RECORDS = {
    **vars(records), **vars(list_records), **vars(origin), **vars(forum_tree), **vars(post_file), **vars(revision),
    "Callable": Callable, "Iterator": Iterator, "Mapping": Mapping,
}  # fmt: skip
KEY = PseudonymKey(secret=b"a key of thirty-two bytes or more")
OTHER_KEY = PseudonymKey(secret=b"another key of thirty-two bytes!!")
ADA = Author(
    name="Ada Quillfeather", url="https://forum.test/users/ada-q/", slug="ada-q", user_id=7
)


@cache
def fixture(name: str) -> dict[str, Any]:
    return tomllib.loads((FIXTURES / "pseudonym" / f"{name}.toml").read_text("utf-8"))


def people(name: str = "names") -> list[Author]:
    return [Author(**one) for one in fixture(name)["people"]]


def step_of(*authors: Author, key: PseudonymKey = KEY, dates: Dates = "exact") -> Transformation:
    return Transformation(site="forum.test", key=key, authors=authors, dates=dates)


def readable(text: str, step: Transformation, authors: Iterable[Author] = ()) -> str:
    """A text with pseudonyms as the fixtures write them; those of people who are in no table by the name that was there."""
    for number, author in enumerate(authors, 1):
        text = text.replace(step.author(author).name, f"«{number}»")
    for name in (
        "quist",
        "petra",
        "max-power",
        "vriesink",
        "maarten",
        "o’quirke",
        "zoë-mae",
        "岸田",
    ):
        text = text.replace(step.author(Author(name=name, is_guest=True)).name, f"«{name}»")
    return text


# What has no name in it: words of a list, digests, times, and the host, which tells the site on purpose.
SAFE = re.compile(
    r"engine|role_key|.*sha256|.*_(at|seen|fetched|local|earliest|latest|text)|published|host|timezone|code|viewer|kind"
)


def planted(kind: type[Any]) -> Any:  # noqa: ANN401  a record of this kind
    """A record with a name in every field that can hold text."""
    hints = get_type_hints(kind, RECORDS)
    return kind(
        **{field.name: _planted_value(field.name, hints[field.name]) for field in fields(kind)}
    )


def _planted_value(name: str, hint: Any) -> Any:  # noqa: ANN401  any type
    inner = [one for one in get_args(hint) if one is not type(None)]
    if hint is Author:
        return ADA
    if is_dataclass(hint):
        return planted(cast("type[Any]", hint))
    if get_origin(hint) in {tuple, Iterator}:
        return iter(()) if get_origin(hint) is Iterator else (_planted_value(name, inner[0]),)
    if get_origin(hint) is Callable:
        given = get_args(inner[-1])[0] if get_origin(inner[-1]) is Iterator else None
        return _Giving(given or inner[-1], is_many=given is not None)
    if str in {hint, *inner}:
        return "2020-01-01T00:00:00Z" if SAFE.fullmatch(name) else f"Ada Quillfeather of {name}"
    return None if type(None) in get_args(hint) else 0


PIECES = (
    "<p>", "</p>", "<br>", "\n", " ", "<b>", "</b>", "<td>", "<li>", "<pre>", "</pre>", "Annelore", "Anne", "lore", "Quist", "Will",
    " wrote:", " @will", " @annelore ", "<cite>", "</cite>", "<blockquote>", "</blockquote>", "tanaka", '<a href="/users/will/">', "</a>",
    "&amp;", "&nbsp;", ", ", " ada@board.example ", "Zoë 🦊", "<!-- x -->", '<img alt="Annelore">', " 203.0.113.7 ", "Quote from: ",
)  # fmt: skip


class _Giving:
    """A function of a record that gives records."""

    def __init__(self, kind: type[Any], *, is_many: bool) -> None:
        self._kind, self._is_many = kind, is_many

    def __call__(self, *_: object) -> object:
        return iter([planted(self._kind)]) if self._is_many else planted(self._kind)


def spelled_out(record: Any) -> str:  # noqa: ANN401  any record
    """A record and all that it gives, a field a line."""
    if callable(record):
        return spelled_out(_given(record))
    if is_dataclass(record):
        return "".join(
            f"{one.name}={spelled_out(getattr(record, one.name))}" for one in fields(record)
        )
    if isinstance(record, tuple | list | map | Iterator):
        return "".join(map(spelled_out, cast("Iterable[Any]", record)))
    return f"{record}\n"


def _given(function: Callable[..., Any]) -> Any:  # noqa: ANN401  any function of a record, with or without a post's number
    try:
        return function()
    except TypeError:
        return function(1)


class TestText:
    @pytest.mark.parametrize("case", fixture("contacts")["cases"], ids=lambda case: case["text"])
    def test_contact_data(self, case: dict[str, Any]) -> None:
        wanted = case["text"] if case.get("same") else case["become"]
        assert step_of().text(case["text"]) == wanted

    @pytest.mark.parametrize("case", fixture("names")["cases"], ids=lambda case: case["text"])
    def test_names(self, case: dict[str, Any]) -> None:
        step = step_of(*people())
        assert readable(step.text(str(case["text"])), step, people()) == case["become"]

    @pytest.mark.parametrize("case", fixture("odd_names")["cases"], ids=lambda case: case["text"])
    def test_odd_names(self, case: dict[str, Any]) -> None:
        known = people("odd_names")
        step = step_of(*known)
        assert readable(step.text(str(case["text"])), step, known) == case["become"]

    @pytest.mark.parametrize("case", fixture("bodies")["cases"], ids=lambda case: case["html"])
    def test_bodies(self, case: dict[str, Any]) -> None:
        step = step_of(*people())
        post = step.post(make_post(body_html=case["html"], body_text=""))
        assert readable(post.body_html, step, people()) == case["become"]

    def test_what_only_markup_tells_of_a_name_goes_from_the_text_as_well(self) -> None:
        html = '<p>Ask <a href="https://forum.test/users/will/">Willy</a>, will you?</p>'
        step = step_of(*people())
        post = step.post(make_post(body_html=html, body_text="Ask Willy, will you?"))
        assert readable(post.body_text, step, people()) == "Ask «2», will you?"

    def test_again_it_changes_nothing(self) -> None:
        step = step_of(*people())
        for case in fixture("names")["cases"]:
            once: str = step.text(str(case["text"]))
            assert step.text(once) == once

    @given(
        st.lists(
            st.text(st.sampled_from("qxzkvéüñ"), min_size=4, max_size=8), min_size=1, max_size=4
        ),
        st.text(st.sampled_from("qxzkvéüñ @.:-_<>&\n🦊"), max_size=80),
        st.data(),
    )
    def test_no_name_is_left_as_a_word(
        self, names: list[str], text: str, data: st.DataObject
    ) -> None:
        step = step_of(*(Author(name=name, is_guest=True) for name in names))
        name = data.draw(st.sampled_from([*names, *(name.upper() for name in names)]))
        place = data.draw(st.integers(0, len(text)))
        text = f"{text[:place]} {name} {text[place:]}"
        words = re.findall(r"[^\W_]+", step.text(text).casefold())
        assert not {name.casefold() for name in names} & set(words)

    def test_a_name_with_digits_is_found_where_no_other_name_stands(self) -> None:
        step = step_of(Author(name="Grumblewort"))
        assert "Grumblewort" not in step.text("Only Grumblewort2 came.")

    @given(st.lists(st.sampled_from(PIECES), max_size=12))
    def test_the_text_of_a_body_has_no_more_names_than_the_body(self, pieces: list[str]) -> None:
        # As engines have bodies: well-formed.
        html = localised("".join(pieces), "https://forum.test/", lambda _: LocalMedia())
        step = step_of(*people())
        post = step.post(make_post(body_html=html, body_text=visible_text(fragment(html))))
        assert step.text(post.body_text) == post.body_text
        words = re.findall(r"[^\W_]+", post.body_text.casefold())
        assert not {"annelore", "tanaka"} & set(words)

    @given(st.text(max_size=200))
    def test_any_text_and_any_body_can_be_read(self, text: str) -> None:
        step = step_of(*people())
        step.text(text)
        step.address(text)
        step.post(make_post(body_html=text, body_text=text))

    @given(st.text(st.sampled_from("fghij <>=&;\"'/\n"), max_size=80))
    def test_a_body_that_names_nobody_is_not_touched_but_for_comments(self, body: str) -> None:
        post = step_of(*people()).post(make_post(body_html=body, body_text=body))
        assert post.body_text == body


class TestIdentity:
    def test_a_person_has_one_pseudonym_whatever_a_post_shows(self) -> None:
        step = step_of(ADA)
        shown = [
            ADA,
            Author(name="Ada (new name)", user_id=7),
            Author(name="Ada", url="http://www.forum.test/users/ada-q"),
            Author(name="ada quillfeather"),
        ]
        names = {step.author(author).name for author in shown}
        assert len(names) == 1
        assert PSEUDONYM.fullmatch(names.pop())

    def test_nothing_but_the_pseudonym_is_told_of_an_author(self) -> None:
        guest = Author(
            name="Bo", url="https://bo.test/", avatar_url="https://a.test/1", is_guest=True
        )
        told = step_of(guest).author(guest)
        assert told == Author(name=told.name, is_guest=True)

    def test_two_people_of_one_name_stay_two_and_in_text_are_neither(self) -> None:
        twins = [
            Author(name="Ottoline", url=f"https://forum.test/users/o{n}/", slug=f"o{n}", user_id=n)
            for n in (1, 2)
        ]
        step = step_of(*twins)
        one, two = (step.author(author).name for author in twins)
        said = step.text("Ottoline")
        assert len({one, two, said}) == 3
        assert step.report.left.shared_names == 1

    def test_guests_are_told_apart_from_members_and_between_sites(self) -> None:
        guest = Author(name="Ada Quillfeather", is_guest=True)
        elsewhere = Transformation(site="other.test", key=KEY, authors=[guest])
        step = step_of(ADA, guest)
        names = {step.author(ADA).name, step.author(guest).name, elsewhere.author(guest).name}
        assert len(names) == 3

    def test_who_is_called_as_all_nameless_are_keeps_that(self) -> None:
        nobody = Author(name="Anonymous", is_deleted=True)
        assert step_of(nobody).author(nobody) == nobody

    def test_a_person_keeps_the_pseudonym_while_the_key_is_the_same(self) -> None:
        alone, among_others = step_of(ADA), step_of(*people(), ADA)
        assert alone.author(ADA) == among_others.author(ADA)
        assert step_of(ADA, key=OTHER_KEY).author(ADA) != alone.author(ADA)

    def test_pseudonyms_do_not_collide(self) -> None:
        made = {KEY.pseudonym(f"user:forum.test:{number}") for number in range(100_000)}
        assert len(made) == 100_000

    def test_the_key_is_nowhere_in_what_is_told(self) -> None:
        told = f"{step_of(ADA).facts} {step_of(ADA).settings} {KEY!r}"
        assert KEY.secret.decode() not in told
        assert step_of(key=OTHER_KEY).facts["key_id"] != step_of().facts["key_id"]

    def test_it_comes_to_another_process_as_it_was_made(self) -> None:
        step = step_of(ADA, dates="month")
        step.text("Ada Quillfeather")
        other = pickle.loads(pickle.dumps(step))
        assert other.author(ADA) == step.author(ADA)
        assert other.report.dates == "month"


class TestRecords:
    def test_every_text_of_a_post_and_a_topic(self) -> None:
        step = step_of(ADA)
        texts = ("role", "gone_reason", "topic_title")
        addresses = ("topic_url", "url", "source_url", "site")
        named: dict[str, Any] = dict.fromkeys(texts, "of Ada Quillfeather")
        named |= dict.fromkeys(addresses, "https://forum.test/x/Ada-Quillfeather/")
        named |= dict.fromkeys(("forum", "topic_tags", "problems"), ("by ada-q",))
        edit = Edit(text="modified by ada-q. Reason: Ada-Q", editor="ada-q", reason="Ada-Q")
        post = step.post(
            make_post(author=ADA, edits=(edit,), body_html="ada-q", body_text="ada-q", **named)
        )
        assert not re.search("ada|quill", repr(post), re.IGNORECASE)

    @pytest.mark.parametrize(
        "kind", [Post, Thread, Origin, Revision], ids=lambda kind: kind.__name__
    )
    def test_every_text_that_a_record_may_come_to_have(self, kind: type[Any]) -> None:
        record = planted(kind)
        step = step_of(ADA)
        transform: dict[Any, Callable[[Any], Any]] = {
            Post: step.post,
            Thread: step.thread,
            Origin: step.origin,
            Revision: step.revision,
        }
        told = spelled_out(transform[kind](record))
        assert "Quillfeather" in spelled_out(record)
        assert not re.search(r"[^\n]*quillfeather.*", told, re.IGNORECASE), told

    def test_a_selection(self) -> None:
        step = step_of(*people())
        told = step.selection(Selection(author=("will",), query="Will", forum=("By Annelore",)))
        will = step.author(people()[1]).name
        assert (told.author, told.query) == ((will,), will)
        assert "Annelore" not in told.forum[0]

    @pytest.mark.parametrize(
        "asked",
        [
            Selection(query="glue by quist"),
            Selection(query="annelore OR glue OR paste OR tape OR string"),
            Selection(role=("Friend of Annelore",)),
            Selection(role=("friend of quist",)),
            Selection(forum=("about quist",)),
        ],
        ids=str,
    )
    def test_who_asks_for_posts_writes_names_as_search_takes_them(self, asked: Selection) -> None:
        told = step_of(*people()).selection(asked)
        assert not re.search(r"annelore|quist", str(told.facts), re.IGNORECASE)

    def test_what_could_not_be_replaced_is_counted(self) -> None:
        step = step_of(*people())
        html = '<blockquote>Glue.</blockquote><img src="/a.jpg"><a href="/b.pdf">b</a>'
        step.post(make_post(body_html=html, body_text="Glue."))
        left = step.report.left
        assert (left.quotes_without_name, left.pictures, left.attachments) == (1, 1, 1)
        assert left.names_only_where_marked == 3  # Will, Jo and jo-55


class TestDates:
    TIMES = ("published", "published_earliest", "first_seen", "last_seen", "gone_at")

    def test_every_time_of_a_post(self) -> None:
        times: dict[str, Any] = dict.fromkeys(self.TIMES, "2021-03-17T09:14:33Z")
        post = make_post(
            **times,
            published_latest="2021-03-17T09:14:33Z",
            published_local="2021-03-17T10:14:33",
            published_text="March 17, 2021 at 10:14 am",
            edits=(
                Edit(
                    text="This reply was modified 2 days ago by Bo. Reason: typo",
                    editor="Bo",
                    reason="typo",
                ),
            ),
        )
        coarse = Transformation(site="forum.test", key=None, dates="month").post(post)
        assert {getattr(coarse, name) for name in self.TIMES} == {"2021-03-01T00:00:00Z"}
        assert coarse.published_local == "2021-03-01T00:00:00"
        assert coarse.published_latest == "2021-03-31T23:59:59Z"
        assert coarse.published_text == "2021-03"
        assert coarse.edits[0].text == "This reply was modified … by Bo. Reason: typo"
        assert coarse.author == post.author

    @pytest.mark.parametrize(
        ("line", "become"),
        [
            (
                "Deze reactie is gewijzigd 2 dagen geleden door Bo.",
                "Deze reactie is gewijzigd … door Bo.",
            ),
            ("Am 3. Mai 2019 von Bo umgebaut", "… Bo"),
        ],
    )
    def test_a_time_in_a_line_of_any_language(self, line: str, become: str) -> None:
        post = make_post(edits=(Edit(text=line, editor="Bo"),))
        coarse = Transformation(site="forum.test", key=None, dates="week").post(post)
        assert coarse.edits[0].text == become

    def test_a_week_begins_on_monday(self) -> None:
        week = CoarseDate(dates="week")
        assert week.moment("2021-01-03T23:59:59Z") == "2020-12-28T00:00:00Z"
        assert week.latest("2021-01-01T00:00:00Z") == "2021-01-03T23:59:59Z"
        assert week.text("January 3", known="2021-01-03T10:00:00") == "2020-W53"

    def test_what_no_time_is_known_of_says_nothing(self) -> None:
        assert CoarseDate(dates="month").text("2 hours ago", known=None) is None

    @given(
        st.datetimes(datetime.fromisoformat("0001-01-08"), datetime.fromisoformat("9999-11-01")),
        st.timedeltas(timedelta(0), timedelta(40)),
        st.sampled_from(("week", "month")),
    )
    def test_what_came_first_still_does(
        self, first: datetime, later: timedelta, dates: Dates
    ) -> None:
        coarse = CoarseDate(dates=dates)
        moments = [
            moment.replace(tzinfo=UTC, microsecond=0).isoformat().replace("+00:00", "Z")
            for moment in (first, first + later)
        ]
        earlier, after = (coarse.moment(moment) or "" for moment in moments)
        assert earlier <= after
        assert earlier <= moments[0] <= (coarse.latest(moments[0]) or "")

    def test_a_topic_as_well(self) -> None:
        moment = "2021-03-17T09:14:33Z"
        thread = make_thread(first_seen=moment, last_seen=moment, vanished_at=moment)
        coarse = Transformation(site="forum.test", key=None, dates="month").thread(thread)
        assert {coarse.first_seen, coarse.last_seen, coarse.vanished_at} == {
            "2021-03-01T00:00:00Z"
        }


class TestManyPeople:
    @pytest.mark.sweep
    @pytest.mark.alone
    def test_ten_thousand_people_cost_hardly_more_than_ten(self, tried: Counter[str]) -> None:
        seconds: list[float] = []
        text = (
            "the quick brown fox and Bxq7 Kvz7 met @kvz3 and went on to the market, as everybody does. "
            * 5
        )
        posts = [
            make_post(body_html=f"<p>{number} {text}</p>", body_text="") for number in range(500)
        ]
        for people in (10, 10_000):
            authors = [
                Author(name=f"Bxq{number} Kvz{number}", user_id=number) for number in range(people)
            ]
            step = step_of(*authors)
            assert "Bxq7" not in step.post(posts[0]).body_html
            began = process_time()
            for post in posts:
                step.post(post)
            seconds.append(process_time() - began)
            tried[f"posts given pseudonyms among {people} people"] += len(posts)
        assert seconds[1] < 3 * seconds[0]
