"""Resource variables of TFLite: a graph's state, its first values, and what is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import TensorType
from motekit.graph.exporters import to_tflite
from motekit.graph.exporters.variables import schema
from motekit.graph.importers.tflite import load
from motekit.graph.oracle import Oracle
from motekit.graph.run import run_sequence
from motekit.graph.spec import check
from motekit.testing.graph_program import Case, host_program
from motekit.testing.op_cases import int8

PATH = Path("stream.tflite")


def delay(first: np.ndarray | None = None) -> Graph:
    """The last two frames and the newest one: what streaming layers keep."""
    frame, kept = int8((1, 1, 5), 0.1, -3), int8((1, 2, 5), 0.1, -3)
    window = int8((1, 3, 5), 0.1, -3)
    types = {"x": frame, "old": kept, "window": window, "new": kept}
    cut = {"begin": (0, 1, 0), "count": (1, 2, 5), "step": (1, 1, 1), "shape": (1, 2, 5)}
    ops = (
        Op("concatenation", "join", ("old", "x"), ("window",), {"axis": 1}),
        Op("strided_slice", "cut", ("window",), ("new",), cut),
    )
    tensors = {name: Tensor(name, type_) for name, type_ in types.items()}
    initial = {} if first is None else {"old": first}
    return check(Graph("delay", tensors, ops, ("x",), ("window",), (("old", "new"),), initial))


def frames(count: int = 6) -> list[list[np.ndarray]]:
    rng = np.random.default_rng(5)
    return [[rng.integers(-128, 128, (1, 1, 5)).astype(np.int8)] for _ in range(count)]


FIRST = np.arange(10, dtype=np.int8).reshape(1, 2, 5)


@pytest.mark.parametrize("first", [None, FIRST], ids=["zeros", "values"])
def test_state_survives_export_import_litert_and_c(first: np.ndarray | None) -> None:
    graph = delay(first)
    expected = run_sequence(graph, frames())
    content = to_tflite(graph)
    again = load(content, "delay", PATH)
    with Oracle() as oracle:
        litert = oracle.run(content, frames(), reset=False)
    with host_program([Case(graph, keep=True)]) as program:
        ours = program.run([(0, frame) for frame in frames()])
    for want, *got in zip(expected, litert, run_sequence(again, frames()), ours, strict=True):
        for each in got:
            assert np.array_equal(each[0], want[0])


def changed(edit: object) -> bytes:
    """The exported model after an edit of its object form."""
    import flatbuffers

    s = schema()
    model = s.ModelT.InitFromPackedBuf(to_tflite(delay(FIRST)), 0)
    edit(model)  # type: ignore[operator]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def no_first(model: object) -> None:
    model.subgraphs[0].operators.pop(0)  # type: ignore[attr-defined]


def no_subgraph(model: object) -> None:
    model.subgraphs.pop()  # type: ignore[attr-defined]


def no_handle(model: object) -> None:
    model.subgraphs[0].operators.pop(1)  # type: ignore[attr-defined]


def other_type(model: object) -> None:
    model.subgraphs[1].tensors[1].shape = [1, 5, 2]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (no_first, "no first value"),
        (no_subgraph, "no such subgraph"),
        (no_handle, "no VAR_HANDLE"),
        (other_type, "first value has another type"),
    ],
)
def test_broken_variables_are_refused(edit: object, says: str) -> None:
    with pytest.raises(InputError, match=says):
        load(changed(edit), "delay", PATH)


def test_a_variable_that_changes_its_type_is_refused() -> None:
    graph = delay()
    wide = replace(graph.tensors["new"], type=TensorType((1, 2, 5), "int8"))
    with pytest.raises(InputError, match="changes its type"):
        check(replace(graph, tensors={**graph.tensors, "new": wide}))
