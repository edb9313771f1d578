"""A real browser for tests: Debian's Chromium, driven by Playwright; whatever a page does that it should not is kept."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
_AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text("utf-8")


def launched() -> Iterator[Browser]:
    """A browser; the test is skipped where there is none."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine (apt-get install chromium)")
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


class Visit:
    """A page that is open, and what went wrong on it.

    Attributes:
        page: the page.
        wrong: dialogs, requests to elsewhere, errors in the console, scripts that failed.
    """

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.wrong: list[str] = []
        self._base = base
        page.on("dialog", self._dialog)
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))

    def open(self, address: str = "") -> None:
        """Go to a page of the reader."""
        self.page.goto(f"{self._base}{address}")

    def violations(self) -> list[str]:
        """What axe-core finds that keeps people from using the page."""
        # By the debugger, which a page's policy does not hold up.
        self.page.evaluate(_AXE)
        found: list[dict[str, Any]] = self.page.evaluate(
            "axe.run({resultTypes: ['violations'], preload: false}).then(result => result.violations)"
        )
        return [f"{one['id']}: {[node['html'] for node in one['nodes'][:3]]}" for one in found]

    def _dialog(self, dialog: Any) -> None:  # noqa: ANN401  Playwright's types are not needed here
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Any) -> None:  # noqa: ANN401  as above
        if not request.url.startswith(self._base):
            self.wrong.append(f"request: {request.url}")

    def _console(self, message: Any) -> None:  # noqa: ANN401  as above
        if message.type in {"error", "warning"}:
            self.wrong.append(f"console: {message.text}")


@contextmanager
def visiting(browser: Browser, base: str, **options: Any) -> Generator[Visit]:  # noqa: ANN401
    """A page in a browser without a history; at its end nothing may have gone wrong."""
    usual: dict[str, Any] = {"viewport": DESKTOP, "locale": "en-GB", "timezone_id": "Asia/Tokyo"}
    context = browser.new_context(**{**usual, **options})
    context.set_default_timeout(20_000)
    visit = Visit(context.new_page(), base)
    yield visit
    context.close()
    assert not visit.wrong, visit.wrong
