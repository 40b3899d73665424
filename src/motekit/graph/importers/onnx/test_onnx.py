import pytest

from motekit.graph.importers.onnx import IMPORTER
from motekit.testing.importer import ImporterContract

pytest.importorskip("onnx", reason="needs the package onnx")


class TestOnnx(ImporterContract):
    importer = IMPORTER

    def files(self) -> dict[str, bytes]:
        from motekit.graph.importers.onnx.test_onnx_ops import CASES

        picked = ("flatten_dense", "split_channels", "average_counts", "clips")
        return {name: CASES[name]() for name in picked}

    def hopeless(self) -> tuple[bytes, str]:
        from motekit.graph.importers.onnx.test_onnx_ops import LINE, model, node

        return model([node("Erf")], LINE, {}), "Erf"
