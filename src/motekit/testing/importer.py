"""The contract that every importer of model files meets: inherit in the plugin's test.

class TestOnnx(ImporterContract):
    importer = IMPORTER

    def files(self):
        return {"dense": dense_model()}

    def hopeless(self):
        return model_with_an_unknown_op(), "Unknown"
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from motekit.core.errors import InputError
from motekit.core.graph import Graph
from motekit.core.importer import Importer
from motekit.graph.floats.calibrate import floats_of
from motekit.graph.floats.fuse import fuse
from motekit.graph.floats.quantize import quantize
from motekit.graph.floats.real import is_real
from motekit.graph.floats.spread import spread
from motekit.graph.importers import IMPORTERS
from motekit.graph.spec import check

PATH = Path("some") / "model.file"
HEAD = 4096  # bytes that `sniff` sees
CUTS, FLIPS = 40, 120


def integer(graph: Graph) -> Graph:
    """A graph as it gets compiled; a real one with made-up ranges."""
    if not is_real(graph):
        return check(graph)
    real = spread(fuse(graph))
    return check(quantize(real, dict.fromkeys(floats_of(real), (-1.0, 2.0))))


class ImporterContract:
    """Tests of one importer.

    Attributes:
        importer: the plugin.
    """

    importer: Importer

    def files(self) -> Mapping[str, bytes]:
        """Small files that can be imported, by what they show."""
        raise NotImplementedError

    def hopeless(self) -> tuple[bytes, str]:
        """A file with an op that cannot be lowered, and that op's name in the source."""
        raise NotImplementedError

    def _load(self, content: bytes) -> Graph:
        return self.importer.load(content, "toy", PATH)

    def test_it_knows_its_files_and_no_other_importer_takes_them(self) -> None:
        for name, content in self.files().items():
            claims = [i.name for i in IMPORTERS if i.sniff(content[:HEAD])]
            assert claims in ([self.importer.name], []), (name, claims)
            assert self.importer.sniff(content[:HEAD]), name

    def test_short_and_foreign_heads_are_not_claimed(self) -> None:
        for head in (b"", b"\0", b"P", b"PK\x03\x04", b"\x08", b"{}", b"a,b\n1,2\n", bytes(64)):
            assert not self.importer.sniff(head), head

    def test_graphs_are_well_formed_and_the_same_every_time(self) -> None:
        for name, content in self.files().items():
            graph = integer(self._load(content))
            assert graph.name == "toy" and graph.inputs and graph.outputs, name
            again = integer(self._load(content))
            assert repr(again.ops) == repr(graph.ops), name
            assert list(again.tensors) == list(graph.tensors), name

    def test_a_hopeless_op_is_named_with_the_file(self) -> None:
        content, op = self.hopeless()
        with pytest.raises(InputError) as caught:
            self._load(content)
        line = caught.value.line()
        assert caught.value.exit_code == 2 and str(PATH) in line
        assert "cannot be lowered: op " in line and op in line, line

    def test_damaged_files_are_refused_by_name_or_harmless(self) -> None:
        for content in self._damaged():
            try:
                integer(self._load(content))
            except InputError as error:
                assert error.exit_code == 2 and "\n" not in error.line()

    def _damaged(self) -> Iterator[bytes]:
        rng = random.Random(0)
        for content in self.files().values():
            for end in range(1, len(content), max(1, len(content) // CUTS)):
                yield content[:end]
            for _ in range(FLIPS):
                out = bytearray(content)
                for _ in range(rng.choice((1, 2, 5))):
                    out[rng.randrange(len(out))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))
                yield bytes(out)

    def test_it_says_what_it_covers(self) -> None:
        names = list(self.importer.covers())
        assert names and all(isinstance(n, str) and n for n in names)
        assert len(set(names)) == len(names)
        assert self.importer.summary and self.importer.suffixes
