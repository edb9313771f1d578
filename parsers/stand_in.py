"""Name the page that stands in a forum's place: a check, a login, maintenance, nothing; engines' own pages are theirs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from parsers.challenge import is_challenge
from parsers.errors import (
    ChallengeError,
    EmptyPageError,
    LoginRequiredError,
    MaintenanceError,
    NotFoundError,
)
from parsers.visible_text import visible_text

if TYPE_CHECKING:
    from parsers.document import Document
    from parsers.element import Element
    from parsers.errors import ThreadkeepError

# Pages that stand in for others say little; a page that says more is one of its own, whatever else is on it.
_LONGEST = 1500
_MAINTENANCE_NAMES = re.compile(
    r"maintenance|coming[-_]?soon|under[-_]?construction|\bwpmm\b|\bmtnc\b"
)
_MAINTENANCE_WORDS = re.compile(
    r"maintenance|under construction|coming soon|wartung|onderhoud|mantenimiento|manutenzione|manuten[cç][aã]o"
    r"|konserwac|údržb|underh[aå]ll|vedligehold|vedlikehold|huoltokatko|bakım|обслуживани|обслуговуванн"
    r"|поддръжка|mentenanță|karbantartás|συντήρηση|メンテナンス|维护|維護|점검|صيانة|บำรุงรักษา|bảo trì|תחזוקה",
    re.IGNORECASE,
)
_MISSING_NAMES = frozenset(("error404", "error-404", "page-404", "not-found"))
_MISSING_TITLE = re.compile(r"(?:^|\s)404(?:\s|$)|^(?:page )?not found\b", re.IGNORECASE)
# Where bbPress itself asks for a login, beside what the page shows.
_OFFERS = frozenset(
    ("bbp-login-form", "bbp-no-reply", "bbp-no-topic", "bbp_widget_login", "widget")
)


def stand_in(document: Document) -> ThreadkeepError | None:
    """What a page is that shows nothing of a forum, as the error that says so; None where it has no name.

    Args:
        document: a page that no engine knows, or on which its engine finds nothing.
    """
    page, url = document.page, document.url
    if is_challenge(page.status, page.headers, page.body):
        return ChallengeError(
            f"A check that only a browser passes was found at {url}, not the page: the site keeps programs out; ask its "
            "owner to let threadkeep in, or save the page by hand once it shows.",
            url=url,
        )
    if asks_for_password(document.root):
        return LoginRequiredError(
            f"The page at {url} is protected by a password, which threadkeep does not enter.",
            url=url,
        )
    text = visible_text(document.root)
    if not text and document.root.find(".//script") is None:
        return EmptyPageError(
            f"The page at {url} is empty: a cache or the server may have failed; try again later.",
            url=url,
        )
    return _short_page(document, url) if len(text) <= _LONGEST else None


def asks_for_password(root: Element) -> bool:
    """Whether a page has WordPress's form for the password of one post in it."""
    return any("action=postpass" in (form.get("action") or "") for form in root.iter("form"))


def _short_page(document: Document, url: str) -> ThreadkeepError | None:
    if _asks_for_login(document):
        return LoginRequiredError(
            f"The page at {url} asks for a login; log in with --cookies or --login if you have an account there.",
            url=url,
        )
    if _says_maintenance(document.root):
        return MaintenanceError(
            f"The site says at {url} that it is closed for maintenance; try again later.", url=url
        )
    if _says_missing(document.root):
        return NotFoundError(
            f"The site says that there is nothing at {url}; check the address.", url=url
        )
    return None


def _asks_for_login(document: Document) -> bool:
    if urlsplit(document.url).path.endswith("/wp-login.php"):
        return True
    return any(
        (field.get("type") or "").lower() == "password" and not _is_offer(field)
        for field in document.root.iter("input")
    )


def _is_offer(field: Element) -> bool:
    """Whether a login is but offered, beside what a page shows to everybody."""
    return any(not _OFFERS.isdisjoint(_names(outer)) for outer in field.iterancestors())


def _says_maintenance(root: Element) -> bool:
    if any(_MAINTENANCE_NAMES.search(name.lower()) for name in _frame_names(root)):
        return True
    return any(_MAINTENANCE_WORDS.search(text) for text in _headlines(root))


def _says_missing(root: Element) -> bool:
    named = (_names(element) for element in root.iter("body", "main", "section", "div", "article"))
    if any(not _MISSING_NAMES.isdisjoint(names) for names in named):
        return True
    return any(_MISSING_TITLE.search(text) for text in _headlines(root))


def _frame_names(root: Element) -> list[str]:
    """The names of the page's outermost elements."""
    body = root.find("body")
    outermost = [body, *body.iterchildren("div", "main", "section")] if body is not None else []
    return [name for element in outermost for name in _names(element)]


def _headlines(root: Element) -> list[str]:
    """What a page says first of all: its title and headings; where it has no heading, all of it."""
    elements = list(root.iter("title", "h1", "h2"))
    texts = [" ".join("".join(element.itertext()).split()) for element in elements]
    if any(element.tag != "title" for element in elements):
        return texts
    return [*texts, visible_text(root)]


def _names(element: Element) -> list[str]:
    return [*(element.get("class") or "").split(), element.get("id") or ""]
