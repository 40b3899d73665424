"""The contract of a model importer: a file of another framework → a graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .graph import Graph

Case = Sequence[npt.NDArray[np.generic]]


@dataclass(frozen=True)
class SourceRun:
    """Outputs of a model in its own framework.

    Args:
        name: what ran it, with its version.
        outputs: for each of the first cases one array per model output.
    """

    name: str
    outputs: Sequence[Case]


@dataclass(frozen=True)
class Importer:
    """An importer plugin; the module constant IMPORTER of graph/importers/<framework>/.

    Args:
        name: folder name.
        summary: one line for lists.
        suffixes: file name endings it claims, for messages only.
        sniff: first 4,096 bytes of a file → whether they look like this format.
        load: (content, name, path for messages) → Graph with the C identifier `name`, an integer
            one or, for a model that still has to be quantized, a real one (see
            motekit.graph.floats). Raises InputError; one error lists every op that cannot be
            lowered.
        covers: names of the source's ops that can be lowered, for the documentation.
        package: `__name__` of the folder.
        source: (content, inputs of each case) → what the source framework's own runtime gives,
            for measuring the distance; None where it has none. Raises InputError if that cannot
            run, with the reason.
    """

    name: str
    summary: str
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes], bool]
    load: Callable[[bytes, str, Path], Graph]
    covers: Callable[[], Iterable[str]]
    package: str
    source: Callable[[bytes, Sequence[Case]], SourceRun] | None = None
