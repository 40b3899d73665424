"""Mel-frequency cepstral coefficients: the block for speech.

Per frame: emphasis of high frequencies, taper, power spectrum, mel bands, natural logarithm,
cosine transform (type 2, orthonormal). Source of the method: Davis and Mermelstein 1980.
"""

from __future__ import annotations

from motekit.dsp.audio.block import audio_block

from .params import Params
from .plan import check, names, plan

BLOCK = audio_block(
    "mfcc",
    "Mel-frequency cepstral coefficients of the frames of one channel, for speech",
    Params,
    __name__,
    check,
    plan,
    names,
)
