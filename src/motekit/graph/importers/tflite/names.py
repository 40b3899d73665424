"""Names for tensors and layers: the user's own where the file kept them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from motekit.graph.importers import c_identifier

from .flat import FlatModel

LONGEST = 40
GENERIC = re.compile(  # path components of converter-made names that say nothing about the layer
    r"(statefulpartitionedcall|partitionedcall|model|functional|sequential|identity|biasadd|"
    r"conv2d|depthwise|matmul|relu6?|softmax|add|mul|mean|reshape|pad|fusedbatchnorm\w*|"
    r"convolution|readvariableop|avgpool|maxpool|logistic|sigmoid|tanh|transpose|"
    r"tfl_\w+|arith_\w+|std_\w+)?[_:\d]*"
)


def unique(name: str, taken: set[str]) -> str:
    """`name`, with a number behind it if it is taken; then it is."""
    candidate, n = name, 2
    while candidate in taken:
        candidate, n = f"{name}_{n}", n + 1
    taken.add(candidate)
    return candidate


def tensor_names(flat: FlatModel) -> list[str]:
    """One name a tensor, all different."""
    taken: set[str] = set()
    return [
        unique(t.name.split(";")[0][-60:] or f"tensor_{i}", taken)
        for i, t in enumerate(flat.tensors)
    ]


def op_names(flat: FlatModel, kinds: Mapping[str, str]) -> list[str]:
    """A C identifier a layer.

    Args:
        kinds: TFLite builtin → op kind, the name of a layer whose tensors say nothing.
    """
    taken: set[str] = set()
    names = []
    for operator in flat.operators:
        kind = kinds.get(operator.builtin, "op")
        path = flat.tensors[operator.outputs[0]].name if operator.outputs else ""
        parts = [c_identifier(p).lower() for p in path.split(";")[0].split("/") if p]
        telling = [p for p in parts if not GENERIC.fullmatch(p) and not p.startswith("mk_")]
        names.append(unique(telling[-1][:LONGEST] if telling else kind, taken))
    return names
