"""Tell which posts of a page are unlike the others, or hold what is none of theirs: on damaged pages they may be another's."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from parsers.bbpress.add_on import is_add_on
from parsers.bbpress.class_token import class_tokens, tokens_of
from parsers.bbpress.text import shown
from parsers.records import Problem
from parsers.redaction import hidden_statuses

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parsers.bbpress.candidate import Candidate
    from parsers.bbpress.landmark import Landmarks
    from parsers.element import Element
    from parsers.records import ParsedPost

_HEAD_ID = re.compile(r"""<[a-z]+\s[^<>]*id="post-(\d{1,18})"[^<>]*>""")
_MEDIA = frozenset(
    ("img", "iframe", "video", "audio", "object", "embed", "svg", "canvas", "input")
)
# What the forum prints after a list of posts.
_END = re.compile(r'class="[^"]*\bbbp-(?:footer|pagination|no-reply|reply-form)\b')
_FRAGMENT = re.compile(r"#post-0*(\d+)$")
# What even members are not shown.
_HIDDEN = hidden_statuses("member")
_LAST_PART = re.compile(r"[^/=]*/?$")
# The list in a box of attachments, which is cut off as a whole.
_ADD_ON = "d4p-bbp-listing"
_AUTHOR = frozenset(("bbp-reply-author", "bbp-topic-author"))
_CONTENT = frozenset(("bbp-reply-content", "bbp-topic-content"))
_NAMES = frozenset(("bbp-author-link", "bbp-author-name"))
_HEADINGS = frozenset(("bbp-header", "bbp-footer"))
_HEADING_ROWS = frozenset(("thead", "tfoot"))
_SHOWN = re.compile(
    r"<(?:img|iframe|video|audio|object|embed|svg|a|canvas|input)\b", re.IGNORECASE
)


class _Usual(NamedTuple):
    """What most posts of a page have.

    Attributes:
        is_linked: a link to themselves.
        is_headed: a header.
        is_marked: bbPress's own marks.
    """

    is_linked: bool
    is_headed: bool
    is_marked: bool


def find_post_doubts(
    root: Element, marks: Landmarks, posts: Sequence[ParsedPost], *, is_short: bool
) -> Iterator[Problem]:
    """What of single posts speaks for damage.

    Args:
        root: the page.
        marks: its landmarks.
        posts: what was read of `marks.posts`.
        is_short: the page says that it shows more posts than these.
    """
    usual = _Usual(
        sum(post.url is not None for post in posts) * 2 >= len(posts),
        sum(one.head is not None for one in marks.posts) * 2 > len(posts),
        any(one.is_marked for one in marks.posts),
    )
    for post, one in zip(posts, marks.posts, strict=True):
        is_last = post is posts[-1]
        is_torn = is_last and not marks.is_closed
        for detail in _foreign_in(post, is_torn=is_torn, is_short=is_short):
            yield Problem(code="broken-markup", detail=detail, post_id=post.post_id)
        if _is_emptied(post, one):
            detail = "There is nothing in the post's body, or nothing but what add-ons may have put there."
            yield Problem(code="empty-body", detail=detail, post_id=post.post_id)
        if not _HIDDEN.isdisjoint(one.tokens):
            detail = "The post has a mark of what guests are not shown, and nothing says that anybody was logged in."
            yield Problem(code="unlike-others", detail=detail, post_id=post.post_id)
        elif _is_unlike(post, one, usual) and _is_in_list(one, marks):
            detail = "The post lacks the header, the link or the marks that the others have; it may be another's in part."
            yield Problem(code="unlike-others", detail=detail, post_id=post.post_id)
    yield from _misnamed(root, marks, posts)
    yield from _mistaken(posts)
    yield from _doubled(marks)


def _foreign_in(post: ParsedPost, *, is_torn: bool, is_short: bool) -> Iterator[str]:
    """What a post has that is none of its own, in a sentence each."""
    html = post.body_html
    if _is_of_other(post):
        yield "The post's link to itself has another post's number."
    if _is_named_by_body(post):
        yield "What was read as the author's name is a link in the body."
    if is_torn and _has_other_head(post):
        yield "The post's body has another post's header in it."
    if is_torn and _END.search(html):
        yield "The post's body has in it what the page shows after the posts."
    # Where none are missing, somebody writes about markup.
    if is_short and ("bbp-parent-" in html or "bbp-reply-header" in html):
        yield "The post's body has other posts in it."
    if f"revision-log-{post.post_id}" in html or _ADD_ON in html:
        yield "The post's body has a part of its revision log or of its attachments in it."


def _is_unlike(post: ParsedPost, one: Candidate, usual: _Usual) -> bool:
    return (
        (usual.is_linked and post.url is None)
        or (usual.is_headed and one.head is None)
        or (usual.is_marked and not one.is_marked)
    )


def _is_in_list(one: Candidate, marks: Landmarks) -> bool:
    return marks.replies is None or marks.replies in one.element.iterancestors()


def _is_emptied(post: ParsedPost, one: Candidate) -> bool:
    """Whether a body is empty in a theme in which it was told by its place, or holds add-ons alone."""
    if one.content is not None and _holds_nothing_but_add_ons(one.content):
        return True
    if post.body_text or post.is_cut or _SHOWN.search(post.body_html):
        return False
    if one.usual is None or (one.head is not None and one.usual in one.head.iterancestors()):
        return True
    return bool(shown(one.usual)) and not any(
        _is_known_part(child) and shown(child) for child in one.usual
    )


def _is_named_by_body(post: ParsedPost) -> bool:
    """Whether nothing but a link in its body names the author of a post."""
    author = post.author
    return bool(
        author.url
        and not author.user_id
        and f'href="{author.url}">{author.name}<' in post.body_html
    )


def _is_of_other(post: ParsedPost) -> bool:
    """Whether a post's link to itself has the number of another."""
    if post.url is None or post.url.endswith(f"#post-{post.post_id}"):
        return False
    match = _FRAGMENT.search(post.url)
    return match is not None and match[1] != str(post.post_id)


