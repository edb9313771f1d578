"""Bodies in HTML: what is harmless stays as it is, and nothing that is not gets through."""

from __future__ import annotations

import gc
import re
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporters.html.cleaning import Cleaner, Surroundings
from parsers.local_media import LocalMedia
from tests.hostile_body import BODIES, FAMILIES
from tests.html_tree import fragment_tree

BASE = "https://forum.test/topic/bread/"
_TAGS = (
    "a abbr acronym b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div dl dt em "
    "figcaption figure h1 h2 h3 h4 h5 h6 hr i ins kbd li mark ol p pre q rp rt ruby s samp small span strike strong sub "
    "summary sup table tbody td tfoot th thead time tr tt u ul var wbr"
)
_ATTRIBUTES = "href rel dir lang title start type reversed value colspan rowspan scope datetime"
_SAFE_ADDRESS = re.compile(r"(https?|ftp|mailto|tel):", re.IGNORECASE)


def cleaned(body: str, place: dict[str, LocalMedia] | None = None) -> str:
    kept = place or {}
    return Cleaner(Surroundings(place=lambda url: kept.get(url, LocalMedia()))).clean(body, BASE)


def unsafe_in(fragment: str) -> list[str]:
    """What a browser would make of a fragment that is not known to be harmless."""
    tree = fragment_tree(fragment)
    found: list[str] = []
    for element in tree.iter():
        if element is tree:
            continue
        if element.tag not in _TAGS.split():
            found.append(f"<{element.tag}>")
        for name, value in element.attrib.items():
            if name not in _ATTRIBUTES.split():
                found.append(f"{element.tag} {name}")
            if name == "href" and not _SAFE_ADDRESS.match(value):
                found.append(f"{name}={value}")
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_that_runs_or_fetches_gets_through(family: str) -> None:
    for body in FAMILIES[family]:
        assert not unsafe_in(cleaned(body)), body


def test_what_is_put_together_is_no_worse() -> None:
    assert not unsafe_in(cleaned("".join(BODIES)))
    assert not unsafe_in(cleaned("\n".join(reversed(BODIES))))


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from(BODIES).flatmap(
            lambda body: st.tuples(st.integers(0, len(body)), st.integers(0, len(body))).map(
                lambda cut: body[min(cut) : max(cut)]
            )
        )
        | st.text(max_size=5),
        max_size=6,
    ).map("".join)
)
def test_pieces_of_them_in_any_order_are_no_worse(body: str) -> None:
    once = cleaned(body)
    assert not unsafe_in(once)
    assert not unsafe_in(cleaned(once))


def test_every_link_tells_nobody_where_the_reader_comes_from() -> None:
    for body in (
        '<a href="https://other.test/">x</a>',
        "<img src=/a.png>",
        "<iframe src=//x.test>",
    ):
        assert 'rel="noreferrer noopener nofollow"' in cleaned(body)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("<p>a <b>b</b> <em>c</em><br>d</p>", "<p>a <b>b</b> <em>c</em><br>d</p>"),
        ('<p dir="rtl" lang="he">א</p>', '<p dir="rtl" lang="he">א</p>'),
        ('<td colspan="2">', ""),
        (
            '<table><tbody><tr><td colspan="2">1</td></tr></tbody></table>',
            '<table><tbody><tr><td colspan="2">1</td></tr></tbody></table>',
        ),
        ("<ol start=3><li value=4>x</li></ol>", '<ol start="3"><li value="4">x</li></ol>'),
        ("1 &lt; 2 &amp;amp; 3", "1 &lt; 2 &amp;amp; 3"),
        ("<pre><code>if a:\n    b</code></pre>", "<pre><code>if a:\n    b</code></pre>"),
        ('<span class="x" style="color:red" id="y">s</span>', "<span>s</span>"),
        ("<font color=red>f</font>", "f"),
        ("a\ud800b", "a\ufffdb"),
    ],
)
def test_what_is_harmless_stays(body: str, shown: str) -> None:
    assert cleaned(body) == shown


@pytest.mark.parametrize(
    ("body", "label", "address"),
    [
        ('<img src="/a.png" alt="A loaf">', "[image: A loaf]", "https://forum.test/a.png"),
        ('<img src="https://x.test/b/c.jpg?w=3">', "[image: c.jpg]", "https://x.test/b/c.jpg?w=3"),
        (
            '<img src="data:image/gif;base64,R0lG" data-src="/late.png">',
            "[image: late.png]",
            "https://forum.test/late.png",
        ),
        (
            '<iframe src="https://video.test/7"></iframe>',
            "[embedded: https://video.test/7]",
            "https://video.test/7",
        ),
        (
            '<video><source src="/film.mp4">No film.</video>',
            "[embedded: https://forum.test/film.mp4]",
            "https://forum.test/film.mp4",
        ),
    ],
)
def test_what_would_be_fetched_is_a_link_that_says_what_it_is(
    body: str, label: str, address: str
) -> None:
    tree = fragment_tree(cleaned(body))
    link = tree.find(".//a")
    assert link is not None
    assert (link.text, link.get("href")) == (label, address)


def test_a_picture_in_a_link_leaves_the_link_where_it_leads() -> None:
    shown = cleaned('<a href="/full.jpg"><img src="/small.jpg" alt="Loaf"></a>')
    assert shown == (
        '<a href="https://forum.test/full.jpg" rel="noreferrer noopener nofollow">[image: Loaf]</a>'
    )


def test_pictures_of_emoji_are_letters() -> None:
    assert cleaned('<img class="emoji" alt="👋" src="https://s.w.org/1f44b.svg"> all') == "👋 all"


class TestKeptFiles:
    PLACES = {  # noqa: RUF012  nobody changes it
        "https://forum.test/a.png": LocalMedia(address="../media/1.png", is_picture=True),
        "https://forum.test/b.pdf": LocalMedia(address="../media/2.pdf"),
        "https://forum.test/dead.png": LocalMedia(note="not to be had on 2026-01-15"),
    }

    def test_a_kept_picture_is_shown(self) -> None:
        shown = cleaned('<img src="/a.png" alt="A" width=10 height=1e9>', self.PLACES)
        assert shown == '<img src="../media/1.png" alt="A" width="10">'

    def test_a_dead_one_says_so(self) -> None:
        assert "[image: dead.png, not to be had on 2026-01-15]" in cleaned(
            '<img src="/dead.png">', self.PLACES
        )

    def test_what_is_kept_and_no_picture_is_a_link_to_it(self) -> None:
        assert 'href="../media/2.pdf"' in cleaned('<img src="/b.pdf">', self.PLACES)

    def test_the_address_of_a_kept_picture_lets_no_other_through(self) -> None:
        body = (
            '<img src="/a.png"><iframe><img src="https://evil.test/x.png"></iframe><img src="x">'
        )
        sources = re.findall(r'<img[^>]*src="([^"]*)"', cleaned(body, self.PLACES))
        assert sources == ["../media/1.png"]


@pytest.mark.parametrize(
    "body", ["<b><i><p>" * 20_000, "<a href=x>" * 20_000, "<table><td>" * 20_000, "<" * 200_000]
)
def test_no_body_takes_for_ever(body: str) -> None:
    cleaned(body)


def test_a_cleaner_that_is_no_longer_used_is_freed() -> None:
    class Link:
        def __call__(self, address: str) -> str:
            return address

    link = Link()
    watched = weakref.ref(link)
    Cleaner(Surroundings(link=link)).clean('<a href="/x">x</a>', BASE)
    del link
    gc.collect()
    assert watched() is None
