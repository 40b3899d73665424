"""The K-means op: its meaning by plain integers, its C on cores with and without an FPU."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit import targets
from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import TensorType
from motekit.graph.ops import OPS, kmeans
from motekit.graph.ops._shared.roots import isqrt
from motekit.graph.ops.kmeans.kernels.portable import KERNEL
from motekit.graph.run import run_many
from motekit.graph.spec import check
from motekit.testing.machine import program

FOLDER = Path(kmeans.__file__).parent / "kernels" / "portable"
SHARED = Path(kmeans.__file__).parents[1] / "_shared"
INT16 = st.integers(-32768, 32767)
EDGES = np.array([-32768, -32767, -1, 0, 1, 255, 256, 32766, 32767])


def make(centres: Any, radii: Any, axes: tuple[int, ...], features: int, shift: int | None = None
         ) -> Graph:  # fmt: skip
    c, r = np.array(centres, np.int16), np.array(radii, np.int16)
    shift = kmeans.smallest_shift(c) if shift is None else shift
    tensors = [
        Tensor("x", TensorType((1, features), "int16")),
        Tensor("centres", TensorType(c.shape, "int16"), c),
        Tensor("radii", TensorType(r.shape, "int16"), r),
        Tensor("score", TensorType((1, 1), "int32")),
    ]
    op = Op("kmeans", "clusters", ("x", "centres", "radii"), ("score",),
            {"axes": axes, "shift": shift})  # fmt: skip
    return Graph("anomaly", {t.name: t for t in tensors}, (op,), ("x",), ("score",))


def plain(graph: Graph, x: list[int]) -> int:
    """The score by Python's own integers."""
    (op,) = graph.ops
    shift = int(str(op.attrs["shift"]))
    best = 65535
    for centre, radius in zip(graph.constant("centres").tolist(), graph.constant("radii").tolist(),
                              strict=True):  # fmt: skip
        away = [(x[a] - c) >> shift for a, c in zip(kmeans.axes(op), centre, strict=True)]
        distance = math.isqrt(sum(d * d for d in away))
        if distance < 65535:
            best = min(best, distance - radius)
    return best << shift


@st.composite
def cases(draw: st.DrawFn) -> tuple[Graph, list[int]]:
    n, k = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    features = draw(st.integers(n, 8))
    axes = tuple(draw(st.permutations(range(features)))[:n])
    centres = draw(st.lists(st.lists(INT16, min_size=n, max_size=n), min_size=k, max_size=k))
    radii = draw(st.lists(st.integers(0, 32767), min_size=k, max_size=k))
    x = draw(st.lists(INT16, min_size=features, max_size=features))
    return make(centres, radii, axes, features), x


@given(cases())
def test_the_reference_is_exact(case: tuple[Graph, list[int]]) -> None:
    graph, x = case
    assert run_many(check(graph), np.array([x], np.int16)).item() == plain(graph, x)


def test_the_root_is_exact_at_every_square() -> None:
    root = np.arange(65536, dtype=np.int64)
    for shift in (-1, 0, 1):
        value = np.maximum(root**2 + shift, 0)
        expected = [math.isqrt(v) for v in value.tolist()]
        np.testing.assert_array_equal(isqrt(value), expected)
    assert isqrt(np.array([2**32 - 1])).item() == 65535


def test_a_window_at_a_centre_scores_minus_its_radius() -> None:
    graph = make([[100, -200], [3000, 3000]], [50, 7], (1, 0), 2)
    assert run_many(graph, np.array([[-200, 100]], np.int16)).item() == -50
    assert run_many(graph, np.array([[-200, 160]], np.int16)).item() == 10