def _holds_nothing_but_add_ons(content: Element) -> bool:
    if (content.text or "").strip():
        return False
    is_left = (not _is_foreign(child) or (child.tail or "").strip() for child in content)
    return not any(is_left) and any(map(is_add_on, content))


def _is_known_part(child: Element) -> bool:
    return "revision-log" in (child.get("class") or "") or is_add_on(child)


def _is_foreign(child: Element) -> bool:
    """Whether an element in a body is none of its author's: an add-on's, the log of edits, or nothing."""
    if not isinstance(child.tag, str) or _is_known_part(child):
        return True
    return not (shown(child).strip() or child.tag in _MEDIA or len(child))


def _has_other_head(post: ParsedPost) -> bool:
    """Whether a body holds the header of another post: it was left open, or somebody quotes markup."""
    if "bbp-reply-header" not in post.body_html:
        return False
    return any(int(number) != post.post_id for number in _HEAD_ID.findall(post.body_html))


def _doubled(marks: Landmarks) -> Iterator[Problem]:
    """Posts with a second body or author beside their own: it is that of a post that lost its number."""
    own = {one.element: one for one in marks.posts}
    known = {body for one in marks.posts for body in (one.content, one.usual)}
    for one in marks.posts:
        if one.usual is None and len(_authors_of(one)) > 1:
            detail = "The post has a second author, beside the one that was read."
            yield Problem(code="broken-markup", detail=detail, post_id=one.post_id)
    for classes, elements in marks.classed.items():
        if "-content" not in classes or _CONTENT.isdisjoint(tokens_of(classes)):
            continue
        for element in elements:
            if element in known:
                continue
            around = list(element.iterancestors())
            holder = next((own[outer] for outer in around if outer in own), None)
            if holder is not None and known.isdisjoint(around):
                detail = "The post has a second body, beside the one that was read."
                yield Problem(code="broken-markup", detail=detail, post_id=holder.post_id)


def _authors_of(one: Candidate) -> set[str | None]:
    """Where the links to authors lead in a post that has none of bbPress's bodies, outside its own."""
    content = one.content
    if content is None:
        return set()
    inside = set(content.iter("a"))
    return {
        link.get("href")
        for link in one.element.iterdescendants("a")
        if link not in inside and not _NAMES.isdisjoint(class_tokens(link))
    }


def _misnamed(root: Element, marks: Landmarks, posts: Sequence[ParsedPost]) -> Iterator[Problem]:
    """Posts in whose author's or body's place stands the heading of the column, or in the author's the date."""
    authors: set[str | None] = set()
    bodies: set[str] = set()
    for cell in _headings(root, marks):
        tokens = class_tokens(cell)
        if not _AUTHOR.isdisjoint(tokens):
            authors.add(shown(cell))
        elif not _CONTENT.isdisjoint(tokens):
            bodies.add(shown(cell))
    for post in posts:
        name = post.author.name
        if name and (name in authors or name == post.published_text):
            detail = "What stands in the place of the author's name is the heading of a column, or the date."
            yield Problem(code="no-author", detail=detail, post_id=post.post_id)
        if post.body_text and (post.body_text in bodies or post.body_text == post.published_text):
            detail = "What stands in the place of the post's body is the heading of a column, or the date."
            yield Problem(code="broken-markup", detail=detail, post_id=post.post_id)


def _headings(root: Element, marks: Landmarks) -> Iterator[Element]:
    """The cells of the rows that head or end a list."""
    for row in (*root.iter(*_HEADING_ROWS), *_heading_items(marks)):
        yield from row.iterdescendants("div", "th", "td")


def _heading_items(marks: Landmarks) -> Iterator[Element]:
    for classes, elements in marks.classed.items():
        is_likely = "bbp-header" in classes or "bbp-footer" in classes
        if is_likely and not _HEADINGS.isdisjoint(tokens_of(classes)):
            yield from (one for one in elements if one.tag == "li")


def _mistaken(posts: Sequence[ParsedPost]) -> Iterator[Problem]:
    """Posts of two accounts that have one name and profile."""
    numbers: dict[tuple[str, str | None], set[int]] = {}
    for post in posts:
        if post.author.user_id and post.author.url is not None:
            who = (post.author.name, post.author.url)
            numbers.setdefault(who, set()).add(post.author.user_id)
    for post in posts:
        if len(numbers.get((post.author.name, post.author.url), ())) > 1:
            detail = (
                "Posts of two accounts have this name and profile; it is another's in one of them."
            )
            yield Problem(code="broken-markup", detail=detail, post_id=post.post_id)
    yield from _of_nobody(posts)


def _of_nobody(posts: Sequence[ParsedPost]) -> Iterator[Problem]:
    """Posts of accounts whose names lead elsewhere than those of most: what was read as a name may be something else."""
    known = [post for post in posts if post.author.user_id and post.author.url]
    folders = [_folder(post.author.url or "") for post in known]
    if len(set(folders)) < 2:
        return
    usual, count = Counter(folders).most_common(1)[0]
    if count * 2 <= len(known):
        return
    for post, folder in zip(known, folders, strict=True):
        if folder != usual:
            detail = "The author's name does not lead to a profile, as the others' names do."
            yield Problem(code="unlike-others", detail=detail, post_id=post.post_id)


# The same people write again and again.
@lru_cache(maxsize=1024)
def _folder(profile: str) -> str:
    """Where profiles are, by the address of one."""
    return _LAST_PART.sub("", profile)
