"""Segments that a person may confirm: where something happens, and where the signal changes.

Both look at frames of the signal: for each channel its mean and the logarithm of its standard
deviation. Activity is told from rest by the deviation, with the threshold that separates its two
modes best (Otsu, "A threshold selection method from gray-level histograms", 1979) and hysteresis.
Changes are the optimal partition of the frames under a quadratic cost with a linear penalty
(Killick et al., "Optimal detection of changepoints with a linear computational cost", 2012),
by the ruptures package.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.params import param
from motekit.core.recording import Recording, Stream

from .label_sets import Annotation, Labels

F64 = npt.NDArray[np.float64]
METHODS: Final = ("activity", "changes")
QUIET: Final = 1e-9  # of a channel's largest deviation: below it nothing is told from nothing
MODES: Final = 6.0  # ratio of deviations, active to at rest, from which there are two modes
DEEP: Final = 0.5  # share of the way down from the threshold to rest where activity ends


@dataclass(frozen=True)
class ProposeParams:
    """How segments are looked for."""

    method: str = param("activity", "what is looked for", choices=METHODS)
    sensor: str = param("", "stream that is looked at; empty: the first one")
    label: str = param("", "label of proposals; empty: the recording's, or active, or part 1 …")
    frame_s: float = param(0.1, "length of a frame", unit="s", minimum=0.001, maximum=60.0)
    least_s: float = param(0.5, "shorter segments are left out", unit="s", minimum=0.0)
    bridge_s: float = param(0.3, "shorter pauses are part of the activity", unit="s", minimum=0.0)
    penalty: float = param(
        3.0, "how much better a fit must become for another change", minimum=0.01, maximum=1e6
    )


def propose(recording: Recording, params: ProposeParams, at: float) -> list[Annotation]:
    """Proposed segments, in rows of the recording's first stream.

    Args:
        at: when, seconds since the epoch.

    Raises InputError if there is no such sensor, or nothing to look at.
    """
    stream = recording.stream(params.sensor or recording.streams[0].sensor)
    hop = max(2, round(params.frame_s * stream.rate_hz))
    if len(stream) < 4 * hop:
        raise InputError(
            "too short to look for segments in", where=recording.name,
            value=f"{len(stream)} samples", way_out="take a shorter frame",
        )  # fmt: skip
    frames = _frames(stream, hop)
    find = _active if params.method == "activity" else _changes
    scale = recording.streams[0].rate_hz / stream.rate_hz
    rows = len(recording.streams[0])
    out = []
    for number, (first, stop) in enumerate(find(frames, hop / stream.rate_hz, params)):
        begin, end = round(first * hop * scale), min(rows, round(stop * hop * scale))
        if stop == len(frames[0]):
            end = rows
        if begin < end:
            label = params.label or _name(recording, params, number)
            out.append(Annotation("segment", label, begin, end, at=at, state="proposed",
                                  method=params.method))  # fmt: skip
    return out


def _name(recording: Recording, params: ProposeParams, number: int) -> str:
    if params.method == "activity":
        return recording.label or "active"
    return f"part {number + 1}"


def _frames(stream: Stream, hop: int) -> tuple[F64, F64]:
    """(mean, standard deviation) of each frame and channel, each channel scaled to a deviation
    of 1 over the whole."""
    count = len(stream) // hop
    values = np.nan_to_num(stream.physical()[: count * hop]).reshape(count, hop, -1)
    spread = values.std(axis=(0, 1))
    values = values / np.where(spread > 0, spread, 1.0)
    return values.mean(axis=1), values.std(axis=1)


def _active(frames: tuple[F64, F64], frame_s: float, params: ProposeParams) -> Iterator[
    tuple[int, int]
]:  # fmt: skip
    """Stretches of frames with much more deviation than at rest; none where all are alike."""
    level = np.log(np.sqrt((frames[1] ** 2).sum(axis=1)) + QUIET)
    threshold, low, high = _two_modes(level)
    if high - low < np.log(MODES):
        return
    stays = level > threshold - DEEP * (threshold - low)
    active = np.zeros(len(level), bool)
    for start, stop in _runs(stays):
        active[start:stop] = (level[start:stop] > threshold).any()
    for start, stop in _runs(~active):  # bridges
        if start > 0 and stop < len(level) and (stop - start) * frame_s < params.bridge_s:
            active[start:stop] = True
    yield from (
        (start, stop) for start, stop in _runs(active) if (stop - start) * frame_s >= params.least_s
    )


def _two_modes(level: F64) -> tuple[float, float, float]:
    """(threshold, mean below, mean above) with the greatest variance between both sides."""
    ordered = np.sort(level)
    total = np.cumsum(ordered)
    count = np.arange(1, len(ordered))
    below = total[:-1] / count
    above = (total[-1] - total[:-1]) / (len(ordered) - count)
    between = count * (len(ordered) - count) * (above - below) ** 2
    best = int(np.argmax(between))
    threshold = float(ordered[best] + ordered[best + 1]) / 2
    return threshold, float(below[best]), float(above[best])


def _runs(on: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(first, after) of each stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _changes(frames: tuple[F64, F64], frame_s: float, params: ProposeParams) -> Iterator[
    tuple[int, int]
]:  # fmt: skip
    """Stretches between changes of mean or deviation; all of the signal, in order."""
    import ruptures  # heavy: imported when used

    features = np.hstack([frames[0], np.log(frames[1] + QUIET)])
    noise = np.median(np.abs(np.diff(features, axis=0)), axis=0) / 0.9539  # of differences
    spread = np.maximum(noise, 1e-3 * features.std(axis=0))
    features = (features - features.mean(axis=0)) / np.where(spread > QUIET, spread, 1.0)
    least = max(2, round(params.least_s / frame_s))
    penalty = params.penalty * features.shape[1] * np.log(len(features))
    search = ruptures.KernelCPD(kernel="linear", min_size=least).fit(features)
    edges = [0, *search.predict(pen=penalty)]
    yield from pairwise(edges)


def proposed(labels: Labels, name: str, new: list[Annotation]) -> Labels:
    """A label set with new proposals in place of the old ones; what is confirmed stays."""
    kept = [a for a in labels.of(name) if a.state == "confirmed"]
    return labels.with_set(name, [*kept, *new])


def waiting(labels: Labels, name: str) -> list[Annotation]:
    """The proposals of a set, in order of time."""
    return [a for a in labels.of(name) if a.state == "proposed"]


@dataclass(frozen=True)
class Decision:
    """What a person says to proposals, by their number in `waiting`.

    Args:
        accepted: number → label. rejected: numbers. The others wait on.
        who, at: by whom and when.
    """

    accepted: dict[int, str]
    rejected: frozenset[int]
    who: str
    at: float


def decided(labels: Labels, name: str, said: Decision) -> Labels:
    """Confirm and reject proposals of a set. An accepted segment takes the place of what is
    confirmed beneath it, so that they do not overlap. Raises InputError for a number that is
    not there, or a label that does not fit."""
    accepted, rejected = said.accepted, said.rejected
    queue = waiting(labels, name)
    unknown = [n for n in (*accepted, *rejected) if not 0 <= n < len(queue)]
    if unknown:
        raise InputError("there is no proposal of this number", value=unknown[0] + 1,
                         way_out=f"there are {len(queue)}")  # fmt: skip
    new = [
        replace(queue[n], label=label, who=said.who, at=said.at, state="confirmed")
        for n, label in accepted.items()
    ]  # fmt: skip
    left = [a for n, a in enumerate(queue) if n not in accepted and n not in rejected]
    kept = [a for a in labels.of(name) if a.state == "confirmed"]
    for segment in new:
        kept = [piece for old in kept for piece in _without(old, segment)]
    return labels.with_set(name, [*kept, *new, *left])


def _without(old: Annotation, new: Annotation) -> list[Annotation]:
    """What is left of a segment when another one takes its place."""
    if old.kind != "segment":
        return [old]
    assert old.start is not None and old.stop is not None
    assert new.start is not None and new.stop is not None
    if new.stop <= old.start or old.stop <= new.start:
        return [old]
    pieces = ((old.start, new.start), (new.stop, old.stop))
    return [replace(old, start=a, stop=b) for a, b in pieces if a < b]
