"""Filters of every channel: a signal in, a signal out, for the blocks that read it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from motekit.core.block import I32, Block, Feature, Signal
from motekit.core.errors import InputError
from motekit.dsp.common import rate_from

from .bound import bound
from .c import c
from .design import edges, kept, settle
from .exact import exact
from .params import Params
from .reference import reference

HIGHEST = 0.98  # of half the rate
ANTI_ALIAS = 0.9  # of half the new rate
LOWEST = 1e-4  # of the rate, for recursive filters
MEDIAN_TAPS = 15
ACCELERATION = ("g", "m/s2", "m/s²", "m/s^2", "mg")


def check(signal: Signal, p: Params) -> None:
    """Raises InputError if the block cannot compute on this signal."""
    _check_edges(signal, p)
    _check_shape(p)
    _check_alias(signal, p)
    if p.finer and signal.sample != "int16":
        raise InputError(
            "samples in float have no counts to be finer", where="filter.finer", value=p.finer,
            way_out="leave it out",
        )  # fmt: skip
    if p.kind == "gravity":
        wrong = [unit for unit in signal.units if unit not in ACCELERATION]
        if wrong:
            raise InputError(
                "gravity is removed from accelerations", where="filter.kind", value=wrong[0],
                way_out=f"feed it channels in {' or '.join(ACCELERATION[:2])}, or use kind = "
                '"high"',
            )  # fmt: skip
    dropped = settle(signal, p)
    if signal.length - dropped < 2 * p.keep_every:
        least = dropped + 2 * p.keep_every
        lost = f"{dropped} settle, " if dropped else ""
        kept = "all are kept" if p.keep_every == 1 else f"one in {p.keep_every} is kept"
        raise InputError(
            f"the window has {signal.length} sample{'s' * (signal.length != 1)} at "
            f"{signal.rate_hz:g} Hz: {lost}{kept}, and 2 must be left",
            where="filter.settle_s" if dropped else "filter.keep_every",
            value=p.settle_s if dropped else p.keep_every,
            way_out=f"make the window at least {least / signal.rate_hz:g} s long"
            + (", or drop less" if dropped or p.keep_every > 1 else ""),
        )  # fmt: skip


def _check_edges(signal: Signal, p: Params) -> None:
    if p.kind == "median":
        return
    if p.kind in ("band", "stop") and not p.high_hz > p.cutoff_hz:
        raise InputError(
            "the upper edge must lie above the lower one", where="filter.high_hz",
            value=p.high_hz, way_out=f"choose more than cutoff_hz = {p.cutoff_hz:g}",
        )  # fmt: skip
    half = signal.rate_hz / 2
    for name, f in zip(("cutoff_hz", "high_hz"), edges(p), strict=False):
        if f > HIGHEST * half:
            raise InputError(
                f"at {signal.rate_hz:g} samples a second a filter reaches {HIGHEST * half:.6g} Hz",
                where=f"filter.{name}", value=f,
                way_out="choose a lower frequency, or record at "
                f"{rate_from(2 * f / HIGHEST)} or faster",
            )  # fmt: skip
        if f < LOWEST * signal.rate_hz:
            raise InputError(
                f"below {LOWEST * signal.rate_hz:g} Hz a filter at this rate loses its precision",
                where=f"filter.{name}", value=f,
                way_out="decimate first (keep_every), or choose a higher frequency",
            )  # fmt: skip


def _check_shape(p: Params) -> None:
    if p.kind == "median" or p.design == "fir":
        if p.taps % 2 == 0 or (p.kind == "median" and p.taps > MEDIAN_TAPS):
            most = f", at most {MEDIAN_TAPS}" if p.kind == "median" else ""
            raise InputError(
                f"a {p.kind if p.kind == 'median' else 'FIR'} takes an odd number of samples{most}",
                where="filter.taps", value=p.taps, way_out="such as taps = 15",
            )  # fmt: skip
        if p.kind in ("notch", "gravity"):
            raise InputError(
                f"{p.kind} is recursive", where="filter.design", value=p.design,
                way_out='use design = "butterworth", or kind = "stop" or "high"',
            )  # fmt: skip
    elif p.kind in ("band", "stop") and p.order > 4:
        raise InputError("an edge of a band has an order of 1 to 4", where="filter.order",
                         value=p.order, way_out="choose 1 to 4")  # fmt: skip
    elif p.kind in ("low", "high", "gravity") and p.order % 2:
        raise InputError("this filter is made of second-order sections", where="filter.order",
                         value=p.order, way_out="choose 2, 4, 6 or 8")  # fmt: skip


def _check_alias(signal: Signal, p: Params) -> None:
    if p.keep_every == 1:
        return
    limit = ANTI_ALIAS * signal.rate_hz / p.keep_every / 2
    top = edges(p)[-1] if p.kind in ("low", "band") else None
    if top is None or top > limit:
        raise InputError(
            f"one frame in {p.keep_every} is kept: what lies above {limit:.6g} Hz would fold down",
            where="filter.keep_every", value=top or p.kind,
            way_out=f'use kind = "low" or "band" that ends at {limit:.6g} Hz or below',
        )  # fmt: skip


def output(signal: Signal, p: Params) -> Signal:
    """The filtered signal: fewer frames, perhaps finer counts."""
    frames = len(range(signal.length)[kept(signal, p)])
    scale = tuple(s * 2.0**-p.finer for s in signal.scale)
    return replace(
        signal,
        rate_hz=signal.rate_hz / p.keep_every,
        length=frames,
        stride=max(1, signal.stride // p.keep_every),
        scale=scale if signal.sample == "int16" else signal.scale,
    )


def no_features(signal: Signal, p: Params) -> tuple[Feature, ...]:
    return ()


def fixed_reference(x: npt.NDArray[np.int16], signal: Signal, p: Params) -> I32:
    return exact(x, signal, p, "fixed").astype(np.int32)


BLOCK = Block(
    name="filter",
    summary="Low-pass, high-pass, band, notch, median, gravity removal and decimation",
    params=Params,
    check=check,
    features=no_features,
    reference=reference,
    fixed_reference=fixed_reference,
    c=c,
    bound=bound,
    history=False,
    package=__name__,
    restarts=True,
    output=output,
    exact=exact,
)
