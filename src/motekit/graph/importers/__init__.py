"""Model files → graphs. An importer is chosen by the content of the file, not by its name."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph
from motekit.core.importer import Importer
from motekit.core.registry import Registry

IMPORTERS: Registry[Importer] = Registry(
    "motekit.graph.importers", "IMPORTER", "importer", "motekit.importers"
)
LFS_POINTER = b"version https://git-lfs.github.com/spec/"
MAX_BYTES = 1 << 28  # a model for a microcontroller is thousands of times smaller


def c_identifier(text: str) -> str:
    """`text` as a C identifier: letters, digits, single underscores; never empty."""
    name = re.sub(r"_+", "_", re.sub(r"[^0-9A-Za-z_]", "_", text)).strip("_") or "model"
    return name if not name[0].isdigit() else f"m_{name}"


def load(path: str | Path, name: str | None = None) -> Graph:
    """Read a quantized model file of any known framework.

    Args:
        path: the file.
        name: C identifier for the graph; by default made from the file name.

    Raises:
        InputError: no such file, unknown content, damaged file, ops that cannot be lowered, or a
            model that still has to be quantized (see `open_model`).
    """
    from .opened import open_model  # it imports this module

    return open_model(path, name, compared=False).graph


def read_model(path: str | Path, name: str | None = None) -> tuple[Graph, Importer, bytes]:
    """The graph as the file holds it, perhaps a real one (see `motekit.graph.floats`); the
    importer; the content. Raises InputError as `load` does."""
    path = Path(path)
    content = _read(path)
    graph_name = name or c_identifier(path.stem).lower()
    for importer in IMPORTERS:
        if importer.sniff(content[:4096]):
            with np.errstate(all="ignore"):  # what is no number is refused where it is used
                return importer.load(content, graph_name, path), importer, content
    if content.startswith(LFS_POINTER):
        raise InputError(
            "this is a Git LFS pointer, not the model itself",
            where=path,
            way_out="fetch the model with: git lfs pull",
        )
    known = ", ".join(s for importer in IMPORTERS for s in importer.suffixes)
    raise InputError(
        "not a model file of a known kind",
        where=path,
        value=content[:8],
        way_out=f"readable are: {known}",
    )


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(
                "the model file is too large",
                where=path,
                value=size,
                way_out=f"at most {MAX_BYTES} bytes are read",
            )
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read the model file: {error.strerror}", where=path) from error
    if not content:
        raise InputError("the model file is empty", where=path,
                         way_out="convert or download the model again")  # fmt: skip
    return content
