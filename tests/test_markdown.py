"""Markdown: bodies show the same text as the HTML they come from, and a document keeps its shape."""

from __future__ import annotations

import html
import tomllib
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from exporters.exporter import ExportOptions
from exporters.markdown.body import markdown_of
from parsers.records import Author, Edit
from tests.threads import FOLDER, exported, make_post, make_thread
from tests.visible import rendered, visible_lines

BASE = "https://forum.test/topic/a/"
CASES: list[dict[str, Any]] = tomllib.loads((FOLDER / "bodies.toml").read_text(encoding="utf-8"))[
    "case"
]
# Markdown has no blocks in a table cell, and no items without a list or text beside them: there the blocks differ, but not the text.
OTHER_BLOCKS = {
    "a list between the items of another",
    "a list in a cell",
    "a table in a cell",
    "a table of code blocks",
    "a list before the items of another",
    "an item without a list",
    "text and blocks between the items of a list",
    "text in a table beside its cells",
}


def by_why(case: dict[str, Any]) -> str:
    return str(case["why"])


class TestBodies:
    @pytest.mark.parametrize("case", CASES, ids=by_why)
    def test_markdown_is_as_written_down(self, case: dict[str, Any]) -> None:
        assert markdown_of(case["html"], base=BASE) == case["markdown"]

    @pytest.mark.parametrize("case", CASES, ids=by_why)
    def test_rendered_markdown_shows_what_the_html_shows(self, case: dict[str, Any]) -> None:
        lines = visible_lines(rendered(case["markdown"]))
        expected = visible_lines(case["html"])
        if "shown" in case or case["why"] in OTHER_BLOCKS:
            texts = case.get("shown", [line.text for line in expected])
            assert [line.text for line in lines] == texts
        else:
            assert lines == expected

    @pytest.mark.parametrize("case", CASES, ids=by_why)
    def test_nothing_that_runs_becomes_a_link(self, case: dict[str, Any]) -> None:
        page = rendered(case["markdown"]).lower()
        assert 'href="javascript' not in page
        assert 'href="data' not in page
        assert 'href="vbscript' not in page
        assert "<script" not in page

    def test_nested_deeper_than_python_can_recurse(self) -> None:
        body = "<blockquote>" * 1000 + "<p>deep</p>" + "</blockquote>" * 1000 + "<p>after</p>"
        assert markdown_of(body).endswith("> deep\n\nafter")
        assert markdown_of(f"<p>{'<b>' * 1000}*deep") == "**\\*deep**"

    def test_a_span_cannot_fill_the_memory(self) -> None:
        row = '<tr><td colspan="99999" rowspan="99999">x</td></tr>'
        assert len(markdown_of(f"<table>{row * 100}</table>")) < 10_000

    @pytest.mark.parametrize("body", ["", " ", "<p></p>", "<!-- c -->", "\x00", "\ud800", "<"])
    def test_next_to_nothing_is_no_error(self, body: str) -> None:
        assert markdown_of(body) in {"", "\ufffd", "\\<"}


FRAGMENTS = (
    *"*_`~[]()<>#+-=|!&;:\\.1aA \n\t\"'/{}$^%@,?\u00a0\u2003é中😀€«。\u2028",
    *("![", "](", "**", "__", "~~", "```", "<b>", "http://", "www.", "&amp;", "---", "<!--"),
    *("1. ", "- ", "> ", "# ", "    ", "\n\n", "[a]: b"),
)
TEXTS = st.lists(
    st.one_of(st.sampled_from(FRAGMENTS), st.characters(exclude_categories=["Cs", "Cc", "Cn"])),
    max_size=20,
).map("".join)
INLINE = st.recursive(
    TEXTS.map(html.escape),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map("".join),
        st.builds(
            "<{0}>{1}</{0}>".format, st.sampled_from(["b", "i", "del", "code", "span"]), inner
        ),
        st.builds('<a href="https://e.test/a_(b)?c&amp;copy;">{}</a>'.format, inner),
        st.just("<br>"),
    ),
    max_leaves=10,
)
BLOCKS = st.recursive(
    st.one_of(
        st.builds("<{0}>{1}</{0}>".format, st.sampled_from(["p", "h2", "div"]), INLINE),
        st.builds("<pre>{}</pre>".format, TEXTS.map(html.escape)),
        st.builds("<table><tr><td>{}</td><td>{}</td></tr></table>".format, INLINE, INLINE),
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.builds("<blockquote>{}</blockquote>".format, inner),
        st.builds("<ul><li>{}</li><li>{}</li></ul>".format, inner, inner),
        st.builds("<ol start=7><li>{}</li></ol>".format, inner),
    ),
    max_leaves=6,
)


