"""The graph: importers, the executable spec, passes, integer references, exporters, oracle.

`load(path)` reads a quantized model file, `importers.opened.open_model` any, `check(graph)` says
what is wrong with a graph, `run(graph, arrays)` computes it with the integer references.
"""

from .importers import load
from .run import run
from .spec import check

__all__ = ["check", "load", "run"]
