"""What goes into the frame of a page of a demo forum."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """What goes into the frame of a page.

    Attributes:
        heading: the page's title as its heading shows it.
        classes: the classes of `body`.
        content: the part that bbPress renders.
        title: the title as the head has it, without the site's; the heading where it is None.
        address: the canonical address, where the page has one.
        post_id: the WordPress post that the page shows; 0 where it is none.
        post_classes: that post's classes.
        part: which part is shown, where page breaks cut the content.
    """

    heading: str
    classes: str
    content: str
    title: str | None = None
    address: str = ""
    post_id: int = 0
    post_classes: str = ""
    part: int = 1
