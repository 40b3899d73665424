"""Train many models of many candidates, reusing those that are finished."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.core.learner import Fold, Progress
from motekit.core.params import to_mapping
from motekit.core.pipeline import Normalizer

from . import learner as learner_of
from .data import FeatureTable
from .normalize import fit_normalizer, standard, standardise
from .store import FoldStore, Trained, digest, versions

LAST = 1 << 30  # as Fold.keep: the last checkpoint, however many there are
BATCH = 16  # models trained between two saves: what an interruption can cost


@dataclass(frozen=True)
class Candidate:
    """One way to build the model: features, learner and its parameters.

    Args:
        name: unique among the candidates of a comparison.
        table: its features; all candidates of a comparison have the same windows, in one order.
        learner: plugin name.
        params: its Params value.
        extra: what else makes this candidate what it is (blocks, window); carried along.
    """

    name: str
    table: FeatureTable
    learner: str
    params: object
    extra: object = None


@dataclass(frozen=True)
class Job:
    """One model to train: everything but the held-out groups.

    Args:
        candidate: position among the candidates.
        held: groups that are kept out.
        seed: of the fit.
        validate: groups (not held out) for early stopping or calibration.
        watch: record learning curves on the held-out groups; they choose nothing in the fit.
        keep: checkpoint of an iterative learner to keep (see core.learner.Fold).
    """

    candidate: int
    held: frozenset[str]
    seed: int
    validate: frozenset[str] = frozenset()
    watch: bool = False
    keep: int | None = None


def predict(candidate: Candidate, trained: Trained, rows: npt.NDArray[np.int64]
            ) -> npt.NDArray[np.float64]:  # fmt: skip
    """Scores of the float model for rows of the candidate's table; those of a detector less its
    threshold."""
    z = standardise(trained.normalizer, candidate.table.values[rows])
    plugin = learner_of(candidate.learner)
    found = plugin.predict(trained.fitted, z)
    if plugin.task == "anomaly":
        return found - float(trained.fitted.facts["threshold"])
    return found


def members(table: FeatureTable, groups: Iterable[str]) -> npt.NDArray[np.bool_]:
    """Real windows of some groups, as a mask over all rows."""
    return table.real & np.isin(table.groups, sorted(groups))


def _fold(candidate: Candidate, job: Job) -> tuple[Fold, Normalizer]:
    table = candidate.table
    out = job.held | job.validate
    usable = table.real & ~np.isin(table.groups, sorted(out)) & table.learned
    train = table.rows(usable)
    normalizer = fit_normalizer(table.values[train])
    watched = job.held if job.watch else job.validate
    beside = members(table, watched)
    validate = np.flatnonzero(beside if table.strange is None else beside & ~table.strange)
    keep = LAST if job.watch else job.keep
    return Fold(train, validate, job.seed, standard(normalizer), keep), normalizer


def _key(candidate: Candidate, table_digest: str, job: Job) -> str:
    return digest(
        table_digest, candidate.learner, to_mapping(candidate.params), sorted(job.held),
        sorted(job.validate), job.watch, job.keep, job.seed, versions(),
    )  # fmt: skip


def train_all(
    candidates: Sequence[Candidate], jobs: Iterable[Job], store: FoldStore, progress: Progress
) -> Mapping[Job, Trained]:
    """Train every job once; finished ones come from the store.

    Raises InputError for data that cannot be learned from, MachineError if the store fails.
    """
    wanted = list(dict.fromkeys(jobs))
    digests = {i: candidates[i].table.digest() for i in {job.candidate for job in wanted}}
    keys = {job: _key(candidates[job.candidate], digests[job.candidate], job) for job in wanted}
    done = {job: found for job in wanted if (found := store.get(keys[job])) is not None}
    progress(len(done), len(wanted), "models")
    for number in sorted({job.candidate for job in wanted}):
        todo = [job for job in wanted if job.candidate == number and job not in done]
        for start in range(0, len(todo), BATCH):
            batch = todo[start : start + BATCH]
            for job, trained in _train(candidates[number], batch, len(done), len(wanted), progress):
                store.put(keys[job], trained)
                done[job] = trained
    return done


def _train(
    candidate: Candidate, batch: list[Job], before: int, models: int, progress: Progress
) -> list[tuple[Job, Trained]]:
    table = candidate.table
    data = table.feature_set()
    folds = [_fold(candidate, job) for job in batch]

    def report(done: int, total: int, note: str = "") -> None:
        progress(before + len(batch) * done // max(total, 1), models, candidate.name)

    plugin = learner_of(candidate.learner)
    fitted = plugin.fit(data, candidate.params, tuple(fold for fold, _ in folds), report)
    return [
        (job, Trained(normalizer, model))
        for job, (_, normalizer), model in zip(batch, folds, fitted, strict=True)
    ]
