"""`spectral` as C: what the generator prints for one use of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from motekit.core.block import CBlock, Signal
from motekit.dsp.common import FEATURES, HISTORY
from motekit.dsp.errors import CHUNK
from motekit.dsp.integer import Section

from . import wavelet_c
from .c_numbers import Parts, fixed_parts, float_parts
from .c_spectrum import spectrum_fields
from .fixed_plan import fixed_plan
from .params import WAVELET, Params
from .plan import Plan, plan, told_statistics
from .stream import fields as stream_fields
from .stream import sizes, streams

HEADERS = ("mk_spectral.h", "mk_moments.h", "mk_wide.h", "mk_fix.h")
MOMENTS = ("mk_tune.h", "mk_moments_arm.inc", "mk_moments_f32.c")
SOURCES = {
    "float": (
        *HEADERS, "mk_spectral_f32.c", "mk_spectral_whole_f32.inc", *MOMENTS,
    ),
    "fixed": (
        *HEADERS, "mk_spectral_q.c", "mk_spectral_whole_q.inc",
        "mk_moments_q.c", "mk_wide.c",
    ),
}  # fmt: skip
STREAM = {
    "float": ("mk_work.h", "mk_spectral_stream_f32.inc", "mk_central.h", "mk_central_f32.c"),
    "fixed": ("mk_work.h", "mk_spectral_stream_q.inc", "mk_exact.h", "mk_exact_q.c"),
}
FILTER = {
    "float": ("mk_biquad.h", "mk_biquad_f32.c"),
    "fixed": ("mk_biquad.h", "mk_biquad_q.c"),
}
FILTER3 = ("mk_filter3.h", "mk_tune.h", "mk_filter3_arm.inc", "mk_filter3_f32.c")
FFT = {
    "float": (
        "mk_fft.h", "mk_bits.h", "mk_tune.h", "mk_fft_arm.inc", "mk_fft_mixed_arm.inc",
        "mk_fft_f32.c", "mk_log.h", "mk_log_f32.c",
    ),
    "fixed": ("mk_fft.h", "mk_bits.h", "mk_fft_q.c"),
}  # fmt: skip
WAVELET_C = {
    "float": ("mk_spectral_wavelet_f32.c", "mk_log.h", "mk_log_f32.c"),
    "fixed": ("mk_spectral_wavelet_q.c",),
}


def c(signal: Signal, p: Params, arithmetic: str) -> CBlock:
    """Either variant. Raises InputError where there is no fixed-point form."""
    pl, stream = plan(signal, p), streams(signal, p, arithmetic)
    filter3 = arithmetic == "float" and not stream and is_filter3(pl)
    if arithmetic == "float":
        parts = float_parts(signal, p, pl, filter3)
    else:
        parts = fixed_parts(signal, p, pl)
    fields: dict[str, Any] = {
        "channels": len(signal.channels),
        "statistics": int(told_statistics(p)),
        **parts.scales,
    }
    sources = [*SOURCES[arithmetic], *HISTORY, *FEATURES[arithmetic]]
    defines = _means(signal, pl, filter3) if arithmetic == "float" else {}
    more, files = _filters(pl, parts, arithmetic, filter3)
    fields |= more
    sources += files
    defines |= _filter_defines(pl, filter3)
    if arithmetic == "fixed" and any(k.fine for k in sections(signal, p)):
        defines["MK_BIQUAD_FINE"] = 1
    if p.analysis == WAVELET:
        sources += [*wavelet_c.SOURCES, *WAVELET_C[arithmetic]]
        fields |= wavelet_c.fields(p, fixed_plan(signal, p) if arithmetic == "fixed" else None)
        defines |= wavelet_c.DEFINES | (wavelet_c.ROUGH if arithmetic == "float" else {})
    elif not pl.fft:
        defines["MK_SPECTRAL_PLAIN"] = 1
    if pl.fft:
        sources += FFT[arithmetic]
        more, flags = spectrum_fields(p, pl, parts, stream)
        fields |= more
        defines |= flags
    defines["MK_SPECTRAL_STREAM" if stream else "MK_SPECTRAL_WHOLE"] = 1
    if stream:
        sources += STREAM[arithmetic]
        fields |= stream_fields(signal, p, arithmetic)
    size = sizes(signal, p, arithmetic, stream)
    return CBlock(
        tuple(sources), fields, size.state, size.scratch, defines, parts.lsb, stream, not stream
    )


def sections(signal: Signal, p: Params) -> list[Section]:
    """All sections in integers."""
    return [k for cascade in fixed_plan(signal, p).cascades for k in cascade.sections]


def _means(signal: Signal, pl: Plan, filter3: bool) -> dict[str, int]:
    """What the sums of moments in float have to mind."""
    defines = {"MK_LONG_WINDOWS": 1} if pl.length > CHUNK else {}
    if filter3:
        return defines
    rougher = pl.decimators or signal.sample != "int16"
    return defines | {"MK_ROUGH_MEAN": 1} | ({"MK_ROUGHER_MEAN": 1} if rougher else {})


def _filters(
    pl: Plan, parts: Parts, arithmetic: str, filter3: bool
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Fields and files of decimation and filter."""
    fields: dict[str, Any] = {}
    if pl.decimators:
        fields |= {
            "stages": len(pl.decimators),
            "ratios": np.array([ratio for ratio, _ in pl.decimators], dtype=np.uint8),
            "decimator": parts.decimator,
        }
    if pl.butterworth is not None:
        fields |= {"sections": len(pl.butterworth.b1), "section": parts.section}
    if filter3:
        return fields, FILTER3
    return fields, FILTER[arithmetic] if pl.decimators or pl.butterworth else ()


def _filter_defines(pl: Plan, filter3: bool) -> dict[str, int]:
    defines = {"MK_SPECTRAL_FILTER3" if filter3 else "MK_SPECTRAL_GENERAL": 1}
    if pl.decimators:
        defines["MK_SPECTRAL_DECIMATE"] = 1
    if pl.butterworth is not None:
        defines["MK_SPECTRAL_FILTER"] = 1
        if not filter3:
            defines["MK_SPECTRAL_BIQUAD"] = 1
    return defines


def is_filter3(pl: Plan) -> bool:
    """Whether the cascade is the one that has its own C."""
    return not pl.decimators and pl.butterworth is not None and len(pl.butterworth.b1) == 3
