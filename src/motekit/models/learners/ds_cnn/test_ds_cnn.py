"""The depthwise-separable network: the learner's contract, and the graph against LiteRT."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from motekit.core.learner import FeatureSet, Fold
from motekit.graph.exporters import to_tflite
from motekit.graph.oracle import Oracle
from motekit.graph.run import run
from motekit.models.learners.ds_cnn import LEARNER, Params
from motekit.models.normalize import fit_normalizer, standard, standardise
from motekit.testing.learner import NOTHING, LearnerContract, quiet

QUICK = Params(filters=6, blocks=2, kernel_time=5, kernel_columns=3, stride_columns=2, steps=150,
               checkpoints=2, batch=32, learning_rate=0.01)  # fmt: skip
STEPS, COLUMNS = 13, 7


def chirps(rows: int = 150) -> FeatureSet:
    """A line that rises, falls or stays over time, somewhere in frequency."""
    rng = np.random.default_rng(0)
    labels = np.arange(rows) % 3
    start = rng.uniform(2, 4, (rows, 1))
    middle = start + np.linspace(-2, 2, STEPS) * (labels[:, None] - 1)
    far = np.arange(COLUMNS) - middle[:, :, None]
    z = np.exp(-(far**2)) + rng.normal(size=(rows, STEPS, COLUMNS)) * 0.1
    names = tuple(f"b{c}[{i}]" for i in range(STEPS) for c in range(COLUMNS))
    groups = np.repeat(np.array(["a", "b", "c"]), rows // 3)
    rows_of_z = z.reshape(rows, -1).astype(np.float32)
    return FeatureSet(rows_of_z, labels, ("f", "s", "r"), groups, names)


class TestContract(LearnerContract):
    name = "ds_cnn"
    params: ClassVar[dict[str, Any]] = {
        "columns": 6, "filters": 12, "blocks": 1, "kernel_columns": 6, "stride_columns": 6,
        "steps": 250, "checkpoints": 2, "learning_rate": 0.01,
    }  # fmt: skip


def test_shapes_in_time_are_learned_and_litert_computes_the_same_bytes() -> None:
    data = chirps()
    train, held = np.flatnonzero(data.groups != "c"), np.flatnonzero(data.groups == "c")
    norm = fit_normalizer(data.z[train])
    fold = Fold(train, NOTHING, 0, standard(norm))
    (model,) = LEARNER.fit(data, QUICK, (fold,), quiet)
    found = LEARNER.predict(model, fold.z(data, held)).argmax(axis=1)
    assert (found == data.labels[held]).mean() > 0.9
    graph = LEARNER.lower(model, standardise(norm, data.z[train]), norm.z_lsb, "net")
    assert [op.kind for op in graph.ops] == [
        "reshape", "conv_2d", *["depthwise_conv_2d", "conv_2d"] * 2, "mean", "fully_connected",
        "softmax",
    ]  # fmt: skip
    rng = np.random.default_rng(0)
    shape = (1, STEPS * COLUMNS)
    cases = [[rng.integers(-128, 128, shape).astype(np.int8)] for _ in range(40)]
    with Oracle() as oracle:
        expected = oracle.run(to_tflite(graph), cases)
    for case, outputs in zip(cases, expected, strict=True):
        np.testing.assert_array_equal(run(graph, case)[0], outputs[0])
