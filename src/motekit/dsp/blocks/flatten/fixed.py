"""Integer reference."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motekit.core.block import I32, Signal
from motekit.core.errors import InputError

from .params import Params


def fixed_reference(x: npt.NDArray[np.int16], signal: Signal, p: Params) -> I32:
    raise InputError("flatten has no fixed-point variant", where="flatten")
