"""Take the pictures of README and docs: the demo forum in the reader, in Debian's Chromium; `python scripts/screenshots.py`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
# Name, page of the site, size of the window, and whether it is dark.
SHOTS = (
    ("overview", "index.html", (960, 640), False),
    ("topic", "topics/440-a-branching-conversation.html", (960, 640), True),
)


def main() -> None:
    """Take every picture anew."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("There is no Chromium on this machine: apt-get install chromium")
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        command = (sys.executable, "-m", "threadkeep", "demo", "-q", "--threaded", "-o", name)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  our own program
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        for shot, page_name, (width, height), is_dark in SHOTS:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if is_dark else "light",
                locale="en-GB",
                timezone_id="Europe/Amsterdam",
            )
            page = context.new_page()
            page.goto((folder / "site" / page_name).as_uri())
            # Where the demo forum was served for a moment is of no interest.
            page.evaluate(
                "document.querySelectorAll('.site, .bottom a, h1').forEach(one => {"
                " one.textContent = one.textContent.replace(/(https?:..)?127\\.0\\.0\\.1:\\d+/, 'forum.example'); })"
            )
            page.screenshot(path=PICTURES / f"{shot}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
