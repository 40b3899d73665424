"""max(x, low) and perhaps min(…, high), with a change of scale. RELU and its relatives.

Attributes: bounds: (lowest,) or (lowest, highest) real output; rounding ("double").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import OpSpec, TfliteForm, TfliteSpelling
from motekit.graph import numerics
from motekit.graph.ops._shared import channels, frames, row_windows, unary

SPELLED: dict[str, tuple[tuple[float, ...], int]] = {
    "RELU": ((0.0,), 2),
    "RELU6": ((0.0, 6.0), 2),
    "RELU_N1_TO_1": ((-1.0, 1.0), 1),
    "RELU_0_TO_1": ((0.0, 1.0), 1),
}


def bounds(op: Op) -> tuple[float, ...]:
    """(lowest,) or (lowest, highest) real output value."""
    given = op.attrs["bounds"]
    assert isinstance(given, tuple)
    return tuple(float(v) for v in given)


def table(op: Op, graph: Graph) -> unary.Table:
    """Stored output for every stored input."""
    in_scale, in_zero, out_scale, out_zero = unary.scales(op, graph)
    factor = numerics.quantize_multiplier(numerics.ratio_f32(in_scale, out_scale))
    scaled = numerics.multiply(unary.STORED - in_zero, *factor, str(op.attrs["rounding"]))

    def stored(real: float) -> int:
        ratio = float(np.float32(real) / np.float32(out_scale))
        return out_zero + int(math.copysign(math.floor(abs(ratio) + 0.5), ratio))

    low, *high = bounds(op)
    floor = max(-128, stored(low))
    ceiling = min(127, stored(high[0])) if high else 127
    return np.clip(scaled + out_zero, floor, ceiling).astype(np.int8)


def _reader(builtin: str) -> Callable[..., Mapping[str, Any]]:
    def read(
        options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
    ) -> Mapping[str, Any]:
        unary.read(options, inputs, outputs)
        return {"bounds": SPELLED[builtin][0], "rounding": "double"}

    return read


def _writer(builtin: str) -> Callable[[Op, Graph], TfliteForm | None]:
    def write(op: Op, graph: Graph) -> TfliteForm | None:
        return TfliteForm({}, op.inputs) if bounds(op) == SPELLED[builtin][0] else None

    return write


OP = OpSpec(
    kind="relu",
    summary="values clamped from below, and perhaps from above",
    infer=unary.infer,
    reference=unary.reference(table),
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
