from dataclasses import replace

from motekit.core.graph import Graph, Tensor
from motekit.core.tensors import TensorType, dequantize
from motekit.graph.exporters import to_tflite
from motekit.graph.importers.tflite import IMPORTER
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


class TestTflite(ImporterContract):
    importer = IMPORTER

    def files(self) -> dict[str, bytes]:
        return {"integer": to_tflite(classifier()), "float": to_tflite(in_float(classifier()))}

    def hopeless(self) -> tuple[bytes, str]:
        content = to_tflite(classifier())
        at = content.rindex(b"\x19\x00\x00\x00")  # builtin code 25, SOFTMAX, of the last op kind
        return content[:at] + b"\x20" + content[at + 1 :], "CUSTOM"
