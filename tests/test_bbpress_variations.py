"""What themes, caches and add-ons do to pages, each alone and every two together: the posts stay what they are."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from parsers.document import read_document
from parsers.registry import parse_topic, recognise
from tests.cases import cases

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from tests.cases import Case

    Variation = Callable[[str], str]

_BASES = (
    "bbpress/topic-26-default",
    "bbpress/topic-25-guest",
    "bbpress/topic-lead-26",
    "bbpress/topic-threaded",
    "bbpress/theme-author-on-the-right",
)
_BODY = re.compile(r'(<div class="bbp-(?:reply|topic)-content">)\n(<p>.*?)(\n</div>)', re.DOTALL)
_SHARE = '<div class="share-buttons"><h3>Share</h3><a href="https://share.test/">Mail</a></div>'
_VOTES = '<div class="bbp-voting"><span class="score">3</span></div>'
_WIDGET = (
    '<aside><div class="widget"><a class="page-numbers" href="/other/page/9/">9</a></div></aside>'
)


def _in_bodies(before: str, after: str) -> Variation:
    return lambda page: _BODY.sub(rf"\1\n{before}\2{after}\3", page)


def _renamed(pattern: str, name: str) -> Variation:
    return lambda page: re.sub(rf"\b{pattern}\b", name, page)


def _without_line_ends(page: str) -> str:
    return re.sub(r">\s*\n\s*<", "><", page)


def _without_quotes(page: str) -> str:
    return re.sub(r'=["\']([\w/#.:-]+)["\'](?=[ >])', r"=\1", page)


def _without_breadcrumb(page: str) -> str:
    return re.sub(r'<div class="bbp-breadcrumb">.*?</div>', "", page, flags=re.DOTALL)


def _without_comments(page: str) -> str:
    return re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL)


_VARIATIONS: dict[str, Variation] = {
    "no wrapper": lambda page: page.replace(' id="bbpress-forums"', ""),
    "no body class": lambda page: re.sub(r"<body[^>]*>", "<body>", page),
    "no breadcrumb": _without_breadcrumb,
    "no comments": _without_comments,
    "no line ends": _without_line_ends,
    "no quotes": _without_quotes,
    "no hentry": lambda page: page.replace(" hentry", ""),
    "classes added": lambda page: page.replace(" hentry", " bp_group type-bp_group entry hentry"),
    "articles": lambda page: re.sub(
        r'<div( id="post-\d+")? class="(?=[^"]*type-(?:topic|reply))', r'<div\1 class="card ', page
    ),
    "a widget before": lambda page: re.sub(r"(<body[^>]*>)", rf"\1{_WIDGET}", page),
    "a warning before": lambda page: f"<br />\n<b>Notice</b>: Undefined index: x<br />\n{page}",
    "page builder": lambda page: page.replace(
        '<div class="entry-content">', '<div class="entry-content elementor-widget"><div>'
    ),
    "no list": lambda page: re.sub(
        r'<ul id="(?:topic-\d+-replies|bbp-topic-\d+-lead)"[^>]*>', "<ul>", page
    ),
    "dates renamed": _renamed(r"bbp-(?:reply|topic)-post-date", "entry-date"),
    "permalinks renamed": _renamed(r"bbp-(?:reply|topic)-permalink", "perma"),
    "names renamed": _renamed(r"bbp-author-(name|link)", r"user-\1"),
    "roles renamed": _renamed("bbp-author-role", "user-role"),
    "content renamed": _renamed("bbp-(reply|topic)-content", r"\1-content"),
    "author's cell renamed": _renamed("bbp-(?:reply|topic)-author", "postbit"),
    "headers renamed": _renamed("bbp-(?:reply|topic)-header", "head-of-post"),
    "share bars": _in_bodies("", f"\n{_SHARE}"),
    "votes": _in_bodies(_VOTES, ""),
    "adverts": _in_bodies("", '\n<div class="ads">Advert</div>'),
    "signatures": _in_bodies("", '\n<div class="bbp-signature">Grow on!</div>'),
    "boxes": _in_bodies('<div class="inner">', "</div>"),
}


_FOUND = [one for one in cases("bbpress") if one.name in _BASES]


@pytest.mark.parametrize(
    "case", [_FOUND[0], *(pytest.param(one, marks=pytest.mark.sweep) for one in _FOUND[1:])]
)
def test_posts_stay_what_they_are(case: Case, tried: Counter[str]) -> None:
    page = case.page.body.decode()
    expected = _posts(case, page)
    pairs = [*permutations(_VARIATIONS, 2), *((one, one) for one in _VARIATIONS)]
    for first, second in pairs:
        once = _VARIATIONS[first](page)
        varied = once if first == second else _VARIATIONS[second](once)
        assert _posts(case, varied) == expected, f"{first}, {second}"
        tried["pairs of variations of a page"] += 1


def _posts(case: Case, page: str) -> list[tuple[object, ...]]:
    document = read_document(replace(case.page, body=page.encode()))
    topic = parse_topic(recognise(document)[0], document)
    return [
        (
            *(post.post_id, post.kind, post.url, post.author, post.role, post.published_text),
            *(post.reply_to, post.depth, post.edits, post.body_text),
        )
        for post in topic.posts
    ]
