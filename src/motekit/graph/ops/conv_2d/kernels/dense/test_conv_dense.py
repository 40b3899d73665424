import pytest

from motekit import targets
from motekit.core.graph import Graph
from motekit.graph.ops.conv_2d.kernels.dense import KERNEL
from motekit.testing.kernel_cases import check, conv

M4F = targets.core("cortex-m4f").spec
CASES = [
    conv((1, 1, 128), 32),
    conv((1, 1, 40), 17),  # outputs and inputs not a multiple of four
    conv((1, 1, 1), 1),
    conv((1, 1, 7), 3, in_zero=127),
    conv((1, 3, 10), 6),  # three pixels
    conv((3, 1, 5), 4, in_zero=5),
    conv((4, 3, 5), 9, kernel=(4, 3), padding=(0, 0, 0, 0)),  # the window is the whole image
    conv((1, 1, 16), 8, factor=0.02),
    conv((1, 1, 64), 5, factor=0.0003),
]


@pytest.mark.parametrize("core", ["host", "cortex-m4f"])
def test_equal_to_the_reference(core: str) -> None:
    check("dense", CASES, core)


@pytest.mark.slow
@pytest.mark.parametrize("compiler", ["zig", "gcc"])
@pytest.mark.parametrize("core", ["cortex-m4f", "cortex-m7", "cortex-m33"])
def test_equal_with_every_compiler(core: str, compiler: str) -> None:
    check("dense", CASES, core, compiler)


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (conv((2, 2, 8), 8), "pixels"),
        (conv((2, 2, 8), 8, kernel=(2, 2), stride=(1, 1)), "pixels"),  # padded
        (conv((4, 1, 8), 8, kernel=(2, 1), padding=(0, 0, 0, 0)), "overlap"),
        (conv((3, 1, 8), 8, stride=(2, 1), padding=(0, 0, 0, 0)), "leave something out"),
        (conv((3, 1, 8), 8, kernel=(2, 1), dilation=(2, 1), padding=(0, 0, 0, 0)), "leave"),
        (conv((1, 1, 8), 8, activation="none", zero=3), "arithmetic"),  # ties below zero show
    ],
)
def test_refuses(graph: Graph, reason: str) -> None:
    why = KERNEL.applies(graph.ops[0], graph, M4F)
    assert why is not None and reason in why


def test_needs_dsp_instructions() -> None:
    graph = conv((1, 1, 8), 8)
    assert KERNEL.applies(graph.ops[0], graph, targets.core("cortex-m0plus").spec) is not None
