"""Levels of the bins of an FFT, frame by frame."""

from __future__ import annotations

from motekit.dsp.audio.block import audio_block

from .params import Params
from .plan import check, names, plan

BLOCK = audio_block(
    "spectrogram",
    "Levels of FFT bins of the frames of one channel",
    Params,
    __name__,
    check,
    plan,
    names,
)
