import numpy as np
import pytest

from motekit import targets
from motekit.core.graph import Graph
from motekit.graph.ops import OPS, kernels
from motekit.graph.ops._shared import pair_sum
from motekit.testing.kernel_cases import check
from motekit.testing.op_cases import Builder, int8

SPEC = targets.core("cortex-m4f").spec


def graph(
    shape: tuple[int, ...] = (256, 256), kind: str = "add", activation: str = "relu",
    scales: tuple[float, float, float] = (0.05, 0.13, 0.09),
    zeros: tuple[int, int, int] = (-128, 4, -128),
) -> Graph:  # fmt: skip
    b = Builder()
    types = [int8(shape, float(np.float32(s)), z) for s, z in zip(scales, zeros, strict=True)]
    names = [b.add(name, t) for name, t in zip("aby", types, strict=True)]
    attrs = {"activation": activation, "rounding": "double"}
    return b.graph(kind, names[:2], names[2:], attrs)


@pytest.mark.parametrize("kind", ["add", "sub"])
@pytest.mark.parametrize("scales", [(0.05, 0.13, 0.09), (0.039, 0.002, 0.01), (1.7, 1.7, 40.0)])
def test_every_pair_of_inputs_is_proved(kind: str, scales: tuple[float, float, float]) -> None:
    case = graph(kind=kind, scales=scales)
    a, b = np.meshgrid(np.arange(-128, 128), np.arange(-128, 128), indexing="ij")
    inputs = [a.astype(np.int8), b.astype(np.int8)]
    (expected,) = OPS.get(kind).reference(case.ops[0], case, inputs)
    found = pair_sum.plane(case.ops[0], case, 1 if kind == "add" else -1)
    assert found is not None
    sums = found.start + (a * found.a_factor >> 8) + (b * found.b_factor >> 8)
    assert abs(sums).max() < 1 << 31
    assert np.array_equal(np.clip(sums >> pair_sum.SHIFT, -128, 127), expected)


CASES = [
    *(graph((n,)) for n in (1, 3, 4, 64, 65)),
    graph((256, 5), scales=(0.039, 0.002, 0.01)),
    graph((7, 3), kind="sub", activation="none", zeros=(3, -5, 7)),
]


@pytest.mark.parametrize("core", ["host", "cortex-m4f"])
def test_equal_to_the_reference(core: str) -> None:
    check("pairs", CASES, core)


def test_refuses_broadcasts_constants_and_huge_factors() -> None:
    kernel = kernels("add").get("pairs")
    b = Builder()
    names = [b.add("a", int8((2, 3), 0.1, 0)), b.add("b", int8((3,), 0.1, 0))]
    broadcast = b.graph("add", names, [b.add("y", int8((2, 3), 0.2, 0))], {"rounding": "double"})
    assert "shapes" in str(kernel.applies(broadcast.ops[0], broadcast, SPEC))
    huge = graph(scales=(0.5, 0.5, 0.001))
    assert "plane" in str(kernel.applies(huge.ops[0], huge, SPEC))
    assert kernel.applies(graph().ops[0], graph(), targets.core("riscv32imc").spec) is not None
