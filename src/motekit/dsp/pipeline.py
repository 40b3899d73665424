"""The front end of a pipeline: blocks side by side and in chains; names, features, bounds.

Values come in as windows (… × samples × channels); features leave in the order of the blocks. A
block that makes a signal has a name, and the blocks that read it name it as their source.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64, I32, Feature, Samples, Signal
from motekit.core.pipeline import BlockUse

from .chain import Stage, fed, settled, stages

__all__ = ["bound", "check", "describe", "fed", "fixed", "lsb", "reference", "stages"]

CHUNK = 512  # windows computed at a time: they stay in the cache


def check(signal: Signal, uses: Sequence[BlockUse], where: str = "blocks") -> None:
    """Raises InputError if a block cannot compute on its signal, or the blocks do not fit."""
    stages(signal, uses, where)


def describe(
    signal: Signal, uses: Sequence[BlockUse], where: str = "blocks"
) -> tuple[Feature, ...]:
    """Every feature in order; a name that two blocks share gets the block's position behind it.

    Args:
        where: what the blocks are part of, for errors.

    Raises InputError if a block cannot compute on this signal.
    """
    out: list[Feature] = []
    for i, stage in enumerate(stages(signal, uses, where)):
        taken = {feature.name for feature in out}
        for feature in stage.block.features(stage.signal, stage.use.params):
            name = f"{feature.name}#{i}" if feature.name in taken else feature.name
            out.append(Feature(name, feature.unit))
    return tuple(out)


def reference(x: npt.NDArray[np.floating], signal: Signal, uses: Sequence[BlockUse]) -> F64:
    """Features in float64 of windows in units: what all C stands for."""
    placed = stages(signal, uses)
    chunks = [x] if x.ndim < 3 else [x[i : i + CHUNK] for i in range(0, max(len(x), 1), CHUNK)]
    rows = [_reference(chunk.astype(np.float64), placed) for chunk in chunks]
    return rows[0] if len(rows) == 1 else np.concatenate(rows)


def _reference(x: F64, placed: Sequence[Stage]) -> F64:
    made = _meant(x, placed)
    parts = [
        s.block.reference(s.pick(x, made), s.signal, s.use.params)
        for s in placed
        if s.block.output is None
    ]
    return np.concatenate(parts, axis=-1)


def _meant(x: F64, placed: Sequence[Stage]) -> dict[str, F64]:
    """Name → the signal of that name, in units, by the references."""
    made: dict[str, F64] = {}
    for s in placed:
        if s.block.output is not None:
            made[s.use.name] = s.block.reference(s.pick(x, made), s.signal, s.use.params)
    return made


def _exact(x: Samples, placed: Sequence[Stage], arithmetic: str) -> dict[str, Samples]:
    """Name → the signal of that name as the C makes it, bit for bit."""
    made: dict[str, Samples] = {}
    for s in placed:
        if s.block.exact is not None:
            made[s.use.name] = s.block.exact(s.pick(x, made), s.signal, s.use.params, arithmetic)
    return made


def fixed(x: npt.NDArray[np.int16], signal: Signal, uses: Sequence[BlockUse]) -> I32:
    """Features as the fixed-point C puts them, from raw counts; one is worth `lsb`."""
    placed = settled(stages(signal, uses), signal, "fixed")
    made = _exact(x, placed, "fixed")
    return np.concatenate(
        [
            s.block.fixed_reference(s.pick(x, made), s.signal, s.use.params)
            for s in placed
            if s.block.output is None
        ],
        axis=-1,
    )


def lsb(signal: Signal, uses: Sequence[BlockUse]) -> F64:
    """Worth of one integer of each fixed-point feature, in its unit."""
    parts = [
        s.block.c(s.signal, s.use.params, "fixed").lsb
        for s in settled(stages(signal, uses), signal, "fixed")
        if s.block.output is None
    ]
    return np.array([value for part in parts for value in part])


def bound(
    x: npt.NDArray[np.floating], signal: Signal, uses: Sequence[BlockUse], arithmetic: str
) -> F64:
    """The largest |C − reference| promised for windows in units, per window and feature.

    Behind a block that makes a signal it is what the reader's C may miss on the very samples that
    the C before it makes, and what its reference makes of the difference of these samples to the
    reference's: both are known for each window.
    """
    placed = settled(stages(signal, uses), signal, arithmetic)
    natural = x.astype(np.float64)
    meant = _meant(natural, placed)
    chained = any(s.block.output is not None for s in placed)
    exact = _exact(_samples(natural, signal), placed, arithmetic) if chained else {}
    parts = []
    for s in (s for s in placed if s.block.output is None):
        p: Any = s.use.params
        if not s.use.source:
            parts.append(s.block.bound(s.signal, p, arithmetic, s.pick(natural, {})))
            continue
        got = s.pick(natural, exact).astype(np.float64) * np.array(s.signal.scale)
        away = s.block.reference(got, s.signal, p)
        away = away - s.block.reference(s.pick(natural, meant), s.signal, p)
        parts.append(s.block.bound(s.signal, p, arithmetic, got) + np.abs(away))
    return np.concatenate(parts, axis=-1)


def _samples(natural: F64, signal: Signal) -> Samples:
    """Windows in units as the sensor gave them."""
    counts = natural / np.array(signal.scale)
    if signal.sample == "int16":
        return np.asarray(np.rint(counts).astype(np.int16))
    return np.asarray(counts.astype(np.float32))
