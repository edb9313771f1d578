"""The type of a node of a page's tree, under a name that is not private to lxml."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from lxml import etree

    # lxml has no public name for what every one of its functions takes and returns.
    Element: TypeAlias = etree._Element  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
