"""max(x, low) and perhaps min(…, high), with a change of scale. RELU and its relatives.

Attributes: bounds: (lowest,) or (lowest, highest) real output; rounding ("double").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import OpSpec, TfliteForm, TfliteSpelling
from motekit.graph import numerics
from motekit.graph.ops._shared import channels, frames, row_windows, tflite, types, unary

SPELLED: dict[str, tuple[tuple[float, ...], int]] = {
    "RELU": ((0.0,), 2),
    "RELU6": ((0.0, 6.0), 2),
    "RELU_N1_TO_1": ((-1.0, 1.0), 1),
    "RELU_0_TO_1": ((0.0, 1.0), 1),
}

WIDE = ("RELU", "RELU6")  # what LiteRT's reference has for int16


def bounds(op: Op) -> tuple[float, ...]:
    """(lowest,) or (lowest, highest) real output value."""
    given = op.attrs["bounds"]
    assert isinstance(given, tuple)
    return tuple(float(v) for v in given)


def limits(op: Op, graph: Graph) -> tuple[int, int]:
    """Lowest and highest stored output."""
    out = graph.type(op.outputs[0])
    scale, zero = types.per_tensor(out)

    def stored(real: float) -> int:
        ratio = float(np.float32(real) / np.float32(scale))
        return zero + int(math.copysign(math.floor(abs(ratio) + 0.5), ratio))

    info = np.iinfo(out.dtype)
    low, *high = bounds(op)
    highest = min(int(info.max), stored(high[0])) if high else int(info.max)
    return max(int(info.min), stored(low)), highest


def factor(op: Op, graph: Graph) -> tuple[int, int]:
    """Fixed-point (multiplier, shift) from input to output."""
    in_scale, _, out_scale, _ = unary.scales(op, graph)
    return numerics.quantize_multiplier(numerics.ratio_f32(in_scale, out_scale))


def compute(op: Op, graph: Graph, x: numerics.I64) -> numerics.I64:
    """Stored outputs of stored inputs."""
    _, in_zero, _, out_zero = unary.scales(op, graph)
    scaled = numerics.multiply(x - in_zero, *factor(op, graph), str(op.attrs["rounding"]))
    return np.asarray(np.clip(scaled + out_zero, *limits(op, graph)))


table = unary.tabulated(compute)


def _reader(builtin: str) -> Callable[..., Mapping[str, Any]]:
    def read(
        options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
    ) -> Mapping[str, Any]:
        unary.read_wide(options, inputs, outputs)
        if builtin not in WIDE and tflite.required(inputs).dtype == "int16":
            raise InputError(
                "LiteRT has no int16 form of this op", way_out="quantize the model to int8"
            )
        return {"bounds": SPELLED[builtin][0], "rounding": "double"}

    return read


def _writer(builtin: str) -> Callable[[Op, Graph], TfliteForm | None]:
    def write(op: Op, graph: Graph) -> TfliteForm | None:
        return TfliteForm({}, op.inputs) if bounds(op) == SPELLED[builtin][0] else None

    return write


OP = OpSpec(
    kind="relu",
    summary="values clamped from below, and perhaps from above",
    infer=unary.infer_wide,
    reference=unary.reference_wide(compute),
    macs=unary.macs,
    tflite=tuple(
        TfliteSpelling(name, version, "", _reader(name), _writer(name))
        for name, (_, version) in SPELLED.items()
    ),
    package=__name__,
    time=frames.pointwise,
    rows=row_windows.elementwise,
    channels=channels.tabulated(table),
)
