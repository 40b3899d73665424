"""Train networks of many folds: folds into tables, the compiled loop, weights out of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.learner import FeatureSet, Fold, Progress

from .net import Net, Schedule, Weights

if TYPE_CHECKING:
    from .loop import Curves, Table

WORKERS = 2
VALIDATION_ROWS = 2048  # validation tables are as long as a multiple of this
WATCHED = 4  # validation groups that the compiled loop has room for, at least
_COMPILING = Lock()  # the first call compiles: groups that run side by side wait for it


def class_weights(
    labels: npt.NDArray[np.int64], classes: int, balance: bool
) -> npt.NDArray[np.float32]:
    """Loss weight of each class: 1, or n / (classes present × its count); 0 if absent."""
    count = np.bincount(labels, minlength=classes).astype(np.float64)
    if not balance:
        return np.ones(classes, dtype=np.float32)
    present = count > 0
    weight = np.zeros(classes)
    weight[present] = len(labels) / (present.sum() * count[present])
    return weight.astype(np.float32)


def check(data: FeatureSet, folds: tuple[Fold, ...]) -> None:
    """Refuse what cannot be learned. Raises InputError."""
    if not np.isfinite(data.z).all():
        row, column = np.argwhere(~np.isfinite(data.z))[0]
        raise InputError(
            "features must be finite numbers", where=f"window {row}, feature {column}",
            value=float(data.z[row, column]), way_out="check the recordings for NaN and infinity",
        )  # fmt: skip
    for fold in folds:
        found = np.unique(data.labels[fold.train])
        if len(found) < 2 or found[0] < 0:
            raise InputError(
                "a classifier needs labelled training windows of at least two classes",
                where="training rows",
                value=[data.classes[i] if i >= 0 else "unlabelled" for i in found],
                way_out="label more recordings, or train an anomaly detector",
            )


def _padded(rows: list[npt.NDArray[np.int64]], multiple: int) -> npt.NDArray[np.int32]:
    """One line per fold, filled up to a multiple, so that one compilation serves most folds."""
    longest = max(1, *(len(r) for r in rows))
    out = np.zeros((len(rows), -(-longest // multiple) * multiple), dtype=np.int32)
    for line, r in zip(out, rows, strict=True):
        line[: len(r)] = r
    return out


def check_targets(data: FeatureSet, folds: tuple[Fold, ...]) -> npt.NDArray[np.float64]:
    """The targets of a regression. Raises InputError for what cannot be learned."""
    if data.targets is None or data.targets.shape != (len(data.z),):
        raise InputError(
            "a regressor needs a target for every window", where="targets",
            value=None if data.targets is None else data.targets.shape,
            way_out="give FeatureSet.targets, one number a window",
        )  # fmt: skip
    for fold in folds:
        own = data.targets[fold.train]
        if not len(own) or not np.isfinite(own).all() or own.std() == 0:
            raise InputError(
                "targets must be finite numbers that differ", where="training rows",
                value=f"{len(own)} windows", way_out="leave windows without a target out",
            )  # fmt: skip
    return data.targets


def target_scale(targets: npt.NDArray[np.float64], fold: Fold) -> tuple[float, float]:
    """Mean and standard deviation of a fold's training targets, float32-representable."""
    own = targets[fold.train].astype(np.float64)
    return float(np.float32(own.mean())), float(np.float32(own.std()))


def _table(net: Net, data: FeatureSet, p: Schedule, folds: tuple[Fold, ...]) -> Table:
    import jax.numpy as jnp

    from .loop import Table

    features = data.z.shape[1]
    same = (np.zeros(features, np.float32), np.ones(features, np.float32), np.inf)
    standard = [
        same if f.standard is None else (f.standard.mean, 1 / f.standard.std, f.standard.limit)
        for f in folds
    ]
    if net.regression and data.targets is not None:
        weights = [np.ones(1, np.float32) for _ in folds]
        scales = [target_scale(data.targets, f) for f in folds]
    else:
        weights = [class_weights(data.labels[f.train], len(data.classes), p.balance) for f in folds]
        scales = [(0.0, 1.0) for _ in folds]
    arrays = (
        _padded([f.train for f in folds], len(data.z)),
        np.array([len(f.train) for f in folds], np.int32),
        _padded([f.validate for f in folds], VALIDATION_ROWS),
        np.array([len(f.validate) for f in folds], np.int32),
        _padded(
            [np.unique(data.groups[f.validate], return_inverse=True)[1] for f in folds],
            VALIDATION_ROWS,
        ),
        np.array([f.keep or 0 for f in folds], np.int32),
        np.stack(weights),
        np.stack([s[0] for s in standard]).astype(np.float32),
        np.stack([s[1] for s in standard]).astype(np.float32),
        np.array([s[2] for s in standard], np.float32),
        np.array([f.seed for f in folds], np.uint32),
        np.array(scales, np.float32),
    )
    return Table(*map(jnp.asarray, arrays))


