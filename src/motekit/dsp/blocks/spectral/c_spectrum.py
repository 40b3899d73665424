"""The FFT of `spectral` as C: fields and macros."""

from __future__ import annotations

from typing import Any

import numpy as np

from motekit.dsp.mixed import is_mixed, mixed

from .c_numbers import Parts
from .params import EI, Params
from .plan import Plan, full_frames


def spectrum_fields(
    p: Params, pl: Plan, parts: Parts, stream: bool
) -> tuple[dict[str, Any], dict[str, int]]:
    """Fields and defines of the FFT. stream: whether windows are not kept."""
    fields: dict[str, Any] = {
        "fft": pl.fft,
        "bands": pl.bands,
        "first": pl.edges[0],
        "width": pl.width,
        "twiddle": parts.twiddle,
    }
    defines = {"MK_SPECTRAL_FFT": 1}
    if is_mixed(pl.fft):
        defines["MK_FFT_MIXED"] = 1
        fields["places"] = mixed(pl.fft).places
    elif pl.fft.bit_length() % 2:
        defines["MK_FFT_ODD"] = 1
    if not pl.width:
        defines["MK_SPECTRAL_EDGES"] = 1
        fields["edges"] = np.array(pl.edges[1:], dtype=np.uint16)
    if full_frames(pl) > 1:
        defines["MK_SPECTRAL_FRAMES"] = 1
        fields |= {
            "frames": full_frames(pl),
            "hop": pl.frames[1],
            "average": parts.average,
        }
    if parts.taper is not None:
        defines["MK_SPECTRAL_TAPER"] = 1
        fields["taper"] = parts.taper
    if (full_frames(pl) > 1 and not stream) or pl.moments:
        defines["MK_FFT_DC"] = 1
    if p.numerics == EI and p.log:
        defines["MK_SPECTRAL_ZEROS"] = 1
    if pl.moments:
        defines["MK_SPECTRAL_MOMENTS"] = 1
        fields["moments"] = 1
    return fields, defines
