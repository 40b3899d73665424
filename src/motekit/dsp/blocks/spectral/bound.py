"""How far C may be from the reference."""

from __future__ import annotations

import numpy as np

from motekit.core.block import F64, Signal

from .params import Params
from .plan import plan


def bound(signal: Signal, p: Params, arithmetic: str, full_scale: float) -> F64:
    """Per feature: 1e-5 of full scale for levels, 1e-4 for logarithms and shapes."""
    pl = plan(signal, p)
    one: list[float] = []
    level = full_scale * p.scale
    if p.statistics:
        one += [1e-5 * level, 1e-3, 1e-2]
    if pl.moments:
        one += [1e-3, 1e-2]
    one += [1e-3 if p.log else 1e-5 * level**2 * pl.fft] * pl.bands
    return np.tile(np.array(one), len(signal.channels))