class TestProperties:
    @settings(max_examples=150)
    @given(TEXTS)
    def test_any_text_is_shown_as_it_is(self, text: str) -> None:
        body = f"<p>{html.escape(text)}</p>"
        assert visible_lines(rendered(markdown_of(body))) == visible_lines(body)

    @settings(max_examples=150)
    @given(INLINE)
    def test_any_markup_of_text_shows_the_same_text(self, inner: str) -> None:
        body = f"<p>{inner}</p>"
        assert visible_lines(rendered(markdown_of(body))) == visible_lines(body)

    @settings(max_examples=100)
    @given(BLOCKS)
    def test_any_blocks_show_the_same_text_in_the_same_places(self, body: str) -> None:
        assert visible_lines(rendered(markdown_of(body))) == visible_lines(body)


TITLES = [
    "a: b",
    "# hash",
    "- dash",
    "\"quoted\" and 'single'",
    "two\nlines",
    "{brace} [bracket]",
    "null",
    "123",
    "%percent @at `tick`",
    "back\\slash \\n",
    "next\x85line\u2028separator\u2029\ufeff\x7f",
    "😀 --- ...",
    "\x07bell\t",
    "trailing: ",
    "",
]


def front_matter(document: str) -> dict[str, Any]:
    assert document.startswith("---\n")
    facts: dict[str, Any] = yaml.safe_load(document[4:].partition("\n---\n")[0])
    return facts


