"""Import .tflite files: full-integer models as the TFLite converter writes them."""

from __future__ import annotations

from pathlib import Path

from motekit.core.errors import InputError
from motekit.core.graph import Graph
from motekit.core.importer import Importer
from motekit.graph.spec import check

from . import flat, lower

SHOWN = 20  # problems spelled out in one error


def sniff(head: bytes) -> bool:
    """Whether the file carries the identifier of the TFLite schema."""
    return head[4:8] == b"TFL3"


def load(content: bytes, name: str, path: Path) -> Graph:
    """The model's first subgraph. Raises InputError; one error lists every hopeless op."""
    lowered = lower.lower(flat.read(content, path), name, path)
    if lowered.graph is None:
        lines = [p.line() for p in lowered.problems]
        more = f"; and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
        raise InputError(
            f"{len(lines)} op(s) cannot be lowered: {'; '.join(lines[:SHOWN])}{more}", where=path
        )
    return check(lowered.graph, "import")


def preflight(content: bytes, path: Path) -> tuple[lower.Problem, ...]:
    """Every op that cannot be lowered, without lowering any. Raises InputError if damaged."""
    return lower.lower(flat.read(content, path), "model", path).problems


IMPORTER = Importer(
    name="tflite",
    summary="TensorFlow Lite flatbuffers, full-integer",
    suffixes=(".tflite", ".lite"),
    sniff=sniff,
    load=load,
    package=__name__,
)
