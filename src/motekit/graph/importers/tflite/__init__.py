"""Import .tflite files: full-integer models as the TFLite converter writes them, and float ones,
which are quantized later."""

from __future__ import annotations

from pathlib import Path

from motekit.core.graph import Graph
from motekit.core.importer import Importer
from motekit.graph.floats.real import is_real
from motekit.graph.importers._shared.problems import Problem, refuse
from motekit.graph.spec import check

from . import flat, lower


def sniff(head: bytes) -> bool:
    """Whether the file carries the identifier of the TFLite schema."""
    return head[4:8] == b"TFL3"


def load(content: bytes, name: str, path: Path) -> Graph:
    """The model's first subgraph. Raises InputError; one error lists every hopeless op."""
    lowered = lower.lower(flat.read(content, path), name, path)
    refuse(lowered.problems, path)
    assert lowered.graph is not None
    return lowered.graph if is_real(lowered.graph) else check(lowered.graph, "import")


def preflight(content: bytes, path: Path) -> tuple[Problem, ...]:
    """Every op that cannot be lowered, without lowering any. Raises InputError if damaged."""
    return lower.lower(flat.read(content, path), "model", path).problems


IMPORTER = Importer(
    name="tflite",
    summary="TensorFlow Lite flatbuffers, full-integer or float",
    suffixes=(".tflite", ".lite"),
    sniff=sniff,
    load=load,
    covers=lower.spellings,
    package=__name__,
)
