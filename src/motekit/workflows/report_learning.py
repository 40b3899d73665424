"""The learning half of a report: data, accuracy, map, curves, anomaly scores, leaks, noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from motekit.core.figures import Figure
from motekit.core.learner import FeatureSet
from motekit.core.pipeline import Q
from motekit.core.recording import Recording
from motekit.deploy.build import Built
from motekit.deploy.host import HostProgram
from motekit.models.normalize import standardise
from motekit.report import data as rd
from motekit.report.map import feature_map

from .learn import Learned
from .outcome import CrossValidated, HeldOut

EXCERPT_S = 6.0
BINS = 40
STRANGE_GAIN = 3  # what no wearer did: every sample three times as far from zero


def share(value: float, tag: str = "measured", low: float | None = None, high: float | None = None
          ) -> Figure:  # fmt: skip
    """A fraction as a figure."""
    return Figure(value, "fraction", tag, low, high)  # type: ignore[arg-type]


def dataset(
    recordings: Sequence[Recording], learned: Learned, origin: str, remarks: Sequence[str]
) -> rd.Dataset:
    """What was learned from, with one excerpt per class."""
    windows, signal = learned.data.windows, learned.data.signal
    counts = tuple(
        rd.ClassCount(
            label,
            sum(r.label == label for r in recordings),
            int((windows.labels == i).sum()),
        )
        for i, label in enumerate(windows.classes)
    )
    excerpts = []
    for label in windows.classes:
        found = next((r for r in recordings if r.label == label), None)
        if found is not None:
            excerpts.append(_excerpt(found, label, signal.channels))
    return rd.Dataset(
        recordings=len(recordings),
        subjects=len({r.subject for r in recordings if r.subject}),
        windows=len(windows),
        seconds=sum(len(r.streams[0]) / r.streams[0].rate_hz for r in recordings),
        rate_hz=signal.rate_hz,
        window_s=signal.length / signal.rate_hz,
        stride_s=signal.stride / signal.rate_hz,
        classes=counts,
        signals=tuple(excerpts),
        origin=origin,
        remarks=tuple(remarks),
    )


def _excerpt(recording: Recording, label: str, channels: tuple[str, ...]) -> rd.SignalExcerpt:
    stream = recording.streams[0]
    n = min(len(stream), int(EXCERPT_S * stream.rate_hz))
    start = max(0, (len(stream) - n) // 2)
    values = stream.physical()[start : start + n]
    columns = [i for i, c in enumerate(stream.channels) if c.name in channels]
    return rd.SignalExcerpt(
        label=label,
        recording=recording.name,
        subject=recording.subject or "",
        channels=tuple(stream.channels[i].name for i in columns),
        unit=stream.channels[columns[0]].unit,
        rate_hz=stream.rate_hz,
        values=tuple(tuple(np.round(values[:, i], 4).tolist()) for i in columns),
    )


def _mean(held: HeldOut, tag: str) -> Figure:
    values = [e.group_accuracy for e in held.by_seed]
    return share(held.accuracy, tag, min(values), max(values))


def accuracy(found: CrossValidated, kind: str) -> rd.Accuracy:
    """Held-out accuracy of the float model, the C and the binary; the rest is of the binary."""
    first = found.emulated.by_seed[0]
    windows = {g.group: g.windows for g in first.groups}
    return rd.Accuracy(
        float_model=_mean(found.float_model, "measured"),
        int8=_mean(found.host, "measured"),
        emulated=_mean(found.emulated, "emulated"),
        group_kind=kind,
        groups=tuple(
            rd.GroupAccuracy(name, values, windows[name])
            for name, values in found.emulated.group_values.items()
        ),
        spread_groups=share(found.emulated.spread_groups),
        spread_seeds=share(found.emulated.spread_seeds),
        confusion=rd.Confusion(tuple(c.label for c in first.classes), first.confusion, "emulated"),
        classes=tuple(
            rd.ClassScore(
                c.label, share(c.precision, "emulated"), share(c.recall, "emulated"),
                share(c.f1, "emulated"), c.windows,
            )
            for c in first.classes
        ),
        reliability=tuple(
            rd.ReliabilityBin(b.low, b.high, b.confidence, b.accuracy, b.windows)
            for b in first.reliability
        ),
        calibration_error=share(first.calibration_error, "emulated"),
    )  # fmt: skip


def windows_map(learned: Learned, found: CrossValidated) -> rd.FeatureMap:
    """Windows in two dimensions, the misclassified ones marked."""
    table, windows = learned.table, learned.data.windows
    real = np.flatnonzero(table.real)
    z = standardise(learned.run.classifier.normalizer, table.values[real])
    predicted = np.zeros(len(real), np.int64)
    predicted[found.rows] = found.scores.argmax(axis=1)
    data = FeatureSet(z, table.labels[real], table.classes, table.groups[real], table.names)
    start_s = windows.start / windows.rate_hz
    return feature_map(data, predicted, windows.recording, start_s)


def curves(learned: Learned) -> rd.LearningCurves | None:
    """Learning curves of the chosen recipe: the final model, and the mean over the inner folds."""
    chosen = learned.nested.overall[learned.nested.choice]
    lines = []
    for prefix, history in (("final model, ", learned.run.classifier.fitted.history),
                            ("inner folds, ", chosen.curves)):  # fmt: skip
        for name, values in history.items():
            panel = "accuracy" if "accuracy" in name else "loss"
            if len(values) > 1:
                unit = "fraction" if panel == "accuracy" else ""
                lines.append(rd.Curve(prefix + name.replace("_", " "), panel, tuple(values), unit))
    if not lines:
        return None
    return rd.LearningCurves(
        tuple(lines), chosen.keep, f"recipe {learned.recipe.name}, all seeds", "checkpoint"
    )


def noise(learned: Learned) -> tuple[rd.LayerNoise, ...]:
    """Signal-to-quantization-noise of every layer of the final network, on training windows."""
    return tuple(
        rd.LayerNoise(
            row.layer, row.op, Figure(row.sqnr_db, "dB", "measured"), row.weights, row.macs
        )
        for row in learned.run.noise
    )


def leaks(learned: Learned, found: CrossValidated, kind: str) -> rd.LeakAudit:
    """The same model under random windows and under whole groups."""
    return rd.LeakAudit(
        share(learned.run.leaks.random_split), share(found.float_model.accuracy), kind
    )


def anomaly(learned: Learned, found: CrossValidated, main: Built) -> rd.AnomalyScores | None:
    """Anomaly scores above the threshold, of windows known, held out and made strange."""
    detector = learned.run.anomaly
    if detector is None:
        return None
    threshold = np.int32(main.spec.decision.anomaly_threshold or 0)
    known = main.emulated.outcome.anomaly - threshold
    strange = learned.data.windows.values[::4].astype(np.int32) * STRANGE_GAIN
    limits = np.iinfo(np.int16)
    loud = np.clip(strange, limits.min, limits.max).astype(learned.data.windows.values.dtype)
    seen = HostProgram(main.spec, main.generated).windows(loud).anomaly - threshold
    sets = (
        ("trained on", known),
        ("held out", found.anomaly),
        (f"the same, {STRANGE_GAIN} times as strong", seen),
    )
    every = np.concatenate([scores for _, scores in sets]) / Q
    low, high = np.percentile(every, [0.5, 97.0])
    edges = np.linspace(low, max(high, 1.0), BINS + 1)
    allowed = float(detector.fitted.facts["allowed_rate"])
    return rd.AnomalyScores(
        edges=tuple(np.round(edges, 3).tolist()),
        unit="steps of the int8 input above the threshold",
        threshold=Figure(0.0, "steps", "measured"),
        allowed=share(allowed),
        sets=tuple(_histogram(name, scores, edges) for name, scores in sets),
    )


def _histogram(
    name: str, scores: npt.NDArray[np.int32], edges: npt.NDArray[np.float64]
) -> rd.ScoreHistogram:
    inside = np.clip(scores / Q, edges[0], edges[-1])
    counts, _ = np.histogram(inside, edges)
    above = share(float((scores > 0).mean()), "emulated")
    return rd.ScoreHistogram(
        name, tuple((counts / max(len(scores), 1)).tolist()), len(scores), above
    )
