"""Fit the dense classifier: folds into tables, the compiled loop, folds out of it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.learner import F32, FeatureSet, Fitted, Fold, Progress

from .params import DenseParams

if TYPE_CHECKING:
    from .net import Curves, Table

NAME = "dense"
TOGETHER = 8  # folds in one compiled call: fewer waste the loop's overhead, more spill the cache
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


def _table(data: FeatureSet, p: DenseParams, folds: tuple[Fold, ...]) -> Table:
    import jax.numpy as jnp

    from .net import Table

    features = data.z.shape[1]
    same = (np.zeros(features, np.float32), np.ones(features, np.float32), np.inf)
    standard = [
        same if f.standard is None else (f.standard.mean, 1 / f.standard.std, f.standard.limit)
        for f in folds
    ]
    weights = [class_weights(data.labels[f.train], len(data.classes), p.balance) for f in folds]
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
    )
    return Table(*map(jnp.asarray, arrays))


def fit(
    data: FeatureSet, params: DenseParams, folds: tuple[Fold, ...], progress: Progress
) -> tuple[Fitted, ...]:
    """Train one network per fold, many at once.

    With validation rows a fold keeps the weights of its lowest validation loss; without, the
    last ones. Bit-reproducible on one machine: equal data, parameters and fold give equal
    weights, whatever other folds are trained with it.
    """
    if not folds:
        return ()
    check(data, folds)
    # Always the same number of folds in a compiled call: its shape decides how sums are ordered.
    groups = [folds[i : i + TOGETHER] for i in range(0, len(folds), TOGETHER)]
    meter = Meter(progress, len(groups) * params.checkpoints, f"{len(folds)} networks")
    most = max(len(np.unique(data.groups[fold.validate])) for fold in folds)
    watched = max(WATCHED, 1 << most.bit_length())
    with ThreadPoolExecutor(max_workers=min(len(groups), WORKERS)) as pool:
        try:
            jobs = [pool.submit(_fit_group, data, params, g, watched, meter) for g in groups]
            parts = [job.result() for job in jobs]
        except BaseException:
            meter.stop = True
            raise
    return tuple(fitted for part in parts for fitted in part)


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


def _fit_group(
    data: FeatureSet, params: DenseParams, folds: tuple[Fold, ...], watched: int, meter: Meter
) -> tuple[Fitted, ...]:
    import jax

    from .net import trainer

    widths = (data.z.shape[1], *params.hidden, len(data.classes))
    padded = folds + folds[:1] * (TOGETHER - len(folds))
    with jax.default_device(jax.devices("cpu")[0]):
        start, advance = trainer(params, widths, watched)
        table = jax.device_put(_table(data, params, padded))
        x = jax.device_put(np.asarray(data.z, np.float32))
        labels = jax.device_put(data.labels.astype(np.int32))
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
        final = jax.device_get(state)
    return tuple(
        _fitted(final, points, m, np.unique(data.groups[fold.validate]), fold.seed, params)
        for m, fold in enumerate(folds)
    )


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


def _fitted(
    state: Any, points: list[Curves], m: int, groups: npt.NDArray[np.str_], seed: int,
    p: DenseParams,
) -> Fitted:  # fmt: skip
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for i, (w, b) in enumerate(state.best):
        arrays[f"w{i}"] = np.ascontiguousarray(w[m].T)  # [out, in], the order of the kernels
        arrays[f"b{i}"] = b[m]
    facts = {
        "seed": int(seed),
        "checkpoints": p.checkpoints,
        "kept_checkpoint": int(state.best_at[m]),
        "per_channel": p.per_channel,
        "calibration": p.calibration,
    }
    return Fitted(NAME, arrays, facts, dict(_curves(points, m, groups)))


def layers(fitted: Fitted) -> list[tuple[F32, F32]]:
    """(weights [out, in], bias [out]) of each layer."""
    count = sum(name.startswith("w") for name in fitted.arrays)
    return [
        (
            fitted.arrays[f"w{i}"].astype(np.float32, copy=False),
            fitted.arrays[f"b{i}"].astype(np.float32, copy=False),
        )
        for i in range(count)
    ]


def layer_outputs(fitted: Fitted, z: F32) -> list[npt.NDArray[np.float64]]:
    """Output of each layer in float64: hidden ones after ReLU, then the logits."""
    out, x = [], z.astype(np.float64)
    all_layers = layers(fitted)
    for i, (w, b) in enumerate(all_layers):
        x = x @ w.T.astype(np.float64) + b
        if i < len(all_layers) - 1:
            x = np.maximum(x, 0.0)
        out.append(x)
    return out


def predict(fitted: Fitted, z: F32) -> npt.NDArray[np.float64]:
    """Class probabilities of the float model, shape (windows, classes)."""
    return _softmax(layer_outputs(fitted, z)[-1])


def activations(fitted: Fitted, z: F32) -> list[npt.NDArray[np.float64]]:
    """What each op of the lowered graph would put out without quantization."""
    outputs = layer_outputs(fitted, z)
    return [*outputs, _softmax(outputs[-1])]


def _softmax(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
