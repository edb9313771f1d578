"""Take out of a page what only somebody who is logged in sees, byte for byte; a guest's page stays as it came."""

from parsers.redaction.address import guest_address
from parsers.redaction.hidden_post import HIDDEN_STATUSES
from parsers.redaction.page import HIDDEN_POST, Redaction, redact

__all__ = ["HIDDEN_POST", "HIDDEN_STATUSES", "Redaction", "guest_address", "redact"]
