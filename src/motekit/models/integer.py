"""The integer models of a nested cross-validation, run by the graph's integer reference."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph
from motekit.graph.run import fed, run_many

from . import learner as learner_of
from . import sqnr
from .data import FeatureTable
from .evaluate import Evaluation, evaluate
from .jobs import Candidate
from .nested import Nested
from .normalize import standardise
from .store import Trained

NOISE_VALUES = 1 << 22  # of the largest activation that are compared: bounds memory


def calibration_rows(table: FeatureTable, held: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """Real windows that are not held out: activation ranges come from these alone."""
    return np.flatnonzero(table.real & ~np.isin(table.groups, held))


def lower(
    candidate: Candidate, trained: Trained, held: tuple[str, ...], name: str = "classifier"
) -> Graph:
    """A trained model as a full-integer graph, calibrated on windows that are not held out."""
    rows = calibration_rows(candidate.table, held)
    z = standardise(trained.normalizer, candidate.table.values[rows])
    plugin = learner_of(candidate.learner)
    return plugin.lower(trained.fitted, z, trained.normalizer.z_lsb, name)


def scores(
    graph: Graph, trained: Trained, features: npt.NDArray[np.float32]
) -> npt.NDArray[np.int8]:
    """int8 class scores of an integer classifier, shape (windows, classes)."""
    out = run_many(graph, fed(graph, trained.normalizer.q(features)))
    return out.reshape(len(features), -1).astype(np.int8)


def evaluate_int8(nested: Nested) -> tuple[Evaluation, ...]:
    """The held-out figures of the integer models, one per seed."""
    table = nested.candidates[0].table
    found: list[list[npt.NDArray[np.int8]]] = [[] for _ in nested.seeds]
    for outer in nested.outer:
        candidate = nested.candidates[outer.choice]
        features = candidate.table.values[outer.rows]
        for s, trained in enumerate(outer.models):
            found[s].append(scores(lower(candidate, trained, outer.held), trained, features))
    rows = np.concatenate([outer.rows for outer in nested.outer])
    return tuple(
        evaluate(np.concatenate(parts), table.labels[rows], table.groups[rows], table.classes)
        for parts in found
    )


def noise(candidate: Candidate, trained: Trained) -> tuple[sqnr.LayerNoise, ...]:
    """Quantization noise of each layer of a model of all groups, on its training windows.

    Empty for a learner whose graph has no float counterpart.
    """
    plugin = learner_of(candidate.learner)
    if plugin.activations is None:
        return ()
    values = candidate.table.values[calibration_rows(candidate.table, ())]
    z = standardise(trained.normalizer, values)
    graph = plugin.lower(trained.fitted, z, trained.normalizer.z_lsb, "classifier")
    largest = max(t.type.size for t in graph.tensors.values() if not t.is_constant)
    some = slice(None, None, 1 + len(z) * largest // NOISE_VALUES)
    values, z = values[some], z[some]
    real = plugin.activations(trained.fitted, z)
    return sqnr.table(graph, trained.normalizer.q(values), z, real)
