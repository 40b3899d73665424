import numpy as np
import pytest

from motekit import targets
from motekit.core.graph import Graph
from motekit.graph.ops.conv_2d.kernels.winograd import KERNEL, ORDER, stream
from motekit.testing.kernel_cases import Shape, check, check_rows, conv

SPEC = targets.core("cortex-m4f").spec


def square(image: Shape, out: int, **options: object) -> Graph:
    return conv(image, out, kernel=(3, 3), **options)  # type: ignore[arg-type]


CASES = [
    square((6, 16, 16), 4),
    square((3, 10, 4), 2, in_zero=5),  # the second block covers most of the first
    square((1, 8, 8), 4),  # both sides and both edges in one block
    square((5, 12, 12), 6, activation="none", zero=-7, in_zero=127),  # dips
    square((4, 8, 20), 2, activation="none", zero=4),
    square((4, 8, 4), 2, padding=(0, 0, 1, 1)),  # no rows of padding
    square((3, 8, 4), 2, padding=(2, 1, 1, 1), in_zero=-3),
]


@pytest.mark.parametrize("core", ["host", "cortex-m4f"])
def test_equal_to_the_reference(core: str) -> None:
    check("winograd", CASES, core)


@pytest.mark.slow
@pytest.mark.parametrize("compiler", ["zig", "gcc"])
@pytest.mark.parametrize("core", ["cortex-m4f", "cortex-m7", "cortex-m33"])
def test_equal_with_every_compiler(core: str, compiler: str) -> None:
    check("winograd", CASES, core, compiler)


@pytest.mark.parametrize("graph", [CASES[1], CASES[3]])
def test_works_row_by_row(graph: Graph) -> None:
    check_rows("winograd", graph, "cortex-m4f")


def test_transformed_weights_give_the_products() -> None:
    rng = np.random.default_rng(1)
    g = rng.integers(-127, 128, (2, 3, 3, 4)).astype(np.int8)
    d = rng.integers(-128, 128, (3, 4, 4))  # row, pixel, channel
    words = stream(g, np.zeros(2, np.int32))[0, 4:].astype(np.int64)
    u = words.reshape(4, 3, 2, 2, 2)  # pass, row, half, output channel, c | c + 2
    u = u.transpose(3, 0, 1, 4, 2).reshape(2, 4, 3, 4)  # output channel, pass, row, channel
    e = [d[:, 0] - d[:, 2], d[:, 1] + d[:, 2], d[:, 2] - d[:, 1], d[:, 3] - d[:, 1]]
    m = {j: (u[:, i] * e[j]).sum(axis=(1, 2)) for i, j in enumerate(ORDER)}
    for i, doubled in enumerate((m[1] + m[2] + m[0], m[1] - m[2] + m[3])):
        direct = np.einsum("oykc,ykc->o", g.astype(np.int64), d[:, i : i + 3])
        assert np.array_equal(doubled, 2 * direct)


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (conv((8, 8, 8), 8), "3x3"),
        (square((8, 8, 8), 8, stride=(2, 2)), "3x3"),
        (square((8, 9, 8), 8), "width"),
        (square((8, 6, 8), 8), "width"),
        (square((8, 8, 8), 8, padding=(0, 0, 0, 0)), "width"),
        (square((8, 8, 6), 8), "channels"),
        (square((8, 8, 8), 3), "channels"),
        (square((8, 8, 8), 8, factor=0.2), "arithmetic"),
    ],
)
def test_refuses_what_it_cannot_do(graph: Graph, reason: str) -> None:
    why = KERNEL.applies(graph.ops[0], graph, SPEC)
    assert why is not None and reason in why
