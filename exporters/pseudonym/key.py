"""Make pseudonyms of identities with a secret key: the same key and identity give the same pseudonym, always."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field

_BYTES = (
    10  # 80 bits: among a thousand million people two share a pseudonym once in two million times
)
_PREFIX = "person"
PSEUDONYM = re.compile(rf"{_PREFIX}[a-z2-7]{{16}}")
"""What a pseudonym looks like: one word, in no language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PseudonymKey:
    """A secret.

    Attributes:
        secret: what is in the key's file.
    """

    secret: bytes = field(repr=False)

    def pseudonym(self, identity: str) -> str:
        """The pseudonym of an identity."""
        digest = hmac.digest(
            self.secret, identity.encode("utf-8", "surrogatepass"), hashlib.sha256
        )
        return _PREFIX + base64.b32encode(digest[:_BYTES]).decode().lower()

    @property
    def key_id(self) -> str:
        """What tells two keys apart, and nothing of either."""
        return hmac.digest(self.secret, b"threadkeep key id", hashlib.sha256).hex()[:12]
