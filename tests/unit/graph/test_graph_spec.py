from dataclasses import replace

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph import check
from motekit.graph.spec import violations
from motekit.testing.graphs import classifier


def broken(graph: Graph) -> str:
    return "; ".join(violations(graph))


def with_op(graph: Graph, index: int, **changes: object) -> Graph:
    ops = list(graph.ops)
    ops[index] = replace(ops[index], **changes)  # type: ignore[arg-type]
    return replace(graph, ops=tuple(ops))


def with_tensor(graph: Graph, tensor: Tensor) -> Graph:
    return replace(graph, tensors={**graph.tensors, tensor.name: tensor})


def test_a_good_graph_passes() -> None:
    assert not broken(classifier())
    assert check(classifier()).name == "toy"


def test_every_broken_rule_is_in_the_error() -> None:
    graph = replace(classifier(), name="1 bad", outputs=("p", "nowhere"))
    with pytest.raises(InputError) as caught:
        check(graph, "a pass")
    line = caught.value.line()
    assert "after a pass" in line and "1 bad" in line and "'nowhere' is never made" in line


def test_an_op_must_come_after_its_inputs() -> None:
    graph = classifier()
    assert "before it is made" in broken(replace(graph, ops=graph.ops[::-1]))


def test_a_tensor_is_made_once() -> None:
    graph = classifier()
    assert "made already" in broken(with_op(graph, 1, outputs=("y0",)))


def test_names_are_c_identifiers_and_unique() -> None:
    assert "used twice or is not" in broken(with_op(classifier(), 0, name="a-b"))
    assert "used twice or is not" in broken(with_op(classifier(), 0, name="softmax"))


def test_unknown_kind() -> None:
    assert "unknown kind 'magic'" in broken(with_op(classifier(), 0, kind="magic"))


def test_only_a_bias_can_be_left_out() -> None:
    graph = classifier()
    assert "lacks input 0" in broken(with_op(graph, len(graph.ops) - 1, inputs=(None,)))
    layer = graph.ops[0].inputs
    assert not broken(with_op(graph, 0, inputs=(*layer[:2], None)))
    assert "lacks input 1" in broken(with_op(graph, 0, inputs=(layer[0], None, layer[2])))


def test_the_number_of_inputs_is_checked_before_the_op_sees_them() -> None:
    assert "has 1 inputs" in broken(with_op(classifier(), 0, inputs=("x",)))
    assert "has 2 inputs" in broken(with_op(classifier(), 2, inputs=("y1", "y0")))


def test_declared_types_must_be_what_the_op_makes() -> None:
    graph = classifier()
    wrong = Tensor("y0", replace(graph.type("y0"), shape=(1, 6)))
    assert "declared is" in broken(with_tensor(graph, wrong))


def test_a_constant_holds_what_it_declares() -> None:
    graph = classifier()
    bias = graph.tensors["b0"]
    assert "holds int8" in broken(with_tensor(graph, replace(bias, data=np.zeros(5, np.int8))))


def test_scales_per_axis_must_fit_the_axis() -> None:
    graph = classifier()
    w = graph.tensors["w0"]
    quant = QuantParams((0.1, 0.2), (0, 0), 0)
    assert "2 scales on axis 0" in broken(
        with_tensor(graph, replace(w, type=replace(w.type, quant=quant)))
    )


def test_state_must_be_made_and_keep_its_type() -> None:
    graph = classifier()
    assert "never made" in broken(replace(graph, state=(("x2", "y9"),)))
    tensors = {**graph.tensors, "s": Tensor("s", TensorType((1, 9), "int8"))}
    moved = replace(graph, tensors=tensors, state=(("s", "y0"),))
    assert "changes its type" in broken(moved)


def test_inputs_are_not_constants() -> None:
    assert "is unknown, constant or listed twice" in broken(
        replace(classifier(), inputs=("x", "w0"))
    )


def test_an_op_that_does_not_fit_says_why() -> None:
    graph = classifier()
    short = Tensor("x", replace(graph.type("x"), shape=(1, 7)))
    assert "the input must be rows of 6 values" in broken(with_tensor(graph, short))


def test_op_is_a_value() -> None:
    assert Op("softmax", "a", ("x",), ("y",)) == Op("softmax", "a", ("x",), ("y",))
