"""The integer models of a nested cross-validation, run by the graph's integer reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph
from motekit.core.learner import Fitted
from motekit.core.pipeline import Q, ValueScale
from motekit.graph.run import fed, run_many

from . import learner as learner_of
from . import sqnr
from .anomaly import threshold_q
from .data import FeatureTable
from .jobs import Candidate
from .judge import Judgement, judge
from .nested import Nested
from .normalize import standardise
from .store import Trained

NOISE_VALUES = 1 << 22  # of the largest activation that are compared: bounds memory


def calibration_rows(table: FeatureTable, held: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """Real windows that are not held out: activation ranges come from these alone.

    A detector's are normal ones.
    """
    normal = True if table.strange is None else ~table.strange
    return np.flatnonzero(table.real & ~np.isin(table.groups, held) & normal)


def lower(
    candidate: Candidate, trained: Trained, held: tuple[str, ...], name: str = "classifier"
) -> Graph:
    """A trained model as a full-integer graph, calibrated on windows that are not held out."""
    rows = calibration_rows(candidate.table, held)
    z = standardise(trained.normalizer, candidate.table.values[rows])
    plugin = learner_of(candidate.learner)
    return plugin.lower(trained.fitted, z, trained.normalizer.z_lsb, name)


def value_scale(graph: Graph, fitted: Fitted) -> ValueScale:
    """What one step of a regressor's output is worth, in the unit of its targets."""
    quant = graph.type(graph.outputs[0]).quant
    if quant is None:
        raise ValueError("a regressor's output must be quantized")
    step, zero = quant.per_tensor
    scale = float(fitted.facts["target_std"]) * step
    return ValueScale(float(fitted.facts["target_mean"]) - scale * zero, scale)


def scores(
    graph: Graph, trained: Trained, features: npt.NDArray[np.float32]
) -> npt.NDArray[np.number[Any]]:
    """What an integer model says of features, as `judge.judge` takes it: int8 class scores,
    values in their unit, or anomaly scores above the threshold in standard deviations."""
    task, norm = learner_of(trained.fitted.learner).task, trained.normalizer
    out = run_many(graph, fed(graph, norm.q(features))).reshape(len(features), -1)
    if task == "classifier":
        return out.astype(np.int8)
    if task == "regressor":
        return value_scale(graph, trained.fitted).of(out[:, 0].astype(np.int8))
    above = out[:, 0].astype(np.int64) - threshold_q(trained.fitted, norm.z_lsb)
    return np.asarray(above * (norm.z_lsb / Q))


def evaluate_int8(nested: Nested) -> tuple[Judgement, ...]:
    """The held-out figures of the integer models, one per seed."""
    table = nested.candidates[0].table
    found: list[list[npt.NDArray[np.number[Any]]]] = [[] for _ in nested.seeds]
    for outer in nested.outer:
        candidate = nested.candidates[outer.choice]
        features = candidate.table.values[outer.rows]
        for s, trained in enumerate(outer.models):
            found[s].append(scores(lower(candidate, trained, outer.held), trained, features))
    rows = np.concatenate([outer.rows for outer in nested.outer])
    return tuple(judge(table, rows, np.concatenate(parts)) for parts in found)


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
