import pytest

from motekit import targets
from motekit.core.graph import Graph
from motekit.graph.ops.average_pool_2d.kernels.fours import KERNEL
from motekit.testing.kernel_cases import Shape, check
from motekit.testing.op_cases import Builder, int8

SPEC = targets.core("cortex-m4f").spec


def pool(
    image: Shape, size: tuple[int, int], stride: tuple[int, int] = (1, 1),
    padding: tuple[int, int, int, int] = (0, 0, 0, 0), activation: str = "none",
) -> Graph:  # fmt: skip
    height = (image[0] + padding[0] + padding[1] - size[0]) // stride[0] + 1
    width = (image[1] + padding[2] + padding[3] - size[1]) // stride[1] + 1
    b = Builder()
    names = [
        b.add("x", int8((1, *image), 0.05, -5)),
        b.add("y", int8((1, height, width, image[2]), 0.05, -5)),
    ]
    attrs = {"size": size, "stride": stride, "padding": padding, "activation": activation}
    return b.graph("average_pool_2d", names[:1], names[1:], attrs)


CASES = [
    pool((25, 5, 8), (25, 5)),  # an odd number of pixels, all of them
    pool((15, 17, 4), (15, 17)),  # 255 pixels
    pool((6, 7, 12), (2, 3), (2, 2), activation="relu"),
    pool((3, 3, 4), (1, 1), (2, 2)),
    pool((4, 6, 4), (3, 2), (1, 3)),
]


@pytest.mark.parametrize("core", ["host", "cortex-m4f"])
def test_equal_to_the_reference(core: str) -> None:
    check("fours", CASES, core)


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (pool((16, 16, 4), (16, 16)), "255"),
        (pool((4, 4, 6), (2, 2)), "multiple"),
        (pool((4, 4, 4), (2, 2), padding=(1, 0, 0, 0)), "padded"),
    ],
)
def test_refuses_what_it_cannot_do(graph: Graph, reason: str) -> None:
    why = KERNEL.applies(graph.ops[0], graph, SPEC)
    assert why is not None and reason in why
