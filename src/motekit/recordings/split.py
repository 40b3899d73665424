"""Split windows into sides that share no subject, session, recording or stretch of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.windows import WindowSet

I64 = npt.NDArray[np.int64]
GROUPINGS = ("subject", "session", "recording", "time", "window")


@dataclass(frozen=True)
class Split:
    """Rows of a WindowSet on each side; rows in neither are left out on purpose (see "time").

    Args:
        name: what is held out ("s3", "fold 2 of 5").
        by: the grouping that kept the sides apart.
    """

    train: I64
    test: I64
    name: str
    by: str


def groups(windows: WindowSet, by: str) -> npt.NDArray[np.str_]:
    """The group of each window. Sessions of two subjects are never one group.

    Raises InputError if a recording does not say its subject or session.
    """
    if by == "recording":
        return windows.recording
    if by not in ("subject", "session"):
        raise InputError("windows are not grouped by this", where="split.by", value=by,
                         way_out="subject, session or recording")  # fmt: skip
    found = windows.subject if by == "subject" else windows.session
    if (found == "").any():
        name = str(windows.recording[int(np.argmax(found == ""))])
        raise InputError(
            f"the recording does not say its {by}", where=name,
            way_out=f"import it with a {by} (column, file name pattern or sidecar), "
            "or split by recording",
        )  # fmt: skip
    if by == "subject":
        return found
    joined = np.char.add(np.char.add(windows.subject, "\x1f"), found)
    return np.where(windows.subject == "", found, joined)


def _counts(labels: I64, group: I64, group_count: int, classes: int) -> npt.NDArray[np.float64]:
    """Windows by group and class; unlabelled ones are a class of their own, the last."""
    out = np.zeros((group_count, classes + 1))
    np.add.at(out, (group, labels), 1)
    return out


def _assign(counts: npt.NDArray[np.float64], shares: npt.NDArray[np.float64], seed: int) -> I64:
    """The side of each group so that each side gets its share of every class.

    Greedy: groups in order of size (ties by a seeded shuffle), each to the side whose classes
    then stay nearest to what they should be.
    """
    order = np.random.default_rng(seed).permutation(len(counts))
    order = order[np.argsort(-counts[order].sum(axis=1), kind="stable")]
    total = np.maximum(counts.sum(axis=0), 1.0)
    filled = np.zeros((len(shares), counts.shape[1]))
    side = np.zeros(len(counts), dtype=np.int64)
    for left, group in zip(range(len(order) - 1, -1, -1), order, strict=True):
        cost = [
            np.sum((((filled[s] + counts[group]) / total - shares[s]) / shares[s]) ** 2)
            - np.sum(((filled[s] / total - shares[s]) / shares[s]) ** 2)
            for s in range(len(shares))
        ]
        empty = [s for s in range(len(shares)) if not filled[s].any()]
        choices = empty if left < len(empty) else range(len(shares))
        side[group] = min(choices, key=lambda s: cost[s])
        filled[side[group]] += counts[group]
    return side


def _sides(windows: WindowSet, by: str, shares: Sequence[float], seed: int) -> I64:
    """The side of each window."""
    names, group = np.unique(groups(windows, by), return_inverse=True)
    if len(names) < len(shares):
        raise InputError(
            f"{len(names)} {by}s cannot be split into {len(shares)} sides", where="split.by",
            value=by, way_out="record more, or split by session, recording or time",
        )  # fmt: skip
    counts = _counts(windows.labels, group, len(names), len(windows.classes))
    return _assign(counts, np.asarray(shares), seed)[group]


def _by_time(windows: WindowSet, share: float) -> Split:
    """The last part of each recording is the test; windows across the border are left out."""
    length = windows.values.shape[1]
    train, test = [], []
    for name in dict.fromkeys(windows.recording.tolist()):
        rows = np.flatnonzero(windows.recording == name)
        start = windows.start[rows]
        border = start.min() + (start.max() + length - start.min()) * (1 - share)
        train.append(rows[start + length <= border])
        test.append(rows[start >= border])
    return Split(np.concatenate(train), np.concatenate(test), f"last {share:.0%}", "time")


def _insisted(by: str, insist: bool) -> None:
    if by == "window" and not insist:
        raise InputError(
            "a split by window puts parts of one recording on both sides and reports an "
            "accuracy that no new recording will reach",
            where="split.by", value=by,
            way_out="split by subject, session, recording or time; or insist",
        )  # fmt: skip


def _share(test: float) -> float:
    if not 0.0 < test < 1.0:
        raise InputError(
            "the share must lie between 0 and 1",
            where="split.test",
            value=test,
            way_out="such as 0.25",
        )
    return test


def split(windows: WindowSet, by: str = "subject", test: float = 0.25, seed: int = 0,
          insist: bool = False) -> Split:  # fmt: skip
    """Hold out a share of the groups, stratified by class as far as the groups allow.

    Args:
        by: "subject", "session", "recording", "time" (the end of each recording), or "window",
            which leaks and is refused without `insist`.

    Raises InputError.
    """
    _insisted(by, insist)
    _share(test)
    if by == "time":
        return _refuse_empty(_by_time(windows, test))
    if by == "window":
        order = np.random.default_rng(seed).permutation(len(windows))
        held = round(len(windows) * test)
        return _refuse_empty(Split(np.sort(order[held:]), np.sort(order[:held]), "random", by))
    side = _sides(windows, by, (1 - test, test), seed)
    held_out = np.unique(groups(windows, by)[side == 1])
    name = ", ".join(str(g).replace("\x1f", " ") for g in held_out[:8])
    return _refuse_empty(Split(np.flatnonzero(side == 0), np.flatnonzero(side == 1), name, by))


def folds(windows: WindowSet, by: str = "subject", k: int = 5, seed: int = 0,
          insist: bool = False) -> tuple[Split, ...]:  # fmt: skip
    """k splits; each group is held out once. Raises InputError."""
    _insisted(by, insist)
    if k < 2:
        raise InputError("at least 2 folds", where="split.folds", value=k, way_out="such as 5")
    if by == "time":
        raise InputError("time has no folds", where="split.by", value=by,
                         way_out="use one split by time")  # fmt: skip
    if by == "window":
        side = np.random.default_rng(seed).permutation(len(windows)) % k
    else:
        side = _sides(windows, by, [1 / k] * k, seed)
    return tuple(
        Split(np.flatnonzero(side != i), np.flatnonzero(side == i), f"fold {i + 1} of {k}", by)
        for i in range(k)
    )


def leave_one_out(windows: WindowSet, by: str = "subject") -> tuple[Split, ...]:
    """One split for each group, in the order of their names. Raises InputError."""
    group = groups(windows, by)
    names = np.unique(group)
    if len(names) < 2:
        raise InputError(f"there is one {by} only", where="split.by", value=str(names[0]),
                         way_out="split by recording or time")  # fmt: skip
    return tuple(
        Split(np.flatnonzero(group != name), np.flatnonzero(group == name),
              str(name).replace("\x1f", " "), by)
        for name in names
    )  # fmt: skip


def _refuse_empty(found: Split) -> Split:
    if not len(found.train) or not len(found.test):
        raise InputError(
            "one side of the split is empty", where="split.test",
            value=f"{len(found.train)} train, {len(found.test)} test windows",
            way_out="record more, or choose another share",
        )  # fmt: skip
    return found
