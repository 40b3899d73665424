"""Export and import of .tflite files, good and bad ones."""

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Tensor
from motekit.graph import load, run
from motekit.graph.exporters import to_tflite
from motekit.graph.importers import c_identifier
from motekit.graph.importers.tflite import preflight
from motekit.testing.graphs import classifier


def save(graph: Graph, folder: Path) -> Path:
    path = folder / "toy.tflite"
    path.write_bytes(to_tflite(graph))
    return path


def test_round_trip_keeps_meaning_and_names(tmp_path: Path) -> None:
    graph = classifier()
    again = load(save(graph, tmp_path))
    assert again.name == "toy" and [op.kind for op in again.ops] == [op.kind for op in graph.ops]
    assert again.tensors.keys() == graph.tensors.keys()
    x = np.arange(-3, 3, dtype=np.int8)[None]
    assert np.array_equal(run(again, [x])[0], run(graph, [x])[0])


def test_the_same_graph_gives_the_same_bytes() -> None:
    assert to_tflite(classifier()) == to_tflite(classifier())


def test_every_truncation_is_refused_or_harmless(tmp_path: Path) -> None:
    content = to_tflite(classifier())
    path = tmp_path / "cut.tflite"
    for end in range(1, len(content), 7):
        path.write_bytes(content[:end])
        with pytest.raises(InputError) as caught:
            load(path)
        assert caught.value.exit_code == 2 and str(path) in caught.value.line()


def test_vectors_that_claim_four_billion_items_end_at_once(tmp_path: Path) -> None:
    content = bytearray(to_tflite(classifier()))
    path = tmp_path / "huge.tflite"
    for at in range(0, len(content) - 4, 4):
        damaged = bytearray(content)
        damaged[at : at + 4] = struct.pack("<I", 0xFFFFFFF0)
        path.write_bytes(damaged)
        try:
            load(path)
        except InputError as error:
            assert error.exit_code == 2


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "Git LFS pointer"),
        (b"PK\x03\x04 something else", "not a model file of a known kind"),
        (b"\x00\x00\x00\x00TFL3", "damaged"),
    ],
)
def test_files_that_are_no_models(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "x.tflite"
    path.write_bytes(content)
    with pytest.raises(InputError, match=what):
        load(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        load(tmp_path / "none.tflite")


def test_preflight_names_index_builtin_layer_shape_reason(tmp_path: Path) -> None:
    graph = classifier()
    float_x = Tensor("x", replace(graph.type("x"), dtype="float32", quant=None))
    content = to_tflite(replace(graph, tensors={**graph.tensors, "x": float_x}))
    (problem,) = preflight(content, tmp_path)
    assert (problem.index, problem.kind, problem.shape) == (0, "FULLY_CONNECTED", (1, 5))
    assert "must be int8" in problem.reason and "quantize" in problem.way_out
    path = tmp_path / "f.tflite"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"1 op\(s\) cannot be lowered: op 0 FULLY_CONNECTED"):
        load(path)


@pytest.mark.parametrize(
    ("text", "name"),
    [("a/b-c", "a_b_c"), ("1st", "m_1st"), ("", "model"), ("__x__y", "x_y"), ("é", "model")],
)
def test_c_identifiers(text: str, name: str) -> None:
    assert c_identifier(text) == name
