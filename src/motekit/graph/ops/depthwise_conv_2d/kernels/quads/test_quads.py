import numpy as np
import pytest

from motekit import targets
from motekit.core.graph import Graph
from motekit.graph.ops.depthwise_conv_2d.kernels.quads import KERNEL, groups, layout
from motekit.testing.kernel_cases import Shape, check, check_rows, conv

SPEC = targets.core("cortex-m4f").spec


def depthwise(image: Shape, kernel: tuple[int, int], **options: object) -> Graph:
    return conv(image, image[2], kernel=kernel, depthwise=True, **options)  # type: ignore[arg-type]


CASES = [
    depthwise((6, 1, 8), (5, 1), padding=(0, 0, 0, 0)),  # over time, an odd number of taps
    depthwise((5, 7, 4), (2, 3), in_zero=5),
    depthwise((9, 8, 7), (3, 3), stride=(2, 3), activation="none", zero=3),  # dips; 4 + 3 channels
    depthwise((7, 7, 5), (3, 2), dilation=(2, 3), in_zero=127),
    depthwise((1, 1, 4), (1, 1)),
    depthwise((2, 2, 4), (5, 5), padding=(3, 3, 4, 4), activation="none", zero=-128, in_zero=-3),
    depthwise((4, 6, 13), (1, 4), stride=(5, 1)),  # rows that no window sees
    depthwise((5, 5, 6), (3, 3), factor=1e-4),
]


@pytest.mark.parametrize("core", ["host", "cortex-m4f"])
def test_equal_to_the_reference(core: str) -> None:
    assert [KERNEL.applies(graph.ops[0], graph, SPEC) for graph in CASES] == [None] * len(CASES)
    check("quads", CASES, core)


@pytest.mark.slow
@pytest.mark.parametrize("compiler", ["zig", "gcc"])
@pytest.mark.parametrize("core", ["cortex-m4f", "cortex-m7", "cortex-m33"])
def test_equal_with_every_compiler(core: str, compiler: str) -> None:
    check("quads", CASES, core, compiler)


@pytest.mark.parametrize("stride", [(1, 1), (2, 1)])
def test_works_row_by_row(stride: tuple[int, int]) -> None:
    check_rows("quads", depthwise((9, 4, 6), (3, 1), stride=stride, in_zero=9), "cortex-m4f")


def test_last_channels_are_laid_out_again() -> None:
    assert groups(9) == [0, 4, 5]
    weights = np.arange(15, dtype=np.int8).reshape(5, 3)  # channel c, tap t: 3 c + t
    first, last = layout(weights, np.arange(5, dtype=np.int32))[:, :16]
    assert first.tolist() == [0, 3, 1, 4, 6, 9, 7, 10, 2, 5, 0, 0, 8, 11, 0, 0]
    assert last.tolist() == [3, 6, 4, 7, 9, 12, 10, 13, 5, 8, 0, 0, 11, 14, 0, 0]


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (conv((6, 6, 4), 8, kernel=(3, 3), depthwise=True), "multiplied"),
        (depthwise((6, 6, 3), (3, 3)), "fewer"),
        (depthwise((6, 6, 4), (3, 3), factor=0.9), "arithmetic"),
    ],
)
def test_refuses_what_it_cannot_do(graph: Graph, reason: str) -> None:
    why = KERNEL.applies(graph.ops[0], graph, SPEC)
    assert why is not None and reason in why
