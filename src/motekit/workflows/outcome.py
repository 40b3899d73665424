"""What cross-validation of the binaries found: the accuracies that a report opens with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.deploy.prove import Proof
from motekit.models.judge import Judgement, judge, warnings

from .folds import FoldResult, add_proofs
from .learn import Learned


@dataclass(frozen=True)
class HeldOut:
    """Held-out figures of one kind of execution, one judgement per seed."""

    by_seed: tuple[Judgement, ...]

    @property
    def figure(self) -> float:
        """Mean over seeds of the figure they are judged by: a mean over held-out groups."""
        return float(np.mean([e.figure for e in self.by_seed]))

    @property
    def warnings(self) -> list[str]:
        """What its figure says against itself."""
        return warnings(self.by_seed)

    @property
    def group_values(self) -> dict[str, tuple[float, ...]]:
        """That of each group, one value per seed."""
        names = self.by_seed[0].group_figures
        return {name: tuple(e.group_figures[name] for e in self.by_seed) for name in names}

    @property
    def spread_groups(self) -> float:
        """Standard deviation over groups of each one's mean over seeds."""
        means = [np.mean(v) for v in self.group_values.values()]
        return float(np.std(means, ddof=1)) if len(means) > 1 else 0.0

    @property
    def spread_seeds(self) -> float:
        """Standard deviation over seeds."""
        values = [e.figure for e in self.by_seed]
        return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0


@dataclass(frozen=True)
class CrossValidated:
    """The float model, the C on the host and the binary on the core, on the same windows.

    Args:
        proof: the verdicts of every fold's binary, added up.
        scores: what the first seed's binaries say (see `folds.FoldResult`), with the rows of the
            table they belong to.
        anomaly: how far each of those windows is above its own fold's threshold, Q8.8.
    """

    float_model: HeldOut
    host: HeldOut
    emulated: HeldOut
    proof: Proof
    rows: npt.NDArray[np.int64]
    scores: npt.NDArray[np.number[Any]]
    anomaly: npt.NDArray[np.int32]


def collect(learned: Learned, results: Sequence[FoldResult]) -> CrossValidated:
    """Put the folds together, seed by seed."""
    table, outer = learned.table, learned.nested.outer
    rows = np.concatenate([o.rows for o in outer])
    seeds = len(learned.nested.seeds)
    by_key = {r.key: r for r in results}

    def held_out(which: str) -> tuple[list[npt.NDArray[np.number[Any]]], HeldOut]:
        scores = [
            np.concatenate([getattr(by_key[(i, s)], which) for i in range(len(outer))])
            for s in range(seeds)
        ]
        return scores, HeldOut(tuple(judge(table, rows, s) for s in scores))

    _, host = held_out("host")
    scores, emulated = held_out("emulated")
    return CrossValidated(
        HeldOut(learned.nested.by_seed), host, emulated,
        add_proofs(r.proof for r in results), rows, scores[0],
        np.concatenate([by_key[(i, 0)].above for i in range(len(outer))]),
    )  # fmt: skip
