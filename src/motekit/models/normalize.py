"""Learn the pipeline's normaliser from training windows, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.learner import F32, Standard
from motekit.core.pipeline import Normalizer

STEPS = 128  # int8 steps that the Q8.8 form can hold on either side of zero
RANGES = (3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0)  # std, half of the int8 range
RELATIVE_FLOOR = 1e-4  # of the largest magnitude: less spread than this is rounding, not signal
ABSOLUTE_FLOOR = 1e-6
_SAMPLE = 2000  # rows that the choice of the range looks at


def _spread(x: npt.NDArray[np.float64]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """(mean, std) per feature; a constant feature gets the std that leaves it at 0."""
    mean = x.mean(axis=0)
    std = x.std(axis=0)
    floor = np.maximum(np.abs(x).max(axis=0) * RELATIVE_FLOOR, ABSOLUTE_FLOOR)
    constant = std < floor
    # A constant feature that moves later must not saturate the input at its first twitch.
    return mean, np.where(constant, np.maximum(np.abs(mean), 1.0), std)


def choose_z_lsb(z: npt.NDArray[np.floating[Any]]) -> float:
    """Standard deviations per int8 step with the least squared error, clipping included.

    One value for all features, float32-representable (it is the scale of the network input).
    """
    sample = z[:: max(1, len(z) // _SAMPLE)]

    def error(half_range: float) -> float:
        lsb = half_range / (STEPS - 1)
        back = np.clip(np.rint(sample / lsb), -STEPS, STEPS - 1) * lsb
        return float(np.mean((sample - back) ** 2))

    return float(np.float32(min(RANGES, key=error) / (STEPS - 1)))


def fit_normalizer(
    features: npt.NDArray[np.floating[Any]], z_lsb: float | None = None
) -> Normalizer:
    """A Normalizer from the features of training windows, shape (windows, features).

    Args:
        z_lsb: standard deviations per int8 step; chosen from the rows if None.
    """
    x = features.astype(np.float64)
    mean, std = _spread(x)
    if z_lsb is None:
        z_lsb = choose_z_lsb((x - mean) / std)
    return Normalizer(mean, std, float(np.float32(z_lsb)))


def standard(normalizer: Normalizer) -> Standard:
    """The same standardisation with the limits of the Q8.8 form, as learners take it."""
    return Standard(
        normalizer.mean.astype(np.float32), normalizer.std.astype(np.float32),
        normalizer.z_lsb * STEPS,
    )  # fmt: skip


def standardise(normalizer: Normalizer, features: npt.NDArray[np.floating[Any]]) -> F32:
    """Standardised features as every learner sees them: limited to the Q8.8 range."""
    z = (features - normalizer.mean) / normalizer.std
    limit = normalizer.z_lsb * STEPS
    return np.clip(z, -limit, limit).astype(np.float32)
