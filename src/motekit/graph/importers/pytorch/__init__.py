"""Import .pt2 files of torch.export: float programs and those quantized by PT2E.

A .pt2 file is a zip of JSON (the program) and raw bytes (the weights). That is all that is read:
nothing is unpickled, and PyTorch is not needed. The pickled parts that a .pt2 file may hold
(sample inputs, constants that are no plain tensors) are left alone.
"""

from __future__ import annotations

from pathlib import Path

from motekit.core.graph import Graph
from motekit.core.importer import Importer

from . import archive, lower, program

OLD = (b"version", b"serialized_")  # first names in files of old versions of torch.export


def sniff(head: bytes) -> bool:
    """Whether the file is a zip whose first entry lies in a folder, as PyTorch writes them."""
    if head[:4] != b"PK\x03\x04" or len(head) < 32:
        return False
    length = int.from_bytes(head[26:28], "little")
    first = head[30 : 30 + length]
    return 0 < length < 1024 and (b"/" in first or first.startswith(OLD))


def load(content: bytes, name: str, path: Path) -> Graph:
    """The program's graph, a real one. Raises InputError; one error lists every hopeless op."""
    return lower.lower(program.read(archive.read(content, path), path), name, path)


IMPORTER = Importer(
    name="pytorch",
    summary="torch.export programs: PT2E-quantized or float",
    suffixes=(".pt2",),
    sniff=sniff,
    load=load,
    covers=lower.converters,
    package=__name__,
)
