"""A licence as somebody stated it: a known one by its SPDX identifier, an address, or words."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Those under which data and texts are passed on. What is not here is told in words, and taken for no identifier.
_KNOWN = (
    "Apache-2.0 BSD-3-Clause CC-BY-2.0 CC-BY-2.5 CC-BY-3.0 CC-BY-4.0 CC-BY-NC-3.0 CC-BY-NC-4.0 CC-BY-NC-ND-3.0"
    " CC-BY-NC-ND-4.0 CC-BY-NC-SA-2.0 CC-BY-NC-SA-2.5 CC-BY-NC-SA-3.0 CC-BY-NC-SA-4.0 CC-BY-ND-3.0 CC-BY-ND-4.0"
    " CC-BY-SA-2.0 CC-BY-SA-2.5 CC-BY-SA-3.0 CC-BY-SA-4.0 CC0-1.0 CDLA-Permissive-1.0 CDLA-Permissive-2.0"
    " CDLA-Sharing-1.0 GFDL-1.2-or-later GFDL-1.3-or-later GPL-2.0-or-later GPL-3.0-or-later MIT ODbL-1.0 ODC-By-1.0"
    " PDDL-1.0 Unlicense"
)
_BY_SPELLING = {name.lower(): name for name in _KNOWN.split()}
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A licence.

    Attributes:
        text: as it was stated; a known one as SPDX spells it.
        spdx: its SPDX identifier, where it is a known one.
        url: where it can be read, where that is known.
    """

    text: str
    spdx: str | None
    url: str | None


def licence_of(text: str) -> Licence:
    """What somebody means by a licence."""
    words = " ".join(text.split())
    spdx = _BY_SPELLING.get(words.lower())
    if spdx is not None:
        return Licence(text=spdx, spdx=spdx, url=f"https://spdx.org/licenses/{spdx}.html")
    is_address = _ADDRESS.fullmatch(words) is not None
    return Licence(text=words, spdx=None, url=words if is_address else None)
