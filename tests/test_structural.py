"""The reader of last resort: every case of `fixtures/structural` is read, or declined for the reason, that its head says."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from parsers import errors
from parsers.document import read_document
from parsers.engines.structural import ENGINE
from parsers.records import Page
from parsers.registry import parse_topic, recognise
from scraper.demo import expected_topics
from tests.cases import FIXTURES, Case, cases, differences
from tests.demo_page import BASE, path_of, site

if TYPE_CHECKING:
    from parsers.records import TopicPage
    from tests.conftest import CommandLine

_CASES = cases("structural")
_READ = [case for case in _CASES if "error" not in case.expect]
_DECLINED = [case for case in _CASES if "error" in case.expect]


def read(case: Case) -> TopicPage:
    document = read_document(case.page)
    return parse_topic(recognise(document)[0], document)


@pytest.mark.parametrize("case", _READ, ids=lambda case: case.name)
def test_a_topic_is_read(case: Case) -> None:
    assert differences(read(case), case.expect) == {}


@pytest.mark.parametrize("case", _DECLINED, ids=lambda case: case.name)
def test_anything_else_is_declined(case: Case) -> None:
    with pytest.raises(getattr(errors, case.expect["error"])):
        read(case)
    assert ENGINE.reason_against(read_document(case.page)) == case.expect["reason"]


# --- pages of the demo forum, all class names taken away ---

_CLASSES = re.compile(r"""\sclass=("[^"]*"|'[^']*')""")


def _without_names(body: bytes) -> bytes:
    """A page of which only `body` still has class names."""
    head, mark, rest = body.decode().partition("<body")
    tag, end, inside = rest.partition(">")
    return f"{head}{mark}{tag}{end}{_CLASSES.sub('', inside)}".encode()


@pytest.mark.parametrize("theme", ["default", pytest.param("classic", marks=pytest.mark.sweep)])
def test_a_topic_without_class_names_is_read_as_the_forum_knows_it(theme: str) -> None:
    forum = site(topics=20, posts=8, per_page=8, theme=theme, showcase=False)
    read_topics = 0
    for topic in expected_topics(forum.forum, BASE):
        answer = forum.answer(path_of(topic.url))
        document = read_document(
            Page(
                url=topic.url,
                final_url=topic.url,
                status=200,
                body=_without_names(answer.body),
                fetched_at=datetime(2025, 1, 15, 12, tzinfo=UTC),
            )
        )
        if ENGINE.recognise(document) is None:
            continue
        found = ENGINE.parse_topic(document)
        truth = {post.post_id: post for post in topic.posts}
        assert found.pager.last == topic.pages
        for post in found.posts:
            known = truth[post.post_id]
            # A guest's name stands bare beside the role, and nothing tells the two apart.
            codes = {problem.code for problem in post.problems}
            assert post.author.name == ("" if "no-author" in codes else known.author_name)
            assert post.author.name or known.author_url is None
            assert post.published_text in {None, " ".join(known.published_text.split())}
            assert "".join(known.body_text.split()) in "".join(post.body_text.split())
        read_topics += 1
    assert read_topics > 5


# --- what inspect tells ---


def test_inspect_tells_the_reader_and_why_the_others_declined(threadkeep: CommandLine) -> None:
    page = FIXTURES / "structural" / "topic-with-names-of-its-own.html"
    url = "https://forum.test/forums/topic/seedlings/"
    told = threadkeep("inspect", page, "--url", url)
    assert told.code == 0
    assert "topic, engine structural" in told.out
    assert "author in 100% of the posts" in told.out
    assert "problem: by-structure: " in told.out
    assert "not bbpress: The topic page at " in told.out
    report = threadkeep("inspect", page, "--url", url, "--json").report
    assert report["confidence"] == {"author": 1.0, "role": 1.0, "date": 1.0, "body": 1.0}
    assert "bbpress" in {other["engine"] for other in report["declined"]}


def test_inspect_tells_why_nothing_reads_a_page(threadkeep: CommandLine) -> None:
    told = threadkeep("inspect", FIXTURES / "structural" / "no-dates.html")
    assert told.code == 5
    assert "not structural: No date repeats in its posts." in told.out


def test_where_bbpress_reads_a_page_the_last_reader_is_not_asked(threadkeep: CommandLine) -> None:
    told = threadkeep("inspect", FIXTURES / "bbpress" / "topic-26-default.html")
    assert "engine bbpress" in told.out
    assert "not structural: It is asked last, and bbpress reads the page." in told.out
