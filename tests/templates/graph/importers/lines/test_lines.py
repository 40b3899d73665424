from motekit.graph.importers.lines import HEAD, IMPORTER
from motekit.testing.importer import ImporterContract


class TestLines(ImporterContract):
    importer = IMPORTER

    def files(self) -> dict[str, bytes]:
        return {"dense": HEAD + b"dense 0.5 -1 2\ndense 1 0 0.25\n"}

    def hopeless(self) -> tuple[bytes, str]:
        return HEAD + b"dense 1\nsparse 2\n", "sparse"
