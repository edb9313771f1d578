"""The name that threadkeep gives to sites: an honest User-Agent, with a contact where the user gives one."""

from __future__ import annotations

import re
from functools import cache
from importlib import metadata

from parsers.errors import UsageError

# robots.txt calls this a robot's product token.
PRODUCT = "threadkeep"
HOME = "https://pypi.org/project/threadkeep/"
_MAX_CONTACT = 200
# What may stand in a header's comment: printable ASCII without the characters that end or nest the comment.
_CONTACT = re.compile(r"[\x20-\x27\x2a-\x5b\x5d-\x7e]+")


def user_agent(contact: str | None = None) -> str:
    """The User-Agent header, e.g. `threadkeep/0.1.0 (forum archiver; contact: me@example.org)`.

    Raises:
        UsageError: the contact cannot stand in a header.
    """
    about = f"contact: {checked_contact(contact)}" if contact is not None else f"+{HOME}"
    return f"{PRODUCT}/{version()} (forum archiver; {about})"


def checked_contact(contact: str) -> str:
    """The contact without surrounding spaces.

    Raises:
        UsageError: it is empty, too long, or holds characters that a header cannot carry.
    """
    bare = contact.strip(" ")
    if not 3 <= len(bare) <= _MAX_CONTACT:
        raise UsageError(
            f"A contact is an e-mail or web address of 3 to {_MAX_CONTACT} characters, not {len(bare)}."
        )
    if not _CONTACT.fullmatch(bare):
        raise UsageError(
            f"The contact {contact!r} cannot be sent in a header: use an e-mail or web address in plain ASCII, "
            "on one line, without parentheses and backslashes."
        )
    return bare


@cache
def version() -> str:
    """The installed version of threadkeep."""
    try:
        return metadata.version("threadkeep")
    except metadata.PackageNotFoundError:  # run from a source tree that was never installed
        return "0"
