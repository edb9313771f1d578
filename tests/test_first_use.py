"""Hosts are read by threads of one process: types that several of them meet for the first time at once do not end it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent

# What msgspec keeps of a class is taken away before each round, so that each is a first time.
_ROUNDS = """
import sys, threading
from dataclasses import is_dataclass

def forget(module):
    for kind in vars(module).values():
        if isinstance(kind, type) and "__msgspec_cache__" in vars(kind):
            del kind.__msgspec_cache__

def at_once(work, module, rounds):
    sys.setswitchinterval(1e-6)
    for _ in range(rounds):
        forget(module)
        first_use._prepare.cache_clear()
        begin = threading.Barrier(4)
        threads = [threading.Thread(target=lambda: (begin.wait(), work())) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

from parsers import first_use
"""
_LANGUAGE = """
from parsers import locale
at_once(lambda: locale._load.__wrapped__("nl"), locale, 60)
"""
_STORED = """
from parsers import locale
from scraper.archive.stored_json import from_json
at_once(lambda: from_json('{"language": "nl", "locale": "nl"}', locale.Locale), locale, 60)
"""
_CLAIM = """
from scraper.politeness.clock import FakeClock
from threadkeep.cluster import claim
from threadkeep.home import home_at
home = home_at("memory://first/use.db")
claim.Holding(home, "one", "worker", FakeClock(), 60)
at_once(lambda: claim.read_claim(home), claim, 60)
"""


@pytest.mark.parametrize("work", [_LANGUAGE, _STORED, _CLAIM], ids=["language", "stored", "claim"])
def test_threads_meet_a_type_at_once(work: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ROUNDS + work],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
