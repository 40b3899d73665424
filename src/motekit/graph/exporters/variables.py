"""State as TFLite's resource variables: read first, assigned last, first values called once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from motekit.core.graph import Graph
from motekit.core.op import Array
from motekit.core.tensors import TensorType
from motekit.graph.run import reset


def schema() -> Any:
    """The generated schema module, imported on first use."""
    from ai_edge_litert import schema_py_generated

    return schema_py_generated


class Writer(Protocol):
    """What the exporter gives: its graph, tables, and indices of tensors by name."""

    graph: Graph
    tensors: list[Any]
    index: dict[str, int]

    def code(self, builtin: str, version: int) -> int: ...

    def tensor_index(self, name: str, type_: TensorType, data: Array | None) -> int: ...


@dataclass
class Variables:
    """Operators for (before, after) pairs of a graph's state; nothing where there are none."""

    writer: Writer
    pairs: Sequence[tuple[str, str]]
    handles: dict[str, int] = field(default_factory=dict)

    def reads(self) -> list[Any]:
        """For the start of the graph: first values, then every variable."""
        if not self.pairs:
            return []
        s = schema()
        once = s.CallOnceOptionsT()
        once.initSubgraphIndex = 1
        out = [self._operator("CALL_ONCE", [], [], "CallOnceOptions", once)]
        for before, _ in self.pairs:
            out.append(self._handle(before, self.writer.tensors))
            self.handles[before] = out[-1].outputs[0]
            into = [self.writer.index[before]]
            out.append(self._operator("READ_VARIABLE", [self.handles[before]], into))
        return out

    def assignments(self) -> list[Any]:
        """For the end of the graph."""
        index = self.writer.index
        return [
            self._operator("ASSIGN_VARIABLE", [self.handles[before], index[after]], [])
            for before, after in self.pairs
        ]

    def first_values(self) -> list[Any]:
        """The subgraph that CALL_ONCE runs."""
        if not self.pairs:
            return []
        sub = schema().SubGraphT()
        sub.name, sub.inputs, sub.outputs = "first_values", [], []
        sub.tensors, sub.operators = [], []
        values = reset(self.writer.graph)
        for before, _ in self.pairs:
            handle = self._handle(before, sub.tensors)
            type_ = self.writer.graph.type(before)
            self.writer.tensor_index(f"{before}.first", type_, values[before])
            sub.tensors.append(self.writer.tensors.pop())  # a tensor of this subgraph instead
            value = len(sub.tensors) - 1
            assigned = self._operator("ASSIGN_VARIABLE", [handle.outputs[0], value], [])
            sub.operators += [handle, assigned]
        return [sub]

    def _handle(self, name: str, tensors: list[Any]) -> Any:
        """VAR_HANDLE with a new resource tensor among `tensors`."""
        s = schema()
        tensor, options = s.TensorT(), s.VarHandleOptionsT()
        tensor.name, tensor.shape, tensor.buffer = f"{name}.variable", [], 0
        tensor.type = s.TensorType.RESOURCE
        options.container, options.sharedName = "", name
        tensors.append(tensor)
        return self._operator("VAR_HANDLE", [], [len(tensors) - 1], "VarHandleOptions", options)

    def _operator(
        self, builtin: str, inputs: list[int], outputs: list[int], kind: str = "",
        options: Any = None,
    ) -> Any:  # fmt: skip
        s = schema()
        out = s.OperatorT()
        out.opcodeIndex = self.writer.code(builtin, 1)
        out.inputs, out.outputs = inputs, outputs
        out.builtinOptionsType = getattr(s.BuiltinOptions, kind) if kind else 0
        out.builtinOptions = options
        return out
