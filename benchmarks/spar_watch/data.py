"""Windows, augmented copies and features of spar_watch, for each set of blocks that competes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motekit import dsp, models
from motekit.core.block import Signal
from motekit.core.pipeline import BlockUse
from motekit.models.augment import AugmentParams, augment
from motekit.models.data import FeatureTable, table, with_copies
from motekit.models.jobs import Candidate
from motekit.recordings import samples
from motekit.recordings.windows import WindowParams, cut

LENGTH_S, STRIDE_S = 2.0, 1.0
# The watch on the other arm (x points along the forearm, to the hand or to the elbow), and one
# that sits a little differently on the wrist, on either arm.
AUGMENT = AugmentParams(mirror=(0,), rotations=1, angle=12.0)
EXTREMES = ("mean", "minimum", "maximum")
STATISTICS = ("mean", "minimum", "maximum", "rms", "stdev", "skewness", "kurtosis")


@dataclass(frozen=True)
class Option:
    """A competitor: blocks and hidden layers. In this file from the cheapest to the dearest."""

    name: str
    statistics: tuple[str, ...]
    lags: tuple[int, ...]
    hidden: tuple[int, ...]


OPTIONS = (
    Option("small", EXTREMES, (1, 3, 8, 20, 48), (16,)),
    Option("large", EXTREMES, (1, 2, 4, 8, 16, 32, 48), (48,)),
)


def blocks(option: Option) -> tuple[BlockUse, ...]:
    """flatten, then lags."""
    flatten, lags = dsp.block("flatten"), dsp.block("lags")
    chosen = {name: name in option.statistics for name in STATISTICS}
    uses = [BlockUse("flatten", flatten.params(**chosen))]
    if option.lags:
        uses.append(BlockUse("lags", lags.params(lags=option.lags)))
    return tuple(uses)


def load() -> tuple[np.ndarray, Signal, FeatureTable]:
    """(windows in g, the signal, labels and groups without features)."""
    params = WindowParams(length_s=LENGTH_S, stride_s=STRIDE_S)
    cuts = cut(samples.load("spar_watch"), params)
    physical = cuts.values.astype(np.float64) * cuts.scale
    signal = Signal(
        cuts.rate_hz, physical.shape[1], round(STRIDE_S * cuts.rate_hz), cuts.channels, cuts.units,
        tuple(cuts.scale.tolist()),
    )  # fmt: skip
    bare = table(np.zeros((len(cuts), 0)), (), cuts.labels, cuts.classes, cuts.subject)
    return physical, signal, bare


def _features(physical: np.ndarray, signal: Signal, uses: tuple[BlockUse, ...]) -> np.ndarray:
    parts = [dsp.block(u.block).reference(physical, signal, u.params) for u in uses]
    return np.concatenate(parts, axis=-1)


def candidates(steps: int = 1500) -> list[Candidate]:
    """Every option with its features of windows and copies."""
    physical, signal, bare = load()
    copies = [c.astype(np.float64) for c in augment(physical, AUGMENT)]
    dense = models.learner("dense")
    out = []
    for option in OPTIONS:
        uses = blocks(option)
        names = tuple(f.name for u in uses for f in dsp.block(u.block).features(signal, u.params))
        real = table(
            _features(physical, signal, uses), names, bare.labels, bare.classes, bare.groups
        )
        whole = with_copies(real, [_features(c, signal, uses) for c in copies])
        params = dense.params(hidden=option.hidden, steps=steps)
        out.append(Candidate(option.name, whole, "dense", params, uses))
    return out