@dataclass(frozen=True)
class Trainee:
    """One network of one fold, trained.

    Args:
        weights: settled, of this fold alone; arrays as the loop left them.
        kept: the checkpoint they are of, counted from 1.
        history: learning curves as `Fitted.history`.
    """

    weights: Weights
    kept: int
    history: Mapping[str, tuple[float, ...]]


def train(
    net: Net, data: FeatureSet, params: Schedule, folds: tuple[Fold, ...], progress: Progress
) -> tuple[Trainee, ...]:
    """Train one network per fold, many at once.

    With validation rows a fold keeps the weights of its lowest validation loss; without, the
    last ones. Bit-reproducible on one machine: equal data, parameters and fold give equal
    weights, whatever other folds are trained with it.

    Raises InputError for data that cannot be learned from.
    """
    # Always the same number of folds in a compiled call: its shape decides how sums are ordered.
    groups = [folds[i : i + net.together] for i in range(0, len(folds), net.together)]
    meter = Meter(progress, len(groups) * params.checkpoints, f"{len(folds)} networks")
    most = max(len(np.unique(data.groups[fold.validate])) for fold in folds)
    watched = max(WATCHED, 1 << most.bit_length())
    with ThreadPoolExecutor(max_workers=min(len(groups), WORKERS)) as pool:
        try:
            jobs = [pool.submit(_group, net, data, params, g, watched, meter) for g in groups]
            parts = [job.result() for job in jobs]
        except BaseException:
            meter.stop = True
            raise
    return tuple(trainee for part in parts for trainee in part)


class Meter:
    """Counts checkpoints of all groups for the progress bar, and tells them to stop."""

    def __init__(self, progress: Progress, total: int, note: str) -> None:
        self.stop = False
        self._progress, self._total, self._note = progress, total, note
        self._done = 0
        self._lock = Lock()

    def add(self, count: int) -> None:
        with self._lock:
            self._done += count
            self._progress(self._done, self._total, self._note)


def _group(
    net: Net, data: FeatureSet, params: Schedule, folds: tuple[Fold, ...], watched: int,
    meter: Meter,
) -> tuple[Trainee, ...]:  # fmt: skip
    import jax

    from .loop import trainer

    padded = folds + folds[:1] * (net.together - len(folds))
    with jax.default_device(jax.devices("cpu")[0]):
        start, advance = trainer(params, net, watched)
        table = jax.device_put(_table(net, data, params, padded))
        x = jax.device_put(np.asarray(data.z, np.float32))
        told = data.targets if net.regression else None
        labels = jax.device_put(
            data.labels.astype(np.int32) if told is None else told.astype(np.float32)
        )
        steps = -(-params.steps // params.checkpoints)
        state, points = start([fold.seed for fold in padded]), []
        for i in range(params.checkpoints):
            if meter.stop:
                return ()
            with nullcontext() if i else _COMPILING:
                state, curves = advance(state, table, x, labels, np.int32(i * steps))
            points.append(jax.device_get(curves))
            finished = bool((np.asarray(state.waited) >= params.patience).all())
            meter.add(params.checkpoints - i if finished else 1)
            if finished:
                break
        best, kept = jax.device_get((state.best, state.best_at))
    return tuple(
        Trainee(
            jax.tree.map(lambda stacked, m=m: stacked[m], best), int(kept[m]),
            dict(_curves(points, m, np.unique(data.groups[fold.validate]))),
        )
        for m, fold in enumerate(folds)
    )  # fmt: skip


def _curves(
    points: list[Curves], m: int, groups: npt.NDArray[np.str_]
) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Curves of one fold; those of validation rows only if it has any."""
    last = 4 if len(groups) else 2
    for name in points[0]._fields[:last]:
        yield name, tuple(float(getattr(point, name)[m]) for point in points)
    for i, group in enumerate(groups):
        yield f"validation_loss/{group}", tuple(float(p.group_loss[m, i]) for p in points)
        yield f"validation_accuracy/{group}", tuple(float(p.group_accuracy[m, i]) for p in points)
