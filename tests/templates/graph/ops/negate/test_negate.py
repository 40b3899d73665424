import numpy as np

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph import check, run


def test_every_int8_value() -> None:
    x = Tensor("x", TensorType((1, 256), "int8", QuantParams((0.5,), (0,))))
    y = Tensor("y", TensorType((1, 256), "int8", QuantParams((0.5,), (0,))))
    op = Op("negate", "negate", ("x",), ("y",), {"rounding": "double"})
    graph = Graph("toy", {"x": x, "y": y}, (op,), ("x",), ("y",))
    check(graph)
    values = np.arange(-128, 128).astype(np.int8)[None]
    out = run(graph, [values])[0]
    assert np.array_equal(out, np.clip(-values.astype(int), -128, 127))
