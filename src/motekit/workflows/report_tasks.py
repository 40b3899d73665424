"""The learning half of a report where it is of values or of a detector on its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.figures import Figure
from motekit.core.recording import Recording
from motekit.deploy.build import Built
from motekit.deploy.host import HostProgram
from motekit.models.detection import DetectionEvaluation
from motekit.models.values import ValueEvaluation
from motekit.recordings.targets import LABEL
from motekit.report import data as rd

from .folds import said
from .learn import Learned
from .outcome import CrossValidated, HeldOut
from .runs import spread

POINTS = 900  # windows drawn at most
RANGES = 4  # of targets, for the table and the map
STRANGE_GAIN = 3  # what no machine did: every sample three times as far from zero


def target_name(target: str) -> str:
    """What a regressor tells, for people."""
    return target if target and target != LABEL else "the label"


def target_unit(recordings: Sequence[Recording], target: str) -> str:
    """The unit of the channel that is learned; "" for labels."""
    if not target or target == LABEL:
        return ""
    sensor, dot, name = target.rpartition(".")
    channels = recordings[0].stream(sensor if dot else name).channels
    return next((c.unit for c in channels if c.name == name or not dot), "")


def ranges(targets: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
    """(range of each target, names): quarters of the windows, fewer where many are equal."""
    edges = np.unique(np.quantile(targets, np.arange(1, RANGES) / RANGES))
    number = np.searchsorted(edges, targets, side="left")
    used = np.unique(number)
    named = tuple(_range(targets[number == i]) for i in used)
    return np.searchsorted(used, number), named


def _range(values: npt.NDArray[np.float64]) -> str:
    low, high = f"{values.min():.4g}", f"{values.max():.4g}"
    return low if low == high else f"{low} to {high}"


def excerpts(recordings: Sequence[Recording], learned: Learned) -> Iterator[tuple[Recording, str]]:
    """(recording, what it shows) of the lowest, the middle and the highest target."""
    windows = learned.data.windows
    if windows.target is None:
        return
    by_name = {r.name: r for r in recordings}
    names = np.unique(windows.recording)
    means = np.array([windows.target[windows.recording == n].mean() for n in names])
    order = np.argsort(means, kind="stable")
    for i in dict.fromkeys((order[0], order[len(order) // 2], order[-1])):
        yield by_name[str(names[i])], f"{means[i]:.4g} on average"


def errors(
    learned: Learned, found: CrossValidated, kind: str, target: str, unit: str
) -> rd.Errors | None:
    """Held-out errors; None where it is not a regressor's."""
    first = found.emulated.by_seed[0]
    if not isinstance(first, ValueEvaluation):
        return None

    def off(value: float, tag: Any = "emulated") -> Figure:
        return Figure(value, unit, tag)

    counts = {g.group: g.windows for g in first.groups}
    windows, truth = learned.data.windows, learned.table.targets
    assert truth is not None
    some = spread(len(found.rows), POINTS)
    return rd.Errors(
        name=target_name(target),
        unit=unit,
        float_model=_mean(found.float_model, unit, "measured"),
        int8=_mean(found.host, unit, "measured"),
        emulated=_mean(found.emulated, unit, "emulated"),
        rmse=off(first.rmse),
        p95=off(first.p95),
        bias=off(first.bias),
        guess=off(first.guess, "measured"),
        spread_groups=off(found.emulated.spread_groups),
        spread_seeds=off(found.emulated.spread_seeds),
        group_kind=kind,
        groups=_groups(found.emulated, counts),
        points=tuple(
            rd.ErrorPoint(
                float(truth[row]), round(float(score), 4), str(learned.table.groups[row]),
                str(windows.recording[row]), float(windows.start[row] / windows.rate_hz),
            )
            for row, score in zip(found.rows[some], found.scores[some], strict=True)
        ),
        total=len(found.rows),
    )  # fmt: skip


def _mean(held: HeldOut, unit: str, tag: Any) -> Figure:
    values = [e.figure for e in held.by_seed]
    return Figure(held.figure, unit, tag, min(values), max(values))


def _groups(held: HeldOut, counts: dict[str, int]) -> tuple[rd.GroupValues, ...]:
    return tuple(
        rd.GroupValues(readable(name), values, counts[name])
        for name, values in held.group_values.items()
    )


def readable(group: str) -> str:
    """A session of a subject, as people write it."""
    return group.replace("\x1f", ", ")


def detection(learned: Learned, found: CrossValidated, kind: str) -> rd.Detection | None:
    """How well a detector does on its own; None where it is another model's."""
    first, detector = found.emulated.by_seed[0], learned.run.detector
    if not isinstance(first, DetectionEvaluation) or detector is None:
        return None
    known = first.group_auc is not None
    counts = {g.group: g.windows for g in first.groups}

    def area(held: HeldOut, tag: Any) -> Figure | None:
        return _mean(held, "", tag) if known else None

    def share(value: float | None, interval: tuple[float, float]) -> Figure | None:
        return None if value is None else Figure(value, "fraction", "emulated", *interval)

    return rd.Detection(
        windows=first.windows,
        anomalies=first.anomalies,
        float_model=area(found.float_model, "measured"),
        int8=area(found.host, "measured"),
        emulated=area(found.emulated, "emulated"),
        pooled=None if first.auc is None else Figure(first.auc, "", "emulated"),
        alarms=share(first.alarms, first.alarms_interval),
        found=share(first.found, first.found_interval),
        allowed=Figure(float(detector.fitted.facts["allowed_rate"]), "fraction", "measured"),
        spread_groups=Figure(found.emulated.spread_groups, "", "emulated"),
        spread_seeds=Figure(found.emulated.spread_seeds, "", "emulated"),
        group_kind=kind,
        groups=_groups(found.emulated, counts) if known else (),
        roc=first.roc,
    )


def score_sets(
    learned: Learned, found: CrossValidated, main: Built
) -> tuple[tuple[str, npt.NDArray[np.float64]], ...]:
    """(name, scores above the threshold in steps of the int8 input) of a detector on its own:
    normal windows and anomalies of groups it never saw; without any anomaly, the normal windows
    made strange."""
    strange, lsb = learned.table.strange, main.spec.normalizer.z_lsb
    assert strange is not None
    above, odd = found.scores.astype(np.float64) / lsb, strange[found.rows]
    if odd.any():
        return ("normal, held out", above[~odd]), ("anomalies, held out", above[odd])
    loud = HostProgram(main.spec, main.generated).windows(louder(learned.data.windows.values[::4]))
    made = said(main.spec, loud).astype(np.float64) / lsb
    return ("normal, held out", above), (f"the same, {STRANGE_GAIN} times as strong", made)


def louder(values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """Windows as no machine made them: STRANGE_GAIN times as strong, saturated as a sensor is."""
    if values.dtype != np.int16:
        return (values.astype(np.float64) * STRANGE_GAIN).astype(values.dtype)
    limits = np.iinfo(np.int16)
    return np.clip(values.astype(np.int32) * STRANGE_GAIN, limits.min, limits.max).astype(np.int16)
