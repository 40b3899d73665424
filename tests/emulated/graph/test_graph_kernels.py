"""Every kernel of every op, on emulated cores, over the cases of the op's own contract."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from motekit import targets
from motekit.core.graph import Graph
from motekit.graph.ops import OPS, kernels
from motekit.graph.run import run
from motekit.testing.graph_program import Case, core_program
from motekit.testing.kernel_size import code_bytes
from motekit.testing.op import OpContract, assert_equal
from motekit.testing.op_cases import SEEDS, inputs

CORES = ("cortex-m0plus", "cortex-m4f")
ALL_CORES = ("cortex-m0plus", "cortex-m4f", "cortex-m7", "cortex-m33", "riscv32imc")
A_FEW = 3  # graphs an op in the everyday suite


def contracts() -> Iterator[Any]:
    """The contract classes of all ops, by op name."""
    for kind in OPS.names():
        name = f"motekit.graph.ops.{kind}.test_{kind}"
        if importlib.util.find_spec(name) is None:
            continue
        module = importlib.import_module(name)
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, OpContract) and value.kind == kind:
                yield value


def programs(cases: list[Case], most: int = 40) -> Iterator[list[Case]]:
    """Cases in groups that fit one image."""
    for start in range(0, len(cases), most):
        yield cases[start : start + most]


def check_core(core: str, graphs: list[Any], seed: int) -> None:
    """Run every kernel that applies to each graph on a core; compare with the reference."""
    spec = targets.core(core).spec
    cases = [
        Case(graph, {graph.ops[0].name: kernel.name})
        for graph in graphs
        for kernel in kernels(graph.ops[0].kind)
        if kernel.applies(graph.ops[0], graph, spec) is None
    ]
    for group in programs(cases):
        with core_program(core, group) as program:
            for i, case in enumerate(group):
                for given_inputs in inputs(case.graph, seed + i, random=1):
                    (outputs,) = program.run([(i, given_inputs)])
                    label = f"{core}, kernel {next(iter(case.kernels.values()))}"
                    assert_equal(outputs, run(case.graph, given_inputs), case.graph, label)


def quiet(examples: int) -> Any:
    """Settings for whole programs: no shrinking, no clock."""
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        database=None,
    )


@pytest.mark.parametrize("core", CORES)
def test_kernels_on_a_core(core: str) -> None:
    @quiet(1)
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        graphs = [data.draw(contract.cases) for contract in contracts() for _ in range(A_FEW)]
        check_core(core, graphs, data.draw(SEEDS))

    check()


@pytest.mark.slow
@pytest.mark.parametrize("core", ALL_CORES)
@pytest.mark.parametrize("contract", list(contracts()), ids=lambda c: c.kind)
def test_many_cases_of_an_op_on_a_core(contract: type[OpContract], core: str) -> None:
    @quiet(2)
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        check_core(core, [data.draw(contract.cases) for _ in range(12)], data.draw(SEEDS))

    check()


def declared_sizes() -> list[tuple[str, str]]:
    """(op, kernel) of every kernel that says how large its code is."""
    return [(op, k.name) for op in OPS.names() for k in kernels(op) if k.code_bytes]


def own_cases(kind: str, name: str) -> list[Graph]:
    """CASES of the tests in the kernel's folder, or in one that kernels share: shapes to fit."""
    folder = Path(str(resources.files(f"motekit.graph.ops.{kind}.kernels")))
    found: list[Graph] = []
    for path in [*folder.glob(f"{name}/test_*.py"), *folder.glob("_*/test_*.py")]:
        package = f"motekit.graph.ops.{kind}.kernels.{path.parent.name}"
        module = importlib.import_module(f"{package}.{path.stem}")
        found += getattr(module, "CASES", [])
    return found


@pytest.mark.parametrize(("kind", "name"), declared_sizes())
def test_declared_code_size_is_what_the_compiler_makes(kind: str, name: str) -> None:
    kernel = kernels(kind).get(name)
    spec = targets.core("cortex-m4f").spec
    fits = (g for g in own_cases(kind, name) if kernel.applies(g.ops[0], g, spec) is None)
    graph = next(fits, None) or find(
        st.one_of([c.cases for c in contracts() if c.kind == kind]),
        lambda g: kernel.applies(g.ops[0], g, spec) is None,
        settings=quiet(300),
    )
    measured = code_bytes(graph, name)
    declared = kernel.code_bytes + sum(kernel.common.values())
    assert abs(measured - declared) <= 16 + declared // 6
