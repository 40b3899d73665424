import numpy as np
import pytest

from motekit.core.tensors import TensorType
from motekit.graph.exporters import to_tflite
from motekit.graph.ops._shared import curves16
from motekit.graph.oracle import run_litert
from motekit.graph.run import run
from motekit.testing.op import OpContract
from motekit.testing.op_cases import Builder, quant, unary_cases


class TestLogistic(OpContract):
    kind = "logistic"
    cases = unary_cases("logistic", output=quant(1 / 256, -128))


class TestLogisticWide(OpContract):
    kind = "logistic"
    cases = unary_cases("logistic", output=curves16.OUTPUT, dtype="int16")


@pytest.mark.parametrize("scale", (2.0**-12, 2.0**-11, 0.0005, 1e-7, 4.9))
def test_every_int16_is_litert_s(scale: float) -> None:
    b = Builder()
    b.add("x", TensorType((1, 65536), "int16", quant(scale)))
    b.add("y", TensorType((1, 65536), "int16", curves16.OUTPUT))
    graph = b.graph("logistic", ["x"], ["y"], {})
    every = np.arange(-32768, 32768).astype(np.int16)[None]
    assert np.array_equal(run(graph, [every])[0], run_litert(to_tflite(graph), [[every]])[0][0])
