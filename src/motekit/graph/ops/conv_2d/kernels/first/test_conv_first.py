import numpy as np
import pytest

from motekit import targets
from motekit.core.graph import Graph
from motekit.graph.ops.conv_2d.kernels.first import KERNEL
from motekit.testing.kernel_cases import Shape, check, check_rows, conv

SPEC = targets.core("cortex-m4f").spec


def square(image: Shape, out: int, **options: object) -> Graph:
    return conv(image, out, kernel=(3, 3), **options)  # type: ignore[arg-type]


CASES = [
    square((5, 8, 3), 4),  # every second word, padding of an odd number of values
    square((6, 20, 3), 2, stride=(2, 2), in_zero=5),  # sixteen bytes at a time
    square((7, 13, 3), 6, stride=(2, 2), padding=(1, 1, 1, 1)),  # an odd lead, an odd width
    square((5, 6, 1), 4, in_zero=127),
    square((9, 17, 1), 2, stride=(2, 2)),
    square((1, 3, 3), 2),  # one block, padding above and below
    square((4, 33, 1), 2, stride=(1, 2), padding=(2, 2, 2, 2)),
    square((9, 40, 3), 2, stride=(3, 2), padding=(0, 0, 0, 0)),  # rows that overlap in no line
    square((9, 7, 1), 2, stride=(4, 1)),  # rows that no window sees
    square((3, 5, 3), 2, padding=(0, 0, 0, 0)),
]


@pytest.mark.parametrize("core", ["host", "cortex-m4f"])
def test_equal_to_the_reference(core: str) -> None:
    assert [KERNEL.applies(graph.ops[0], graph, SPEC) for graph in CASES] == [None] * len(CASES)
    check("first", CASES, core)


@pytest.mark.slow
@pytest.mark.parametrize("compiler", ["zig", "gcc"])
@pytest.mark.parametrize("core", ["cortex-m4f", "cortex-m7", "cortex-m33"])
def test_equal_with_every_compiler(core: str, compiler: str) -> None:
    check("first", CASES, core, compiler)


@pytest.mark.parametrize("graph", [CASES[0], CASES[2], CASES[7]])
def test_works_row_by_row(graph: Graph) -> None:
    check_rows("first", graph, "cortex-m4f")


def test_fills_lines_to_the_byte() -> None:
    """What the windows of a row see is what a line holds."""
    for graph in CASES:
        emitted = KERNEL.emit(graph.ops[0], graph, SPEC)
        assert emitted.scratch_bytes == 12 * int(emitted.fields["words"])
        assert int(np.abs(emitted.constants[0].values.astype(np.int64)).max()) <= 1 << 15


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (conv((8, 8, 3), 8, kernel=(3, 2)), "3x3"),
        (square((8, 8, 3), 8, stride=(1, 3)), "3x3"),
        (square((8, 8, 4), 8), "channels"),
        (square((8, 2, 3), 8), "columns"),
        (square((8, 8, 3), 7), "odd"),
        (square((8, 8, 3), 8, padding=(3, 0, 0, 0)), "padding"),
        (square((8, 8, 3), 8, activation="none", zero=3), "dips"),
        (square((8, 8, 3), 8, factor=0.2), "arithmetic"),
    ],
)
def test_refuses_what_it_cannot_do(graph: Graph, reason: str) -> None:
    why = KERNEL.applies(graph.ops[0], graph, SPEC)
    assert why is not None and reason in why
