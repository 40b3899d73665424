"""Transposes at a model's edges go, and the values are the same in another order."""

from __future__ import annotations

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.graph import check, run
from motekit.graph.importers.interface import channels_last
from motekit.testing.graphs import chain, int8

TO_LAST, TO_FIRST = (0, 2, 3, 1), (0, 3, 1, 2)


def example(order: tuple[int, ...] = TO_LAST) -> Graph:
    """Channels first outside, a maximum over rows inside."""
    return chain(
        Op("transpose", "t", ("x",), ("a",), {"order": order}),
        Op("transpose", "t_again", ("x",), ("a2",), {"order": TO_LAST}),
        Op("reduce_max", "peak", ("a",), ("b",), {"axes": (1,), "keep_dims": True}),
        Op("concatenation", "join", ("a2", "b"), ("c",), {"axis": 1}),
        Op("transpose", "u", ("c",), ("y",), {"order": TO_FIRST}),
        types={"x": int8(1, 3, 4, 5), "a": int8(1, 4, 5, 3), "a2": int8(1, 4, 5, 3),
               "b": int8(1, 1, 5, 3), "c": int8(1, 5, 5, 3), "y": int8(1, 3, 5, 5)},
        inputs=("x",), outputs=("y",),
    )  # fmt: skip


def test_input_and_output_change_their_order_and_nothing_else() -> None:
    graph = check(example())
    found = channels_last(graph)
    check(found.graph)
    assert [op.kind for op in found.graph.ops] == ["reduce_max", "concatenation"]
    assert found.inputs == {"x": TO_LAST} and found.outputs == {"y": TO_FIRST}
    x = np.random.default_rng(0).integers(-128, 128, (1, 3, 4, 5)).astype(np.int8)
    (want,), (got,) = run(graph, [x]), run(found.graph, [x.transpose(TO_LAST)])
    assert np.array_equal(got.transpose(TO_FIRST), want)


def test_an_input_that_is_also_used_as_it_is_stays() -> None:
    graph = example()
    ops = (*graph.ops[:3], Op("relu", "r", ("x",), ("z",), {"bounds": (0.0,)}), *graph.ops[3:])
    tensors = {**graph.tensors, "z": graph.tensors["x"].__class__("z", graph.type("x"))}
    kept = channels_last(Graph("g", tensors, ops, ("x",), ("y", "z")))
    assert not kept.inputs and list(kept.outputs) == ["y"]
    assert kept.graph.type("x").shape == (1, 3, 4, 5)


def test_a_model_that_only_transposes_is_left_alone() -> None:
    only = chain(
        Op("transpose", "t", ("x",), ("y",), {"order": TO_LAST}),
        types={"x": int8(1, 3, 4, 5), "y": int8(1, 4, 5, 3)}, inputs=("x",), outputs=("y",),
    )  # fmt: skip
    assert channels_last(only).graph == only
