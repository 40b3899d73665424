"""`spectral` as C: what the generator prints for one use of it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.block import CBlock, Signal
from motekit.dsp.common import FEATURES, HISTORY, counts_to_units
from motekit.dsp.tables import twiddles

from .params import EI, Params
from .plan import EI_ZERO, Plan, Sections, plan

F32 = npt.NDArray[np.float32]

SOURCES = ("mk_spectral.h", "mk_spectral_f32.c", "mk_moments.h", "mk_moments_f32.c")
FILTER = ("mk_biquad.h", "mk_biquad_f32.c")
FFT = ("mk_fft.h", "mk_fft_f32.c", "mk_log.h", "mk_log_f32.c")


def full_frames(pl: Plan) -> int:
    """Frames that hold samples: those of zeros alone change no maximum."""
    return sum(start < pl.length for start in pl.frames)


def c(signal: Signal, p: Params, arithmetic: str) -> CBlock:
    """The float variant."""
    pl = plan(signal, p)
    rows, step = channel_rows(signal, p, pl)
    fields: dict[str, Any] = {
        "channels": len(signal.channels),
        "statistics": int(p.statistics),
        "channel": rows,
        "channel_step": step,
        "log": int(p.log),
        "gain": math.prod((s.gain for s in all_sections(pl)), start=1.0),
    }
    sources = [*SOURCES, *HISTORY, *FEATURES[arithmetic]]
    defines: dict[str, int] = {}
    if pl.decimators:
        defines["MK_SPECTRAL_DECIMATE"] = 1
        fields |= {
            "stages": len(pl.decimators),
            "ratios": np.array([ratio for ratio, _ in pl.decimators], dtype=np.uint8),
            "decimator": np.concatenate([decimator_table(s) for _, s in pl.decimators]),
        }
    if pl.butterworth is not None:
        defines["MK_SPECTRAL_FILTER"] = 1
        fields |= {
            "sections": len(pl.butterworth.b1),
            "section": section_table(pl.butterworth).reshape(-1),
        }
    if pl.decimators or pl.butterworth is not None:
        sources += FILTER
    if pl.fft:
        sources += FFT
        more, flags = spectrum_fields(p, pl)
        fields |= more
        defines |= flags
    return CBlock(tuple(sources), fields, 0, 4 * scratch_words(signal, pl), defines)


def all_sections(pl: Plan) -> list[Sections]:
    """Every filter a sample passes, in order."""
    return [s for _, s in pl.decimators] + ([pl.butterworth] if pl.butterworth else [])


def section_table(s: Sections) -> F32:
    """b1, −a1, −a2 per section; shape (sections, 3)."""
    return np.array([s.b1, [-a for a in s.a1], [-a for a in s.a2]], dtype=np.float32).T


def decimator_table(s: Sections) -> F32:
    """b1, −a1, −a2 and the two delays at rest per unit of the cascade's scaled input."""
    assert s.rest is not None
    return np.hstack([section_table(s), (s.rest / s.gain).astype(np.float32)]).reshape(-1)


def channel_rows(signal: Signal, p: Params, pl: Plan) -> tuple[F32, int]:
    """(RMS factor, power offset or factor, noise) per channel, and the step between channels.

    A raw power is 4|X|² of counts, summed over the frames where they are averaged.
    """
    rows = []
    for scale in counts_to_units(signal, p.scale):
        frames = full_frames(pl) if p.combine == "mean" and p.numerics != EI else 1
        factor = scale**2 * (pl.power_scale() / 4 / frames if pl.fft else 1.0)
        noise = scale**2 / 12 if signal.sample == "int16" else EI_ZERO
        noise = 0.0 if p.numerics == EI or not p.log else noise
        rows.append((scale, math.log10(factor) if p.log else factor, noise / factor))
    table = np.array(rows, dtype=np.float32)
    if np.all(table == table[0]):
        return table[0], 0
    return table.reshape(-1), 3


def spectrum_fields(p: Params, pl: Plan) -> tuple[dict[str, Any], dict[str, int]]:
    """Fields and defines of the FFT."""
    fields: dict[str, Any] = {
        "fft": pl.fft,
        "bands": pl.bands,
        "edges": np.array(pl.edges, dtype=np.uint16),
        "twiddle": twiddles(pl.fft),
    }
    defines = {"MK_SPECTRAL_FFT": 1}
    if full_frames(pl) > 1:
        defines["MK_SPECTRAL_FRAMES"] = 1
        fields |= {
            "frames": full_frames(pl),
            "hop": pl.frames[1],
            "average": int(p.combine == "mean"),
        }
    if np.any(pl.window != 1.0):
        defines["MK_SPECTRAL_TAPER"] = 1
        fields["taper"] = pl.window.astype(np.float32)
    if pl.moments:
        defines["MK_SPECTRAL_MOMENTS"] = 1
        fields["moments"] = 1
    return fields, defines


def scratch_words(signal: Signal, pl: Plan) -> int:
    """32-bit words of scratch: the window, filtered; one frame beside it if there are several."""
    frames = full_frames(pl)
    work = pl.length + pl.fft if frames > 1 else pl.fft
    return max(signal.length, work)