def test_the_score_saturates_where_the_distance_does() -> None:
    graph = make([[32767]], [0], (0,), 1)
    assert run_many(graph, np.array([[-32768], [-32767]], np.int16)).ravel().tolist() == [
        65535, 65534,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("axes", "features", "radii", "shift"),
    [((0, 5), 5, [0], None), ((0,), 5, [0], None), ((0, 1), 5, [-1], None), ((0, 1), 5, [0], 9),
     ((0, 1), 5, [0, 1], None)],
)  # fmt: skip
def test_what_does_not_fit_is_refused(axes: Any, features: int, radii: Any, shift: Any) -> None:
    graph = make([[30000, -30000]], radii, axes, features, shift)
    with pytest.raises(InputError):
        OPS.get("kmeans").infer(graph.ops[0], graph)


def test_a_shift_that_could_overflow_is_refused() -> None:
    graph = make([[30000, 30000, 30000]], [0], (0, 1, 2), 3, 0)
    with pytest.raises(InputError, match="shift"):
        OPS.get("kmeans").infer(graph.ops[0], graph)


def run_c(core: str, graph: Graph, batch: np.ndarray, folder: Path) -> tuple[list[int], list[int]]:
    """(scores, cycles) of the C kernel for every row."""
    e = KERNEL.emit(graph.ops[0], graph, targets.core(core))
    config = "".join(f"#define {name} {value}\n" for name, value in e.defines.items())
    (folder / "mk_config.h").write_text(config)
    clusters, axes = (c.values for c in e.constants)
    scores, cycles = [], []
    with program(core, [FOLDER / "mk_kmeans.c"], include=[FOLDER, SHARED, folder]) as m:
        params = struct.pack("<III", m.put(clusters), m.put(axes), e.fields["count"])
        p, out = m.put(np.frombuffer(params, np.uint8)), m.alloc(4)
        for row in batch:
            cycles.append(m.measure("mk_kmeans", p, m.put(row), out).cycles)
            scores.append(int(m.array(out, 1, np.int32)[0]))
    return scores, cycles


@pytest.mark.parametrize("core", ["cortex-m0plus", "cortex-m4f"])
@pytest.mark.parametrize("n", [1, 3, 6])
def test_c_equals_the_reference(core: str, n: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(n)
    centres = np.clip(rng.normal(size=(9, n)) * 9000, -32768, 32767)
    graph = check(make(centres, rng.integers(0, 3000, 9), tuple(range(n))[::-1], n + 2))
    near = rng.integers(-32768, 32768, (40, n + 2))
    batch = np.concatenate([near, rng.choice(EDGES, (40, n + 2)), np.zeros((1, n + 2))])
    batch = batch.astype(np.int16)
    scores, _ = run_c(core, graph, batch, tmp_path)
    assert scores == run_many(graph, batch).ravel().tolist()


@given(data=st.data())
@settings(max_examples=8, deadline=None)
def test_c_equals_the_reference_on_drawn_cases(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    graph, x = data.draw(cases())
    folder = tmp_path_factory.mktemp("kmeans")
    scores, _ = run_c("cortex-m4f", graph, np.array([x], np.int16), folder)
    assert scores == [plain(graph, x)]


@pytest.mark.parametrize("core", ["cortex-m0plus", "cortex-m4f"])
def test_roots_where_float_arithmetic_errs(core: str, tmp_path: Path) -> None:
    away = np.random.default_rng(0).integers(-32768, 32768, (400_000, 2))
    square = (away**2).sum(axis=1)
    rough = np.sqrt(square.astype(np.float32)).astype(np.int64)
    wrong = away[rough != isqrt(square)][:20].astype(np.int16)
    assert len(wrong) == 20
    graph = check(make([[0, 0]], [0], (0, 1), 2))
    assert graph.ops[0].attrs["shift"] == 0
    scores, _ = run_c(core, graph, wrong, tmp_path)
    assert scores == run_many(graph, wrong).ravel().tolist()


def test_32_clusters_of_3_axes_cost_little(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(32, 3)) * 3000
    graph = check(make(centres, rng.integers(0, 1500, 32), (0, 1, 2), 3))
    batch = np.clip(rng.normal(size=(30, 3)) * 3000, -32768, 32767).astype(np.int16)
    _, cycles = run_c("cortex-m4f", graph, batch, tmp_path)
    assert max(cycles) <= 1500
