"""Several blocks side by side on one signal: names, features, bounds.

Values come in as windows (… × samples × channels); features leave in the order of the blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64, I32, Block, Feature, Signal
from motekit.core.errors import InputError
from motekit.core.pipeline import BlockUse

from . import BLOCKS

T = TypeVar("T", bound=np.generic)
CHUNK = 512  # windows computed at a time: they stay in the cache


def fed(signal: Signal, use: BlockUse) -> Signal:
    """The signal as one block sees it: only the channels it is fed. Raises InputError."""
    if not use.channels:
        return signal
    for channel in use.channels:
        if not 0 <= channel < len(signal.channels):
            raise InputError(
                f"the signal has {len(signal.channels)} channels, counted from 0",
                where=f"block {use.block}: channels",
                value=channel,
                way_out=f"choose from 0 to {len(signal.channels) - 1}",
            )
    pick = use.channels
    return replace(
        signal,
        channels=tuple(signal.channels[i] for i in pick),
        units=tuple(signal.units[i] for i in pick),
        scale=tuple(signal.scale[i] for i in pick),
    )


def check(signal: Signal, uses: Sequence[BlockUse]) -> None:
    """Raises InputError if a block cannot compute on this signal."""
    if not uses:
        raise InputError("a pipeline needs at least one block", where="blocks", value=[])
    for use in uses:
        _block(use).check(fed(signal, use), use.params)


def describe(signal: Signal, uses: Sequence[BlockUse]) -> tuple[Feature, ...]:
    """Every feature in order; a name that two blocks share gets the block's position behind it.

    Raises InputError if a block cannot compute on this signal.
    """
    check(signal, uses)
    out: list[Feature] = []
    for i, use in enumerate(uses):
        taken = {feature.name for feature in out}
        for feature in _block(use).features(fed(signal, use), use.params):
            name = f"{feature.name}#{i}" if feature.name in taken else feature.name
            out.append(Feature(name, feature.unit))
    return tuple(out)


def reference(x: npt.NDArray[np.floating], signal: Signal, uses: Sequence[BlockUse]) -> F64:
    """Features in float64 of windows in units: what all C stands for."""
    chunks = [x] if x.ndim < 3 else [x[i : i + CHUNK] for i in range(0, max(len(x), 1), CHUNK)]
    rows = [
        np.concatenate(
            [_block(use).reference(_pick(part, use), fed(signal, use), use.params) for use in uses],
            axis=-1,
        )
        for part in (chunk.astype(np.float64) for chunk in chunks)
    ]
    return rows[0] if len(rows) == 1 else np.concatenate(rows)


def fixed(x: npt.NDArray[np.int16], signal: Signal, uses: Sequence[BlockUse]) -> I32:
    """Features as the fixed-point C puts them, from raw counts; one is worth `lsb`."""
    return np.concatenate(
        [
            _block(use).fixed_reference(_pick(x, use), fed(signal, use), use.params)
            for use in uses
        ],
        axis=-1,
    )  # fmt: skip


def lsb(signal: Signal, uses: Sequence[BlockUse]) -> F64:
    """Worth of one integer of each fixed-point feature, in its unit."""
    parts = [_block(use).c(fed(signal, use), use.params, "fixed").lsb for use in uses]
    return np.array([value for part in parts for value in part])


def bound(
    x: npt.NDArray[np.floating], signal: Signal, uses: Sequence[BlockUse], arithmetic: str
) -> F64:
    """The largest |C − reference| promised for windows in units, per window and feature."""
    natural = x.astype(np.float64)
    return np.concatenate(
        [
            _block(use).bound(fed(signal, use), use.params, arithmetic, _pick(natural, use))
            for use in uses
        ],
        axis=-1,
    )  # fmt: skip


def _block(use: BlockUse) -> Block:
    return BLOCKS.get(use.block)


def _pick(x: npt.NDArray[T], use: BlockUse) -> npt.NDArray[T]:
    return x[..., list(use.channels)] if use.channels else x
