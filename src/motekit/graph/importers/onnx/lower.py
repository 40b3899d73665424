"""From an ONNX model to a real graph, node by node."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from motekit.core.errors import InputError
from motekit.core.graph import Graph
from motekit.graph.importers._shared.builder import Builder
from motekit.graph.importers._shared.problems import Problem, problem, refuse
from motekit.graph.importers._shared.values import Activation, Constant, Value

from .read import Model, Node

FLOATS, INDICES = (1, 10), (6, 7)  # data types of inputs: float32, float16; int32, int64
TREES = "train the trees in motekit: the tree learner makes C from them"
MODULES = ("layers", "arithmetic", "shapes", "quantized")
WAYS_OUT: Mapping[str, str] = {
    "TreeEnsembleClassifier": TREES, "TreeEnsembleRegressor": TREES, "TreeEnsemble": TREES,
    "Elu": "train with Relu or LeakyRelu: LiteRT's reference has no such op",
    "Gelu": "train with Relu or HardSwish",
    "LSTM": "use a stateful .tflite LSTM, or a convolution over time",
    "GRU": "use a stateful .tflite LSTM, or a convolution over time",
    "RNN": "use a stateful .tflite LSTM, or a convolution over time",
    "If": "export the model without control flow", "Loop": "export the model without control flow",
    "Scan": "export the model without control flow",
}  # fmt: skip


@dataclass
class Context:
    """What a converter works with: the builder, the node, and the values so far."""

    builder: Builder
    opset: int
    node: Node
    values: dict[str, Value] = field(default_factory=dict)

    def input(self, i: int) -> Value | None:
        """Value of input i, None if it is absent."""
        name = self.node.inputs[i] if i < len(self.node.inputs) else ""
        return self.values[name] if name else None

    def needed(self, i: int) -> Value:
        """Value of input i. Raises InputError if it is absent."""
        value = self.input(i)
        if value is None:
            raise InputError(f"input {i} is missing")
        return value

    def activation(self, i: int = 0) -> Activation:
        """Input i, computed: a constant becomes a tensor. Raises InputError if absent."""
        value = self.needed(i)
        if isinstance(value, Activation):
            return value
        raise InputError(f"input {i} must be computed, not constant")

    def constant(self, i: int, what: str) -> Constant:
        """Constant input i. Raises InputError if it is absent or computed."""
        value = self.input(i)
        if not isinstance(value, Constant):
            raise InputError(f"the {what} must be constant")
        return value

    def attr(self, name: str, default: Any) -> Any:
        """An attribute, of the default's type. Raises InputError for another type."""
        value = self.node.attrs.get(name, default)
        if value is not None and default is not None and type(value) is not type(default):
            raise InputError(f"the attribute {name!r} is of the wrong type")
        return value


Convert = Callable[[Context], "Value | list[Value]"]


def converters() -> dict[str, Convert]:
    """ONNX op → function that lowers it."""
    table: dict[str, Convert] = {}
    for module in MODULES:
        table |= importlib.import_module(f"{__package__}.{module}").CONVERTERS
    return table


def lower(model: Model, name: str, path: Path) -> Graph:
    """The graph, or one InputError with every op that cannot be lowered."""
    builder, table = Builder(), converters()
    values: dict[str, Value] = {n: Constant(a) for n, a in model.constants.items()}
    inputs = []
    for source, (shape, dtype) in model.inputs.items():
        if dtype not in FLOATS + INDICES:
            raise InputError(f"the input {source!r} has an unsupported element type", where=path,
                             value=dtype, way_out="export with float32 inputs")  # fmt: skip
        value = builder.input(source, shape, "float32" if dtype in FLOATS else "int32")
        values[source] = value
        inputs.append(value.name)
    problems: list[Problem] = []
    for node in model.nodes:
        error = _node(node, model.opset, builder, table, values)
        if error is not None:
            seen = next((values[n].shape for n in node.inputs if n in values), ())
            problems.append(problem(node.index, _kind(node), node.label, seen, error))
    refuse(problems, path)
    outputs = [_output(builder, values.get(o), o, path) for o in model.outputs]
    if not outputs or not inputs:
        raise InputError("the model has no input or no output", where=path)
    return builder.graph(name, inputs, outputs)


def _kind(node: Node) -> str:
    return f"{node.domain}.{node.op}" if node.domain else node.op


def _node(
    node: Node, opset: int, builder: Builder, table: Mapping[str, Convert],
    values: dict[str, Value],
) -> InputError | None:  # fmt: skip
    """Lower one node, or say why not; one that waits for a hopeless one is passed over."""
    convert = table.get(node.op) if node.domain in ("", "com.microsoft") else None
    if convert is None:
        near = difflib.get_close_matches(node.op, table, n=1, cutoff=0.75)
        hint = (
            f"the nearest one is {near[0]}"
            if near
            else "reference/model-ops.md of the documentation lists those there are"
        )
        return InputError("motekit cannot lower this op", way_out=WAYS_OUT.get(node.op, hint))
    if any(n and n not in values for n in node.inputs):
        return None
    builder.label = node.label
    try:
        made = convert(Context(builder, opset, node, values))
    except InputError as error:
        return error
    except (ValueError, IndexError, TypeError, KeyError, OverflowError, ZeroDivisionError) as error:
        return InputError(f"its inputs or attributes do not fit: {str(error)[:100]}")
    for name, value in zip(node.outputs, made if isinstance(made, list) else [made], strict=False):
        values[name] = value
    return None


def _output(builder: Builder, value: Value | None, name: str, path: Path) -> str:
    if not isinstance(value, Activation):
        raise InputError(f"the output {name!r} is not computed from the inputs", where=path)
    builder.label = name
    return builder.plain(value)
