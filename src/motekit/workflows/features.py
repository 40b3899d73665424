"""Windows to features: what a project's blocks make of its recordings, and of altered copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from motekit.core.block import Signal
from motekit.core.errors import InputError, found_in
from motekit.core.pipeline import BlockUse, require_frames
from motekit.core.recording import Recording
from motekit.core.windows import WindowSet
from motekit.dsp import pipeline
from motekit.models.augment import AugmentParams, augment
from motekit.models.data import FeatureTable
from motekit.recordings.split import groups as groups_of
from motekit.recordings.targets import LABEL
from motekit.recordings.windows import WindowParams, cut, require_classes

INT16 = np.dtype(np.int16)
P = TypeVar("P", bound=WindowParams)


@dataclass(frozen=True)
class Data:
    """Windows and the signal they are windows of.

    Args:
        strange: which windows are known anomalies, for a detector on its own; else None.
    """

    windows: WindowSet
    signal: Signal
    strange: npt.NDArray[np.bool_] | None = None


def load(
    recordings: Sequence[Recording], params: WindowParams, where: str = "signal",
    task: str = "classifier", normal: Sequence[str] = (),
) -> Data:  # fmt: skip
    """Cut windows and describe what they are windows of.

    Args:
        where: the table that `params` came from, for errors.
        task: what is to be learned: "classifier", "regressor" or "anomaly".
        normal: labels that a detector on its own learns from; all windows if empty.

    Raises InputError for recordings that do not fit each other or the parameters, and for what
    nothing can be learned from.
    """
    windows = cut(recordings, for_task(params, task, normal), where)
    strange = None
    if task == "classifier":
        with found_in("recordings"):
            require_classes(windows)
    elif task == "anomaly":
        strange = known_strange(windows.labels, windows.classes, normal, where)
    else:
        require_targets(windows.target, f"{where}.target")
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
    require_frames(signal, 0, where)
    return Data(windows, signal, strange)


def for_task(params: P, task: str, normal: Sequence[str]) -> P:
    """How windows are cut for a task, where a project leaves it open: a regressor learns labels,
    a detector without normal labels every window."""
    if task == "regressor" and not params.target:
        return replace(params, target=LABEL)
    if task == "anomaly" and not normal:
        return replace(params, unlabelled="keep")
    return params


def known_strange(
    labels: npt.NDArray[np.int64], classes: Sequence[str], normal: Sequence[str], where: str
) -> npt.NDArray[np.bool_]:
    """Windows that are not of a normal label. Raises InputError for labels that nothing has."""
    unknown = [label for label in normal if label not in classes]
    if unknown:
        raise InputError(
            "no window has this label", where=f"{where}.normal", value=unknown[0],
            way_out=f"there are: {', '.join(classes) or 'no labels'}",
        )  # fmt: skip
    if not normal:
        return np.zeros(len(labels), dtype=bool)
    return ~np.isin(labels, [classes.index(label) for label in normal])


def require_targets(targets: npt.NDArray[np.float64] | None, where: str) -> None:
    """Refuse targets that are all alike. Raises InputError."""
    if targets is None or len(np.unique(targets)) < 2:
        raise InputError(
            "every window has the same target, so there is nothing to learn", where=where,
            value=None if targets is None else targets[:1].tolist(),
            way_out="record more than one value",
        )  # fmt: skip


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
        targets=None if windows.target is None else np.tile(windows.target, times),
        strange=None if data.strange is None else np.tile(data.strange, times),
    )
