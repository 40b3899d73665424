"""The tree op: its meaning by a plain walk, its C by every kernel, what it refuses."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit import targets
from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph.ops import OPS, kernels
from motekit.graph.run import run_many
from motekit.graph.spec import check
from motekit.testing.graph_program import Case, core_program
from motekit.testing.op import OpContract

EDGES = (-32768, -32767, -1, 0, 1, 32766, 32767)


def make(nodes: Any, roots: Any, leaves: Any, features: int, levels: int) -> Graph:
    arrays = (np.array(nodes, np.int32).reshape(-1, 4), np.array(roots, np.int32),
              np.array(leaves, np.uint8))  # fmt: skip
    tensors = [Tensor("x", TensorType((1, features), "int16"))]
    for name, array in zip(("nodes", "roots", "leaves"), arrays, strict=True):
        tensors.append(Tensor(name, TensorType(array.shape, array.dtype.name), array))
    quant = QuantParams((1 / 256,), (-128,))
    tensors.append(Tensor("p", TensorType((1, arrays[2].shape[1]), "int8", quant)))
    op = Op("trees", "trees", ("x", "nodes", "roots", "leaves"), ("p",), {"levels": levels})
    return Graph("forest", {t.name: t for t in tensors}, (op,), ("x",), ("p",))


def grown(rng: np.random.Generator, features: int, depth: int, rows: int, first: int) -> list[Any]:
    """A random tree, a parent before its children; numbers of nodes begin with `first`."""
    if depth == 0 or rng.random() < 0.15:
        return [[-1, rng.integers(rows), 0, 0]]
    left = grown(rng, features, depth - 1, rows, first + 1)
    right = grown(rng, features, depth - 1, rows, first + 1 + len(left))
    value = rng.choice(EDGES) if rng.random() < 0.3 else rng.integers(-300, 300)
    return [[rng.integers(features), value, first + 1, first + 1 + len(left)], *left, *right]


def forest(seed: int, features: int, depth: int, trees: int, classes: int, levels: int) -> Graph:
    rng = np.random.default_rng(seed)
    nodes: list[Any] = []
    roots = []
    rows = int(rng.integers(1, 9))
    for _ in range(trees):
        roots.append(len(nodes))
        nodes += grown(rng, features, depth, rows, len(nodes))
    return make(nodes, roots, rng.integers(0, levels + 1, (rows, classes)), features, levels)


def cases() -> st.SearchStrategy[Graph]:
    return st.builds(
        forest, st.integers(0, 10**6), st.sampled_from((1, 3, 128, 129)), st.integers(0, 8),
        st.sampled_from((1, 2, 7)), st.sampled_from((1, 2, 5)), st.sampled_from((1, 15, 255)),
    )  # fmt: skip


class TestTrees(OpContract):
    kind = "trees"
    cases: ClassVar[st.SearchStrategy[Graph]] = cases()


def plain(graph: Graph, x: list[int]) -> list[int]:
    """By Python's own integers, one tree after the other."""
    nodes, leaves = graph.constant("nodes").tolist(), graph.constant("leaves").tolist()
    levels, sums = int(str(graph.ops[0].attrs["levels"])), [0] * len(leaves[0])
    roots = graph.constant("roots").tolist()
    for root in roots:
        feature, value, left, right = nodes[root]
        while feature >= 0:
            feature, value, left, right = nodes[left if x[feature] <= value else right]
        sums = [a + b for a, b in zip(sums, leaves[value], strict=True)]
    d = levels * len(roots)
    return [min(127, (512 * s + d) // (2 * d) - 128) for s in sums]


@given(cases(), st.data())
@settings(max_examples=30, deadline=None)
def test_the_reference_is_the_plain_walk(graph: Graph, data: st.DataObject) -> None:
    features = graph.type("x").shape[1]
    value = st.sampled_from(EDGES) | st.integers(-400, 400)
    x = data.draw(st.lists(value, min_size=features, max_size=features))
    assert run_many(check(graph), np.array([x], np.int16)).ravel().tolist() == plain(graph, x)


def test_a_value_at_its_threshold_goes_left() -> None:
    graph = make([[0, 7, 1, 2], [-1, 0, 0, 0], [-1, 1, 0, 0]], [0], [[15, 0], [0, 15]], 1, 15)
    out = run_many(graph, np.array([[6], [7], [8]], np.int16))
    assert out.reshape(3, 2).tolist() == [[127, -128], [127, -128], [-128, 127]]


@pytest.mark.parametrize("core", ["cortex-m0plus", "cortex-m4f"])
def test_cores_equal_the_reference(core: str) -> None:
    graphs = [forest(1, 6, 7, 5, 3, 15), forest(2, 128, 5, 3, 2, 255), forest(3, 1, 0, 1, 1, 1)]
    spec = targets.core(core).spec
    runs = [
        Case(graph, {"trees": kernel.name})
        for graph in graphs
        for kernel in kernels("trees")
        if kernel.applies(graph.ops[0], graph, spec) is None
    ]
    assert {name for case in runs for name in case.kernels.values()} == {"portable", "compact"}
    rng = np.random.default_rng(0)
    with core_program(core, runs) as program:
        for i, case in enumerate(runs):
            shape = case.graph.type("x").shape
            batch = [rng.choice(EDGES, shape), *(rng.integers(-350, 350, shape) for _ in range(9))]
            for x in batch:
                ((out,),) = program.run([(i, [x.astype(np.int16)])])
                assert out.ravel().tolist() == plain(case.graph, x.ravel().tolist())


GOOD: tuple[Any, ...] = ([[0, 7, 1, 2], [-1, 0, 0, 0], [-1, 1, 0, 0]], [0], [[1, 0], [0, 1]], 1, 1)


@pytest.mark.parametrize(
    ("position", "value"),
    [
        (0, [[0, 7, 0, 2], [-1, 0, 0, 0], [-1, 1, 0, 0]]),  # a circle
        (0, [[0, 7, 1, 3], [-1, 0, 0, 0], [-1, 1, 0, 0]]),  # a child that is not there
        (0, [[1, 7, 1, 2], [-1, 0, 0, 0], [-1, 1, 0, 0]]),  # a feature that is not there
        (0, [[0, 40000, 1, 2], [-1, 0, 0, 0], [-1, 1, 0, 0]]),  # beyond int16
        (0, [[0, 7, 1, 2], [-1, 2, 0, 0], [-1, 1, 0, 0]]),  # a row that is not there
        (1, [3]),
        (2, [[2, 0], [0, 1]]),  # more than its levels
        (4, 0),
    ],
)
def test_what_does_not_fit_is_refused(position: int, value: Any) -> None:
    given_ = list(GOOD)
    check(make(*given_))
    given_[position] = value
    graph = make(*given_)
    with pytest.raises(InputError):
        OPS.get("trees").infer(graph.ops[0], graph)
