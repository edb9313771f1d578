"""Take out of a page what only somebody who is logged in sees, byte for byte; a guest's page stays as it came."""

from parsers.redaction.address import guest_address
from parsers.redaction.hidden_post import hidden_statuses
from parsers.redaction.page import HIDDEN_POST, Redaction, redact, viewer_of

__all__ = [
    "HIDDEN_POST",
    "Redaction",
    "guest_address",
    "hidden_statuses",
    "redact",
    "viewer_of",
]
