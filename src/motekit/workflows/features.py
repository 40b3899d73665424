"""Windows to features: what a project's blocks make of its recordings, and of altered copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.core.block import Signal
from motekit.core.errors import InputError, found_in
from motekit.core.pipeline import BlockUse
from motekit.core.recording import Recording
from motekit.core.windows import WindowSet
from motekit.dsp import pipeline
from motekit.models.augment import AugmentParams, augment
from motekit.models.data import FeatureTable
from motekit.recordings.split import groups as groups_of
from motekit.recordings.windows import WindowParams, cut, require_classes

INT16 = np.dtype(np.int16)


@dataclass(frozen=True)
class Data:
    """Windows and the signal they are windows of."""

    windows: WindowSet
    signal: Signal


def load(recordings: Sequence[Recording], params: WindowParams, where: str = "signal") -> Data:
    """Cut windows and describe what they are windows of.

    Args:
        where: the table that `params` came from, for errors.

    Raises InputError for recordings that do not fit each other or the parameters, and for what
    no classifier can learn from.
    """
    windows = cut(recordings, params, where)
    with found_in("recordings"):
        require_classes(windows)
    _require_numbers(windows)
    stream = recordings[0].stream(params.sensor or None)
    names = {channel.name: channel for channel in stream.channels}
    chosen = [names[n] for n in params.channels] if params.channels else list(stream.channels)
    rate = windows.rate_hz
    sample = "int16" if windows.values.dtype == INT16 else "float32"
    stride = params.stride or round(params.stride_s * rate)
    signal = Signal(
        rate_hz=rate,
        length=windows.values.shape[1],
        stride=max(stride, 1),
        channels=tuple(c.name for c in chosen),
        units=tuple(c.unit for c in chosen),
        scale=tuple(windows.scale.tolist()),
        sample=sample,
    )
    return Data(windows, signal)


def _require_numbers(windows: WindowSet) -> None:
    """Refuse samples that are NaN or infinite, by name. Raises InputError."""
    bad = np.argwhere(~np.isfinite(windows.values.astype(np.float32)))
    if len(bad):
        window, row, channel = bad[0].tolist()
        raise InputError(
            f"a sample of channel {windows.channels[channel]!r} is not a finite number",
            where=f"{windows.recording[window]}, row {windows.start[window] + row}",
            value=float(windows.values[window, row, channel]),
            way_out="motekit check lists such recordings; correct them or leave them out",
        )


def names(signal: Signal, blocks: Sequence[BlockUse], where: str = "blocks") -> tuple[str, ...]:
    """Feature names, in order; made unique by the block's position where two blocks agree.

    Args:
        where: what the blocks are part of, for errors.

    Raises InputError if a block cannot compute on this signal.
    """
    return tuple(feature.name for feature in pipeline.describe(signal, blocks, where))


def compute(
    values: npt.NDArray[np.floating],
    signal: Signal,
    blocks: Sequence[BlockUse],
) -> npt.NDArray[np.float32]:
    """Features by the float64 references, float32, shape (windows, features).

    Args:
        values: shape (windows, samples, channels), in units.
    """
    return pipeline.reference(values, signal, blocks).astype(np.float32)


def table(
    data: Data, blocks: Sequence[BlockUse], split_by: str, altered: AugmentParams | None = None,
    where: str = "blocks",
) -> FeatureTable:  # fmt: skip
    """Features of every window and of its augmented copies.

    Args:
        split_by: what a split keeps together: "subject", "session", "recording".
        where: what the blocks are part of, for errors.
    """
    windows, signal = data.windows, data.signal
    columns = names(signal, blocks, where)
    physical: npt.NDArray[np.floating] = windows.values.astype(np.float64) * windows.scale
    copies = augment(physical, altered) if altered is not None else []
    n = len(windows)
    every: list[npt.NDArray[np.floating]] = [physical, *copies]
    features = [compute(part, signal, blocks) for part in every]
    times = 1 + len(copies)
    return FeatureTable(
        values=np.concatenate(features),
        names=columns,
        labels=np.tile(windows.labels, times),
        classes=windows.classes,
        groups=np.tile(groups_of(windows, split_by), times),
        origin=np.tile(np.arange(n), times),
    )
