"""Sigmoid and tanh of int16 as LiteRT's reference kernels interpolate them.

The input is scaled to steps of 1/12288 and its size looked up in 256 points of the sigmoid, 1/24
apart (512 steps; for tanh, whose argument is doubled, 256), with a straight line between them.
Source of the scheme: LiteRT's integer kernels; the table is computed here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.core.tensors import QuantParams
from motekit.graph.numerics import I64

from . import emit as shared
from . import lookup, types

OUTPUT = QuantParams((1 / 32768,), (0,))
STEPS = 12288.0  # of a scaled input to 1
NEAR = 1e-3  # logarithms of scales this close to a whole number count as one
LARGEST = 5.0  # scale whose products fit 32 bits
POINTS = 256


def _points() -> I64:
    """Sigmoid of 0, 1/24 … in Q0.16, each point lifted by half of what the line to the next one
    lies too low in its middle. Equal to the table that BUILTIN_REF's outputs tell."""

    def curve(steps: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray(65536 / (1 + np.exp(-steps / 24)))

    at = np.arange(POINTS, dtype=np.float64)
    lift = (curve(at + 0.5) - (curve(at) + curve(at + 1)) / 2) / 2
    points = np.rint(curve(at) + lift).astype(np.int64)
    points[-1] = 65535  # where the outputs' limit begins
    return points


SIGMOID = _points()


@dataclass(frozen=True)
class Scaling:
    """Scaled input = (x × multiplier + half) >> shift, shift 0 to 31."""

    multiplier: int
    shift: int


def scaling(op: Op, graph: Graph, whole: Sequence[int]) -> Scaling:
    """How the input is scaled.

    Args:
        whole: powers of two of 1/4096 that are scaled without loss.

    Raises:
        InputError: a scale so large that LiteRT's 32-bit products overflow.
    """
    scale, _ = types.per_tensor(types.operand(op, graph), "input")
    if scale > LARGEST:
        raise InputError("the input scale is too large for this op in int16", value=scale)
    log = math.log2(scale)
    if abs(log - round(log)) < NEAR and 12 + round(log) in whole:
        return Scaling(3 << (12 + round(log)), 0)
    multiplier, shift = scale * STEPS, 0
    while multiplier <= 32767.0 / 2.0 and shift <= 30:
        multiplier, shift = multiplier * 2.0, shift + 1
    return Scaling(int(multiplier), shift)


def scaled(x: I64, s: Scaling) -> I64:
    """Steps of 1/12288."""
    half = (1 << (s.shift - 1)) if s.shift else 0
    return np.asarray((x * s.multiplier + half) >> s.shift)


def _interpolated(size: I64, bits: int) -> I64:
    """The sigmoid of `size` with `bits` more fraction bits than the table's 16."""
    index = np.minimum(size >> bits, POINTS - 2)
    low, high = SIGMOID[index], SIGMOID[index + 1]
    return np.asarray((low << bits) + (size & ((1 << bits) - 1)) * (high - low))


def sigmoid(x: I64) -> I64:
    """Stored outputs of scaled inputs."""
    size = np.abs(x)
    value = np.where(size >> 9 >= POINTS - 1, 0x7FFF << 10, _interpolated(size, 9))
    return np.asarray(np.where(x >= 0, value + 512, (1 << 25) - value + 511) >> 10)


def tanh(x: I64) -> I64:
    """Stored outputs of scaled inputs."""
    size = np.abs(x)
    value = np.where(size >> 8 >= POINTS - 1, 0xFFFF << 8, _interpolated(size, 8)) - (1 << 23)
    return np.asarray(np.where(x >= 0, value + 128, -value + 127) >> 8)


def curve_kernel(function: str, whole: Sequence[int]) -> Kernel:
    """The kernel of `mk_<function>16`."""

    def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
        s = scaling(op, graph, whole)
        return Emitted(
            sources=((shared.HERE, "mk_curves16.h"), (shared.HERE, "mk_curves16.c")),
            constants=(),
            struct="mk_curves16_params",
            fields={
                "size": graph.type(op.outputs[0]).size,
                "multiplier": s.multiplier,
                "shift": s.shift,
            },
            call=f"mk_{function}16({{params}}, {{in0}}, {{out0}})",
            stack_bytes=56,
        )

    return Kernel(
        name="wide",
        summary="C99 for int16 activations, a table of 256 points",
        applies=types.only("int16", lookup.applies),
        cost=lambda op, graph, target: Cost(35 * graph.type(op.outputs[0]).size, 12, 0),
        emit=emit,
        overlap=lookup.in_place,
        code_bytes=10,
        common={"mk_curves16": 830},
    )
