import pytest

from motekit import targets
from motekit.graph.ops.conv_2d.kernels.pointwise import KERNEL
from motekit.testing.kernel_cases import check, conv

CASES = [
    conv((25, 5, 64), 64),  # 125 pixels: two are left over
    conv((4, 4, 19), 15),  # odd channels, inputs not a multiple of four
    conv((3, 3, 57), 30, activation="none", zero=4),  # dips
    conv((3, 3, 5), 9, activation="none", zero=-100, in_zero=127),  # dips and odd
    conv((1, 2, 3), 7),
    conv((1, 1, 1), 1),
    conv((2, 2, 4), 2),
    conv((3, 3, 16), 5, factor=0.1),  # coarse, odd
    conv((3, 3, 16), 6, factor=0.1, activation="none", zero=-7),  # coarse, dips
    conv((3, 3, 16), 33, factor=0.3),  # factor too large for a line: exact sums, odd
    conv((2, 5, 5), 4, activation="relu6", zero=5),  # clamp inside the range: exact sums
    conv((3, 4, 36), 6, in_zero=5),
    conv((2, 2, 256), 8),
    # Factors so small that a step of the sum is a step of the high word: there it shows in some of
    # thousands of outputs whether the multiplication rounds.
    conv((16, 16, 16), 64, in_zero=-3, factor=1 / 9000),
    conv((16, 16, 16), 192, in_zero=-3, factor=1 / 9000, seed=1),
    conv((16, 16, 16), 192, in_zero=-3, factor=1 / 20000),
]


@pytest.mark.parametrize("core", ["host", "cortex-m4f"])
def test_equal_to_the_reference(core: str) -> None:
    check("pointwise", CASES, core)


@pytest.mark.slow
@pytest.mark.parametrize("compiler", ["zig", "gcc"])
@pytest.mark.parametrize("core", ["cortex-m4f", "cortex-m7", "cortex-m33"])
def test_equal_with_every_compiler(core: str, compiler: str) -> None:
    check("pointwise", CASES, core, compiler)


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (conv((4, 4, 8), 8, kernel=(3, 3)), "1x1"),
        (conv((4, 4, 8), 8, stride=(2, 2)), "1x1"),
        (conv((4, 4, 8), 8, padding=(1, 0, 0, 0)), "1x1"),
    ],
)
def test_refuses_other_shapes(graph: object, reason: str) -> None:
    (op,) = graph.ops  # type: ignore[attr-defined]
    why = KERNEL.applies(op, graph, targets.core("cortex-m4f").spec)  # type: ignore[arg-type]
    assert why is not None and reason in why


def test_needs_dsp_instructions() -> None:
    graph = conv((4, 4, 8), 8)
    assert KERNEL.applies(graph.ops[0], graph, targets.core("cortex-m0plus").spec) is not None


def test_in_place_until_the_channels_grow() -> None:
    spec = targets.core("cortex-m4f").spec
    leads = {}
    for out in (4, 8, 12):
        graph = conv((5, 5, 8), out)
        leads[out] = KERNEL.overlap(graph.ops[0], graph, spec)[(0, 0)]
    assert leads == {4: -12, 8: 0, 12: 12 * 8}
