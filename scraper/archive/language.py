"""Tell the language that a text is written in; the detector is an extra, and what it is unsure of is in none."""

from __future__ import annotations

import importlib
import importlib.util
from functools import cache
from typing import Protocol, cast

from parsers.errors import UsageError

# More likely than all other languages together; a few words are often too few for that.
_SURE = 0.5
# What the detector calls a text in no language, such as an address.
_NONE = "zxx"
_ABSENT = (
    "--language needs py3langid, which is not installed: install threadkeep with its extra, as in"
    " `uv tool install 'threadkeep[language]'`."
)


class _Detector(Protocol):
    """What is used of the library `py3langid`."""

    labels: list[str]

    def classify(self, text: str) -> tuple[str, float]:
        """The likeliest language, and how likely it is."""
        ...


def check_language(code: str) -> str:
    """A language's code, as the detector has it.

    Raises:
        UsageError: the detector is not installed, or knows no such language.
    """
    if code.lower() not in set(_detector().labels) - {_NONE}:
        raise UsageError(
            f"There is no language “{code}” that posts could be told by; give its code, such as en, nl or zh."
        )
    return code.lower()


def language_of(text: str) -> str | None:
    """The code of the language that a text is in; None where that is not clear."""
    language, share = _detector().classify(text)
    return language if share > _SURE and language != _NONE else None


@cache
def _detector() -> _Detector:
    if importlib.util.find_spec("py3langid") is None:
        raise UsageError(_ABSENT)
    library = importlib.import_module("py3langid.langid")
    return cast(
        "_Detector",
        library.LanguageIdentifier.from_model_file(library.MODEL_FILE, norm_probs=True),
    )
