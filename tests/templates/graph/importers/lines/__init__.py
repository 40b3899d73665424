"""A template importer: one dense float layer as lines of text.

    lines 1
    dense 0.5 -1 2
    dense 1 0 0.25

Every `dense` line holds the weights of one output.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph
from motekit.core.importer import Importer
from motekit.graph.importers._shared import layers
from motekit.graph.importers._shared.builder import Builder
from motekit.graph.importers._shared.problems import Problem, problem, refuse
from motekit.graph.importers._shared.values import Constant

HEAD = b"lines 1\n"


def load(content: bytes, name: str, path: Path) -> Graph:
    """The layer. Raises InputError; one error lists every hopeless line."""
    rows: list[list[float]] = []
    problems: list[Problem] = []
    for i, line in enumerate(content.decode("utf-8", errors="replace").splitlines()[1:]):
        op, *numbers = line.split() or ["nothing"]
        try:
            if op != "dense":
                raise InputError("there is no such op", way_out="write dense")
            rows.append([float(text) for text in numbers])
        except (InputError, ValueError) as error:
            reason = error if isinstance(error, InputError) else InputError("no number")
            problems.append(problem(i, op, f"line_{i + 2}", (), reason))
    refuse(problems, path)
    if not rows or len({len(row) for row in rows}) > 1 or not rows[0]:
        raise InputError("the lines differ in length", where=path)
    builder = Builder(label="dense")
    x = builder.input("x", (1, len(rows[0])))
    y = layers.dense(builder, x, Constant(np.array(rows, np.float32)), None)
    return builder.graph(name, [x.name], [y.name])


IMPORTER = Importer(
    name="lines",
    summary="a dense layer as text",
    suffixes=(".lines",),
    sniff=lambda head: head.startswith(HEAD),
    load=load,
    covers=lambda: ("dense",),
    package=__name__,
)
