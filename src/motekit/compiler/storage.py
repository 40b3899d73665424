"""Which tensors lie in the arena, and which of them are one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from motekit.core.graph import Graph, Op
from motekit.graph.ops import OPS


@dataclass(frozen=True)
class Storage:
    """Which tensors lie in the same bytes because an op is only another view of them.

    Args:
        root: tensor → the tensor that stands for its bytes.
        places: tensor → C expression, for those that lie outside the arena.
    """

    root: Mapping[str, str]
    places: Mapping[str, str]

    @staticmethod
    def of(graph: Graph, places: Mapping[str, str]) -> Storage:
        root = {name: name for name in graph.tensors}
        for op in graph.ops:
            if not OPS.get(op.kind).view:
                continue
            source, output = root[str(op.inputs[0])], op.outputs[0]
            if graph.tensors[source].is_constant or (source in places and output in places):
                continue  # bytes must move
            keep, drop = (output, source) if output in places else (source, output)
            root = {name: keep if r == drop else r for name, r in root.items()}
        return Storage(root, places)

    def free(self, op: Op) -> bool:
        """Whether an op needs no code: its output is its input."""
        first = op.inputs[0]
        view = OPS.get(op.kind).view
        return view and first is not None and self.root[first] == self.root[op.outputs[0]]

    def of_op(self, names: Sequence[str | None]) -> list[str | None]:
        return [None if name is None else self.root[name] for name in names]
