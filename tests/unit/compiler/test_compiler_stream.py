"""Groups of layers that run row by row: the same bytes as layers that run whole, in less memory."""

import ctypes
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from motekit import targets
from motekit.compiler.arrange import Request, arrange
from motekit.compiler.network_file import compile_network
from motekit.compiler.storage import Storage
from motekit.core.graph import Graph
from motekit.deploy.network import build_network, random_cases
from motekit.graph import run
from motekit.graph.oracle import Oracle
from motekit.testing.image_networks import Images
from motekit.testing.machine import host_library

HOST = targets.core("host").spec
M4F = targets.core("cortex-m4f").spec


def separable() -> Graph:
    """A first layer with a tall kernel, depthwise and 1x1 layers, a mean."""
    n = Images((49, 10, 1))
    x = n.conv("x", 8, (10, 4), (2, 1))
    for _ in range(2):
        x = n.conv(n.conv(x, 8, depthwise=True), 8, (1, 1))
    return n.graph(n.mean(x))


def residual() -> Graph:
    """Two residual blocks, the second with a stride and a shortcut; the sum is an output too."""
    n = Images((15, 12, 3))
    x = n.conv("x", 4)
    x = n.add(x, n.conv(n.conv(x, 4), 4, activation="none"))
    y = n.conv(n.conv(x, 6, stride=(2, 2)), 6, activation="none")
    x = n.add(n.conv(x, 6, (1, 1), (2, 2), activation="none"), y)
    return n.graph(x, n.mean(x))


def odd() -> Graph:
    """What hurts: dilation, no padding, padding of one side, prime sizes, strides beyond kernels,
    rows at the end that nobody reads."""
    n = Images((31, 13, 5))
    x = n.conv("x", 7, (3, 3), dilation=(2, 1))
    x = n.conv(x, 7, (2, 3), padding=(2, 0, 1, 1), depthwise=True)
    x = n.pool(x, "max", (2, 2), (2, 2))
    x = n.relu(n.conv(x, 11, (1, 1), (3, 2), padding=(0, 0, 0, 0)))
    return n.graph(n.pool(n.conv(x, 3, (5, 1)), "average", (2, 2), (1, 1)))


def diamond() -> Graph:
    """One tensor read three rows apart, and a layer that is needed both row by row and whole."""
    n = Images((17, 9, 4))
    x = n.conv("x", 4)
    left, right = n.conv(x, 4, (5, 3)), n.conv(x, 4, (1, 1))
    both = n.add(left, right)
    deep = n.conv(both, 4, depthwise=True)
    return n.graph(n.conv(deep, 2), both)


NETWORKS = (separable, residual, odd, diamond)


@pytest.mark.parametrize("network", NETWORKS)
def test_rows_make_the_same_bytes_on_the_host(network: Callable[[], Graph], tmp_path: Path) -> None:
    graph = network()
    generated = compile_network(graph, "rows", HOST, "ram")
    assert "rows_stream(&" in generated.files["rows.c"]
    library = host_library(list(generated.write(tmp_path)), include=[tmp_path])
    for case in random_cases(graph, 5):
        outs = [np.zeros(graph.type(name).shape, np.int8) for name in graph.outputs]
        library.rows_invoke(*(ctypes.c_void_p(a.ctypes.data) for a in (*case, *outs)))
        for got, want in zip(outs, run(graph, case), strict=True):
            assert np.array_equal(got, want), network.__name__


@pytest.mark.parametrize("network", NETWORKS)
def test_rows_make_the_same_bytes_on_a_core_and_keep_to_the_arena(
    network: Callable[[], Graph], tmp_path: Path
) -> None:
    graph = network()
    with Oracle() as oracle:
        built = build_network(
            graph, "rows", "cortex-m4f", tmp_path, random_cases(graph, 4), oracle, "ram"
        )
    bill = built.bill
    assert built.mismatches == 0
    assert "rows_stream(&" in built.generated.files["rows.c"]
    assert bill.arena_bytes - 4 < bill.touched_bytes <= bill.arena_bytes


def arena(graph: Graph, request: Request) -> int:
    storage = Storage.of(graph, {})
    return arrange(graph.ops, graph, M4F, storage, request).plan.nbytes


@pytest.mark.parametrize("network", NETWORKS)
def test_rows_take_less_memory(network: Callable[[], Graph]) -> None:
    graph = network()
    assert arena(graph, Request("ram")) < arena(graph, Request("speed"))


def anything(seed: int) -> Graph:
    """A random network of image ops, with branches and outputs in the middle."""
    rng = np.random.default_rng(seed)

    def some(*values: int) -> int:
        return int(rng.choice(values))

    n = Images((some(17, 23, 32), some(5, 8, 11), some(1, 3, 4)), seed)
    made = [n.conv("x", some(2, 4, 8), (some(1, 3, 4), 3), (some(1, 2), 1))]
    outputs = set()
    for _ in range(some(3, 4, 6)):
        x = made[-1] if rng.random() < 0.7 else str(rng.choice(made))
        _, height, width, channels = n.tensors[x].type.shape
        kind = some(0, 1, 2, 3, 4, 5)
        if kind == 0 and height > 2 and width > 2:
            made.append(n.pool(x, "max", (2, 2), (some(1, 2), 1)))
        elif kind == 1:
            made.append(n.relu(x))
        elif kind == 2:
            made.append(n.conv(x, channels, (3, 3), (some(1, 2), 1), depthwise=True))
        elif kind == 3:
            made.append(n.add(x, n.conv(x, channels, (some(1, 3, 5), 1))))
        else:
            made.append(n.conv(x, some(3, 4, 8), (some(1, 2, 3), some(1, 3)), (some(1, 2, 3), 1)))
        if rng.random() < 0.2:
            outputs.add(made[-1])
    return n.graph(*sorted({made[-1], *outputs}))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_rows_of_any_network(seed: int, tmp_path: Path) -> None:
    graph = anything(seed)
    generated = compile_network(graph, "rows", HOST, "ram")
    library = host_library(list(generated.write(tmp_path)), include=[tmp_path])
    for case in random_cases(graph, 4):
        outs = [np.zeros(graph.type(name).shape, np.int8) for name in graph.outputs]
        library.rows_invoke(*(ctypes.c_void_p(a.ctypes.data) for a in (*case, *outs)))
        for got, want in zip(outs, run(graph, case), strict=True):
            assert np.array_equal(got, want)
