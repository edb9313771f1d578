"""The one error tree of threadkeep, with the exit code that each branch stands for; nothing else.

    ThreadkeepError                   1   (never raised itself)
    ├── UsageError                    2   the command or its arguments cannot be meant
    ├── ArchiveError                  7   the archive is locked, damaged, foreign or too new
    │   ├── ArchiveLockedError
    │   ├── ForeignArchiveError
    │   ├── NewerArchiveError
    │   └── DamagedArchiveError
    ├── ExportError                   8   the output or the disk cannot be written
    ├── FetchError                    4   the network or the site failed
    │   ├── HostNotFoundError
    │   ├── HttpStatusError
    │   ├── BodyTooLargeError
    │   ├── UnsafeRedirectError
    │   ├── MaintenanceError
    │   └── ClusterError
    ├── AccessDeniedError             6   the site does not want to be read
    │   ├── RobotsDisallowedError
    │   ├── NoArchiveError
    │   ├── LoginRequiredError
    │   │   └── SessionEndedError
    │   ├── LoginFailedError
    │   └── ChallengeError
    └── NothingReadableError          5   nothing there that threadkeep can read
        ├── NotFoundError
        ├── ErasedError
        ├── EmptyPageError
        ├── UnknownForumError
        ├── OversizedPageError
        └── LayoutChangedError

Every class is described in docs/errors.md; a test holds the two together.
"""

from __future__ import annotations

from typing import ClassVar


class ThreadkeepError(Exception):
    """The base of every error that threadkeep raises on purpose.

    Attributes:
        exit_code: what the command line exits with.
        url: the address it is about, where there is one.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, url: str | None = None) -> None:
        super().__init__(message)
        self.url = url


class UsageError(ThreadkeepError):
    """The command or its arguments cannot be meant as given."""

    exit_code = 2


class ArchiveError(ThreadkeepError):
    """The archive cannot be used."""

    exit_code = 7


class ArchiveLockedError(ArchiveError):
    """Another run holds the archive."""


class ForeignArchiveError(ArchiveError):
    """The file is no archive of threadkeep's: no SQLite file, or another program's."""


class NewerArchiveError(ArchiveError):
    """The archive was written by a newer threadkeep."""


class DamagedArchiveError(ArchiveError):
    """The archive contradicts itself or cannot be read."""


class ExportError(ThreadkeepError):
    """The output or the disk cannot be written."""

    exit_code = 8


class FetchError(ThreadkeepError):
    """The network or the site failed."""

    exit_code = 4


class HostNotFoundError(FetchError):
    """The host's name does not resolve."""


class HttpStatusError(FetchError):
    """The site answered with an HTTP status that carries no page.

    Attributes:
        status: the HTTP status.
    """

    def __init__(self, message: str, *, status: int, url: str | None = None) -> None:
        super().__init__(message, url=url)
        self.status = status


class BodyTooLargeError(FetchError):
    """A body is larger, as sent or as decompressed, than the ceiling."""


class UnsafeRedirectError(FetchError):
    """A redirect leads where threadkeep does not go: a private address, an action, in a circle, too far."""


class MaintenanceError(FetchError):
    """A page says that the site is closed for a while, where it answers that with success."""


class ClusterError(FetchError):
    """The cluster that is to do the work cannot be reached, or was lost."""


class AccessDeniedError(ThreadkeepError):
    """The site does not let this page be read or kept."""

    exit_code = 6


class RobotsDisallowedError(AccessDeniedError):
    """robots.txt forbids the address."""


class NoArchiveError(AccessDeniedError):
    """The page asks not to be archived."""


class LoginRequiredError(AccessDeniedError):
    """The page is behind a login or a password."""


class SessionEndedError(LoginRequiredError):
    """Who was logged in no longer is, or never was: what the site shows from here on is a guest's view."""


class LoginFailedError(AccessDeniedError):
    """The site did not let the user log in, or asks for more than a name and a password."""


class ChallengeError(AccessDeniedError):
    """A check that only a browser passes stands in the page's place."""


class NothingReadableError(ThreadkeepError):
    """There is nothing that threadkeep can read."""

    exit_code = 5


class NotFoundError(NothingReadableError):
    """The site says that there is nothing at the address (HTTP 404 or 410, or a page that says so)."""


class ErasedError(NothingReadableError):
    """What is at the address was erased from the archive for good, and is kept out."""


class EmptyPageError(NothingReadableError):
    """The answer has no text at all, where it should be a page: a cache or a server failed, or keeps programs out."""


class UnknownForumError(NothingReadableError):
    """No engine recognises the page."""


class OversizedPageError(NothingReadableError):
    """A page's markup holds more than any page of a forum does, and would take too long to be read."""


class LayoutChangedError(NothingReadableError):
    """An engine recognises the page, but a landmark it needs is missing.

    Attributes:
        landmark: what was looked for, as a CSS selector or in words.
    """

    def __init__(self, message: str, *, landmark: str, url: str | None = None) -> None:
        super().__init__(message, url=url)
        self.landmark = landmark
