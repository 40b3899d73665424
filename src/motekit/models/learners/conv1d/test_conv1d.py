"""The network over time: the learner's contract, folding, the graph against LiteRT."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.learner import FeatureSet, Fitted, Fold
from motekit.graph.exporters import to_tflite
from motekit.graph.oracle import Oracle
from motekit.graph.run import run
from motekit.models.learners.conv1d import LEARNER, Params, stack
from motekit.models.normalize import fit_normalizer, standard, standardise
from motekit.testing.learner import NOTHING, LearnerContract, quiet

# One set for all tests: the compiled loop is kept by it.
QUICK = Params(filters=(5, 7), kernel=4, stride=3, steps=250, checkpoints=2, batch=32)
STEPS = 23  # a prime: every layer has a ragged end


def waves(seed: int = 0, rows: int = 180) -> FeatureSet:
    """Two columns over time; the class is the frequency, the phase is random."""
    rng = np.random.default_rng(seed)
    labels = np.arange(rows) % 3
    phase = rng.uniform(0, 2 * np.pi, (rows, 1))
    at = np.arange(STEPS) * (0.3 + 0.5 * labels[:, None]) + phase
    z = np.stack([np.sin(at), np.cos(at)], axis=2) + rng.normal(size=(rows, STEPS, 2)) * 0.2
    names = tuple(f"{c}[{i}]" for i in range(STEPS) for c in ("x", "y"))
    groups = np.repeat(np.array(["a", "b", "c"]), rows // 3)
    rows_of_z = z.reshape(rows, -1).astype(np.float32)
    return FeatureSet(rows_of_z, labels, ("s", "m", "f"), groups, names)


def fitted(data: FeatureSet, params: Params = QUICK) -> tuple[Fitted, Fold]:
    train = np.flatnonzero(data.groups != "c")
    fold = Fold(train, NOTHING, 0, standard(fit_normalizer(data.z[train])))
    return LEARNER.fit(data, params, (fold,), quiet)[0], fold


class TestContract(LearnerContract):
    name = "conv1d"
    params: ClassVar[dict[str, Any]] = {
        "columns": 6, "filters": (12,), "steps": 200, "checkpoints": 2, "learning_rate": 0.01,
    }  # fmt: skip


def test_a_frequency_is_found_whatever_its_phase() -> None:
    data = waves()
    model, fold = fitted(data)
    held = np.flatnonzero(data.groups == "c")
    found = LEARNER.predict(model, fold.z(data, held)).argmax(axis=1)
    assert (found == data.labels[held]).mean() > 0.9


def test_what_was_trained_is_what_predicts() -> None:
    """The loop's own accuracy, by folded float32 weights, against predict in float64."""
    data = waves()
    held = np.flatnonzero(data.groups == "c")
    train = np.flatnonzero(data.groups != "c")
    fold = Fold(train, held, 0, standard(fit_normalizer(data.z[train])), 99)
    (model,) = LEARNER.fit(data, QUICK, (fold,), quiet)
    found = LEARNER.predict(model, fold.z(data, held)).argmax(axis=1)
    expected = (found == data.labels[held]).mean()
    assert model.history["validation_accuracy/c"][-1] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("per_channel", [False, True])
def test_litert_computes_the_same_bytes(per_channel: bool) -> None:
    data = waves()
    model, fold = fitted(data)
    model = replace(model, facts={**model.facts, "per_channel": per_channel})
    norm = fit_normalizer(data.z[fold.train])
    graph = LEARNER.lower(model, standardise(norm, data.z[fold.train]), norm.z_lsb, "net")
    rng = np.random.default_rng(0)
    cases = [[rng.integers(-128, 128, (1, 2 * STEPS)).astype(np.int8)] for _ in range(40)]
    with Oracle() as oracle:
        expected = oracle.run(to_tflite(graph), cases)
    for case, outputs in zip(cases, expected, strict=True):
        np.testing.assert_array_equal(run(graph, case)[0], outputs[0])


def test_quantization_costs_little() -> None:
    data = waves()
    model, fold = fitted(data)
    norm = fit_normalizer(data.z[fold.train])
    z = standardise(norm, data.z)
    graph = LEARNER.lower(model, z[fold.train], norm.z_lsb, "net")
    assert LEARNER.activations is not None
    real = LEARNER.activations(model, z)
    assert [a.shape[1:] for a in real[1:-2]] == [
        graph.type(op.outputs[0]).shape[1:] for op in graph.ops[1:-2]
    ]


@pytest.mark.parametrize(
    "names",
    [("x", "y", "z", "w"), ("x[0]", "y[0]", "x[1]", "z[1]"), ("x[0]", "x[2]", "x[1]", "x[3]")],
)
def test_features_without_steps_are_refused(names: tuple[str, ...]) -> None:
    data = FeatureSet(np.zeros((4, 4), np.float32), np.zeros(4, np.int64), ("a", "b"),
                      np.full(4, "g"), names)  # fmt: skip
    with pytest.raises(InputError, match="steps of time"):
        stack(data, QUICK)
    assert stack(data, replace(QUICK, columns=2)).shape == (1, 2, 2)
    with pytest.raises(InputError):
        stack(data, replace(QUICK, columns=3))


def test_frames_of_audio_are_steps() -> None:
    names = tuple(f"mic.t{t}.c{c}" for t in range(3) for c in range(2))
    data = FeatureSet(np.zeros((4, 6), np.float32), np.zeros(4, np.int64), ("a", "b"),
                      np.full(4, "g"), names)  # fmt: skip
    assert stack(data, QUICK).shape == (1, 3, 2)
