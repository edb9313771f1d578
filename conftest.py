"""Make tests of the examples in README.md and docs/; how they run is in tests/documents.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a page's examples."""
    if file_path.suffix != ".md":
        return None
    from tests.documents import markdown_examples  # noqa: PLC0415 - other tests need not load it

    examples = markdown_examples("README.md", "docs/*.md")
    collected: pytest.Collector | None = examples.pytest()(file_path, parent)
    return collected
