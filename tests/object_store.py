"""A store of objects as clouds have it, for tests, at `objects://`: no rename, no append, no folders, listings that may be old."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

if TYPE_CHECKING:
    from collections import Counter

_fsspec = cast("Any", importlib.import_module("fsspec"))

if TYPE_CHECKING:

    class _FileSystem:
        dircache: dict[str, list[dict[str, object]]]

        def _strip_protocol(self, path: str) -> str: ...

else:
    _FileSystem = _fsspec.AbstractFileSystem


class ObjectStore(_FileSystem):
    """What fsspec makes of such a store: a rename is a copy and a removal, and what was listed once is believed.

    Attributes:
        objects: what is stored; whole objects alone are put, and whole.
        failing: of each request, how many are still to fail.
        error: with what.
    """

    protocol = "objects"
    objects: ClassVar[dict[str, bytes]] = {}
    failing: ClassVar[Counter[str]]
    error: ClassVar[BaseException] = OSError(104, "Connection reset by peer")

    def ls(self, path: str, detail: bool = True, **_: object) -> list[Any]:
        self._ask("ls")
        folder = self._strip_protocol(path).rstrip("/")
        if folder not in self.dircache:
            self.dircache[folder] = [
                {"name": name, "size": len(data), "type": "file"}
                for name, data in self.objects.items()
                if name == folder or name.startswith(f"{folder}/")
            ]
        found = self.dircache[folder]
        if not found:
            raise FileNotFoundError(path)
        return found if detail else [one["name"] for one in found]

    def invalidate_cache(self, path: str | None = None) -> None:
        del path
        self.dircache.clear()

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """There are no folders."""

    def cat_file(
        self, path: str, start: int | None = None, end: int | None = None, **_: object
    ) -> bytes:
        return self._get(path)[start:end]

    def get_file(self, rpath: str, lpath: str, **_: object) -> None:
        Path(lpath).write_bytes(self._get(rpath))

    def pipe_file(self, path: str, value: bytes, **_: object) -> None:
        self._put(path, value)

    def put_file(self, lpath: str, rpath: str, **_: object) -> None:
        self._put(rpath, Path(lpath).read_bytes())

    def cp_file(self, path1: str, path2: str, **_: object) -> None:
        self._ask("copy")
        self._put(path2, self._get(path1))

    def rm_file(self, path: str) -> None:
        self._ask("remove")
        self._get(path)
        del self.objects[self._strip_protocol(path)]
        self.invalidate_cache()

    def _get(self, path: str) -> bytes:
        self._ask("get")
        name = self._strip_protocol(path)
        if name not in self.objects:
            raise FileNotFoundError(path)
        return self.objects[name]

    def _put(self, path: str, data: bytes) -> None:
        self._ask("put")
        self.objects[self._strip_protocol(path)] = data
        self.invalidate_cache()

    def _ask(self, what: str) -> None:
        if self.failing[what] > 0:
            self.failing[what] -= 1
            raise self.error


def made_known(failing: Counter[str]) -> None:
    """Have fsspec know a new store, without anything in it.

    Args:
        failing: of each request (`ls`, `get`, `put`, `copy`, `remove`), how many are to fail.
    """
    ObjectStore.objects = {}
    ObjectStore.failing = failing
    _fsspec.register_implementation("objects", ObjectStore, clobber=True)
