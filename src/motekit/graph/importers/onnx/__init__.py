"""Import .onnx files: QDQ and QOperator models, and float ones, which are quantized later.

Needs the package onnx (extra `onnx`) to parse the file; nothing of it runs the model.
"""

from __future__ import annotations

from pathlib import Path

from motekit.core.graph import Graph
from motekit.core.importer import Importer

from . import lower, read, source

GRAPH_FIELDS = b"\x12\x1a\x22\x28\x32\x3a\x42"  # keys of what follows ir_version in a ModelProto


def sniff(head: bytes) -> bool:
    """Whether the file begins as a ModelProto does: its version, then another of its fields."""
    return len(head) > 2 and head[0] == 0x08 and 0 < head[1] < 32 and head[2] in GRAPH_FIELDS


def load(content: bytes, name: str, path: Path) -> Graph:
    """The model's graph, a real one. Raises InputError; one error lists every hopeless op."""
    return lower.lower(read.read(content, path), name, path)


IMPORTER = Importer(
    name="onnx",
    summary="ONNX: QDQ, QOperator or float",
    suffixes=(".onnx",),
    sniff=sniff,
    load=load,
    covers=lower.converters,
    package=__name__,
    source=source.run,
)
