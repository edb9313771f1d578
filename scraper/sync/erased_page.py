"""Take what was erased out of one page, and make sure that what else it says is read out of it as before."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from lxml import html

from parsers.document import decode_text, read_document
from parsers.erasure import (
    IN_TEXT,
    Known,
    erase_from_feed,
    erase_from_page,
    erased_body,
    erased_edit,
    erased_line,
    folded_words,
    names_erased_post,
    record_page,
    topic_of_record,
)
from parsers.erasure.match import may_match
from parsers.errors import ThreadkeepError
from parsers.registry import parse_list, recognise
from parsers.text_dump import parse_text_dump
from parsers.visible_text import visible_text
from scraper.sync.topic_page import Elsewhere, read_topic_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.erasure import Erased
    from parsers.list_records import ListPage, TopicRow
    from parsers.records import Page, ParsedPost, TopicPage

Way = Literal["cut", "record"]

_MACHINES = re.compile(rb"<(?:rss|feed|rdf:RDF|urlset|sitemapindex)\b")
_HEAD = 2048
_WIDE = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A page without what was erased.

    Attributes:
        page: what is to be kept of it; the very same where there was nothing.
        before: what it said, where it is a topic's.
        after: what it says now.
        way: how it was changed; None where it was not.
        left: how often names are left in what other people wrote.
        following: the next part of a page that a post cuts, where the page says of which post its beginning is.
        is_cut_off: that post was erased.
    """

    page: Page
    before: TopicPage | None = None
    after: TopicPage | None = None
    way: Way | None = None
    left: int = 0
    following: str | None = None
    is_cut_off: bool = False


def is_touched(page: Page, erased: Erased) -> bool:
    """Whether anything on a page may have to go."""
    data, _ = _narrowed(page.body)
    return names_erased_post(data, erased) or may_match(data, erased)


def topic_on(page: Page, kind: str | None = None) -> TopicPage | None:
    """What a page says of a topic; None where it is none that can be read."""
    try:
        if kind == "dump":
            return topic_of_record(page) or parse_text_dump(
                decode_text(page.body), url=page.url or None
            )
        found = read_topic_page(page, may_archive=True)
    except ThreadkeepError:
        return None
    return None if isinstance(found, Elsewhere) else found


def without_erased(page: Page, erased: Erased, kind: str | None = None) -> Cleaned:
    """A page without what was erased.

    Args:
        page: what came.
        erased: says what was.
        kind: what an archive kept it as, where one did.
    """
    if not (is_touched(page, erased) or erased.has_continuations):
        return Cleaned(page=page)
    found = topic_on(page, kind) if kind in {None, "topic", "dump"} else None
    if found is not None:
        cleaned = _of_topic(page, found, erased, kind)
        following = dict(found.part_urls).get(found.part + 1)
        is_cut_off = _is_cut_off(page, found, erased)
        if following is None or is_cut_off is None:
            return cleaned
        return replace(cleaned, following=following, is_cut_off=is_cut_off)
    if _MACHINES.search(page.body[:_HEAD]):
        fed = erase_from_feed(page.body, erased)
        return _changed(page, fed.body, fed.left)
    if kind in {"robots", "site-info", "dump"}:
        return _changed(page, erased_line(decode_text(page.body), erased).encode(), 0)
    data, encoding = _narrowed(page.body)
    result = erase_from_page(data, erased, _of_list(page, erased))
    return _changed(page, _widened(result.body, encoding, page.body), result.left)


def _changed(page: Page, body: bytes, left: int) -> Cleaned:
    if body == page.body:
        return Cleaned(page=page, left=left)
    return Cleaned(page=replace(page, body=body), way="cut", left=left)


# Pages of topics


def _of_topic(page: Page, found: TopicPage, erased: Erased, kind: str | None) -> Cleaned:
    wanted = remaining(found, erased)
    if erased.has_continuation(page.final_url):
        wanted = replace(wanted, continuation_html=None, continuation_edits=())
    data, encoding = _narrowed(page.body)
    known = _known(page, found, erased)
    result = erase_from_page(data, erased, known)
    body = _widened(result.body, encoding, page.body)
    if body == page.body and wanted == found:
        return Cleaned(page=page, before=found, after=found, left=result.left)
    cut = replace(page, body=body)
    after = topic_on(cut) if kind != "dump" else None
    if after is not None and _is_as(after, wanted):
        return Cleaned(page=cut, before=found, after=after, way="cut", left=result.left)
    return Cleaned(
        page=record_page(page, wanted), before=found, after=wanted, way="record", left=result.left
    )


def _is_cut_off(page: Page, found: TopicPage, erased: Erased) -> bool | None:
    """Whether the last post of a part was erased, whose rest the next part begins with; None where no post is cut."""
    if not found.posts:
        return erased.has_continuation(page.final_url)
    last = found.posts[-1]
    if is_erased(last, erased):
        return True
    return False if last.is_cut else None


def _known(page: Page, found: TopicPage, erased: Erased) -> Known:
    posts = frozenset(post.post_id for post in found.posts if is_erased(post, erased))
    is_of_erased = _opened_by_erased(found, erased)
    words = folded_words(found.title)
    urls = (page.final_url, found.url, *(url for _, url in found.pager.urls))
    return Known(
        posts=posts,
        titles=frozenset((words,)) if is_of_erased else frozenset(),
        shown=frozenset((words,)) if erased.in_mentions else frozenset(),
        addresses=frozenset(url for url in urls if url),
        is_of_erased=is_of_erased,
        is_read=True,
        url=page.final_url,
    )


def is_erased(post: ParsedPost, erased: Erased) -> bool:
    """Whether a post, or who wrote it, was erased."""
    return erased.has_post(post.post_id) or erased.has_author(post.author)


