"""Keep pandas out of a process: nothing here needs it, and Arrow loads it whatever it is asked for, which takes 50 MiB."""

from __future__ import annotations

import sys


def keep_pandas_out() -> None:
    """Have pandas not found from now on; for processes that are threadkeep's alone."""
    sys.meta_path.insert(0, _WithoutPandas())


class _WithoutPandas:
    def find_spec(self, name: str, *_: object) -> None:
        """Answer as the finders of `sys.meta_path` do."""
        if name == "pandas":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
