"""Find the C files a program uses: a plugin's own ones, and the shared runtime."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib import resources

from motekit.core.errors import MachineError

RUNTIME = "motekit.runtime"


@cache
def _runtime_files() -> dict[str, str]:
    """File name → text of every C file of the runtime; names are unique across its folders."""
    found: dict[str, str] = {}
    for folder in resources.files("motekit").joinpath("runtime").iterdir():
        if folder.is_dir():
            for entry in folder.iterdir():
                if entry.name.endswith((".c", ".h", ".inc")):
                    found[entry.name] = entry.read_text(encoding="utf-8")
    return found


def text(name: str, package: str | None = None) -> str:
    """The text of a C file: from a plugin's folder if it is there, else from the runtime."""
    if package is not None:
        own = resources.files(package).joinpath(name)
        if own.is_file():
            return own.read_text(encoding="utf-8")
    files = _runtime_files()
    if name not in files:
        raise MachineError(
            f"the installation lacks the C file {name}",
            where=package or RUNTIME,
            way_out="install motekit again",
        )
    return files[name]


_INCLUDE = re.compile(r'^\s*#\s*include\s+"(mk_[\w.]+)"', re.MULTILINE)
GENERATED = ("mk_config.h",)


def with_headers(names: Iterable[str], package: str | None = None) -> dict[str, str]:
    """File name → text of these files and of every header they include."""
    found: dict[str, str] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = text(name, package)
            waiting += [n for n in _INCLUDE.findall(found[name]) if n not in GENERATED]
    return found
