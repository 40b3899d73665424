"""Per-channel energy normalisation: how far an energy stands out of its own smoothed past.

    M[t] = (1 − s) M[t − 1] + s E[t], M[0] = E[0]
    value = (E / (floor + M)^gain + bias)^power − bias^power

Source: Wang et al. 2017, "Trainable frontend for robust and far-field keyword spotting". The
share s of a time constant is that of librosa.pcen: with T frames a time constant,
(√(1 + 4T²) − 1) / 2T². M begins with the first frame of a window: windows do not depend on what was
before them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from motekit.core.block import F64
from motekit.core.errors import InputError


@dataclass(frozen=True)
class Pcen:
    """What takes the place of the logarithm.

    Args:
        smooth: s, the share of a new energy in its mean.
        gain: 0 … 1, how much of the level is taken away.
        bias, power: of the root that compresses what is left.
        floor: added to the mean, in the unit of the energies.
    """

    smooth: float
    gain: float
    bias: float
    power: float
    floor: float

    @property
    def offset(self) -> float:
        """What silence would give: it is taken away."""
        return float(self.bias**self.power)


class PcenParams(Protocol):
    """The parameters that blocks share."""

    @property
    def numerics(self) -> str: ...
    @property
    def pcen(self) -> bool: ...
    @property
    def pcen_time_s(self) -> float: ...
    @property
    def pcen_gain(self) -> float: ...
    @property
    def pcen_bias(self) -> float: ...
    @property
    def pcen_power(self) -> float: ...
    @property
    def pcen_floor(self) -> float: ...


def check_pcen(name: str, p: PcenParams) -> None:
    """Raises InputError where the numerics have no such option."""
    if p.pcen and p.numerics != "motekit":
        raise InputError(
            f"{p.numerics} takes logarithms",
            where=f"{name}.pcen",
            value=p.pcen,
            way_out='use numerics = "motekit", or pcen = false',
        )


def pcen_of(p: PcenParams, step_s: float) -> Pcen | None:
    """What the parameters ask for, at one frame every `step_s` seconds; None: logarithms."""
    if not p.pcen:
        return None
    frames = p.pcen_time_s / step_s
    smooth = (math.sqrt(1 + 4 * frames**2) - 1) / (2 * frames**2)
    return Pcen(smooth, p.pcen_gain, p.pcen_bias, p.pcen_power, p.pcen_floor)


def smoothed(energy: F64, smooth: float) -> F64:
    """M of energies (… × frames × bands)."""
    out = np.empty_like(energy)
    mean = energy[..., 0, :]
    for t in range(energy.shape[-2]):
        mean = mean + smooth * (energy[..., t, :] - mean)
        out[..., t, :] = mean
    return out


def compressed(ratio: F64, pcen: Pcen) -> F64:
    """(ratio + bias)^power − bias^power."""
    return np.asarray((ratio + pcen.bias) ** pcen.power - pcen.offset)


def equalised(energy: F64, pcen: Pcen) -> F64:
    """Values of energies (… × frames × bands)."""
    mean = smoothed(energy, pcen.smooth)
    return compressed(energy / (pcen.floor + mean) ** pcen.gain, pcen)


def largest(energy: float, pcen: Pcen) -> float:
    """No value is above this where no energy is above `energy`: a mean is at least s times it."""
    share = (pcen.smooth * energy + pcen.floor) ** pcen.gain
    return float(compressed(np.array(energy / share), pcen)) + pcen.offset
