"""The looks that a demo forum can have, a module each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.demo.theme.classic import ClassicTheme
from scraper.demo.theme.modern import ModernTheme
from scraper.demo.theme.table import TableTheme
from scraper.demo.theme.themed import ThemedTheme

if TYPE_CHECKING:
    from scraper.demo.forum import ThemeName
    from scraper.demo.view import View

_BY_NAME: dict[ThemeName, type[ModernTheme]] = {
    "default": ModernTheme,
    "classic": ClassicTheme,
    "table": TableTheme,
    "themed": ThemedTheme,
}


def theme_of(view: View) -> ModernTheme:
    """What renders a forum's pages."""
    return _BY_NAME[view.settings.theme](view)
