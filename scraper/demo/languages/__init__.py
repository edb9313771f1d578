"""The languages that a demo forum speaks, a module each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.demo.languages.dutch import DUTCH
from scraper.demo.languages.english import ENGLISH
from scraper.demo.languages.german import GERMAN

if TYPE_CHECKING:
    from scraper.demo.forum import LocaleName
    from scraper.demo.wording import Words

WORDS: dict[LocaleName, Words] = {"en_US": ENGLISH, "nl_NL": DUTCH, "de_DE": GERMAN}
