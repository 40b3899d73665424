"""Print constraints.txt: what pyproject.toml needs, as installed in this environment."""

from __future__ import annotations

import tomllib
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HEAD = """\
# Versions the tests passed with (Linux, Python 3.11). pip applies a line only if something
# needs the package. Written by `make constraints`; no hashes, no hosts.
"""


def closure(roots: list[str]) -> dict[str, str]:
    """Package → installed version, of the roots and everything they need here."""
    todo = [Requirement(text) for text in roots]
    done: set[tuple[str, frozenset[str]]] = set()
    found: dict[str, str] = {}
    while todo:
        need = todo.pop()
        key = (canonicalize_name(need.name), frozenset(need.extras))
        if key in done or key[0] == "motekit":
            continue
        done.add(key)
        package = distribution(need.name)
        found[key[0]] = package.version
        for text in package.requires or ():
            inner = Requirement(text)
            extras = need.extras or {""}
            if inner.marker is None or any(inner.marker.evaluate({"extra": e}) for e in extras):
                todo.append(inner)
    return found


def roots(root: Path) -> list[str]:
    """Requirements of the project and all its extras."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    return [*project["dependencies"], *(line for extra in extras for line in extra)]


if __name__ == "__main__":
    pins = closure(roots(Path(__file__).parents[1]))
    print(HEAD + "\n".join(f"{name}=={version}" for name, version in sorted(pins.items())))
