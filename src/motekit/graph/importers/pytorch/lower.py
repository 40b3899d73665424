"""From an exported program to a real graph, node by node."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motekit.core.errors import InputError
from motekit.core.graph import Graph
from motekit.graph.importers._shared.builder import Builder
from motekit.graph.importers._shared.problems import Problem, problem, refuse
from motekit.graph.importers._shared.values import Activation, Constant, Value

from .program import Name, Node, Program

MODULES = ("layers", "arithmetic", "shapes", "quantized")
REALS, INDICES = ("float32", "float16", "float64"), ("int32", "int64")
RECURRENT = "use a stateful .tflite LSTM, or a convolution over time"
WHOLE = "export without run_decompositions: PReLU and the like are then one op"
WAYS_OUT: Mapping[str, str] = {
    "aten.log_softmax": "export softmax or the scores: the order of classes is the same",
    "aten._log_softmax": "export softmax or the scores: the order of classes is the same",
    "aten.lstm": RECURRENT, "aten.gru": RECURRENT, "aten.gelu": "train with relu or hardswish",
    "aten.elu": "train with relu or leaky_relu: LiteRT's reference has no such op",
    "aten.gt": WHOLE, "aten.where": WHOLE, "aten._assert_scalar": "export without dynamic_shapes",
}  # fmt: skip
NOTHING = ("aten._assert_tensor_metadata",)  # checks that make no value


@dataclass
class Context:
    """What a converter works with: the builder, the node, and the values so far."""

    builder: Builder
    node: Node
    values: dict[str, Value]

    def raw(self, name: str, default: Any = None) -> Any:
        """An argument as the program has it; the default if it is absent or None."""
        value = self.node.args.get(name)
        return default if value is None else value

    def value(self, name: str) -> Value | None:
        """A tensor argument, None if it is absent."""
        found = self.raw(name)
        return self.values[found.name] if isinstance(found, Name) else None

    def activation(self, name: str = "self") -> Activation:
        """A computed argument. Raises InputError otherwise."""
        found = self.value(name)
        if not isinstance(found, Activation):
            raise InputError(f"the argument {name!r} must be computed, not constant")
        return found

    def constant(self, name: str) -> Constant:
        """A constant argument. Raises InputError otherwise."""
        found = self.value(name)
        if not isinstance(found, Constant):
            raise InputError(f"the argument {name!r} must be constant")
        return found

    def optional(self, name: str) -> Constant | None:
        """A constant argument, or None if it is absent."""
        return None if self.value(name) is None else self.constant(name)

    def number(self, name: str, default: float) -> float:
        """A real argument."""
        found = self.raw(name, default)
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise InputError(f"the argument {name!r} must be a number")
        return float(found)

    def integer(self, name: str, default: int) -> int:
        """A whole argument."""
        found = self.raw(name, default)
        if not isinstance(found, int):
            raise InputError(f"the argument {name!r} must be a whole number")
        return int(found)

    def ints(self, name: str, default: Sequence[int] = ()) -> tuple[int, ...]:
        """Whole numbers; one alone counts as a list."""
        found = self.raw(name, default)
        found = [found] if isinstance(found, int) else found
        if not isinstance(found, list | tuple) or not all(isinstance(v, int) for v in found):
            raise InputError(f"the argument {name!r} must be whole numbers")
        return tuple(int(v) for v in found)


Convert = Callable[[Context], "Value | list[Value]"]


def converters() -> dict[str, Convert]:
    """Target → function that lowers it."""
    table: dict[str, Convert] = {}
    for module in MODULES:
        table |= importlib.import_module(f"{__package__}.{module}").CONVERTERS
    return table


def lower(program: Program, name: str, path: Path) -> Graph:
    """The graph, or one InputError with every op that cannot be lowered."""
    builder, table = Builder(), converters()
    values: dict[str, Value] = {n: Constant(a) for n, a in program.constants.items()}
    inputs = []
    for source, (shape, dtype) in program.inputs.items():
        if dtype not in REALS + INDICES:
            raise InputError(f"the input {source!r} has an unsupported element type", where=path,
                             value=dtype, way_out="export with float32 inputs")  # fmt: skip
        value = builder.input(source, shape, "float32" if dtype in REALS else "int32")
        values[source] = value
        inputs.append(value.name)
    problems: list[Problem] = []
    for node in program.nodes:
        error = _node(node, builder, table, values)
        if error is not None:
            names = [a.name for a in node.args.values() if isinstance(a, Name)]
            shape = next((values[n].shape for n in names if n in values), ())
            label = node.outputs[0] if node.outputs else node.target
            problems.append(problem(node.index, node.target, label, shape, error))
    refuse(problems, path)
    outputs = []
    for out in program.outputs:
        made = values.get(out)
        if not isinstance(made, Activation):
            raise InputError(f"the output {out!r} is not computed from the inputs", where=path)
        builder.label = out
        outputs.append(builder.plain(made))
    if not outputs or not inputs:
        raise InputError("the program has no input or no output", where=path)
    return builder.graph(name, inputs, outputs)


def _used(node: Node) -> list[str]:
    found = []
    for value in node.args.values():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Name):
                found.append(item.name)
    return found


def _node(
    node: Node, builder: Builder, table: Mapping[str, Convert], values: dict[str, Value]
) -> InputError | None:
    """Lower one node, or say why not; one that waits for a hopeless one is passed over."""
    if node.target in NOTHING:
        return None
    convert = table.get(node.target)
    if convert is None:
        near = difflib.get_close_matches(node.target, table, n=1, cutoff=0.8)
        hint = (
            f"the nearest one is {near[0]}"
            if near
            else "reference/model-ops.md of the documentation lists those there are"
        )
        return InputError("motekit cannot lower this op", way_out=WAYS_OUT.get(node.target, hint))
    if any(name not in values for name in _used(node)):
        return None
    builder.label = node.outputs[0] if node.outputs else node.target
    try:
        made = convert(Context(builder, node, values))
    except InputError as error:
        return error
    except (ValueError, IndexError, TypeError, KeyError, OverflowError, ZeroDivisionError) as error:
        return InputError(f"its arguments do not fit: {str(error)[:100]}")
    for name, value in zip(node.outputs, made if isinstance(made, list) else [made], strict=False):
        values[name] = value
    return None