def _opened_by_erased(found: TopicPage, erased: Erased) -> bool:
    if found.topic_id is not None and erased.has_post(found.topic_id):
        return True
    if found.topic_id is None and found.url is not None and erased.has_opened(found.url):
        return True
    return any(post.kind == "topic" and is_erased(post, erased) for post in found.posts)


def remaining(found: TopicPage, erased: Erased) -> TopicPage:
    """What a page of a topic says without what was erased."""
    gone = [post for post in found.posts if is_erased(post, erased)]
    numbers = {post.post_id for post in gone}
    is_of_erased = _opened_by_erased(found, erased) and bool(found.title)
    return replace(
        found,
        title=IN_TEXT if is_of_erased else erased_title(found.title, erased),
        posts=tuple(
            _of_other(post, erased) for post in found.posts if post.post_id not in numbers
        ),
        erased=found.erased + sum(_is_counted(post, found) for post in gone),
        problems=tuple(one for one in found.problems if one.post_id not in numbers),
        continuation_html=_rest(found.continuation_html, erased),
        continuation_edits=tuple(erased_edit(one, erased) for one in found.continuation_edits),
    )


def _rest(body: str | None, erased: Erased) -> str | None:
    """The rest of somebody else's post."""
    return erased_body(body, erased) if body is not None and erased.in_mentions else body


def erased_title(title: str, erased: Erased) -> str:
    """The title of somebody else's topic: it is their words."""
    if not erased.in_mentions:
        return title
    return html.fromstring(f"<p>{_escaped(title, erased)}</p>").text_content()


def _escaped(title: str, erased: Erased) -> str:
    return erased_body(title.replace("&", "&amp;").replace("<", "&lt;"), erased)


def _is_counted(post: ParsedPost, found: TopicPage) -> bool:
    """Whether a post is among those that its page's count sentence counts."""
    if found.has_lead and post.kind == "topic":
        return False
    is_by_threads = found.claim is not None and found.claim.unit == "threads"
    return not is_by_threads or post.depth in {0, None}


def _of_other(post: ParsedPost, erased: Erased) -> ParsedPost:
    """Somebody else's post: who edited it, what it answers, and where that is wanted, whom it names."""
    is_answer = post.reply_to is not None and erased.has_post(post.reply_to)
    edits = tuple(erased_edit(edit, erased) for edit in post.edits)
    changed = replace(post, edits=edits, reply_to=None if is_answer else post.reply_to)
    body = erased_body(post.body_html, erased) if erased.in_mentions else post.body_html
    if body == post.body_html:
        return changed
    return replace(changed, body_html=body, body_text=text_of(body))


def text_of(body: str) -> str:
    """The visible text of a body."""
    return visible_text(html.fragment_fromstring(body, create_parent="div"))


def _is_as(after: TopicPage, wanted: TopicPage) -> bool:
    """Whether a page says what it should; what it says of edits may be parted otherwise around a name."""
    return _compared(after) == _compared(wanted)


def _compared(found: TopicPage) -> TopicPage:
    posts = tuple(replace(post, edits=(), problems=()) for post in found.posts)
    return replace(found, posts=posts, problems=(), continuation_edits=())


# Other pages


def _of_list(page: Page, erased: Erased) -> Known:
    """What is known of a page that is no topic's: which of the topics that it lists were opened by somebody erased."""
    found = _list_on(page)
    if found is None:
        return Known(url=page.final_url)
    rows = [row for row in found.topics if _is_of_erased(row, erased)]
    paths = [urlsplit(row.url).path for row in rows if row.url and erased.has_address(row.url)]
    return Known(
        is_read=True,
        url=page.final_url,
        titles=frozenset(folded_words(row.title) for row in rows),
        shown=frozenset(folded_words(row.title) for row in found.topics if erased.in_mentions),
        addresses=frozenset(
            row.url for row in found.topics if row.url and not erased.has_address(row.url)
        ),
        aliases=tuple((path, alias_address(path, erased)) for path in paths),
    )


def _list_on(page: Page) -> ListPage | None:
    try:
        document = read_document(page)
        engine, kind = recognise(document)
        return parse_list(engine, document) if kind in {"list", "forum"} else None
    except ThreadkeepError:
        return None


def _is_of_erased(row: TopicRow, erased: Erased) -> bool:
    if row.topic_id is not None and erased.has_post(row.topic_id):
        return True
    if row.author is not None and erased.has_author(row.author):
        return True
    return row.url is not None and erased.has_address(row.url)


def alias_address(url: str, erased: Erased) -> str:
    """What stands for an address, or a path, of a topic that was erased as a whole."""
    parts = urlsplit(url)
    before = parts.path.rstrip("/").rpartition("/")[0]
    return parts._replace(path=f"{before}/{erased.alias_of(url)}/").geturl()


def numbers_in(found: TopicPage, erased: Erased) -> Iterator[int]:
    """The posts on a page that are by somebody erased, or were erased themselves."""
    return (post.post_id for post in found.posts if is_erased(post, erased))


# Encodings


def _narrowed(body: bytes) -> tuple[bytes, str | None]:
    """A body in an encoding in which ASCII is ASCII."""
    wide = next((name for mark, name in _WIDE if body.startswith(mark)), None)
    if wide is None:
        return body, None
    return body.decode(wide, "replace").encode("utf-8", "surrogatepass"), wide


def _widened(body: bytes, encoding: str | None, before: bytes) -> bytes:
    if encoding is None:
        return body
    wide = body.decode("utf-8", "surrogatepass").encode(encoding, "surrogatepass")
    return before if wide == before else wide
