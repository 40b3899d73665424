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
from motekit.models.evaluate import Evaluation
from motekit.models.normalize import standardise
from motekit.report import data as rd
from motekit.report.map import feature_map

from . import report_tasks as tasks
from .learn import Learned
from .outcome import CrossValidated, HeldOut

EXCERPT_S = 6.0
BINS = 40


def share(value: float, tag: str = "measured", low: float | None = None, high: float | None = None
          ) -> Figure:  # fmt: skip
    """A fraction as a figure."""
    return Figure(value, "fraction", tag, low, high)  # type: ignore[arg-type]


def dataset(
    recordings: Sequence[Recording], learned: Learned, origin: str, remarks: Sequence[str]
) -> rd.Dataset:
    """What was learned from, with one excerpt per class."""
    windows, signal = learned.data.windows, learned.data.signal
    labels, names = windows.labels, windows.classes
    if windows.target is not None:
        labels, names = tasks.ranges(windows.target)
        shown = list(tasks.excerpts(recordings, learned))
    else:
        firsts = ((next((r for r in recordings if r.label == n), None), n) for n in names)
        shown = [(r, n) for r, n in firsts if r is not None]
        shown = shown or [(recordings[0], recordings[0].name)]
    counts = tuple(
        rd.ClassCount(
            name,
            len(np.unique(windows.recording[labels == i])),
            int((labels == i).sum()),
        )
        for i, name in enumerate(names)
    )
    excerpts = [_excerpt(r, what, windows.sensor, signal.channels) for r, what in shown]
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
        counted="class" if windows.target is None else "target",
    )


def _excerpt(
    recording: Recording, label: str, sensor: str, channels: tuple[str, ...]
) -> rd.SignalExcerpt:
    stream = recording.stream(sensor or None)
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
    values = [e.figure for e in held.by_seed]
    return share(held.figure, tag, min(values), max(values))


def accuracy(found: CrossValidated, kind: str) -> rd.Accuracy | None:
    """Held-out accuracy of the float model, the C and the binary; the rest is of the binary.

    None where it is not a classifier's.
    """
    first = found.emulated.by_seed[0]
    if not isinstance(first, Evaluation):
        return None
    windows = {g.group: g.windows for g in first.groups}
    return rd.Accuracy(
        float_model=_mean(found.float_model, "measured"),
        int8=_mean(found.host, "measured"),
        emulated=_mean(found.emulated, "emulated"),
        group_kind=kind,
        groups=tuple(
            rd.GroupValues(tasks.readable(name), values, windows[name])
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
    """Windows in two dimensions: classes, ranges of the target, or normal and strange; those
    marked that the held-out binaries take for something else."""
    table, windows = learned.table, learned.data.windows
    real = np.flatnonzero(table.real)
    z = standardise(learned.run.model.normalizer, table.values[real])
    labels, classes = table.labels[real], table.classes
    predicted, kind = np.zeros(len(real), np.int64), "classes"
    if table.targets is not None:
        labels, classes = tasks.ranges(table.targets[real])
        kind = "ranges of the value"
        predicted = labels
    elif table.strange is not None:
        labels, classes = table.strange[real].astype(np.int64), ("normal", "anomaly")
        predicted[found.rows] = found.scores > 0
    else:
        predicted[found.rows] = found.scores.argmax(axis=1)
    groups = np.array([tasks.readable(name) for name in table.groups[real].tolist()])
    data = FeatureSet(z, labels, classes, groups, table.names)
    start_s = windows.start / windows.rate_hz
    judged = table.targets is None
    return feature_map(data, predicted, windows.recording, start_s, judged=judged, kind=kind)


def curves(learned: Learned) -> rd.LearningCurves | None:
    """Learning curves of the chosen recipe: the final model, and the mean over the inner folds."""
    chosen = learned.nested.overall[learned.nested.choice]
    lines = []
    for prefix, history in (("final model, ", learned.run.model.fitted.history),
                            ("inner folds, ", chosen.curves)):  # fmt: skip
        for name, values in history.items():
            panel = "accuracy" if "accuracy" in name else "loss"
            if panel == "accuracy" and learned.run.task != "classifier":
                continue
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


def leaks(
    learned: Learned, found: CrossValidated, kind: str, unit: str = "fraction"
) -> rd.LeakAudit | None:
    """The same model under random windows and under whole groups."""
    audit = learned.run.leaks
    if audit is None:
        return None
    told = (audit.random_split, found.float_model.figure)
    random, grouped = (Figure(value, unit, "measured") for value in told)
    return rd.LeakAudit(random, grouped, kind)


def anomaly(learned: Learned, found: CrossValidated, main: Built) -> rd.AnomalyScores | None:
    """Anomaly scores above the threshold, of windows known, held out and made strange."""
    detector = learned.run.detector
    if detector is None:
        return None
    if learned.run.anomaly is None:
        sets = tasks.score_sets(learned, found, main)
    else:
        sets = _beside(learned, found, main)
    every = np.concatenate([scores for _, scores in sets])
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


def _beside(
    learned: Learned, found: CrossValidated, main: Built
) -> tuple[tuple[str, npt.NDArray[np.float64]], ...]:
    """(name, scores above the threshold) of a detector beside another model."""
    threshold = np.int32(main.spec.decision.anomaly_threshold or 0)
    known = main.emulated.outcome.anomaly - threshold
    loud = tasks.louder(learned.data.windows.values[::4])
    seen = HostProgram(main.spec, main.generated).windows(loud).anomaly - threshold
    return (
        ("trained on", known / Q),
        ("held out", found.anomaly / Q),
        (f"the same, {tasks.STRANGE_GAIN} times as strong", seen / Q),
    )


def _histogram(
    name: str, scores: npt.NDArray[np.float64], edges: npt.NDArray[np.float64]
) -> rd.ScoreHistogram:
    inside = np.clip(scores, edges[0], edges[-1])
    counts, _ = np.histogram(inside, edges)
    above = share(float((scores > 0).mean()), "emulated")
    return rd.ScoreHistogram(
        name, tuple((counts / max(len(scores), 1)).tolist()), len(scores), above
    )
