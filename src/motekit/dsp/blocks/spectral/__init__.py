"""Statistics and spectrum of every channel: the block for vibration and movement.

Per channel: scale, decimate, filter (Butterworth, even order), remove the mean; then RMS,
skewness, kurtosis, optionally the moments of the spectrum, and the powers of FFT bins or of
equal bands, as they are or as log10.
"""

from __future__ import annotations

from motekit.core.block import Block

from .bound import bound
from .c import c
from .check import check
from .fixed import fixed_reference
from .params import Params
from .reference import features, reference

BLOCK = Block(
    name="spectral",
    summary="RMS, skewness, kurtosis and spectrum of each channel, filtered if wanted",
    params=Params,
    check=check,
    features=features,
    reference=reference,
    fixed_reference=fixed_reference,
    c=c,
    bound=bound,
    history=True,
    package=__name__,
    restarts=True,
)
