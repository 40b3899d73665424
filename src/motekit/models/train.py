"""Train: choose, judge, fit the model of all groups, keep everything in a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.learner import Fold, Progress
from motekit.core.params import to_mapping

from . import integer, runs
from . import learner as learner_of
from .audit import audit
from .data import FeatureTable
from .histogram import histograms
from .jobs import Candidate, train_all
from .nested import nested_cv
from .normalize import standard
from .runs import Run
from .store import FoldStore, Trained


@dataclass(frozen=True)
class Detector:
    """An anomaly detector to fit beside the model, on the same features and scale."""

    learner: str
    params: object


def fit_detector(
    table: FeatureTable, held: Sequence[str], model: Trained, detector: Detector, seed: int,
    progress: Progress,
) -> Trained:  # fmt: skip
    """The detector of all windows that are not held out, in the model's scale.

    Its threshold is calibrated by leaving out whole groups in turn.
    """
    rows = np.flatnonzero(table.real & ~np.isin(table.groups, list(held)))
    data = table.feature_set()
    fold = Fold(rows, np.empty(0, np.int64), seed, standard(model.normalizer))
    plugin = learner_of(detector.learner)
    (fitted,) = plugin.fit(data, detector.params, (fold,), progress)
    return Trained(model.normalizer, fitted)


def _named(progress: Progress, what: str) -> Progress:
    def report(done: int, total: int, note: str = "") -> None:
        progress(done, total, f"{what}: {note}" if note else what)

    return report


def train(
    candidates: Sequence[Candidate], seeds: Sequence[int], progress: Progress, *,
    root: Path | None = None, split: Mapping[str, Any] | None = None,
    detector: Detector | None = None, margin: float = 0.0,
) -> Run:  # fmt: skip
    """Everything of a training, kept under `root` if it is given.

    Args:
        candidates: from the cheapest to the dearest; with one there is nothing to choose.
        seeds: of the held-out figures; the model of all groups is trained with the first.
        root: the folder of all runs ("runs/"); finished models there are reused, so that an
            interrupted training goes on where it was.
        split: what the groups of the tables are ({"by": "subject"}); kept for the reader.
        margin: accuracy a dearer candidate must gain to be preferred.

    Raises InputError for data that cannot be learned from, MachineError if files cannot be
    written.
    """
    if not candidates or not seeds:
        raise InputError("training needs a candidate and a seed", where="train")
    split = dict(split or {})
    extra = {"margin": margin, "detector": _describe(detector)}
    name = runs.run_id(candidates, seeds, split, extra)
    store = FoldStore(None if root is None else root / name / runs.FOLDS)
    nested = nested_cv(candidates, seeds, _named(progress, "cross-validation"), store, margin)
    job = nested.final_job(seeds[0])
    model = train_all(candidates, [job], store, _named(progress, "final model"))[job]
    chosen = candidates[nested.choice]
    anomaly = None
    if detector is not None:
        report = _named(progress, "anomaly detector")
        anomaly = fit_detector(chosen.table, (), model, detector, seeds[0], report)
    run = Run(
        id=name,
        split=split,
        nested=nested,
        model=model,
        anomaly=anomaly,
        leaks=audit(chosen, nested.figure, seeds[:1], _named(progress, "leak audit")),
        int8=integer.evaluate_int8(nested),
        noise=integer.noise(chosen, model),
        histograms=histograms(chosen.table, model.normalizer),
    )
    if root is not None:
        runs.save(root, run)
    return run


def _describe(detector: Detector | None) -> Any:
    return None if detector is None else [detector.learner, to_mapping(detector.params)]
