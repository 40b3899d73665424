"""The conformance kit of an op plugin and of its kernels.

class TestConv2D(OpContract):
    kind = "conv_2d"
    cases = conv_cases()        # a hypothesis strategy of graphs with this one op

What is tested: the declared output types; the integer reference against LiteRT's BUILTIN_REF;
every kernel in C on this computer, with sanitizers and warnings as errors, against the
reference; export to .tflite and import back. Emulated cores run the same cases in
tests/emulated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from motekit import targets
from motekit.core.graph import Graph
from motekit.core.op import Array
from motekit.core.target import TargetSpec
from motekit.graph.exporters import to_tflite
from motekit.graph.importers.tflite import flat, lower
from motekit.graph.ops import OPS, kernels
from motekit.graph.oracle import Oracle
from motekit.graph.run import run
from motekit.graph.spec import check

from .graph_program import Case, Request, host_program
from .op_cases import SEEDS, inputs

TOGETHER = 16  # graphs compiled into one program
KIT = settings(  # whole programs take long to shrink, and the failing case prints itself
    max_examples=2,
    derandomize=True,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
    database=None,
)


def describe(graph: Graph) -> str:
    """A case in one line, for a failing assertion."""
    (op,) = graph.ops
    types = [graph.type(n) for n in (*op.inputs, *op.outputs) if n]
    shown = ", ".join(f"{t.dtype}{t.shape} {_quant(t.quant)}" for t in types)
    return f"{op.kind} {dict(op.attrs)}: {shown}"


def _quant(quant: object) -> str:
    text = repr(quant)
    return text if len(text) < 120 else f"{text[:120]}…"


def batch(case: st.SearchStrategy[Graph]) -> st.SearchStrategy[list[Graph]]:
    """Several graphs at once."""
    return st.lists(case, min_size=TOGETHER, max_size=TOGETHER)


class OpContract:
    """What every op plugin meets; subclasses name the op and a strategy of its graphs."""

    kind: ClassVar[str] = ""
    cases: ClassVar[st.SearchStrategy[Graph]]

    @KIT
    @given(data=st.data())
    def test_reference_equals_litert(self, data: st.DataObject) -> None:
        graphs = data.draw(batch(self.cases))
        if not OPS.get(self.kind).tflite:
            pytest.skip("TFLite has no such op")
        with Oracle() as oracle:
            for graph in graphs:
                check(graph)
                given_inputs = inputs(graph, data.draw(SEEDS))
                expected = oracle.run(to_tflite(graph), given_inputs)
                for case, outputs in zip(given_inputs, expected, strict=True):
                    assert_equal(run(graph, case), outputs, graph, "reference")

    @KIT
    @given(data=st.data())
    def test_kernels_equal_reference(self, data: st.DataObject) -> None:
        graphs = data.draw(batch(self.cases))
        seed = data.draw(SEEDS)
        for spec in self.targets():
            check_kernels(self.kind, graphs, spec, seed)

    @KIT
    @given(data=st.data())
    def test_tflite_round_trip(self, data: st.DataObject) -> None:
        graphs = data.draw(batch(self.cases))
        if not OPS.get(self.kind).tflite:
            pytest.skip("TFLite has no such op")
        for graph in graphs:
            again = import_again(graph)
            for case in inputs(graph, data.draw(SEEDS), random=1):
                assert_equal(run(again, case), run(graph, case), graph, "round trip")

    @staticmethod
    def targets() -> Sequence[TargetSpec]:
        """What kernels are selected for on this computer: C for other ISAs cannot run here."""
        return (targets.core("host").spec,)


def import_again(graph: Graph) -> Graph:
    """The graph after an export to .tflite and an import."""
    content = to_tflite(graph)
    lowered = lower.lower(flat.read(content, "case"), graph.name, "case")  # type: ignore[arg-type]
    assert lowered.graph is not None, [p.line() for p in lowered.problems]
    return check(lowered.graph)


def check_kernels(kind: str, graphs: Sequence[Graph], spec: TargetSpec, seed: int) -> None:
    """Run every kernel that applies to each graph on this computer; compare with the reference."""
    cases: list[Case] = []
    for graph in graphs:
        (op,) = graph.ops
        for kernel in kernels(kind):
            if kernel.applies(op, graph, spec) is None:
                cases.append(Case(graph, {op.name: kernel.name}))
    if not cases:
        return
    requests: list[Request] = [
        (i, given_inputs)
        for i, case in enumerate(cases)
        for given_inputs in inputs(case.graph, seed + i)
    ]
    with host_program(cases, spec) as program:
        results = program.run(requests)
    for (i, given_inputs), outputs in zip(requests, results, strict=True):
        case = cases[i]
        label = f"kernel {next(iter(case.kernels.values()))}"
        assert_equal(outputs, run(case.graph, given_inputs), case.graph, label)


def assert_equal(got: Sequence[Array], expected: Sequence[Array], graph: Graph, label: str) -> None:
    """Every element of every output equal, types and shapes too."""
    for a, b in zip(got, expected, strict=True):
        same = a.shape == b.shape and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=False)
        if not same:
            wrong = np.flatnonzero(a != b)[:5] if a.shape == b.shape else ()
            pairs = [(a.reshape(-1)[i], b.reshape(-1)[i]) for i in wrong]
            raise AssertionError(f"{label} differs: {describe(graph)}: {pairs}")
