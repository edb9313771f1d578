"""An element of a page that may be a post: it carries the classes of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from parsers.element import Element

TYPES = frozenset(("type-topic", "type-reply", "topic", "reply"))
_REPLY = frozenset(("type-reply", "reply"))


class Candidate(NamedTuple):
    """An element that carries a post's classes.

    Attributes:
        is_marked: bbPress's own class filter was here, so it is a post and no theme's frame around a page.
        content: what holds its body.
        usual: bbPress's own content element, which is `content` or holds it; None where a theme has another.
        head: the header that stands beside it or inside its content.
        insets: further parts of it, in its content or after it.
        body: what holds its body where that is not all that is in its content.
    """

    element: Element
    post_id: int
    tokens: frozenset[str]
    is_marked: bool
    content: Element | None
    usual: Element | None
    head: Element | None
    insets: tuple[Element, ...] = ()
    body: Element | None = None

    @property
    def is_opening(self) -> bool:
        """Whether it is the topic itself and no reply."""
        tokens = self.tokens
        return "type-topic" in tokens or ("topic" in tokens and _REPLY.isdisjoint(tokens))
