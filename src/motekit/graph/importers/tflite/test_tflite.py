from dataclasses import replace
from pathlib import Path

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from motekit.core.graph import Graph, Tensor
from motekit.core.tensors import TensorType, dequantize
from motekit.graph.exporters import to_tflite
from motekit.graph.importers.tflite import IMPORTER, load
from motekit.graph.oracle import run_litert
from motekit.testing.graphs import classifier
from motekit.testing.importer import ImporterContract


def in_float(graph: Graph) -> Graph:
    """The same network in float32."""
    tensors = {
        n: Tensor(n, TensorType(t.type.shape, "float32"),
                  None if t.data is None else dequantize(t.data, t.type).astype("float32"))
        for n, t in graph.tensors.items()
    }  # fmt: skip
    return replace(graph, tensors=tensors)


def in_half(content: bytes, dtype: str = "<f2") -> bytes:
    """A float model with its constants as float16, each unpacked by an op, as TensorFlow's
    converter writes them."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    graph = model.subgraphs[0]
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.DEQUANTIZE
    model.operatorCodes.append(code)
    for i, tensor in enumerate(list(graph.tensors)):
        data = model.buffers[tensor.buffer].data
        if data is None or tensor.type != schema.TensorType.FLOAT32:
            continue
        halved, buffer, op = schema.TensorT(), schema.BufferT(), schema.OperatorT()
        buffer.data = data.view("<f4").astype(dtype).view(np.uint8)
        halved.name, halved.shape = f"half/{i}", tensor.shape
        halved.type, halved.buffer = schema.TensorType.FLOAT16, len(model.buffers)
        op.opcodeIndex = len(model.operatorCodes) - 1
        op.inputs, op.outputs = [len(graph.tensors)], [i]
        tensor.buffer = 0
        model.buffers.append(buffer)
        graph.tensors.append(halved)
        graph.operators.insert(0, op)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def test_half_precision_constants_are_unpacked() -> None:
    content = in_half(to_tflite(in_float(classifier())))
    graph = load(content, "toy", Path("half.tflite"))
    assert [op.kind for op in graph.ops] == [op.kind for op in classifier().ops]
    x = np.linspace(-1, 1, 6, dtype=np.float32)[None]
    ours, theirs = (run_litert(c, [[x]])[0][0] for c in (to_tflite(graph), content))
    assert np.allclose(ours, theirs, atol=1e-6)


class TestTflite(ImporterContract):
    importer = IMPORTER

    def files(self) -> dict[str, bytes]:
        real = to_tflite(in_float(classifier()))
        return {"integer": to_tflite(classifier()), "float": real, "half": in_half(real)}

    def hopeless(self) -> tuple[bytes, str]:
        content = to_tflite(classifier())
        at = content.rindex(b"\x19\x00\x00\x00")  # builtin code 25, SOFTMAX, of the last op kind
        return content[:at] + b"\x20" + content[at + 1 :], "CUSTOM"
