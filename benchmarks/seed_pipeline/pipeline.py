"""What the pipeline is made of, and how it is trained."""

from __future__ import annotations

import numpy as np

from motekit import dsp, models
from motekit.core.block import Signal
from motekit.core.learner import FeatureSet, Fold
from motekit.core.pipeline import BlockUse, Decision, PipelineSpec
from motekit.core.windows import WindowSet
from motekit.models.anomaly import threshold_q
from motekit.models.normalize import fit_normalizer, standardise
from motekit.recordings import samples
from motekit.recordings.windows import WindowParams, cut

RATE_HZ, LENGTH, STRIDE = 62.5, 125, 62
EXERCISES = ("ABD", "FEL", "IR", "ROW")
HELD_OUT = "s8"  # the subject whose windows the proof runs
HIDDEN = (20, 10)
CLUSTERS = 32


def windows() -> WindowSet:
    """Windows of four exercises of spar_watch, resampled to 62.5 Hz."""
    recordings = [r for r in samples.load("spar_watch") if r.label in EXERCISES]
    return cut(recordings, WindowParams(length=LENGTH, stride=STRIDE, rate_hz=RATE_HZ))


def spectral() -> BlockUse:
    """6th-order low-pass at 3 Hz, mean removed, RMS, skewness, kurtosis, 8 log bands of 128."""
    block = dsp.block("spectral")
    params = block.params(
        filter="low", cutoff_hz=3.0, order=6, mask=False,
        fft_length=128, overlap=False, bands=8, log=True,
    )  # fmt: skip
    return BlockUse("spectral", params)


def train(data: WindowSet, seed: int = 1) -> tuple[PipelineSpec, WindowSet]:
    """The trained pipeline and the windows of the subject it never saw."""
    use = spectral()
    channels = ("accX", "accY", "accZ")
    signal = Signal(RATE_HZ, LENGTH, STRIDE, channels, ("g",) * 3, tuple(data.scale.tolist()))
    block = dsp.block(use.block)
    block.check(signal, use.params)
    names = tuple(f.name for f in block.features(signal, use.params))
    x = block.reference(data.values.astype(np.float64) * data.scale, signal, use.params)
    held_out = data.subject == HELD_OUT
    norm = fit_normalizer(x[~held_out])
    z = standardise(norm, x)
    features = FeatureSet(z, data.labels, data.classes, data.subject, names)
    train_rows = np.flatnonzero(~held_out)
    graphs = {}
    dense = models.learner("dense")
    (net,) = dense.fit(
        features, dense.params(hidden=HIDDEN), (Fold(train_rows, np.array([], int), seed),), _quiet
    )
    graphs["classifier"] = dense.lower(net, z[train_rows], norm.z_lsb, "classifier")
    kmeans = models.learner("kmeans")
    rows = (Fold(train_rows, np.array([], int), seed),)
    (clusters,) = kmeans.fit(
        features, kmeans.params(clusters=CLUSTERS, axes=("*.rms",)), rows, _quiet
    )
    graphs["anomaly"] = kmeans.lower(clusters, z[train_rows], norm.z_lsb, "anomaly")
    spec = PipelineSpec(
        name="seed",
        signal=signal,
        blocks=(use,),
        normalizer=norm,
        graphs=graphs,
        classes=data.classes,
        decision=Decision(0.6, 1, 0, threshold_q(clusters, norm.z_lsb)),
        slack=1,
        identity="5eed" * 16,
    )
    return spec, data.take(held_out)


def _quiet(done: int, total: int, note: str = "") -> None:
    """No progress: the fit takes seconds."""
