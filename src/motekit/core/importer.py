"""The contract of a model importer: a file of another framework → a graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .graph import Graph


@dataclass(frozen=True)
class Importer:
    """An importer plugin; the module constant IMPORTER of graph/importers/<framework>/.

    Args:
        name: folder name.
        summary: one line for lists.
        suffixes: file name endings it claims, for messages only.
        sniff: first 4,096 bytes of a file → whether they look like this format.
        load: (content, name, path for messages) → Graph with the C identifier `name`. Raises
            InputError; one error lists every op that cannot be lowered.
        package: `__name__` of the folder.
    """

    name: str
    summary: str
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes], bool]
    load: Callable[[bytes, str, Path], Graph]
    package: str
