"""The public API: what a library user imports, under one name; it does nothing itself.

Everything here is described in docs/library.md. What is not here may change in any release. `threadkeep.api` gathers it;
that is loaded when something of it is first asked for, so that a command loads only what it needs itself.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadkeep.api import *  # noqa: F403  # all of it, and nothing else
    from threadkeep.api import __all__ as __all__
else:  # where type checkers saw this, every misspelt name would be one of ours

    def __getattr__(name: str) -> object:
        if name in {"__all__", "__version__"} or not name.startswith("_"):
            api = import_module("threadkeep.api")
            globals().update({one: getattr(api, one) for one in ("__all__", *api.__all__)})
        if name in globals():
            return globals()[name]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__getattr__("__all__")})
