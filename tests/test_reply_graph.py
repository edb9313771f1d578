"""Who answers whom: parents, quotes and mentions, each by what it is told; what tells nothing is no edge."""

from __future__ import annotations

from typing import Any

import pytest

from exporters.tables.edge import Edge, ReplyGraph
from parsers.records import Post
from tests.threads import make_post

LONG = "The red fox jumps over the lazy dog, every day."
OTHER = "Nobody has ever seen it rest, not even at night."


def said(post_id: int, html: str, text: str = "", **changes: Any) -> Post:  # noqa: ANN401  a field's value
    return make_post(post_id=post_id, body_html=html, body_text=text, **changes)


def edges_of(html: str, *earlier: Post, **changes: Any) -> tuple[Edge, ...]:  # noqa: ANN401  as above
    """The edges of a post in a topic of earlier posts."""
    graph = ReplyGraph()
    for post in earlier:
        graph.edges(post)
    return graph.edges(said(9, html, **changes))


def plain(post_id: int, text: str) -> Post:
    return said(post_id, f"<p>{text}</p>", text)


def test_a_nested_reply_has_a_parent() -> None:
    (edge,) = edges_of("<p>Yes.</p>", reply_to=4)
    assert (edge.kind, edge.target_post_id, edge.evidence) == ("parent", 4, "nesting")


def test_a_post_that_answers_nobody_has_no_edge() -> None:
    assert edges_of("<p>Write to me@example.org, a@b, or @ home; 5 @ 3.</p>") == ()


@pytest.mark.parametrize(
    "source",
    [
        '<div class="quote-title"><a href="https://forum.test/topic/hello/#post-7">Anna wrote:</a></div>',
        '<p><cite><a href="#post-7">Anna</a> wrote:</cite></p>',
        '<p><a href="#post-7"></a>Anna schreef</p>',
    ],
)
def test_a_quote_with_a_link_to_a_post_quotes_that_post(source: str) -> None:
    html = f"<blockquote>{source}<p>{LONG}</p></blockquote><p>No.</p>"
    edges = edges_of(html, plain(2, LONG))
    assert [(one.kind, one.target_post_id, one.target_name, one.evidence) for one in edges] == [
        ("quote", 7, "Anna", "link")
    ]


def test_the_cite_of_a_quote_is_a_link() -> None:
    (edge,) = edges_of(
        f'<blockquote cite="https://forum.test/?x#post-7"><p>{LONG}</p></blockquote>'
    )
    assert (edge.target_post_id, edge.target_name, edge.evidence) == (7, None, "link")


def test_a_link_within_the_words_that_are_quoted_is_no_source() -> None:
    html = f'<blockquote><p>{LONG} See <a href="#post-7">there</a>.</p></blockquote>'
    assert edges_of(html) == ()


@pytest.mark.parametrize(
    "html",
    [
        f"<blockquote><p>{LONG}</p></blockquote><p>No.</p>",
        f"<blockquote>{LONG.upper()}</blockquote>",
        f"<blockquote><p>What?</p><p>{LONG.replace(' ', '  ')}</p></blockquote>",
    ],
)
def test_words_of_an_earlier_post_quote_it(html: str) -> None:
    (edge,) = edges_of(html, plain(2, OTHER), plain(3, LONG))
    assert (edge.kind, edge.target_post_id, edge.evidence) == ("quote", 3, "text")


def test_who_only_quoted_the_words_did_not_say_them() -> None:
    quoting = said(
        4, f"<blockquote><p>{LONG}</p></blockquote><p>{OTHER}</p>", f"{LONG}\n\n{OTHER}"
    )
    (edge,) = edges_of(f"<blockquote><p>{LONG}</p></blockquote>", plain(3, LONG), quoting)
    assert edge.target_post_id == 3


def test_of_two_that_said_the_same_the_later_is_quoted() -> None:
    (edge,) = edges_of(f"<blockquote>{LONG}</blockquote>", plain(3, LONG), plain(5, LONG))
    assert edge.target_post_id == 5


def test_few_words_may_be_anybodys() -> None:
    assert edges_of("<blockquote>Thanks!</blockquote>", plain(3, "Thanks!")) == ()


def test_of_a_quote_within_a_quote_the_outer_one_counts() -> None:
    html = f"<blockquote><p>{LONG}</p><blockquote><p>{OTHER}</p></blockquote></blockquote>"
    (edge,) = edges_of(html, plain(2, OTHER), plain(3, LONG))
    assert edge.target_post_id == 3


@pytest.mark.parametrize(
    ("html", "name"),
    [
        ("<p>Anna wrote:</p><blockquote>{}</blockquote>", "Anna"),
        ("<blockquote><strong>Jan de Vries schreef:</strong><br>{}</blockquote>", "Jan de Vries"),
        ("<blockquote><p>@ben said</p><p>{}</p></blockquote>", "ben"),
        ("<blockquote><p>Zoë 🦊 a écrit :</p><p>{}</p></blockquote>", "Zoë 🦊"),
    ],
)
def test_a_name_alone_is_a_person_and_no_post(html: str, name: str) -> None:
    (edge,) = edges_of(html.format(LONG))
    assert (edge.kind, edge.target_post_id, edge.evidence) == ("quote", None, "name")
    assert edge.target_name == name


def test_a_mention_by_a_link_has_the_profile() -> None:
    link = '<a class="bbp-user-mention" href="https://forum.test/users/ben/">@ben</a>'
    (edge,) = edges_of(f"<p>{link}, what do you think?</p>")
    assert (edge.kind, edge.target_name, edge.evidence) == ("mention", "ben", "link")
    assert edge.target_url == "https://forum.test/users/ben/"


def test_a_mention_without_a_link_is_a_name() -> None:
    edges = edges_of("<p>Hello @jan.de-vries, and @田中!</p>")
    assert [(one.target_name, one.evidence) for one in edges] == [
        ("jan.de-vries", "name"),
        ("田中", "name"),
    ]


@pytest.mark.parametrize("tag", ["blockquote", "code", "pre"])
def test_who_is_named_in_a_quote_or_in_code_is_not_addressed(tag: str) -> None:
    inside = f'<{tag}>@ben <a href="#">@anna</a></{tag}>'
    assert [one.target_name for one in edges_of(f"<p>Hi</p>{inside} and @cleo")] == ["cleo"]


def test_somebody_named_twice_is_addressed_once() -> None:
    assert len(edges_of("<p>@ben, @ben!</p>")) == 1


@pytest.mark.parametrize(
    "html",
    [
        "@" + "<div>" * 3000 + "x",
        "<blockquote>" * 3000 + "@x wrote:",
        "<blockquote><!-- a --><p>\0\ud800 @x</p>",
        "<!-- @a --><blockquote></blockquote>",
        "@<a></a><a>@</a>",
    ],
)
def test_no_markup_breaks_it(html: str) -> None:
    edges_of(html)


def test_a_post_may_answer_one_quote_another_and_address_a_third_each_with_its_evidence() -> None:
    html = (
        f"<blockquote><p>{LONG}</p></blockquote><p>@ben and"
        ' <a href="https://forum.test/users/cleo/">@cleo</a>: no.</p>'
    )
    edges = edges_of(html, plain(2, LONG), plain(4, OTHER), reply_to=4)
    assert [(one.kind, one.target_post_id, one.target_name, one.evidence) for one in edges] == [
        ("parent", 4, None, "nesting"),
        ("quote", 2, None, "text"),
        ("mention", None, "cleo", "link"),
        ("mention", None, "ben", "name"),
    ]
