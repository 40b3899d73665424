"""Nested cross-validation: choose by inner folds, judge on groups the choice never saw.

Groups are spread over K parts (each group its own part while there are few). For every outer
part the candidates compete on the other parts: each inner part is held out in turn as well, and
the candidate with the best mean accuracy over them wins. Only then is the winner trained on all
inner parts, for as long as the inner folds say, and judged on the outer one. Nothing of an outer
part (features, scale, labels, choice, training time) reaches its model.

A model without parts {a, b} serves outer a with inner b and outer b with inner a, so K parts
take K (K − 1) / 2 inner models a candidate and seed.
Source: Varma and Simon, BMC Bioinformatics 7:91 (2006).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.learner import Progress

from .data import FeatureTable
from .inner import Competitor, Inner, Part, collect, rows_of
from .jobs import Candidate, Job, predict, train_all
from .judge import Judgement, judge
from .store import FoldStore, Trained

FEW = 10  # up to so many groups each is a part of its own
FEW_OF_A_DETECTOR = 24  # which is fitted in a moment
PARTS = 5


@dataclass(frozen=True)
class Outer:
    """One outer part.

    Args:
        held: its groups.
        rows: rows of its real windows that can be judged.
        competitors: each candidate on the inner folds, in their order.
        choice: position of the candidate that won.
        models: the winner trained on all other groups, one per seed.
        scores: of each model on `rows` (see `judge.judge`), shape (seeds, windows, …).
    """

    held: Part
    rows: npt.NDArray[np.int64]
    competitors: tuple[Competitor, ...]
    choice: int
    models: tuple[Trained, ...]
    scores: npt.NDArray[np.float64]

    @property
    def inner(self) -> tuple[float, ...]:
        """Mean inner merit of each candidate."""
        return tuple(c.merit for c in self.competitors)


@dataclass(frozen=True)
class Nested:
    """What nested cross-validation found.

    Args:
        by_seed: held-out figures of each seed over all outer parts.
        overall: each candidate over all inner folds: what a model of all groups is chosen by.
        choice: the candidate that wins there.
    """

    candidates: tuple[Candidate, ...]
    seeds: tuple[int, ...]
    outer: tuple[Outer, ...]
    by_seed: tuple[Judgement, ...]
    overall: tuple[Competitor, ...]
    choice: int

    def final_job(self, seed: int) -> Job:
        """The model of all groups: the winner, trained for as long as the inner folds say."""
        return Job(self.choice, frozenset(), seed, keep=self.overall[self.choice].keep)

    @property
    def figure(self) -> float:
        """Mean over seeds of the figure they are judged by: of accuracy, error or area the mean
        over held-out groups."""
        return float(np.mean([e.figure for e in self.by_seed]))

    @property
    def group_figures(self) -> Mapping[str, tuple[float, ...]]:
        """That of each held-out group, one value per seed."""
        names = self.by_seed[0].group_figures
        return {name: tuple(e.group_figures[name] for e in self.by_seed) for name in names}


def parts(table: FeatureTable) -> tuple[Part, ...]:
    """Groups spread over parts: each alone while there are at most 10 (24 for a detector), else
    5 equal parts.

    Raises InputError for fewer than three groups: two are needed to choose and one to judge.
    """
    names, counts = np.unique(table.groups[table.real & table.known], return_counts=True)
    if len(names) < 3:
        raise InputError(
            "choosing and judging needs at least three groups", where="groups",
            value=names.tolist(), way_out="record more subjects or sessions, or split by recording",
        )  # fmt: skip
    if len(names) <= (FEW if table.strange is None else FEW_OF_A_DETECTOR):
        return tuple((str(name),) for name in names)
    bags: list[list[str]] = [[] for _ in range(PARTS)]
    size = np.zeros(PARTS)
    for i in np.argsort(-counts, kind="stable"):
        smallest = int(np.argmin(size))
        bags[smallest].append(str(names[i]))
        size[smallest] += counts[i]
    return tuple(tuple(sorted(bag)) for bag in bags)


def best(competitors: Sequence[Competitor], margin: float) -> int:
    """The first competitor whose merit is within `margin` of the best one's.

    Raises InputError if there are several and nothing to compare them by.
    """
    if len(competitors) == 1:
        return 0
    if any(np.isnan(c.merit) for c in competitors):
        raise InputError(
            "choosing among detectors needs groups with both normal windows and known anomalies",
            where="recipes", value=f"{len(competitors)} recipes",
            way_out='keep one recipe, or record anomalies and say what is normal: '
            'normal = ["LABEL"] below [signal]',
        )  # fmt: skip
    needed = max(c.merit for c in competitors) - margin
    return next(i for i, c in enumerate(competitors) if c.merit >= needed)


def nested_cv(
    candidates: Sequence[Candidate], seeds: Sequence[int], progress: Progress,
    store: FoldStore | None = None, margin: float = 0.0, inner_seeds: int = 2,
) -> Nested:  # fmt: skip
    """Choose among candidates by inner folds and judge on held-out groups.

    Args:
        candidates: from the cheapest to the dearest.
        seeds: each outer model is trained once per seed.
        store: finished models are kept in and taken from it.
        margin: accuracy a dearer candidate must gain to be preferred.
        inner_seeds: how many of the seeds the inner models are trained with: a choice that rests
            on one seed is a choice by luck where candidates are close.

    Raises InputError for fewer than three groups, or candidates of different windows.
    """
    _check(candidates)
    store = store or FoldStore(None)
    everything = parts(candidates[0].table)
    inner = _inner(candidates, everything, seeds[:inner_seeds], store, progress)
    choices = [best(competitors, margin) for competitors in inner.by_part]
    jobs = [
        [Job(choice, frozenset(part), seed, keep=rivals[choice].keep) for seed in seeds]
        for part, choice, rivals in zip(everything, choices, inner.by_part, strict=True)
    ]
    trained = train_all(candidates, [job for row in jobs for job in row], store, progress)
    outer = tuple(
        _judge(candidates[choice], choice, part, scores, tuple(trained[job] for job in row))
        for part, choice, scores, row in zip(everything, choices, inner.by_part, jobs, strict=True)
    )
    return Nested(
        tuple(candidates), tuple(seeds), outer, _by_seed(candidates[0].table, outer, len(seeds)),
        inner.overall, best(inner.overall, margin),
    )  # fmt: skip


def _check(candidates: Sequence[Candidate]) -> None:
    first = candidates[0].table
    for candidate in candidates[1:]:
        same = np.array_equal(candidate.table.labels, first.labels) and np.array_equal(
            candidate.table.groups, first.groups
        )
        if not same:
            raise InputError(
                "candidates must have the same windows in one order", where=candidate.name,
                value=f"{len(candidate.table.labels)} rows",
            )  # fmt: skip


def _inner(
    candidates: Sequence[Candidate], everything: tuple[Part, ...], seeds: Sequence[int],
    store: FoldStore, progress: Progress,
) -> Inner:  # fmt: skip
    """Train every candidate without every pair of parts."""
    pairs = list(combinations(range(len(everything)), 2))
    jobs = {
        (c, a, b, seed): Job(c, frozenset(everything[a] + everything[b]), seed, watch=True)
        for c in range(len(candidates))
        for a, b in pairs
        for seed in seeds
    }
    trained = train_all(candidates, jobs.values(), store, progress)
    return collect(candidates, everything, {key: trained[job] for key, job in jobs.items()})


def _judge(
    candidate: Candidate, choice: int, part: Part, inner: tuple[Competitor, ...],
    models: tuple[Trained, ...],
) -> Outer:  # fmt: skip
    rows = rows_of(candidate.table, part)
    found = np.stack([predict(candidate, trained, rows) for trained in models])
    return Outer(part, rows, inner, choice, models, found)


def _by_seed(table: FeatureTable, outer: tuple[Outer, ...], seeds: int) -> tuple[Judgement, ...]:
    rows = np.concatenate([o.rows for o in outer])
    scores = np.concatenate([o.scores for o in outer], axis=1)
    return tuple(judge(table, rows, scores[s]) for s in range(seeds))
