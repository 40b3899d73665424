"""From the parameters of `spectrogram` to the plan of an audio block."""

from __future__ import annotations

from functools import lru_cache

from motekit.core.block import Feature, Signal
from motekit.core.errors import InputError
from motekit.dsp.audio.check import check_band, check_frames, check_oscillation
from motekit.dsp.audio.narrow import check_narrow
from motekit.dsp.audio.plan import EI, AudioPlan, Cut, band_plan, bins_between, level_unit

from .params import Params


def _cut(signal: Signal, p: Params) -> Cut:
    return Cut(p.numerics, p.frame_s, p.stride_s, p.fft_length, 128, 0.0, p.taper)


def check(signal: Signal, p: Params) -> None:
    """Raises InputError if the block cannot compute on this signal."""
    cut = _cut(signal, p)
    check_frames("spectrogram", signal, cut)
    check_oscillation("spectrogram", signal)
    check_band("spectrogram", signal, p.low_hz, p.high_hz)
    check_narrow("spectrogram", signal, cut, p)
    if p.numerics == EI and (p.low_hz or p.high_hz):
        raise InputError(
            "edge_impulse_v4 keeps every bin",
            where="spectrogram.low_hz",
            value=p.low_hz or p.high_hz,
            way_out='use 0 for low_hz and high_hz, or numerics = "motekit"',
        )
    first, end = bins_between(signal, cut, p.low_hz, p.high_hz)
    if end <= first:
        raise InputError(
            f"no bin of {signal.rate_hz / cut.fft(signal):.4g} Hz lies between {p.low_hz:g} and "
            f"{p.high_hz or signal.rate_hz / 2:g} Hz",
            where="spectrogram.low_hz",
            value=p.low_hz,
            way_out="use a longer FFT or a wider band",
        )


@lru_cache(maxsize=64)
def plan(signal: Signal, p: Params) -> AudioPlan:
    """The plan. Signal and parameters must have passed `check`."""
    return band_plan(
        signal, _cut(signal, p), (p.low_hz, p.high_hz), 0, floor_db=p.noise_floor_db,
        narrow=p.fft == "q15",
    )  # fmt: skip


def names(signal: Signal, p: Params) -> tuple[Feature, ...]:
    """The bins of a frame in Hz."""
    pl = plan(signal, p)
    width = signal.rate_hz / pl.frames.fft
    unit = level_unit(signal, p.numerics)
    return tuple(Feature(f"{k * width:.5g}Hz", unit) for k in range(*pl.bins))
