"""Central moments of windows, as every block means them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64

CONSTANT = 1e-7  # a standard deviation up to this share of the mean is rounding


def _flat(x: F64, m2: F64, constant: float) -> npt.NDArray[np.bool_]:
    return np.asarray(np.sqrt(m2) <= constant * np.abs(x.mean(axis=-1)))


def center(x: F64, constant: float = CONSTANT) -> F64:
    """Windows along the last axis without their mean; zeros if they have no spread."""
    d = x - x.mean(axis=-1, keepdims=True)
    flat = _flat(x, np.mean(d**2, axis=-1), constant)
    return np.where(flat[..., None], 0.0, d)


def shape(x: F64, constant: float = CONSTANT) -> tuple[F64, F64, F64]:
    """(variance, skewness, kurtosis) along the last axis: biased, kurtosis 0 for a normal one.

    A window without spread has skewness 0 and kurtosis 0 (SciPy: not a number).
    """
    d = x - x.mean(axis=-1, keepdims=True)
    m2 = np.mean(d**2, axis=-1)
    flat = _flat(x, m2, constant)
    safe = np.where(flat, 1.0, m2)
    m3, m4 = np.mean(d**3, axis=-1), np.mean(d**4, axis=-1)
    skewness = np.where(flat, 0.0, m3 / safe**1.5)
    kurtosis = np.where(flat, 0.0, m4 / safe**2 - 3.0)
    return np.where(flat, 0.0, m2), skewness, kurtosis
