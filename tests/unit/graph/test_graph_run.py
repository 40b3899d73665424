from dataclasses import replace

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.graph import Op
from motekit.graph import run
from motekit.graph.run import rebatch, run_many
from motekit.testing.graphs import chain, classifier, int8


def batch(n: int, graph_inputs: int = 6) -> np.ndarray:
    return np.random.default_rng(1).integers(-128, 128, (n, graph_inputs)).astype(np.int8)


def test_many_cases_equal_one_by_one() -> None:
    graph = classifier()
    x = batch(20)
    together = run_many(graph, x)
    assert together.shape == (20, 1, 3)
    for case, out in zip(x, together, strict=True):
        assert np.array_equal(run(graph, [case[None]])[0], out)


def test_no_cases_give_no_outputs() -> None:
    assert run_many(classifier(), batch(0)).shape == (0, 1, 3)


def test_graphs_that_mix_cases_run_one_by_one() -> None:
    """A transpose that moves the batch axis must not see several cases at once."""
    graph = chain(
        Op("transpose", "t", ("x",), ("y",), {"order": (1, 0)}),
        types={"x": int8(1, 4), "y": int8(4, 1)}, inputs=("x",), outputs=("y",),
    )  # fmt: skip
    assert rebatch(graph, 3) is None
    x = batch(3, 4)
    assert np.array_equal(run_many(graph, x), x[:, :, None])


def test_an_axis_of_one_that_is_not_the_batch_is_left_alone() -> None:
    graph = chain(
        Op("mean", "m", ("x",), ("y",), {"axes": (0,), "keep_dims": True, "rounding": "double"}),
        types={"x": int8(1, 4), "y": int8(1, 4)}, inputs=("x",), outputs=("y",),
    )  # fmt: skip
    assert rebatch(graph, 3) is None


@pytest.mark.parametrize("x", [np.zeros((1, 5), np.int8), np.zeros((1, 6), np.int16)])
def test_inputs_of_another_type_are_refused(x: np.ndarray) -> None:
    with pytest.raises(InputError, match="must be int8 of shape"):
        run(classifier(), [x])


def test_views_keep_batches() -> None:
    graph = chain(
        Op("reshape", "r", ("x",), ("y",), {"shape": (-1, 2, 2)}),
        types={"x": int8(1, 4), "y": int8(1, 2, 2)}, inputs=("x",), outputs=("y",),
    )  # fmt: skip
    wide = rebatch(graph, 5)
    assert wide is not None and wide.type("y").shape == (5, 2, 2)
    assert replace(wide, name="other") != wide
