"""The meaning of `orientation`, in float64."""

from __future__ import annotations

import numpy as np

from motekit.core.block import F64, Feature, Signal

from .params import Params

AXES = 3


def features(signal: Signal, p: Params) -> tuple[Feature, ...]:
    unit = signal.units[0]
    out: list[Feature] = []
    if p.inclination:
        out += [Feature(f"{channel}.inclination", "deg") for channel in signal.channels]
    if p.magnitude:
        out += [Feature(f"magnitude.{name}", unit) for name in ("mean", "stdev", "maximum")]
    if p.jerk:
        out += [Feature(f"jerk.{name}", f"{unit}/s") for name in ("mean", "maximum")]
    return tuple(out)


def inclination(v: F64) -> F64:
    """Angle of each axis to the plane across the vector (… × 3), degrees; 0 of no vector."""
    others = np.stack([np.hypot(v[..., 1], v[..., 2]), np.hypot(v[..., 0], v[..., 2]),
                       np.hypot(v[..., 0], v[..., 1])], axis=-1)  # fmt: skip
    return np.asarray(np.degrees(np.arctan2(v, others)))


def lengths(x: F64) -> F64:
    """(… × 3) → …"""
    return np.asarray(np.sqrt((x**2).sum(axis=-1)))


def reference(x: F64, signal: Signal, p: Params) -> F64:
    """(… × samples × 3) in units → (… × features)."""
    out: list[F64] = []
    if p.inclination:
        out.append(inclination(x.mean(axis=-2)))
    if p.magnitude:
        m = lengths(x)
        out.append(np.stack([m.mean(axis=-1), m.std(axis=-1), m.max(axis=-1)], axis=-1))
    if p.jerk:
        way = lengths(np.diff(x, axis=-2)) * signal.rate_hz
        out.append(np.stack([way.mean(axis=-1), way.max(axis=-1)], axis=-1))
    return np.concatenate(out, axis=-1)
