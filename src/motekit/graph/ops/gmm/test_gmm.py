"""The mixture op: its meaning by plain integers, its C by every core, what it refuses."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import TensorType
from motekit.graph.ops import OPS, gmm
from motekit.graph.run import run_many
from motekit.graph.spec import check
from motekit.testing.graph_program import Case, core_program
from motekit.testing.op import OpContract

EDGES = (-32768, -32767, -1, 0, 1, 255, 32766, 32767)


def make(parts: tuple[Any, ...], axes: tuple[int, ...], features: int, mul: int = 6553,
         out_shift: int = 11) -> Graph:  # fmt: skip
    dtypes = (np.int16, np.int16, np.int8, np.int32)
    tensors = [Tensor("x", TensorType((1, features), "int16"))]
    names = ("means", "factors", "shifts", "offsets")
    for name, dtype, part in zip(names, dtypes, parts, strict=True):
        array = np.array(part, dtype)
        tensors.append(Tensor(name, TensorType(array.shape, array.dtype.name), array))
    tensors.append(Tensor("score", TensorType((1, 1), "int32")))
    attrs = {"axes": axes, "mul": mul, "out_shift": out_shift}
    op = Op("gmm", "mixture", ("x", *names), ("score",), attrs)
    return Graph("anomaly", {t.name: t for t in tensors}, (op,), ("x",), ("score",))


def mixture(seed: int, k: int, a: int, diagonal: bool, extreme: bool) -> Graph:
    rng = np.random.default_rng(seed)
    features = a + int(rng.integers(0, 4))
    axes = tuple(rng.permutation(features)[:a].tolist())
    shape = (k, a) if diagonal else (k, a, a)
    draw = (lambda s: rng.choice(EDGES, s)) if extreme else (lambda s: rng.integers(-9000, 9000, s))
    factors = draw(shape) if diagonal else np.tril(draw(shape))
    shifts = rng.integers(1, 47 if extreme else 24, (k, a))
    offsets = rng.choice((0, 1, 2**31 - 1, 65536), k)
    out = (
        (65535, int(rng.choice((1, 28))))
        if extreme
        else (int(rng.integers(0, 65536)), int(rng.integers(1, 29)))
    )
    return make((draw((k, a)), factors, shifts, offsets), axes, features, *out)


def cases() -> st.SearchStrategy[Graph]:
    return st.builds(mixture, st.integers(0, 10**6), st.sampled_from((1, 2, 5)),
                     st.sampled_from((1, 3, 7)), st.booleans(), st.booleans())  # fmt: skip


class TestGmm(OpContract):
    kind = "gmm"
    cases: ClassVar[st.SearchStrategy[Graph]] = cases()


def clamp(v: int) -> int:
    return max(-32768, min(32767, v))


def plain(graph: Graph, x: list[int]) -> int:
    """The score by Python's own integers."""
    (op,) = graph.ops
    names = ("means", "factors", "shifts", "offsets")
    means, factors, shifts, offsets = (graph.constant(n).tolist() for n in names)
    best = gmm.LIMIT
    for mean, rows, own, offset in zip(means, factors, shifts, offsets, strict=True):
        away = [clamp(x[a] - m) for a, m in zip(gmm.axes(op), mean, strict=True)]
        total = offset
        for j, shift in enumerate(own):
            row = [rows[j] * (i == j) for i in range(len(own))]
            row = row if gmm.diagonal(op, graph) else rows[j]
            pairs = zip(row, away, strict=True)
            y = clamp((sum(f * d for f, d in pairs) + (1 << (shift - 1))) >> shift)
            total += y * y
        best = min(best, total)
    mul, out = int(str(op.attrs["mul"])), int(str(op.attrs["out_shift"]))
    return (math.isqrt(best) * mul + (1 << (out - 1))) >> out


@given(cases(), st.data())
@settings(max_examples=40, deadline=None)
def test_the_reference_is_exact(graph: Graph, data: st.DataObject) -> None:
    features = graph.type("x").shape[1]
    value = st.sampled_from(EDGES) | st.integers(-9000, 9000)
    x = data.draw(st.lists(value, min_size=features, max_size=features))
    assert run_many(check(graph), np.array([x], np.int16)).item() == plain(graph, x)


@pytest.mark.parametrize("core", ["cortex-m0plus", "cortex-m4f"])
@pytest.mark.parametrize("diagonal", [False, True])
def test_cores_equal_the_reference(core: str, diagonal: bool) -> None:
    graphs = [mixture(seed, 4, 3, diagonal, bool(seed % 2)) for seed in range(4)]
    rng = np.random.default_rng(0)
    with core_program(core, [Case(graph) for graph in graphs]) as program:
        for i, graph in enumerate(graphs):
            shape = graph.type("x").shape
            batch = [
                rng.choice(EDGES, shape),
                *(rng.integers(-9000, 9000, shape) for _ in range(5)),
            ]
            for x in batch:
                ((out,),) = program.run([(i, [x.astype(np.int16)])])
                assert out.item() == plain(graph, x.ravel().tolist())


GOOD = (([[0, 0]], [[[1, 0], [1, 1]]], [[1, 1]], [0]), (0, 1), 2)


@pytest.mark.parametrize(
    "parts",
    [
        ([[0, 0]], [[[1, 1], [1, 1]]], [[1, 1]], [0]),  # above the diagonal
        ([[0, 0]], [[[1, 0], [1, 1]]], [[0, 1]], [0]),  # no shift to round by
        ([[0, 0]], [[[1, 0], [1, 1]]], [[1, 47]], [0]),
        ([[0, 0]], [[[1, 0], [1, 1]]], [[1, 1]], [-1]),
        ([[0]], [[[1, 0], [1, 1]]], [[1, 1]], [0]),
    ],
)
def test_what_does_not_fit_is_refused(parts: Any) -> None:
    check(make(*GOOD))
    graph = make(parts, (0, 1), 2)
    with pytest.raises(InputError):
        OPS.get("gmm").infer(graph.ops[0], graph)


@pytest.mark.parametrize(
    ("axes", "mul", "out"), [((0, 2), 1, 1), ((0, 1), 65536, 1), ((0, 1), 1, 0), ((0, 1), 1, 29)]
)
def test_attributes_out_of_range_are_refused(axes: tuple[int, ...], mul: int, out: int) -> None:
    graph = make(GOOD[0], axes, 2, mul, out)
    with pytest.raises(InputError):
        OPS.get("gmm").infer(graph.ops[0], graph)
