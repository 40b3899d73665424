import numpy as np
import pytest

from motekit import targets
from motekit.compiler.network import emit_graph
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph import run
from motekit.testing.graph_program import Case, core_program, host_program


def make(zero: int) -> Graph:
    type_ = TensorType((1, 256), "int8", QuantParams((0.5,), (zero,)))
    op = Op("relu", "relu", ("x",), ("y",), {"bounds": (0.0,), "rounding": "double"})
    return Graph("toy", {n: Tensor(n, type_) for n in "xy"}, (op,), ("x",), ("y",))


@pytest.mark.parametrize("zero", [-128, -3, 0, 127])
def test_every_int8_value_on_both_sides(zero: int) -> None:
    graph = make(zero)
    values = np.arange(-128, 128).astype(np.int8)[None]
    expected = run(graph, [values])[0]
    case = Case(graph, {"relu": "dsp"})
    with host_program([case]) as here, core_program("cortex-m4f", [case]) as there:
        for program in (here, there):
            assert np.array_equal(program.run([(0, [values])])[0][0], expected)


@pytest.mark.parametrize(("core", "kernel"), [("cortex-m4f", "dsp"), ("cortex-m0plus", "lookup")])
def test_the_core_that_has_the_instructions_gets_it(core: str, kernel: str) -> None:
    graph = make(0)
    (layer,) = emit_graph(graph, "", targets.core(core).spec).layers
    assert layer.kernel == kernel and (kernel == "dsp" or "DSP" in layer.rejected["dsp"])
