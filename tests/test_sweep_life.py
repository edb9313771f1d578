"""Forums that live at random, archived again and again on good and on bad days: what is kept is what was there."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.living import Living, settings
from tests.whole_forum import Site

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

pytestmark = pytest.mark.sweep


@pytest.mark.parametrize("seed", range(30))
def test_an_archive_follows_a_forum_s_life(seed: int, tmp_path: Path, tried: Counter[str]) -> None:
    chance = random.Random(seed)
    with Site.of(tmp_path, **settings(chance)) as site:
        living = Living(site=site, chance=chance, tried=tried)
        living.remember()
        living.check(site.archive())
        for _ in range(chance.randint(2, 5)):
            living.happen()
            living.visit()
        living.end()
    tried["lives of forums"] += 1
