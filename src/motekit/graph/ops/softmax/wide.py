"""int16 softmax, as LiteRT's reference kernel computes it from two tables.

x − max is scaled so that 65535 steps are 10; a table gives its exponential in Q0.15, another one
1 / (1 + f) for the sum of exponentials 2^n (1 + f). Tables have 513 points, between which is a
straight line. Source of the scheme: LiteRT's integer kernels; the tables are computed here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.graph import numerics
from motekit.graph.numerics import I64

F64 = npt.NDArray[np.floating[Any]]
POINTS = 512  # intervals of a table
RANGE = 65535  # of int16
REACH = 10.0  # exponentials of less than −REACH count as that of it


@dataclass(frozen=True)
class Scaling:
    """multiplier × 2**(shift − 31) takes x − max to 65535 steps for REACH."""

    multiplier: int
    shift: int


def scaling(input_scale: float, beta: float) -> Scaling:
    """Fixed-point factor of an input scale (both positive). Raises InputError if too large."""
    real = float(np.float32(np.float32(input_scale) * np.float32(beta))) / (REACH / RANGE)
    return Scaling(*numerics.quantize_multiplier(real, 1 << 15))


@cache
def tables() -> tuple[I64, I64]:
    """(exponentials of −10 … 0, reciprocals of 1 … 2), in Q0.15, 513 points each."""
    return (
        _table(lambda x: np.asarray(np.exp(x)), -REACH, 0.0),
        _table(lambda x: np.asarray(1.0 / (1.0 + x)), 0.0, 1.0),
    )


def _table(function: Callable[[F64], F64], low: float, high: float) -> I64:
    """Points moved by half of what the line to the next one is off in its middle."""
    step = (high - low) / POINTS
    unit = (RANGE + 1) / 2.0
    at = low + np.arange(POINTS) * step
    here, middle = (_round(function(x) * unit) for x in (at, at + step / 2))
    after = function(low + np.arange(1, POINTS + 1) * step) * unit
    off = _round((after + here) / 2) - middle
    points = np.clip(here - _round(off / 2), -32768, 32767)
    last = np.clip(_round(function(np.array([high])) * unit), -32768, 32767)
    return np.concatenate([points, last]).astype(np.int64)


def _round(x: F64) -> F64:
    """Halves away from zero."""
    return np.asarray(np.trunc(x + np.copysign(0.5, x)))


def _looked_up(x: I64, table: I64) -> I64:
    index = 256 + (x >> 7)
    base = table[index]
    return np.asarray(base + (((table[index + 1] - base) * (x & 127) + 64) >> 7))


def rows(x: I64, s: Scaling) -> I64:
    """Softmax of every row, in stored int16 (Q0.15)."""
    exponentials, reciprocals = tables()
    diff = x - x.max(axis=1, keepdims=True)
    scaled = numerics.multiply_double(diff, s.multiplier, s.shift) + 32767
    parts = _looked_up(np.clip(scaled, -32768, 32767), exponentials)
    total = parts.sum(axis=1, keepdims=True)
    zeros = 32 - np.frexp(total.astype(np.float64))[1].astype(np.int64)  # leading ones of 32 bits
    near = ((total << (zeros - 1)) + (1 << 13)) >> 14
    near = np.clip(near - (1 << 15) - (1 << 16), -32768, 32767)
    right = 31 - zeros
    product = parts * _looked_up(near, reciprocals) + (np.int64(1) << (right - 1))
    return np.asarray(np.clip(product >> right, 0, 32767))
