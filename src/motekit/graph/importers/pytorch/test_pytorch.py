from motekit.graph.importers.pytorch import IMPORTER
from motekit.graph.importers.pytorch.test_pytorch_files import CONSTANTS, call, dense, packed
from motekit.testing.importer import ImporterContract


class TestPytorch(ImporterContract):
    importer = IMPORTER

    def files(self) -> dict[str, bytes]:
        return {"dense": packed(*dense(), CONSTANTS)}

    def hopeless(self) -> tuple[bytes, str]:
        return packed(*dense([call("aten.gelu.default", "y", self="x")]), CONSTANTS), "aten.gelu"
