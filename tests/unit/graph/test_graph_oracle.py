import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.graph import run
from motekit.graph.exporters import to_tflite
from motekit.graph.oracle import Oracle, run_litert
from motekit.testing.graphs import classifier, int8


def test_agrees_with_the_reference_and_lives_on_after_an_error() -> None:
    graph = classifier()
    x = [np.full((1, 6), v, np.int8) for v in (-128, 0, 127)]
    with Oracle() as oracle:
        with pytest.raises(InputError, match="refuses"):
            oracle.run(b"not a model at all", [[x[0]]])
        outputs = oracle.run(to_tflite(graph), [[v] for v in x])
    for v, (out,) in zip(x, outputs, strict=True):
        assert np.array_equal(out, run(graph, [v])[0])


def test_time_is_bounded() -> None:
    with Oracle(timeout_s=0.001) as oracle, pytest.raises(InputError, match="in time"):
        oracle.run(to_tflite(classifier()), [[np.zeros((1, 6), np.int8)]])


def test_a_crash_of_the_interpreter_is_an_error_here() -> None:
    """A softmax over more than 511 elements makes LiteRT's reference abort."""
    graph = classifier()
    wide = {
        "x": graph.tensors["x"].__class__("x", int8(1, 600, scale=1e-4)),
        "p": graph.tensors["p"].__class__("p", int8(1, 600, scale=1 / 256, zero=-128)),
    }
    op = graph.ops[-1].__class__("softmax", "s", ("x",), ("p",), {"beta": 1.0})
    model = to_tflite(graph.__class__("g", wide, (op,), ("x",), ("p",)))
    with Oracle() as oracle:
        with pytest.raises(InputError, match="crashed"):
            oracle.run(model, [[np.zeros((1, 600), np.int8)]])
        good = to_tflite(classifier())
        assert len(oracle.run(good, [[np.zeros((1, 6), np.int8)]])) == 1


def test_one_call() -> None:
    ((out,),) = run_litert(to_tflite(classifier()), [[np.zeros((1, 6), np.int8)]])
    assert out.shape == (1, 3)
