"""Rewrites of a graph that keep every output byte. One visible list, run in its order.

A pass is a function from a graph to a graph and a report of what it did; a graph it leaves
alone comes back as it was. The executable spec is checked after each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from motekit.core.graph import Graph
from motekit.graph.spec import check

from . import dead_channels, fold_constants, fuse_activation, fuse_pad, one_channel, unused


@dataclass(frozen=True)
class Report:
    """What a pass did.

    Args:
        summary: what it is for.
        lines: one sentence a change, for people.
        proof: what justifies the changes, JSON-like, for the build.
    """

    name: str
    summary: str = ""
    lines: tuple[str, ...] = ()
    proof: dict[str, Any] = field(default_factory=dict)


Run = Callable[[Graph], tuple[Graph, tuple[str, ...], dict[str, Any]]]


@dataclass(frozen=True)
class Pass:
    """A named rewrite; `summary` says what for."""

    name: str
    summary: str
    run: Run


PASSES: tuple[Pass, ...] = (
    Pass("fold_constants", "compute now what depends on no input", fold_constants.run),
    Pass("fuse_pad", "let a convolution pad its own input", fuse_pad.run),
    Pass("fuse_activation", "let a layer clamp its own output", fuse_activation.run),
    Pass("one_channel", "run a depthwise layer of one channel as a convolution", one_channel.run),
    Pass("dead_channels", "drop channels that no input can make matter", dead_channels.run),
    Pass("unused", "drop ops and tensors that nothing uses", unused.run),
)


def simplify(graph: Graph, passes: Sequence[Pass] = PASSES) -> tuple[Graph, tuple[Report, ...]]:
    """The graph after all passes, and what each did.

    Raises:
        InputError: a pass broke the graph (named in the error).
    """
    check(graph)
    reports = []
    for each in passes:
        graph, lines, proof = each.run(graph)
        check(graph, f"the pass {each.name}")
        reports.append(Report(each.name, each.summary, lines, proof))
    return graph, tuple(reports)
