"""Angles in integers: what runtime/dsp/mk_atan_q.c equals bit for bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
TERMS = (
    -4353542,
    23475114,
    -60035320,
    103532248,
    -149342752,
    214174608,
    -357876640,
    1073741120,
)  # atan(t) / t by powers of t², 2^-30ths, the highest first
DEGREES = 15019745  # 180 / π in 2^-18ths
DEGREES_ERROR = 3e-5  # of mk_angle_f32 and mk_angle_q, beside that of their arguments


def degrees(tangent: I64) -> I64:
    """Angle in 2^-16ths of a degree; tangent from 0 to 1 in 2^-30ths."""
    z = (tangent * tangent) >> 30
    p = np.full(tangent.shape, TERMS[0], dtype=np.int64)
    for term in TERMS[1:]:
        p = ((p * z) >> 30) + term
    return np.asarray((((p * tangent) >> 30) * DEGREES) >> 32)
