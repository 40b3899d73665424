"""How far the C of `flatten` may be from the reference."""

from __future__ import annotations

import numpy as np

from motekit.core.block import F64, Signal
from motekit.dsp.common import EPS

from .params import Params
from .reference import WITHOUT_UNIT, wanted


def bound(signal: Signal, p: Params, arithmetic: str, full_scale: float) -> F64:
    """Levels within a few roundings of full scale; shapes by the window's length."""
    level = 8 * EPS * full_scale * p.scale
    one = [1e-4 if name in WITHOUT_UNIT else level for name in wanted(p)]
    channels = len(signal.channels)
    pairs = channels * (channels - 1) // 2 if p.correlation else 0
    return np.array(one * channels + [1e-5] * pairs)
