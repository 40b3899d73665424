import pytest

from motekit import targets
from motekit.core.graph import Graph
from motekit.graph.ops import kernels
from motekit.testing.kernel_cases import Shape, check, check_rows, conv

KERNELS = ("ring", "plane8", "plane16")


def depthwise(image: Shape, **options: object) -> Graph:
    return conv(image, image[2], kernel=(3, 3), depthwise=True, **options)  # type: ignore[arg-type]


CASES = [
    depthwise((13, 5, 8)),  # columns are longer: lines are columns, of odd length
    depthwise((6, 16, 4)),  # four whole turns of the loop
    depthwise((6, 12, 5)),  # a strip of one channel
    depthwise((7, 9, 6), stride=(2, 2)),
    depthwise((12, 10, 4), stride=(2, 2)),  # the line ends with padding alone
    depthwise((7, 4, 6), activation="none", zero=3, in_zero=5),  # dips
    depthwise((5, 9, 5), stride=(1, 2), padding=(0, 0, 0, 0), activation="none", zero=-9),
    depthwise((1, 1, 4)),
    depthwise((2, 2, 4), padding=(2, 2, 2, 2), in_zero=127),
    depthwise((9, 5, 5), stride=(3, 1)),  # lines that no window needs
    depthwise((3, 3, 1)),
    depthwise((4, 6, 7), stride=(2, 1), padding=(0, 1, 2, 1)),
    depthwise((9, 13, 5)),  # two bands of 8 lines
    depthwise((33, 34, 4)),  # three bands of 16
    depthwise((35, 36, 3), stride=(2, 2)),
    depthwise((6, 6, 4), factor=0.1),
    depthwise((6, 6, 9), factor=1e-4),
]


@pytest.mark.parametrize("core", ["host", "cortex-m4f"])
@pytest.mark.parametrize("name", KERNELS)
def test_equal_to_the_reference(name: str, core: str) -> None:
    kernel, spec = kernels("depthwise_conv_2d").get(name), targets.core(core).spec
    graphs = [g for g in CASES if kernel.applies(g.ops[0], g, spec) is None]
    assert len(graphs) == len(CASES)
    check(name, graphs, core)


@pytest.mark.slow
@pytest.mark.parametrize("compiler", ["zig", "gcc"])
@pytest.mark.parametrize("core", ["cortex-m4f", "cortex-m7", "cortex-m33"])
@pytest.mark.parametrize("name", KERNELS)
def test_equal_with_every_compiler(name: str, core: str, compiler: str) -> None:
    kernel, spec = kernels("depthwise_conv_2d").get(name), targets.core(core).spec
    graphs = [g for g in CASES if kernel.applies(g.ops[0], g, spec) is None]
    check(name, graphs, core, compiler)


@pytest.mark.parametrize("stride", [(1, 1), (2, 2), (3, 1)])
def test_ring_works_row_by_row(stride: tuple[int, int]) -> None:
    check_rows("ring", depthwise((7, 12, 6), stride=stride, in_zero=9), "cortex-m4f")


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (conv((6, 6, 4), 4, kernel=(3, 2), depthwise=True), "3x3"),
        (conv((9, 9, 4), 4, kernel=(3, 3), dilation=(2, 2), depthwise=True), "3x3"),
        (conv((6, 6, 4), 8, kernel=(3, 3), depthwise=True), "multiplied"),
        (depthwise((9, 9, 4), stride=(3, 3)), "strides"),
        (depthwise((6, 6, 4), padding=(3, 0, 0, 0)), "padding"),
        (depthwise((6, 6, 4), factor=0.9), "arithmetic"),
    ],
)
def test_refuses_what_it_cannot_do(graph: Graph, reason: str) -> None:
    for name in KERNELS:
        kernel = kernels("depthwise_conv_2d").get(name)
        why = kernel.applies(graph.ops[0], graph, targets.core("cortex-m4f").spec)
        assert why is not None and reason in why
