"""Whether a use of `spectral` keeps its window, and what either way takes.

Both give features within the same bounds; what takes less memory is printed. Windows that overlap
have a state each: a filter starts anew at every window, so they share nothing but samples.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from motekit.core.block import Signal
from motekit.dsp import exact
from motekit.dsp.mixed import is_mixed

from . import wavelet_c
from .fixed_plan import frames_summed
from .params import WAVELET, Params
from .plan import Plan, full_frames, plan

CHUNK = 16  # samples that are worked on at a time where there is no FFT
CLOCK_WORDS = 3
ROW_WORDS = {"float": 5, "fixed": 17}  # of a channel: its first sample, moments, scale
DELAYS = {"float": 2, "fixed": 5}  # words of a section
POWER_WORDS = {"float": 1, "fixed": 2}
MEAN_WORDS = {"float": 2, "fixed": 0}  # what is known of bin 0, where not in the row anyway


@dataclass(frozen=True)
class Sizes:
    """Bytes of a use: of its state of one window, of its scratch."""

    state: int
    scratch: int


def span(pl: Plan) -> tuple[int, int]:
    """(samples of the frame under way, samples that are worked on at a time)."""
    return (pl.fft, pl.frames[1]) if pl.fft else (CHUNK, CHUNK)


def fits(p: Params, pl: Plan, arithmetic: str) -> bool:
    """Whether the features can be computed as samples come.

    The wavelet form wants the window. So do tapered frames: the window's mean shows in them. A
    single frame is the window.
    """
    if p.analysis == WAVELET:
        return False
    if arithmetic == "fixed" and pl.moments and (frames_summed(p, pl) > 1 or is_mixed(pl.fft)):
        return False  # bin 0 has no integer form there
    return not pl.fft or (full_frames(pl) > 1 and bool((pl.window == 1.0).all()))


def sizes(signal: Signal, p: Params, arithmetic: str, stream: bool) -> Sizes:
    """What a use takes if it does not keep its window, or if it does."""
    pl = plan(signal, p)
    if stream:
        state = CLOCK_WORDS + len(signal.channels) * _row(pl, arithmetic)
        long, chunk = span(pl)
        return Sizes(4 * state, 4 * pl.fft if chunk < long else 0)
    words = _whole_words(signal, pl, arithmetic)
    if p.analysis == WAVELET:
        words = max(words, wavelet_c.scratch_words(pl, p))
    return Sizes(0, 4 * words)


def streams(signal: Signal, p: Params, arithmetic: str) -> bool:
    """Whether windows are not kept: where that takes less memory."""
    if signal.kept or not fits(p, plan(signal, p), arithmetic):
        return False
    overlap = math.ceil(signal.length / signal.stride)
    sample = 2 if signal.sample == "int16" else 4
    ring = signal.length * len(signal.channels) * sample
    flow, whole = (sizes(signal, p, arithmetic, stream) for stream in (True, False))
    return overlap * flow.state + flow.scratch < ring + whole.scratch


def fields(signal: Signal, p: Params, arithmetic: str) -> dict[str, Any]:
    """Fields of the C struct."""
    pl = plan(signal, p)
    long, chunk = span(pl)
    out: dict[str, Any] = {
        "row": _row(pl, arithmetic), "delays": _delays(pl, arithmetic), "span": long,
        "chunk": chunk,
    }  # fmt: skip
    if arithmetic == "fixed":
        return out | {"bits": exact.bits(pl.length)}
    return out | {"steady": math.prod(s.steady() for _, s in pl.decimators)}


def _delays(pl: Plan, arithmetic: str) -> int:
    sections = sum(len(s.b1) for _, s in pl.decimators)
    sections += len(pl.butterworth.b1) if pl.butterworth else 0
    return DELAYS[arithmetic] * sections


def _row(pl: Plan, arithmetic: str) -> int:
    """Words of a channel in the state."""
    powers = POWER_WORDS[arithmetic] * (pl.fft // 2)
    known = MEAN_WORDS[arithmetic] if pl.moments else 0
    return ROW_WORDS[arithmetic] + _delays(pl, arithmetic) + span(pl)[0] + powers + known


def _whole_words(signal: Signal, pl: Plan, arithmetic: str) -> int:
    """32-bit words of scratch: the window, filtered; one frame beside it if there are several,
    and in fixed point their powers."""
    whole = -(-signal.length // 4) * 4  # mk_center_f32 goes by fours
    if full_frames(pl) < 2:
        return max(whole, -(-pl.fft // 4) * 4)
    work = pl.length + pl.fft * (1 if arithmetic == "float" else 2)
    return max(whole, work)
