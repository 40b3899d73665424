"""Plugins are folders. Listing them costs one directory read; importing waits until first use.

A family is a package whose sub-folders are plugins, each with one constant (`BLOCK`, `OP`,
`FORMAT` …). Third parties join through the entry point group `motekit.<family>`, under the
same contract; a name that exists already is refused rather than replaced.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata, resources
from typing import Generic, TypeVar

from .errors import InputError

T = TypeVar("T")


@dataclass
class Registry(Generic[T]):
    """The plugins of one family.

    Args:
        package: dotted name of the package whose folders are the plugins.
        constant: name of the constant that a plugin module defines.
        kind: what to call one of them in an error ("block", "format").
        group: entry point group for plugins from other distributions.
    """

    package: str
    constant: str
    kind: str
    group: str

    @cached_property
    def _modules(self) -> dict[str, str]:
        """Plugin name → module to import. Reads folder names only."""
        root = resources.files(self.package)
        found = {
            entry.name: f"{self.package}.{entry.name}"
            for entry in root.iterdir()
            if entry.is_dir()
            and not entry.name.startswith(("_", "."))
            and entry.joinpath("__init__.py").is_file()
        }
        for point in metadata.entry_points(group=self.group):
            if point.name in found:
                raise InputError(
                    f"two plugins are called {point.name!r}",
                    where=f"entry point {point.value}",
                    way_out=f"rename the {self.kind} of the other package or uninstall it",
                )
            found[point.name] = point.value
        return dict(sorted(found.items()))

    def names(self) -> tuple[str, ...]:
        """Sorted names, without importing any of them."""
        return tuple(self._modules)

    def get(self, name: str) -> T:
        """Import one plugin. Raises InputError with the known names if there is none."""
        if name not in self._modules:
            raise InputError(
                f"there is no {self.kind} of this name",
                value=name,
                way_out=f"choose one of: {', '.join(self.names())}",
            )
        plugin: T = getattr(importlib.import_module(self._modules[name]), self.constant)
        return plugin

    def __iter__(self) -> Iterator[T]:
        return (self.get(name) for name in self.names())

    def __contains__(self, name: object) -> bool:
        return name in self._modules
