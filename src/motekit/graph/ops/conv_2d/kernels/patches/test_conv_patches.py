import pytest

from motekit import targets
from motekit.graph.ops.conv_2d.kernels.patches import KERNEL, runs
from motekit.testing.kernel_cases import check, check_rows, conv

CASES = [
    conv((12, 10, 1), 16, kernel=(10, 4), stride=(2, 2), in_zero=83),  # a row is four bytes
    conv((7, 8, 3), 6, kernel=(3, 3)),  # nine bytes a row: one left over
    conv((6, 5, 16), 5, kernel=(3, 3), activation="none", zero=4),  # by taps, odd, dips
    conv((7, 7, 8), 4, kernel=(3, 3), stride=(2, 2), in_zero=-3),
    conv((9, 7, 5), 6, kernel=(3, 3), dilation=(2, 2)),
    conv((5, 5, 2), 3, kernel=(5, 5), stride=(3, 2)),
    conv((6, 6, 8), 7, stride=(2, 2), activation="none", zero=-17),  # a shortcut
    conv((1, 1, 3), 5, kernel=(3, 3)),  # a window much larger than the image
    conv((2, 2, 1), 2, kernel=(2, 7)),
    conv((4, 4, 7), 5, kernel=(2, 2), padding=(1, 0, 0, 2)),
    conv((3, 4, 4), 2, kernel=(1, 2), padding=(3, 3, 3, 3), in_zero=127),  # windows off the image
    conv((3, 4, 3), 2, kernel=(1, 2), padding=(3, 3, 3, 3), in_zero=127),
    conv((5, 4, 2), 5, kernel=(3, 3), factor=0.4),  # exact sums
    conv((8, 3, 2), 4, kernel=(3, 3), stride=(5, 1)),  # stride beyond the kernel
    conv((4, 5, 6), 3, kernel=(1, 5)),
]


@pytest.mark.parametrize("core", ["host", "cortex-m4f"])
def test_equal_to_the_reference(core: str) -> None:
    check("patches", CASES, core)


@pytest.mark.slow
@pytest.mark.parametrize("compiler", ["zig", "gcc"])
@pytest.mark.parametrize("core", ["cortex-m4f", "cortex-m7", "cortex-m33"])
def test_equal_with_every_compiler(core: str, compiler: str) -> None:
    check("patches", CASES, core, compiler)


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 7])
def test_works_row_by_row(number: int) -> None:
    check_rows("patches", CASES[number], "cortex-m4f")


def test_patch_order_takes_fours_first() -> None:
    graph = conv((7, 8, 3), 6, kernel=(3, 3))
    order = runs(graph.ops[0], graph).order()
    assert order == [*range(8), *range(9, 17), *range(18, 26), 8, 17, 26]


def test_refuses_several_images_and_old_cores() -> None:
    graph = conv((4, 4, 8), 8, kernel=(3, 3))
    assert KERNEL.applies(graph.ops[0], graph, targets.core("cortex-m0plus").spec) is not None
    assert KERNEL.applies(graph.ops[0], graph, targets.core("cortex-m4f").spec) is None


def test_output_may_follow_the_input_by_a_row() -> None:
    graph = conv((8, 6, 4), 4, kernel=(3, 3))
    lead = KERNEL.overlap(graph.ops[0], graph, targets.core("cortex-m4f").spec)
    assert lead == {(0, 0): 2 * 6 * 4}
