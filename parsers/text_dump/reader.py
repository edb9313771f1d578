"""Read a topic page out of plain text; what of the text cannot be placed is reported with its line numbers."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from parsers.errors import OversizedPageError, UnknownForumError
from parsers.records import ForumLink, Problem, TopicPage
from parsers.text_dump import report
from parsers.text_dump.claim import (
    begins_at_opening,
    expected_posts,
    read_pager,
    stated_number,
    topic_address,
)
from parsers.text_dump.line import split_lines
from parsers.text_dump.mark import numbered_lines, read_mark
from parsers.text_dump.parting import part
from parsers.text_dump.post import read_posts
from parsers.text_dump.topic import read_topic
from parsers.text_dump.wording import detect, wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parsers.locale import Locale
    from parsers.text_dump.frame import Piece, PieceKind
    from parsers.text_dump.line import Line
    from parsers.text_dump.mark import Numbered
    from parsers.text_dump.parting import Dump
    from parsers.text_dump.topic import Topic
    from parsers.text_dump.wording import Wording

ENGINE = "text-dump"

# So many lines at either end, and so many numbered ones, tell a text's language.
_TELLING_LINES, _TELLING_MARKS = 300, 300
# Some fifty thousand posts; each line takes ten microseconds or more.
_MOST_LINES = 500_000
_NO_DUMP = (
    "The text is no dump of a forum thread: expected posts headed by a name or a date and the post's number, as in "
    "“Anna on #123” or “May 3, 2013 at 6:20 pm #123”, with the words of a forum around them."
)


def parse_text_dump(text: str, *, url: str | None = None) -> TopicPage:
    """Read a page of a thread that survives only as text.

    Args:
        text: a copied page, the output of a text browser, or the text of a web archive's record.
        url: where the page was, if that is known.

    Returns:
        The page, with a problem for every run of lines that could not be placed.

    Raises:
        UnknownForumError: there are no posts in the text.
        OversizedPageError: there are more lines in it than a page has.
    """
    if max(text.count("\n"), text.count("\r")) > _MOST_LINES:
        raise OversizedPageError(
            f"The text has more than {_MOST_LINES:,} lines, as no page of a thread has; split it.",
            url=url,
        )
    lines = split_lines(text)
    numbered = list(numbered_lines(lines))
    locales = detect(_telling(lines, numbered))
    words = wording(locales)
    marks = [mark for one in numbered if (mark := read_mark(one, lines, words))]
    dump = part(lines, marks, words)
    if dump is None:
        raise UnknownForumError(_NO_DUMP, url=url)
    return _page(lines, dump, words, language=_language(locales), url=url)


def _telling(lines: Sequence[Line], numbered: Sequence[Numbered]) -> Iterator[str]:
    """Texts whose words tell the language: lines at both ends and near numbers, and the words before a number."""
    ends = (*lines[:_TELLING_LINES], *lines[-_TELLING_LINES:])
    yield from (line.text for line in ends if line.is_short)
    for one in islice(numbered, _TELLING_MARKS):
        near = lines[max(0, one.index - 2) : one.index + 4]
        yield from (line.text for line in near if line.is_short)
        yield from one.before.split()


def _language(locales: Sequence[Locale]) -> str | None:
    """The language, without a region where the words are those of several regions; None where they are of several languages."""
    if len(locales) == 1:
        return locales[0].language
    languages = {locale.language.partition("-")[0] for locale in locales}
    return languages.pop() if len(languages) == 1 else None


def _page(
    lines: Sequence[Line], dump: Dump, words: Wording, *, language: str | None, url: str | None
) -> TopicPage:
    claim, pieces = dump.claim, dump.pieces
    topic = read_topic(lines, pieces, dump.above, words)
    expected = expected_posts(claim)
    is_threaded = claim is not None and claim.unit == "threads"
    has_lead = len(expected) > 1 and len(dump.heads) == max(expected)
    has_opening = begins_at_opening(claim, pieces, url, has_lead=has_lead)
    return TopicPage(
        engine=ENGINE,
        topic_id=dump.heads[0].mark.post_id if has_opening else None,
        title=topic.title,
        url=topic_address(url),
        forum=tuple(ForumLink(title=title) for title in topic.forum),
        status="closed" if _has(pieces, "closed") else None,
        tags=tuple(tag for piece in pieces if piece.kind == "tags" for tag in piece.texts),
        posts=tuple(read_posts(lines, dump, words, has_opening=has_opening, nested=is_threaded)),
        pager=read_pager(claim, pieces),
        claim=claim,
        stated_replies=stated_number(pieces),
        has_lead=has_lead,
        is_threaded=is_threaded,
        replies_need_login=_has(pieces, "login"),
        language=language,
        problems=tuple(_problems(lines, dump, topic, language)),
    )


def _has(pieces: Sequence[Piece], kind: PieceKind) -> bool:
    return any(piece.kind == kind for piece in pieces)


def _problems(
    lines: Sequence[Line], dump: Dump, topic: Topic, language: str | None
) -> Iterator[Problem]:
    if language is None:
        yield Problem(
            code="unknown-language", detail="the words of the page are of no one known language"
        )
    if not topic.title:
        yield Problem(code="no-title", detail="nothing above the posts tells the topic's title")
    if dump.is_open:
        detail = (
            "nothing tells where the last post ends; what stood below it on the page may be in it"
        )
        yield Problem(code="open-end", detail=detail, post_id=dump.heads[-1].mark.post_id)
    yield from report.miscounted(dump.claim, len(dump.heads))
    yield from report.doubtful_heads(lines, dump.doubtful)
    unused = [at for at in dump.above if at not in topic.used]
    yield from report.unplaced(lines, [*unused, *dump.rest])
