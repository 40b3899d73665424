"""From the parameters of `mfe` to the plan of an audio block."""

from __future__ import annotations

from functools import lru_cache

from motekit.core.block import Feature, Signal
from motekit.dsp.audio.check import check_band, check_bank, check_frames, check_sound
from motekit.dsp.audio.narrow import check_narrow
from motekit.dsp.audio.pcen import check_pcen, pcen_of
from motekit.dsp.audio.plan import AudioPlan, Cut, band_plan, level_unit

from .params import Params


def _cut(signal: Signal, p: Params) -> Cut:
    return Cut(p.numerics, p.frame_s, p.stride_s, p.fft_length, 256, p.emphasis, p.taper)


def check(signal: Signal, p: Params) -> None:
    """Raises InputError if the block cannot compute on this signal."""
    cut = _cut(signal, p)
    check_pcen("mfe", p)
    check_frames("mfe", signal, cut)
    check_sound("mfe", signal)
    check_band("mfe", signal, p.low_hz, p.high_hz)
    check_narrow("mfe", signal, cut, p)
    check_bank("mfe", signal, cut, p.filters, (p.low_hz, p.high_hz))


@lru_cache(maxsize=64)
def plan(signal: Signal, p: Params) -> AudioPlan:
    """The plan. Signal and parameters must have passed `check`."""
    cut = _cut(signal, p)
    pcen = pcen_of(p, cut.hop(signal)[1] / signal.rate_hz)
    return band_plan(
        signal, cut, (p.low_hz, p.high_hz), p.filters, floor_db=p.noise_floor_db, pcen=pcen,
        narrow=p.fft == "q15",
    )  # fmt: skip


def names(signal: Signal, p: Params) -> tuple[Feature, ...]:
    """The bands of a frame, by their middle in Hz."""
    mel = plan(signal, p).mel
    assert mel is not None
    unit = "" if p.pcen else level_unit(signal, p.numerics)
    return tuple(Feature(f"mel{i}_{hz:.0f}Hz", unit) for i, hz in enumerate(mel.corners_hz[1:-1]))
