"""Accounts for those who wrote: names to log in with, each for one person, whatever the person's name is written in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.tables.person import author_key
from exporters.wxr.markup import element, kept_name, plain_element
from exporters.wxr.naming import login, numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.records import Post

_LONGEST_DISPLAYED = 250


@dataclass(slots=True)
class _Account:
    login: str
    user_id: int
    name: str
    newest: str = ""


class Accounts:
    """Everybody who has one, in the order of their first posts."""

    def __init__(self) -> None:
        """Begin without any."""
        self._by_key: dict[str, _Account] = {}
        self._by_login: dict[str, _Account] = {}

    def of(self, post: Post) -> str:
        """The name that a post's author logs in with; empty for guests."""
        author = post.author
        if author.is_guest:
            return ""
        key = author_key(author)
        account = self._by_key.get(key)
        if account is None:
            name = self._unused(login(author) or "author")
            account = _Account(name, author.user_id or 0, author.name)
            self._by_key[key] = self._by_login[name] = account
        if (post.published or "") >= account.newest:
            account.name, account.newest = author.name, post.published or ""
        return account.login

    def __iter__(self) -> Iterator[str]:
        """All names to log in with."""
        return iter(self._by_login)

    def block(self, name: str) -> str:
        """The element that has the importer make an account of this name, or ask whose it is."""
        account = self._by_login[name]
        displayed = kept_name(account.name, _LONGEST_DISPLAYED)
        return (
            "<wp:author>\n"
            + plain_element("wp:author_id", account.user_id)
            + element("wp:author_login", name)
            # No page shows an e-mail address. Of accounts with the same one, the importer would make one.
            + element("wp:author_email", "")
            + element("wp:author_display_name", displayed)
            + element("wp:author_first_name", "")
            + element("wp:author_last_name", "")
            + "</wp:author>\n"
        )

    def _unused(self, name: str) -> str:
        number, unused = 1, name
        while unused in self._by_login:
            number += 1
            unused = numbered(name, number)
        return unused
