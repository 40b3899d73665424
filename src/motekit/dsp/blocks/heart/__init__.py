"""Beats of a PPG or an ECG: heart rate, variability in time, and how far they can be trusted."""

from __future__ import annotations

from typing import Any

import numpy as np

from motekit.core.block import Block, CBlock, Signal
from motekit.core.errors import InputError
from motekit.dsp.common import (
    FEATURES,
    rate_from,
    require_fixed_input,
    require_one_channel,
    require_samples,
)
from motekit.dsp.quantity import CURRENT, POTENTIAL, require_quantity

from .params import Params, listens
from .plan import FINE, KINDS, count_of, passed, plan
from .reference import (
    NAMES,
    bound,
    features,
    fixed_reference,
    lsb,
    reference,
    scales,
    wanted,
    wide,
)
from .spectrum import scan

SLACK = 1.06  # the pass band ends below half the rate by this factor
LEAST_BEATS = 3  # of the slowest rate that a window must hold
MOST_SAMPLES = 65535
MOST_RATE_HZ = 1200.0
SHARED = (
    "mk_heart.h", "mk_heart.c", "mk_heart_spectrum.c", "mk_block.h", "mk_types.h", "mk_history.h",
    "mk_features.h", "mk_svf.h", "mk_svf_q.c", "mk_fix.h", "mk_count.h", "mk_pair.h",
)  # fmt: skip
SOURCES = {
    "float": (*SHARED, "mk_heart_f32.c", *FEATURES["float"]),
    "fixed": (*SHARED, "mk_heart_q.c", "mk_wide.h", "mk_wide.c", *FEATURES["fixed"]),
}
STATE_BYTES = 44  # of mk_heart_state
QUANTITIES = {"ppg": ("/", POTENTIAL, CURRENT, "W", "W/m2", "lx"), "ecg": ("/", POTENTIAL)}
SOURCES_OF = {"ppg": "light through skin", "ecg": "the potential of an ECG"}


def check(signal: Signal, p: Params) -> None:
    """Raises InputError if the block cannot compute on this signal."""
    require_one_channel("heart", signal)
    require_quantity(
        "heart", signal, QUANTITIES[p.kind], SOURCES_OF[p.kind],
        f"choose the channel of the {p.kind.upper()}, or set kind to what the channel is",
    )  # fmt: skip
    high = KINDS[p.kind].high_hz
    least = 2 * high * SLACK
    if not least <= signal.rate_hz <= MOST_RATE_HZ:
        slow = signal.rate_hz < least
        raise InputError(
            f"a rate of {signal.rate_hz:g} Hz is too {'low' if slow else 'high'}: beats of a "
            f"{p.kind.upper()} are found by what it has up to {high:g} Hz, at {least:g} to "
            f"{MOST_RATE_HZ:g} Hz", where="heart.kind", value=p.kind,
            way_out=f"record at {rate_from(least)} or faster" if slow
            else "put a filter with keep_every in front",
        )  # fmt: skip
    if not p.fastest_bpm > p.slowest_bpm:
        raise InputError(
            "the fastest rate must lie above the slowest one", where="heart.fastest_bpm",
            value=p.fastest_bpm, way_out=f"choose more than slowest_bpm = {p.slowest_bpm:g}",
        )  # fmt: skip
    beats = int(np.ceil(LEAST_BEATS * 60 / p.slowest_bpm * signal.rate_hz))
    require_samples(
        signal, beats, f"{LEAST_BEATS} beats of {p.slowest_bpm:g} a minute", "heart.slowest_bpm"
    )
    if signal.length > MOST_SAMPLES:
        raise InputError(
            f"the window has {signal.length} samples, heart takes at most {MOST_SAMPLES}",
            where="heart",
            way_out=f"make the window at most {MOST_SAMPLES / signal.rate_hz:g} s long",
        )
    if signal.sample != "int16" and not p.resolution:
        raise InputError(
            "beats are found on whole counts, and float samples have none",
            where="heart.resolution", value=p.resolution,
            way_out="say what one count shall be worth: about a thousandth of a beat's height",
        )  # fmt: skip
    if not wanted(p):
        raise InputError("there are no features: all are off", where="heart",
                         way_out="switch at least one on")  # fmt: skip


def c(signal: Signal, p: Params, arithmetic: str) -> CBlock:
    """Either variant: the same beats, and a few divisions at the end of a window."""
    if arithmetic == "fixed":
        require_fixed_input(signal)
    k, fixed = plan(signal.rate_hz, signal.length, p), passed(signal.rate_hz, signal.length, p)
    rows = np.array(fixed.rows, dtype=np.int32).reshape(-1)
    bits = sum(1 << i for i, name in enumerate(NAMES) if getattr(p, name))
    s, listening = scan(signal.rate_hz, signal.length, p), listens(p)
    rate, ms, per_bin = scales(signal, p)
    fields: dict[str, Any] = {"rows": rows}
    if arithmetic == "float":
        fields |= {
            "per_count": 1 / count_of(signal, p), "count": count_of(signal, p),
            "rate": rate, "ms": ms, "bin": per_bin,
        }  # fmt: skip
    else:
        for name, value in zip(("rate", "ms", "bin"), (rate, ms, per_bin), strict=True):
            fields |= {f"{name}_m": int(wide(value).m), f"{name}_e": int(wide(value).e)}
    fields |= {
        "length": signal.length * FINE, "apart": k.apart, "shortest": k.shortest,
        "longest": k.longest, "fifty": k.fifty, "offset": k.offset, "up": fixed.up,
        "mix": fixed.mix, "sections": len(fixed.rows), "half_peak": k.half_peak,
        "half_beat": k.half_beat, "shift": k.shift, "least": k.least, "most": k.most,
        "tolerance": p.tolerance, "wanted": bits, "invert": int(p.invert),
        "every": s.every if listening else 0, "part": s.part, "parts": s.parts, "low": s.low,
        "high": s.high, "unit": s.unit,
    }  # fmt: skip
    ring = 4 * -(-2 * (k.beat + 1) // 4)
    state = STATE_BYTES + 16 * len(fixed.rows) + 4 * k.most + 4 * -(-2 * k.most // 4) + ring
    state += 4 * -(-s.bits // 32) if listening else 0
    # A word for each beat; later one for each bin, and their sums over parts where there are any.
    scratch = 4 * max(k.most, s.bins * min(s.parts, 2) if listening else 0)
    words = lsb(signal, p) if arithmetic == "fixed" else ()
    return CBlock(SOURCES[arithmetic], fields, state, scratch, lsb=words)


BLOCK = Block(
    name="heart",
    summary="Heart rate, its variability and signal quality from a PPG or an ECG",
    params=Params,
    check=check,
    features=features,
    reference=reference,
    fixed_reference=fixed_reference,
    c=c,
    bound=bound,
    history=False,
    package=__name__,
    restarts=True,
)
