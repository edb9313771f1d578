"""What an answer's status, headers and body say: a page, or why there is none; it asks for nothing itself."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from parsers.challenge import PAGE_STATUSES, is_challenge
from parsers.errors import (
    AccessDeniedError,
    ChallengeError,
    HttpStatusError,
    LoginRequiredError,
    NotFoundError,
    ThreadkeepError,
)

if TYPE_CHECKING:
    from parsers.records import Page

_REFUSALS = frozenset({403, 406, 451})
_GONE = frozenset({404, 410})


def judged(page: Page, *, is_conditional: bool = False) -> Page:
    """The page, where it is one; a 304 is one where the request was conditional.

    Raises:
        NotFoundError: there is nothing at the address (404, 410).
        LoginRequiredError: the address is behind a password (401).
        AccessDeniedError: the site refuses (403, 406, 451).
        ChallengeError: it answers with a check of the browser.
        HttpStatusError: any other status that carries no page.
    """
    if is_challenge(page.status, page.headers, page.body):
        raise ChallengeError(
            f"{page.final_url} was answered (HTTP {page.status}) with a check that only a browser passes, not with the "
            "page: the site keeps programs out; ask its owner to let threadkeep in, or save the pages by hand and "
            "import them.",
            url=page.url,
        )
    if page.status in PAGE_STATUSES or (page.status == HTTPStatus.NOT_MODIFIED and is_conditional):
        return page
    raise _refusal(page)


def _refusal(page: Page) -> ThreadkeepError:
    url, what = page.final_url, _spelled(page.status)
    if page.status in _GONE:
        return NotFoundError(
            f"There is nothing at {url} ({what}); check the address.", url=page.url
        )
    if page.status == HTTPStatus.UNAUTHORIZED:
        return LoginRequiredError(
            f"{url} is behind a password of the server ({what}), which threadkeep does not enter.",
            url=page.url,
        )
    if page.status in _REFUSALS:
        return AccessDeniedError(
            f"The site refuses {url} ({what}): it may keep archivers out; ask its owner, and tell who you are with "
            "--contact.",
            url=page.url,
        )
    advice = (
        "try again later" if page.status >= 500 or page.status == 429 else "a page was expected"
    )
    return HttpStatusError(
        f"{url} was answered with {what}; {advice}.", status=page.status, url=page.url
    )


def _spelled(status: int) -> str:
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"