class TestDocument:
    @pytest.mark.parametrize("title", TITLES)
    def test_front_matter_says_the_title_exactly(self, title: str) -> None:
        thread = make_thread(title=title, tags=(title,), gaps=(title,))
        facts = front_matter(exported("markdown", [thread]))
        assert (facts["title"], facts["tags"], facts["gaps"]) == (title, [title], [title])

    @settings(max_examples=100)
    @given(st.text())
    def test_front_matter_says_any_title_exactly(self, title: str) -> None:
        thread = make_thread(title=title)
        assert front_matter(exported("markdown", [thread]))["title"] == title

    def test_front_matter_counts_what_is_expected_present_and_gone(self) -> None:
        posts = [make_post(position=1), make_post(position=2, gone_at="2026-01-01T00:00:00Z")]
        facts = front_matter(exported("markdown", [make_thread(posts, expected_posts=4)]))
        assert (facts["expected_posts"], facts["present_posts"], facts["gone_posts"]) == (4, 1, 1)

    def test_an_empty_title_is_no_heading_of_nothing(self) -> None:
        assert "\n# (no title)\n" in exported("markdown", [make_thread(title=" ")])

    def test_headings_of_posts_stay_below_the_documents_own(self) -> None:
        body = "<h1>Big</h1><p>text</p>"
        page = rendered(exported("markdown", [make_thread([make_post(body_html=body)])]))
        assert page.count("<h1>") == 1
        assert "<h3>Big</h3>" in page

    def test_gone_posts_are_left_out_and_counted(self) -> None:
        gone = make_post(gone_at="2026-01-01T00:00:00Z", body_html="<p>secret</p>")
        text = exported("markdown", [make_thread([gone])])
        assert "secret" not in text
        assert "left out here: 1" in text

    def test_gone_posts_are_marked_where_they_are_wanted(self) -> None:
        gone = make_post(gone_at="2026-01-01T00:00:00Z", gone_reason="*spam*")
        text = exported("markdown", [make_thread([gone])], ExportOptions(with_gone=True))
        assert "**Gone from the site since 2026-01-01 00:00:00 UTC**: \\*spam\\*" in text
        assert "left out" not in text

    def test_gaps_are_shown_as_text(self) -> None:
        text = exported("markdown", [make_thread(gaps=("- *page* 2\nis <b>missing",))])
        shown = [line.text for line in visible_lines(rendered(text))]
        assert "This topic is incomplete. Posts: 0. Missing:" in shown
        assert "- *page* 2 is <b>missing" in shown

    def test_edits_say_what_their_line_does_not(self) -> None:
        edits = (Edit(text="Modified", editor="Eve", reason="why"), Edit(text="by Eve: why"))
        text = exported("markdown", [make_thread([make_post(edits=edits)])])
        assert "**Edited:** Modified by Eve Reason: why\n" in text
        assert "**Edited:** by Eve: why\n" in text

    def test_an_author_can_be_a_guest_and_gone(self) -> None:
        author = Author(name="# Eve", is_guest=True, is_deleted=True)
        text = exported("markdown", [make_thread([make_post(author=author)])])
        assert "\n## 1 · # Eve (guest, account deleted)\n" in text

    def test_an_author_without_a_date_may_end_in_hashes(self) -> None:
        text = exported("markdown", [make_thread([make_post(author=Author(name="Eve #"))])])
        assert "<h2>1 · Eve #</h2>" in rendered(text)

    def test_a_permalink_that_would_run_is_no_link(self) -> None:
        post = make_post(url="javascript:alert(1)")
        text = exported("markdown", [make_thread([post], url="javascript:alert(2)")])
        assert "](javascript" not in text
        assert "<javascript" not in text

    def test_facts_of_a_topic_stand_under_its_title(self) -> None:
        text = exported(
            "markdown", [make_thread(status="closed", sticky="super", tags=("a*", "b"))]
        )
        assert "closed · sticky everywhere · tags: a\\*, b · posts: 0\n" in text

    def test_a_later_topic_has_its_facts_in_a_code_block(self) -> None:
        first, second = make_thread([make_post()]), make_thread([make_post()], title="Second")
        text = exported("markdown", [first, second])
        _, _, later = text.partition("\n***\n\n")
        assert later.startswith('# Second\n\n```yaml\ntitle: "Second"\n')
        assert "<h2>1 · Anna</h2>" in rendered(later)


def test_the_example_in_the_documentation_is_what_is_written() -> None:
    page = (FOLDER.parent.parent / "docs" / "markdown.md").read_text(encoding="utf-8")
    example = page.partition("```markdown\n")[2].partition("```")[0]
    first = make_post(
        post_id=100,
        kind="topic",
        url="https://forum.test/topic/bread/#post-100",
        role="Keymaster",
        published_text="March 1, 2021 at 10:00 am",
        published="2021-03-01T09:00:00Z",
        body_html="<p>My <strong>first</strong> loaf.</p>",
    )
    second = make_post(
        post_id=101,
        position=2,
        url="https://forum.test/topic/bread/#post-101",
        author=Author(name="Bob", is_guest=True),
        published_text="March 2, 2021 at 9:15 pm",
        published="2021-03-02T20:15:00Z",
        reply_to=100,
        body_html="<p>Well done!</p>",
    )
    thread = make_thread(
        [first, second],
        forum=("Community",),
        topic_id=100,
        title="Bread",
        url="https://forum.test/topic/bread/",
        expected_posts=2,
    )
    assert exported("markdown", [thread]) == example
