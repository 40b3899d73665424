"""Levels of mel bands, frame by frame: the block for sounds other than speech.

Per frame: emphasis of high frequencies, taper, power spectrum, mel bands, logarithm.
"""

from __future__ import annotations

from motekit.dsp.audio.block import audio_block

from .params import Params
from .plan import check, names, plan

BLOCK = audio_block(
    "mfe",
    "Levels of mel bands of the frames of one channel, for sounds",
    Params,
    __name__,
    check,
    plan,
    names,
)
