"""`spectral` as C: what the generator prints for one use of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.block import CBlock, Signal
from motekit.dsp import integer, mixed
from motekit.dsp.common import FEATURES, HISTORY, counts_to_units, require_fixed_input
from motekit.dsp.errors import CHUNK
from motekit.dsp.mixed import is_mixed
from motekit.dsp.tables import twiddles

from . import wavelet_c
from .fixed_plan import LOG_LSB, FixedPlan, fixed_plan, frames_summed, sum_shift
from .params import EI, WAVELET, Params
from .plan import EI_ZERO, Plan, Sections, plan, told_statistics
from .tables_q import channel_offsets, section_words, taper

F32 = npt.NDArray[np.float32]

HEADERS = ("mk_spectral.h", "mk_moments.h", "mk_wide.h", "mk_fix.h")
MOMENTS = ("mk_tune.h", "mk_moments_arm.inc", "mk_moments_f32.c")
SOURCES = {
    "float": (*HEADERS, "mk_spectral_f32.c", *MOMENTS),
    "fixed": (*HEADERS, "mk_spectral_q.c", "mk_moments_q.c", "mk_wide.c"),
}
FILTER = {
    "float": ("mk_biquad.h", "mk_biquad_f32.c"),
    "fixed": ("mk_biquad.h", "mk_biquad_q.c"),
}
FILTER3 = ("mk_filter3.h", "mk_tune.h", "mk_filter3_arm.inc", "mk_filter3_f32.c")
FFT = {
    "float": (
        "mk_fft.h",
        "mk_bits.h",
        "mk_tune.h",
        "mk_fft_arm.inc",
        "mk_fft_mixed_arm.inc",
        "mk_fft_f32.c",
        "mk_log.h",
        "mk_log_f32.c",
    ),
    "fixed": ("mk_fft.h", "mk_bits.h", "mk_fft_q.c"),
}


WAVELET_C = {
    "float": ("mk_spectral_wavelet_f32.c", "mk_log.h", "mk_log_f32.c"),
    "fixed": ("mk_spectral_wavelet_q.c",),
}


def turns_of(
    length: int, odd: Callable[[int], npt.NDArray[Any]], even: Callable[[int], npt.NDArray[Any]]
) -> npt.NDArray[Any]:
    """The angles of an FFT, by whether it has factors of 3 or 5."""
    return (odd if is_mixed(length) else even)(length)


def full_frames(pl: Plan) -> int:
    """Frames that hold samples: those of zeros alone change no maximum."""
    return sum(start < pl.length for start in pl.frames)


def c(signal: Signal, p: Params, arithmetic: str) -> CBlock:
    """Either variant. Raises InputError where there is no fixed-point form."""
    pl = plan(signal, p)
    parts = _float_parts(signal, p, pl) if arithmetic == "float" else _fixed_parts(signal, p, pl)
    fields: dict[str, Any] = {
        "channels": len(signal.channels),
        "statistics": int(told_statistics(p)),
        **parts.scales,
    }
    sources = [*SOURCES[arithmetic], *HISTORY, *FEATURES[arithmetic]]
    defines: dict[str, int] = {}
    if arithmetic == "float" and pl.length > CHUNK:
        defines["MK_LONG_WINDOWS"] = 1
    if arithmetic == "float" and not is_filter3(pl):
        defines["MK_ROUGH_MEAN"] = 1
        if pl.decimators or signal.sample != "int16":
            defines["MK_ROUGHER_MEAN"] = 1
    if pl.decimators:
        defines["MK_SPECTRAL_DECIMATE"] = 1
        fields |= {
            "stages": len(pl.decimators),
            "ratios": np.array([ratio for ratio, _ in pl.decimators], dtype=np.uint8),
            "decimator": parts.decimator,
        }
    if pl.butterworth is not None:
        defines["MK_SPECTRAL_FILTER"] = 1
        fields |= {"sections": len(pl.butterworth.b1), "section": parts.section}
    if arithmetic == "float" and is_filter3(pl):
        defines["MK_SPECTRAL_FILTER3"] = 1
        sources += FILTER3
    else:
        defines["MK_SPECTRAL_GENERAL"] = 1
        if pl.butterworth is not None:
            defines["MK_SPECTRAL_BIQUAD"] = 1
        sources += FILTER[arithmetic] if pl.decimators or pl.butterworth else ()
    if p.analysis == WAVELET:
        sources += [*wavelet_c.SOURCES, *WAVELET_C[arithmetic]]
        fields |= wavelet_c.fields(p, fixed_plan(signal, p) if arithmetic == "fixed" else None)
        defines |= wavelet_c.DEFINES | (wavelet_c.ROUGH if arithmetic == "float" else {})
    elif not pl.fft:
        defines["MK_SPECTRAL_PLAIN"] = 1
    if pl.fft:
        sources += FFT[arithmetic]
        more, flags = spectrum_fields(p, pl, parts)
        fields |= more
        defines |= flags
    words = scratch_words(signal, pl, arithmetic)
    if p.analysis == WAVELET:
        words = max(words, wavelet_c.scratch_words(pl, p))
    scratch = 4 * words
    return CBlock(tuple(sources), fields, 0, scratch, defines, parts.lsb)


@dataclass(frozen=True)
class _Parts:
    """What differs between float and fixed point: numbers in either form."""

    scales: dict[str, Any]
    decimator: npt.NDArray[Any]
    section: npt.NDArray[Any]
    twiddle: npt.NDArray[Any]
    taper: npt.NDArray[Any] | None
    average: int
    lsb: tuple[float, ...] = ()


def _float_parts(signal: Signal, p: Params, pl: Plan) -> _Parts:
    rows, step = channel_rows(signal, p, pl)
    gains = math.prod((s.gain for s in all_sections(pl)), start=1.0)
    scales = {"log": int(p.log), "channel_step": step, "channel": rows, "gain": gains}
    nothing = np.zeros(0, np.float32)
    tapered = bool(np.any(pl.window != 1.0))
    return _Parts(
        scales,
        np.concatenate([nothing, *(decimator_table(s) for _, s in pl.decimators)]),
        _butterworth_table(pl),
        turns_of(pl.fft, mixed.twiddles, twiddles) if pl.fft else nothing,
        pl.window.astype(np.float32) if tapered else None,
        int(p.combine == "mean" and p.numerics != EI),
    )


def _butterworth_table(pl: Plan) -> F32:
    """The sections as mk_biquad.h or, where that is used, mk_filter3.h wants them."""
    if pl.butterworth is None:
        return np.zeros(0, np.float32)
    table = section_table(pl.butterworth)
    if not is_filter3(pl):
        return table.reshape(-1)
    head = np.array([pl.butterworth.gain, pl.butterworth.b1[0]], dtype=np.float32)
    return np.concatenate([head, table[:, 1], table[:, 2]])


def _fixed_parts(signal: Signal, p: Params, pl: Plan) -> _Parts:
    require_fixed_input(signal)
    fp = fixed_plan(signal, p)
    offsets = np.array(channel_offsets(signal, p, pl, fp), dtype=np.int32)
    same = bool(np.all(offsets == offsets[0]))
    scales = {
        "shift": fp.shift, "offset_step": int(not same), "offset": offsets[:1] if same else offsets,
        "most": fp.most, "noise": fp.noise[0], "noise_exponent": fp.noise[1],
    }  # fmt: skip
    stages = [c for c in fp.cascades if c.dc is not None]
    if stages:
        scales["steady"] = np.array([c.dc for c in stages], dtype=np.int32)
    return _Parts(
        scales,
        section_words(stages),
        section_words([c for c in fp.cascades if c.dc is None]),
        turns_of(pl.fft, mixed.twiddles_q, integer.twiddles) if pl.fft else np.zeros(0, np.int32),
        taper(pl) if pl.fft else None,
        1 + sum_shift(p, pl) if frames_summed(p, pl) > 1 else 0,
        lsb(signal, p, pl, fp),
    )


def lsb(signal: Signal, p: Params, pl: Plan, fp: FixedPlan) -> tuple[float, ...]:
    """Worth of one integer of each fixed-point feature."""
    moments = (2.0**-16, 2.0**-14)
    out: list[float] = []
    for index, scale in enumerate(counts_to_units(signal, p.scale)):
        if told_statistics(p):
            out += [float(fp.unit * scale), *moments]
        if p.analysis == WAVELET:
            out += wavelet_c.lsb(signal, p, pl, fp, index)
        out += moments if pl.moments else ()
        out += [LOG_LSB] * pl.bands
    return tuple(out)


def is_filter3(pl: Plan) -> bool:
    """Whether the cascade is the one that has its own C."""
    return not pl.decimators and pl.butterworth is not None and len(pl.butterworth.b1) == 3


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
        averaged = frames * max(1, pl.width)
        factor = scale**2 * (pl.power_scale() / 4 / averaged if pl.fft else 1.0)
        noise = scale**2 / 12 if signal.sample == "int16" else EI_ZERO
        noise = 0.0 if p.numerics == EI or not p.log else noise
        rows.append((scale, math.log10(factor) if p.log else factor, noise / factor))
    table = np.array(rows, dtype=np.float32)
    if np.all(table == table[0]):
        return table[0], 0
    return table.reshape(-1), 3


def spectrum_fields(p: Params, pl: Plan, parts: _Parts) -> tuple[dict[str, Any], dict[str, int]]:
    """Fields and defines of the FFT."""
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
        fields["places"] = mixed.mixed(pl.fft).places
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
    if full_frames(pl) > 1 or pl.moments:
        defines["MK_FFT_DC"] = 1
    if p.numerics == EI and p.log:
        defines["MK_SPECTRAL_ZEROS"] = 1
    if pl.moments:
        defines["MK_SPECTRAL_MOMENTS"] = 1
        fields["moments"] = 1
    return fields, defines


def scratch_words(signal: Signal, pl: Plan, arithmetic: str) -> int:
    """32-bit words of scratch: the window, filtered; one frame beside it if there are several,
    and in fixed point their powers."""
    whole = -(-signal.length // 4) * 4  # mk_center_f32 goes by fours
    if full_frames(pl) < 2:
        return max(whole, -(-pl.fft // 4) * 4)
    work = pl.length + pl.fft * (1 if arithmetic == "float" else 2)
    return max(whole, work)
