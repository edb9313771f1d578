"""Read profiles of stand-alone bbPress: who it is; what else they say stands under words of the site's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.bbpress.address import without_fragment
from parsers.bbpress.head import read_head
from parsers.bbpress.text import shown
from parsers.bbpress_standalone.address import profile_of
from parsers.bbpress_standalone.landmark import find_landmarks
from parsers.errors import LayoutChangedError
from parsers.list_records import ProfilePage

if TYPE_CHECKING:
    from parsers.document import Document
    from parsers.element import Element


def read_profile_page(document: Document, engine: str) -> ProfilePage:
    """Read a profile.

    Raises:
        LayoutChangedError: it names nobody.
    """
    url = document.url
    name = _name(document.root)
    if not name:
        raise LayoutChangedError(
            f"The profile at {url} names nobody; its theme is one that threadkeep does not read.",
            landmark="#userlogin",
            url=url,
        )
    slug, _ = profile_of(url) or (None, None)
    return ProfilePage(
        engine=engine,
        name=name,
        slug=slug,
        url=without_fragment(url),
        language=read_head(document).language,
        problems=document.problems,
    )


def _name(root: Element) -> str:
    """The name, in the heading that the templates mark, else in the first under the breadcrumb."""
    headings = list(root.iter("h1", "h2", "h3"))
    marked = next((one for one in headings if one.get("id") == "userlogin"), None)
    if marked is not None:
        return shown(marked)
    crumbs = find_landmarks(root).named.get("crumbs")
    is_after = False
    for element in root.iter("*"):
        if element is crumbs:
            is_after = True
        elif is_after and element.tag in {"h2", "h3"} and shown(element):
            return shown(element)
    return ""
