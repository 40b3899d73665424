"""Trees as 16-bit words, in the order in which they are walked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted
from motekit.graph.ops import trees

MOST_WORDS = 32767  # of a tree: its length is a 16-bit word
Node = Callable[[int, int, int], list[int]]  # (feature, threshold, words to the right child)


def wide(feature: int, threshold: int, right: int) -> list[int]:
    """A node of three words."""
    return [feature, threshold, right]


def compact(feature: int, threshold: int, right: int) -> list[int]:
    """A node of two words: at most 128 features and 255 words to the right child."""
    return [feature << 8 | right, threshold]


def tree_words(nodes: npt.NDArray[np.int64], root: int, node: Node) -> list[int]:
    """One tree: its length, then its nodes, the left child behind its parent."""
    own = len(node(0, 0, 0))
    made: dict[int, list[int]] = {}
    stack = [(root, False)]
    while stack:
        at, ready = stack.pop()
        feature, value, left, right = nodes[at].tolist()
        if feature == trees.LEAF:
            made[at] = [-1 - value]
        elif not ready:
            stack += [(at, True), (left, False), (right, False)]
        else:
            first = made[left]
            made[at] = [*node(feature, value, own + len(first)), *first, *made[right]]
    words = made[root]
    return [len(words) + 1, *words]


def words(op: Op, graph: Graph, node: Node) -> list[list[int]]:
    """Every tree as words; they may not fit 16 bits."""
    nodes, roots, _ = trees.constants(op, graph)
    return [tree_words(nodes, int(root), node) for root in roots]


def cost(op: Op, graph: Graph, node: Node) -> Cost:
    """Cycles along the longest paths; flash of what is stored beside features and thresholds."""
    nodes, roots, leaves = trees.constants(op, graph)
    steps = int(trees.depths(nodes, roots).sum())
    cycles = 40 + 10 * steps + len(roots) * (20 + 8 * leaves.shape[1]) + 24 * leaves.shape[1]
    stored = 2 * sum(len(tree) for tree in words(op, graph, node)) + leaves.nbytes
    return Cost(cycles=cycles, flash_bytes=stored, ram_bytes=2 * leaves.shape[1])


def emit(op: Op, graph: Graph, node: Node, package: str, function: str) -> Emitted:
    """The op by the C function `function`, whose file lies in `package`."""
    _, roots, leaves = trees.constants(op, graph)
    flat = np.array([w for tree in words(op, graph, node) for w in tree], np.int16)
    return Emitted(
        sources=((trees.__name__, "mk_trees.h"), (package, f"{function}.c")),
        constants=(
            Constant("words", "int16_t", flat, "weights", 2, "nodes, see mk_trees.h"),
            Constant("leaves", "uint8_t", leaves, "weights", 1, "class shares of each leaf"),
        ),
        struct="mk_trees_params",
        fields={
            "words": "words", "leaves": "leaves", "trees": len(roots),
            "outputs": leaves.shape[1], "divisor": trees.levels(op) * len(roots),
        },
        call=f"{function}({{params}}, {{in0}}, {{out0}}, {{scratch}})",
        scratch_bytes=-(-2 * leaves.shape[1] // 4) * 4,
        stack_bytes=48,
    )  # fmt: skip


def refusal(op: Op, graph: Graph) -> str | None:
    """Why no kernel can run the op, if none can."""
    if graph.type(str(op.inputs[0])).shape[0] != 1:
        return "more than one window at a time"
    longest = max(len(tree) for tree in words(op, graph, wide))
    return None if longest <= MOST_WORDS else f"a tree of more than {MOST_WORDS} words"
