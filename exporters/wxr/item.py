"""One item of a WXR file: a forum, a topic, a reply or a file, as a row of WordPress's table of posts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from exporters.wxr.markup import element, plain_element, post_meta

if TYPE_CHECKING:
    from exporters.wxr.moment import Moment

Kind = Literal["forum", "topic", "reply", "attachment"]
Status = Literal["publish", "closed", "private", "hidden", "trash", "inherit"]
Meta = tuple[tuple[str, str | int], ...]
# The column has 255 characters, and a row that does not fit is not kept.
_LONGEST_BASE = 200
# Titles are HTML. One with a backslash itself the importer does not find again, and makes once more.
_BACKSLASH = "&#92;"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a row has.

    Attributes:
        number: its id.
        name: what it is called in addresses; empty: WordPress makes that of the title.
        url: where it was.
        parent: the id of what it belongs to; 0: nothing.
        order: its place there.
        login: whose it is; empty: nobody's who has an account.
        attachment_url: where its file is fetched from.
        categories: the elements of its terms.
        meta: what bbPress keeps of it, by key.
    """

    number: int
    kind: Kind
    title: str
    moment: Moment
    status: Status
    name: str = ""
    url: str | None = None
    parent: int = 0
    order: int = 0
    login: str = ""
    body: str = ""
    attachment_url: str | None = None
    categories: str = ""
    meta: Meta = ()

    def written(self, home: str) -> bytes:
        """The element.

        Args:
            home: the site's home, which ids are addresses at.
        """
        return self._written(home, self.categories, self.meta)

    def again(self, home: str) -> bytes:
        """The element for a further file, where what belongs to it stands.

        The importer knows it by title and date, and has what its first element said; it would add terms and meta once more.
        """
        return self._written(home, "", ())

    def _written(self, home: str, categories: str, meta: Meta) -> bytes:
        parts = [
            "<item>\n",
            element("title", self.title.replace("\\", _BACKSLASH)),
            plain_element("link", self.url or ""),
            plain_element("pubDate", self.moment.pub_date),
            element("dc:creator", self.login),
            plain_element("guid", self._guid(home), ' isPermaLink="false"'),
            "<description></description>\n",
            element("content:encoded", self.body),
            element("excerpt:encoded", ""),
            plain_element("wp:post_id", self.number),
            element("wp:post_date", self.moment.date),
            element("wp:post_date_gmt", self.moment.date_gmt),
            element("wp:comment_status", "closed"),
            element("wp:ping_status", "closed"),
            element("wp:post_name", self.name),
            element("wp:status", self.status),
            plain_element("wp:post_parent", self.parent),
            plain_element("wp:menu_order", self.order),
            element("wp:post_type", self.kind),
            element("wp:post_password", ""),
            plain_element("wp:is_sticky", 0),
        ]
        if self.attachment_url is not None:
            parts.append(element("wp:attachment_url", self.attachment_url))
        parts.append(categories)
        parts += [post_meta(key, value) for key, value in meta]
        return "".join([*parts, "</item>\n"]).encode()

    def _guid(self, home: str) -> str:
        base = home if len(home) <= _LONGEST_BASE else ""
        return f"{base}?post_type={self.kind}&p={self.number}"
