"""Parameters of `orientation`."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param


@dataclass(frozen=True)
class Params:
    """Parameters of `orientation`."""

    inclination: bool = param(
        True, "of each axis above the plane across the mean vector: gravity, for an accelerometer"
    )
    magnitude: bool = param(True, "mean, deviation and maximum of the length of the vector")
    jerk: bool = param(
        True, "mean and maximum of how fast the vector changes, per second, whatever its direction"
    )
