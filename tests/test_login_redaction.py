"""Pages of every kind that members and moderators got: what is for them alone is cut out, what is the forum's stays."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from parsers.document import read_document
from parsers.errors import LoginRequiredError
from parsers.redaction import redact, viewer_of
from parsers.registry import parse_list, parse_profile, parse_topic, recognise
from scraper.demo import expected_topics
from scraper.demo.forum import THEMES
from scraper.sync.receipt import received
from tests.membership import ADMINISTRATOR, LOUNGE, MEMBER, MODERATOR, STAFF, Club

if TYPE_CHECKING:
    from pathlib import Path

    from parsers.list_records import ListPage
    from parsers.records import Page
    from scraper.demo.forum import Role

_PRIVATE = re.compile(rb"Howdy|192\.0\.2\.|mail\.example|_wpnonce=[0-9a-f]|wpadminbar|-trash-link")
_NONCE = re.compile(rb"(?<=nonce=)[0-9a-f]{10}|(?<=name=\"_wpnonce\" value=\")[0-9a-f]{10}")
_KINDS = {
    "topic": LOUNGE,
    "forum": "/forums/forum/members-lounge/",
    "index": "/forums/",
    "public forum": "/forums/forum/help-desk/",
    "profile": "/forums/users/mo/",
    "missing": "/forums/topic/never-was/",
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("name", [MEMBER, MODERATOR, ADMINISTRATOR])
def test_nothing_for_one_persons_eyes_is_left(
    tmp_path: Path, name: str, kind: str, theme: str
) -> None:
    with Club.of(tmp_path, theme=theme) as club:
        page = replace(club.page(name, _KINDS[kind]), viewer="member")
        nonces = set(_NONCE.findall(page.body))
        assert nonces
        kept = received(page).body
        assert not _PRIVATE.search(kept)
        assert not [nonce for nonce in nonces if nonce in kept]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("name", "path"), [(MEMBER, LOUNGE), (MODERATOR, STAFF)])
def test_what_members_wrote_is_all_there(tmp_path: Path, name: str, path: str, theme: str) -> None:
    with Club.of(tmp_path, theme=theme) as club:
        page = received(replace(club.page(name, path), viewer="member"))
        document = read_document(page)
        found = parse_topic(recognise(document)[0], document)
        role: Role = "participant" if name == MEMBER else "moderator"
        topics = expected_topics(club.server.forum, club.server.url, role)
        (wanted,) = (one for one in topics if path.endswith(f"/{one.slug}/"))
        assert [(one.post_id, one.body_text, one.author.name) for one in found.posts] == [
            (one.post_id, one.body_text, one.author_name) for one in wanted.posts[:5]
        ]
        assert tuple(one.title for one in found.forum) == wanted.forum


@pytest.mark.parametrize(
    ("name", "path", "viewer"),
    [
        (MEMBER, LOUNGE, "member"),
        (MEMBER, "/forums/", "member"),
        (MODERATOR, STAFF, "moderator"),
        (MODERATOR, "/forums/", "member"),
    ],
)
def test_a_page_tells_whose_view_it_is(tmp_path: Path, name: str, path: str, viewer: str) -> None:
    with Club.of(tmp_path) as club:
        assert viewer_of(club.page(name, path).body) == viewer
        assert viewer_of(club.server.ordinary("/forums/").body) == "guest"


def _with_rows(page: Page, *statuses: str) -> Page:
    """A forum's page on which a moderator sees topics of other states, too, each with a name of its own."""
    row = re.search(rb'<ul id="bbp-topic-(\d+)" class="[^"]*">.*?\n</ul>\n', page.body, re.DOTALL)
    assert row is not None
    rows = b""
    for number, status in enumerate(statuses, 90_001):
        one = row[0].replace(row[1], str(number).encode())
        one = one.replace(b"status-publish", f"status-{status}".encode())
        rows += re.sub(rb">[^<>]+</a>", f">Topic that is {status}</a>".encode(), one, count=1)
    return replace(page, body=page.body.replace(row[0], row[0] + rows))


def _titles(page: Page) -> list[str]:
    document = read_document(page)
    found: ListPage = parse_list(recognise(document)[0], document)
    return [row.title for row in found.topics]


def test_a_list_keeps_what_is_private_and_drops_what_was_not_published(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club:
        page = club.page(MODERATOR, "/forums/forum/members-lounge/")
        mixed = _with_rows(page, "spam", "trash", "pending", "draft", "private")
        kept = received(replace(mixed, viewer="moderator"))
        assert "Topic that is private" in _titles(kept)
        assert not re.search(rb"Topic that is (?:spam|trash|pending|draft)", kept.body)
        # A page that somebody saved is nobody's in particular: it keeps only what guests see.
        assert b"Topic that is" not in received(mixed).body


@pytest.mark.parametrize("status", ["private", "hidden"])
def test_a_private_topic_is_kept_by_who_logged_in_for_it(tmp_path: Path, status: str) -> None:
    with Club.of(tmp_path) as club:
        page = club.page(MODERATOR, STAFF)
        page = replace(
            page, body=page.body.replace(b"status-publish", f"status-{status}".encode())
        )
        kept = received(replace(page, viewer="moderator"))
        document = read_document(kept)
        assert len(parse_topic(recognise(document)[0], document).posts) == 3
        with pytest.raises(LoginRequiredError, match="guests do not see"):
            received(page)


@pytest.mark.parametrize("status", ["spam", "trash", "pending"])
def test_a_topic_that_was_not_published_is_kept_by_nobody(tmp_path: Path, status: str) -> None:
    with Club.of(tmp_path) as club:
        page = club.page(MODERATOR, STAFF)
        page = replace(
            page, body=page.body.replace(b"status-publish", f"status-{status}".encode())
        )
        with pytest.raises(LoginRequiredError, match="members do not see"):
            received(replace(page, viewer="moderator"))


def test_a_reply_that_is_private_is_kept_with_its_topic_and_spam_is_not(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club:
        page = club.page(MODERATOR, STAFF)
        document = read_document(page)
        ids = [one.post_id for one in parse_topic(recognise(document)[0], document).posts]
        body = page.body
        for post_id, status in zip(ids[1:], (b"private", b"spam"), strict=True):
            mark = f"post-{post_id} reply type-reply status-".encode()
            body = body.replace(mark + b"publish", mark + status)
        kept = received(replace(page, body=body, viewer="moderator"))
        document = read_document(kept)
        found = parse_topic(recognise(document)[0], document)
        assert [one.post_id for one in found.posts] == ids[:2]


def test_a_member_profile_is_read_as_a_guests_is(tmp_path: Path) -> None:
    with Club.of(tmp_path) as club:
        page = received(replace(club.page(ADMINISTRATOR, "/forums/users/mo/"), viewer="member"))
        document = read_document(page)
        seen = parse_profile(recognise(document)[0], document)
        guests = read_document(
            replace(page, body=club.server.ordinary("/forums/users/mo/").body, viewer="guest")
        )
        # A member's own counts hold what guests do not see.
        assert replace(seen, replies=None, topics=None) == replace(
            parse_profile(recognise(guests)[0], guests), replies=None, topics=None
        )


@pytest.mark.parametrize("field", ["_bbp_unfiltered_html_topic", "_wp_unfiltered_html_comment"])
def test_a_nonce_under_another_name_goes_too(field: str) -> None:
    page = (
        '<body class="logged-in"><form id="new-post"><input type="hidden" name="'
        f'{field}" value="f00dfeed01"></form></body>'
    )
    assert b"f00dfeed01" not in redact(page.encode()).body
