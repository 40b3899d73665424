import numpy as np

from motekit.core.learner import FeatureSet, Fold
from motekit.graph import check, run
from motekit.models import learner


def test_int8_graph_says_what_the_float_model_says() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(120) % 3
    z = (rng.normal(0, 0.4, (120, 5)) + 2 * np.eye(3, 5)[labels]).astype(np.float32)
    data = FeatureSet(z, labels, ("a", "b", "c"), np.array(["s"] * 120))
    plugin = learner("nearest_mean")
    rows = np.arange(120)
    fold = Fold(rows, rows[:0], 0)
    (fitted,) = plugin.fit(data, plugin.params(), (fold,), lambda *_: None)
    z_lsb = 1 / 32
    graph = plugin.lower(fitted, z, z_lsb, "toy")
    check(graph)
    stored = np.clip(np.rint(z / z_lsb), -128, 127).astype(np.int8)
    int8 = [int(np.argmax(run(graph, [row[None]])[0])) for row in stored]
    assert np.mean(np.array(int8) == plugin.predict(fitted, z).argmax(axis=1)) > 0.97
    assert np.mean(np.array(int8) == labels) > 0.95
