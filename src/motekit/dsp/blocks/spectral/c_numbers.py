"""Coefficients, scales and tables of `spectral`, in either arithmetic, as the C reads them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.block import Signal
from motekit.dsp import integer, mixed
from motekit.dsp.common import counts_to_units, require_fixed_input
from motekit.dsp.mixed import is_mixed
from motekit.dsp.tables import twiddles

from . import wavelet_c
from .fixed_plan import LOG_LSB, FixedPlan, fixed_plan, frames_summed, sum_shift
from .params import EI, WAVELET, Params
from .plan import EI_ZERO, Plan, Sections, full_frames, told_statistics
from .tables_q import channel_offsets, section_words, taper

F32 = npt.NDArray[np.float32]


def turns_of(
    length: int, odd: Callable[[int], npt.NDArray[Any]], even: Callable[[int], npt.NDArray[Any]]
) -> npt.NDArray[Any]:
    """The angles of an FFT, by whether it has factors of 3 or 5."""
    return (odd if is_mixed(length) else even)(length)


@dataclass(frozen=True)
class Parts:
    """What differs between float and fixed point: numbers in either form."""

    scales: dict[str, Any]
    decimator: npt.NDArray[Any]
    section: npt.NDArray[Any]
    twiddle: npt.NDArray[Any]
    taper: npt.NDArray[Any] | None
    average: int
    lsb: tuple[float, ...] = ()


def float_parts(signal: Signal, p: Params, pl: Plan, filter3: bool) -> Parts:
    """Float numbers. filter3: whether the cascade is for mk_filter3.h."""
    rows, step = channel_rows(signal, p, pl)
    gains = math.prod((s.gain for s in all_sections(pl)), start=1.0)
    scales = {"log": int(p.log), "channel_step": step, "channel": rows, "gain": gains}
    nothing = np.zeros(0, np.float32)
    tapered = bool(np.any(pl.window != 1.0))
    return Parts(
        scales,
        np.concatenate([nothing, *(decimator_table(s) for _, s in pl.decimators)]),
        _butterworth_table(pl, filter3),
        turns_of(pl.fft, mixed.twiddles, twiddles) if pl.fft else nothing,
        pl.window.astype(np.float32) if tapered else None,
        int(p.combine == "mean" and p.numerics != EI),
    )


def _butterworth_table(pl: Plan, filter3: bool) -> F32:
    """The sections as mk_biquad.h or, where that is used, mk_filter3.h wants them."""
    if pl.butterworth is None:
        return np.zeros(0, np.float32)
    table = section_table(pl.butterworth)
    if not filter3:
        return table.reshape(-1)
    head = np.array([pl.butterworth.gain, pl.butterworth.b1[0]], dtype=np.float32)
    return np.concatenate([head, table[:, 1], table[:, 2]])


def fixed_parts(signal: Signal, p: Params, pl: Plan) -> Parts:
    """Integers. Raises InputError where there is no fixed-point form."""
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
    return Parts(
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
