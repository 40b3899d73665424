"""Features of windows before any model has seen them: what training starts from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.learner import FeatureSet

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class FeatureTable:
    """Raw features of windows and of augmented copies of them, one row each.

    Args:
        values: shape (rows, features), in feature units.
        names: feature names, in order.
        labels: shape (rows,), index into `classes`; −1 for no label.
        classes: class names.
        groups: what a split keeps together (subject, session or recording), shape (rows,).
        origin: the row each one was made from, shape (rows,): itself for a real window. Copies
            follow their window to its side of a split, are trained on and never tested on.
        targets: what a regressor learns, shape (rows,), NaN where it is not known; else None.
        strange: which rows are known anomalies, which a detector is judged by and never learns
            from, shape (rows,); None but for a detector on its own.
    """

    values: npt.NDArray[np.float32]
    names: tuple[str, ...]
    labels: I64
    classes: tuple[str, ...]
    groups: npt.NDArray[np.str_]
    origin: I64
    targets: npt.NDArray[np.float64] | None = None
    strange: npt.NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        rows, features = self.values.shape
        if len(self.names) != features:
            raise InputError(
                f"there are {features} features and {len(self.names)} names", where="features"
            )
        for what in ("labels", "groups", "origin"):
            shape = getattr(self, what).shape
            if shape != (rows,):
                raise InputError(f"{what} must have shape ({rows},)", where="features", value=shape)
        if not np.isfinite(self.values).all():
            row, column = np.argwhere(~np.isfinite(self.values))[0]
            raise InputError(
                "features must be finite numbers", where=f"row {row}, {self.names[column]}",
                value=float(self.values[row, column]),
                way_out="motekit check finds recordings with NaN, infinity or stuck channels",
            )  # fmt: skip

    @property
    def real(self) -> npt.NDArray[np.bool_]:
        """Which rows are windows as recorded."""
        return np.asarray(self.origin == np.arange(len(self.origin)))

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which rows can be judged: those with a target, or a label; all of a detector's."""
        if self.targets is not None:
            return np.isfinite(self.targets)
        if self.strange is not None:
            return np.ones(len(self.labels), dtype=bool)
        return np.asarray(self.labels >= 0)

    @property
    def learned(self) -> npt.NDArray[np.bool_]:
        """Which rows can be learned from: those that are known, and normal."""
        return self.known if self.strange is None else ~self.strange

    def feature_set(self) -> FeatureSet:
        """What a learner is given."""
        return FeatureSet(
            self.values, self.labels, self.classes, self.groups, self.names, self.targets
        )

    def rows(self, windows: npt.NDArray[np.bool_]) -> I64:
        """Rows to train on: the chosen real windows and their copies.

        Args:
            windows: shape (rows,): a choice among real rows; the flags of copies are ignored.
        """
        return np.flatnonzero(windows[self.origin])

    def subset(self, features: tuple[str, ...]) -> FeatureTable:
        """The same rows with some features only. Raises InputError for an unknown name."""
        unknown = [name for name in features if name not in self.names]
        if unknown:
            raise InputError(
                "there is no feature of this name", where="features", value=unknown[0],
                way_out=f"there are: {', '.join(self.names)}",
            )  # fmt: skip
        columns = [self.names.index(name) for name in features]
        return replace(self, values=self.values[:, columns], names=features)

    def digest(self) -> str:
        """SHA-256 (hex) of everything in the table."""
        sha = hashlib.sha256()
        for text in (self.names, self.classes, self.groups.tolist()):
            sha.update(repr(tuple(text)).encode())
        more = [a for a in (self.targets, self.strange) if a is not None]
        for array in (self.values, self.labels, self.origin, *more):
            sha.update(repr((array.shape, array.dtype.str)).encode())
            sha.update(np.ascontiguousarray(array).tobytes())
        return sha.hexdigest()


def table(
    values: npt.NDArray[np.floating], names: tuple[str, ...], labels: I64,
    classes: tuple[str, ...], groups: npt.NDArray[np.str_],
) -> FeatureTable:  # fmt: skip
    """A table of real windows only."""
    return FeatureTable(
        np.ascontiguousarray(values, dtype=np.float32), names, labels.astype(np.int64), classes,
        groups, np.arange(len(values)),
    )  # fmt: skip


def with_copies(real: FeatureTable, copies: list[npt.NDArray[np.floating]]) -> FeatureTable:
    """The table with augmented copies appended.

    Args:
        real: windows as recorded.
        copies: features of an augmented version of every window, each shaped like
            `real.values`.
    """
    count = 1 + len(copies)
    return FeatureTable(
        np.concatenate([real.values, *(np.asarray(c, dtype=np.float32) for c in copies)]),
        real.names, np.tile(real.labels, count), real.classes, np.tile(real.groups, count),
        np.tile(real.origin, count),
    )  # fmt: skip
