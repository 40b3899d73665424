"""What the inner folds of nested cross-validation say about each candidate.

An iterative learner records how well it does on each held-out group as it trains. The inner
groups together say when to stop, so that early stopping costs no group of its own; the models of
the outer fold are then trained on all inner groups and stopped there. They stop before the end
only where that is better beyond chance: by more than two standard errors over the groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .data import FeatureTable
from .jobs import Candidate, members, predict
from .judge import merit
from .store import Trained

Part = tuple[str, ...]
LOSS, ACCURACY = "validation_loss/", "validation_accuracy/"


@dataclass(frozen=True)
class Competitor:
    """One candidate on the inner folds of one outer part.

    Args:
        merit: mean over the inner groups of what candidates are compared by (`judge.merit`), at
            the checkpoint that is kept; for a detector NaN where no group has both kinds.
        keep: that checkpoint, counted from 1; None for a learner without checkpoints.
        curves: mean over the inner groups, "validation_loss" and "validation_accuracy".
    """

    merit: float
    keep: int | None
    curves: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class Inner:
    """Competitors by [outer part][candidate], and over all parts by [candidate]."""

    by_part: tuple[tuple[Competitor, ...], ...]
    overall: tuple[Competitor, ...]


def rows_of(table: FeatureTable, groups: Part) -> npt.NDArray[np.int64]:
    """Rows of the real windows of some groups that can be judged."""
    return np.flatnonzero(members(table, groups) & table.known)


def _final_merit(candidate: Candidate, trained: Trained, group: str) -> float | None:
    rows = rows_of(candidate.table, (group,))
    return merit(candidate.table, rows, predict(candidate, trained, rows))


def _competitor(
    candidate: Candidate, seen: Sequence[tuple[Trained, str]]
) -> Competitor:  # fmt: skip
    """Summary over (model, group it did not see).

    Only classifiers stop early: their curves are in the figure that they are judged by.
    """
    histories = [trained.fitted.history for trained, _ in seen]
    curved = all(LOSS + group in h for h, (_, group) in zip(histories, seen, strict=True))
    curves = {kind: _by_group(seen, kind) for kind in (LOSS, ACCURACY)} if curved else {}
    means = {kind.rstrip("/"): tuple(c.mean(axis=0).tolist()) for kind, c in curves.items()}
    if not curved or candidate.table.targets is not None:
        finals = [_final_merit(candidate, trained, group) for trained, group in seen]
        told = [m for m in finals if m is not None]
        return Competitor(float(np.mean(told)) if told else np.nan, None, means)
    at = stop_at(curves[ACCURACY])
    return Competitor(means["validation_accuracy"][at], at + 1, means)


def _by_group(seen: Sequence[tuple[Trained, str]], kind: str) -> npt.NDArray[np.float64]:
    """Curves of shape (groups, checkpoints): means over the models that did not see a group."""
    lines: dict[str, list[tuple[float, ...]]] = {}
    for trained, group in seen:
        lines.setdefault(group, []).append(trained.fitted.history[kind + group])
    return np.array([np.mean(lines[group], axis=0) for group in sorted(lines)])


def stop_at(curves: npt.NDArray[np.float64]) -> int:
    """The checkpoint to keep, counted from 0, from accuracies of shape (groups, checkpoints)."""
    last = curves.shape[1] - 1
    at = int(curves.mean(axis=0).argmax())
    gain = curves[:, at] - curves[:, last]
    error = gain.std(ddof=1) / np.sqrt(len(gain)) if len(gain) > 1 else np.inf
    return at if gain.mean() > 2 * error else last


def collect(
    candidates: Sequence[Candidate], parts: Sequence[Part],
    trained: Mapping[tuple[int, int, int, int], Trained],
) -> Inner:  # fmt: skip
    """Competitors from the models of all pairs of parts, by (candidate, part, other part, seed)."""
    seen: dict[tuple[int, int], list[tuple[Trained, str]]] = {}
    for (c, a, b, _), model in trained.items():
        seen.setdefault((a, c), []).extend((model, group) for group in parts[b])
        seen.setdefault((b, c), []).extend((model, group) for group in parts[a])
    count = range(len(candidates))
    by_part = tuple(
        tuple(_competitor(candidates[c], seen[a, c]) for c in count) for a in range(len(parts))
    )
    overall = tuple(
        _competitor(candidates[c], [pair for a in range(len(parts)) for pair in seen[a, c]])
        for c in count
    )
    return Inner(by_part, overall)
