import numpy as np
import pytest

from motekit import targets
from motekit.core.graph import Graph
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph.ops.fully_connected.kernels.fours import KERNEL, layer
from motekit.testing.kernel_cases import check
from motekit.testing.op_cases import Builder, int8

SPEC = targets.core("cortex-m4f").spec


def dense(
    inputs: int, outputs: int, *, rows: int = 1, per_output: bool = False,
    activation: str = "relu", in_zero: int = -128, zero: int = -128, factor: float | None = None,
    least: int = -127,
) -> Graph:  # fmt: skip
    """A dense layer with weights spread as in trained ones."""
    rng = np.random.default_rng(inputs + outputs)
    scales = rng.uniform(0.002, 0.01, outputs if per_output else 1).astype(np.float32)
    weights = np.clip(rng.normal(0, 45, (outputs, inputs)).round(), least, 127).astype(np.int8)
    weights[0, -1] = least
    axis = 0 if len(scales) > 1 else None
    quant = QuantParams(tuple(map(float, scales)), (0,) * len(scales), axis)
    mean = float(scales.mean())
    scale = 0.05 * mean * 45 * np.sqrt(inputs) if factor is None else 0.05 * mean / factor
    b = Builder()
    b.add("x", int8((rows, inputs), 0.05, in_zero))
    b.add("w", TensorType((outputs, inputs), "int8", quant), weights)
    b.add("b", TensorType((outputs,), "int32", None), rng.integers(-8000, 8000, outputs, np.int32))
    b.add("y", int8((rows, outputs), float(np.float32(scale)), zero))
    attrs = {"activation": activation, "rounding": "single", "keep_dims": False}
    return b.graph("fully_connected", ["x", "w", "b"], ["y"], attrs)


CASES = [
    dense(64, 12, activation="none", zero=14),
    dense(128, 8),
    dense(8, 5),
    dense(1, 1),
    dense(5, 3, rows=3),  # several rows, neither size a multiple of four
    dense(7, 6, per_output=True, in_zero=5),
    dense(33, 9, per_output=True, activation="none", zero=-3, rows=2),
    dense(30, 2, factor=0.4),
    dense(36, 4, factor=1e-3, in_zero=127),
    dense(40, 7, in_zero=-100, zero=127, activation="none"),
]


@pytest.mark.parametrize("core", ["host", "cortex-m4f"])
def test_equal_to_the_reference(core: str) -> None:
    check("fours", CASES, core)


@pytest.mark.slow
@pytest.mark.parametrize("compiler", ["zig", "gcc"])
@pytest.mark.parametrize("core", ["cortex-m4f", "cortex-m7", "cortex-m33"])
def test_equal_with_every_compiler(core: str, compiler: str) -> None:
    check("fours", CASES, core, compiler)


def test_one_factor_needs_one_slope() -> None:
    one, many = dense(16, 9), dense(16, 9, per_output=True)
    lengths = [len(found.slope) for g in (one, many) if (found := layer(g.ops[0], g))]
    assert lengths == [1, 9]


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (dense(8, 4, least=-128), "-128"),
        (dense(8, 4, activation="relu", zero=5), "arithmetic"),  # the clamp is inside the range
        (dense(8, 4, factor=70.0), "arithmetic"),
    ],
)
def test_refuses_what_it_cannot_do(graph: Graph, reason: str) -> None:
    why = KERNEL.applies(graph.ops[0], graph, SPEC)
    assert why is not None and reason in why


def test_a_row_is_read_before_it_is_written() -> None:
    leads = {
        rows: KERNEL.overlap((g := dense(8, 12, rows=rows)).ops[0], g, SPEC) for rows in (1, 3)
    }
    assert leads == {1: {(0, 0): -8}, 3: {(0, 0): 8}}
