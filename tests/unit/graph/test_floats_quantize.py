"""Float graphs → integer graphs: which quantization each tensor gets, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph import check
from motekit.graph.floats import scales
from motekit.graph.floats.calibrate import calibrate
from motekit.graph.floats.compare import compare
from motekit.graph.floats.fuse import fuse
from motekit.graph.floats.quantize import quantize
from motekit.graph.floats.real import is_real
from motekit.graph.oracle import Oracle

DENSE = {"activation": "none", "rounding": "single", "keep_dims": False}


def real(ops: list[Op], shapes: dict[str, tuple[int, ...]], inputs: tuple[str, ...],
         outputs: tuple[str, ...], constants: dict[str, Any] | None = None,
         said: dict[str, QuantParams] | None = None) -> Graph:  # fmt: skip
    """A float graph from its parts."""
    tensors = {
        n: Tensor(n, TensorType(s, "float32", (said or {}).get(n))) for n, s in shapes.items()
    }
    for name, values in (constants or {}).items():
        data = np.asarray(values, np.float32)
        tensors[name] = Tensor(name, TensorType(data.shape, "float32"), data)
    return Graph("toy", tensors, tuple(ops), inputs, outputs)


def dense(weights: npt.ArrayLike, bias: npt.ArrayLike, said: QuantParams | None = None) -> Graph:
    w = np.asarray(weights, np.float32)
    shapes = {"x": (1, w.shape[1]), "y": (1, w.shape[0])}
    op = Op("fully_connected", "dense", ("x", "w", "b"), ("y",), DENSE)
    both = None if said is None else {"x": said, "y": said}
    return real([op], shapes, ("x",), ("y",), {"w": w, "b": bias}, both)


def test_a_range_of_one_sign_is_widened_to_hold_zero() -> None:
    graph = quantize(dense([[1.0, 2.0]], [0.0]), {"x": (2.0, 4.0), "y": (-3.0, -1.0)})
    assert graph.type("x").quant == QuantParams((scales.float32(4 / 255),), (-128,))
    assert graph.type("y").quant == QuantParams((scales.float32(3 / 255),), (127,))


def test_each_channel_has_its_scale_and_a_channel_of_zeros_costs_no_bias() -> None:
    graph = quantize(dense([[127.0, -1.0], [0.0, 0.0]], [1.0, -5.0]), {"x": (-1, 1), "y": (-6, 9)})
    quant = graph.type("w").quant
    assert quant is not None and quant.axis == 0 and quant.scale[0] == 1.0
    in_scale = graph.type("x").quant.per_tensor[0]  # type: ignore[union-attr]
    bias = graph.constant("b") * in_scale * np.array(quant.scale)
    assert np.allclose(bias, [1.0, -5.0], rtol=1e-2), bias
    assert np.abs(graph.constant("b").astype(np.int64)).max() <= scales.MOST_BIAS


def test_what_the_source_says_wins_over_calibration() -> None:
    said = QuantParams((0.5,), (7,))
    graph = quantize(dense([[1.0]], [0.0], said), {"x": (-1, 1), "y": (-1, 1)})
    assert graph.type("x").quant == said == graph.type("y").quant


def test_without_a_range_the_layer_is_named() -> None:
    with pytest.raises(InputError, match=r"dense: nothing says.*--calibration"):
        quantize(dense([[1.0]], [0.0]), {"x": (-1, 1)})


def test_inputs_of_a_concatenation_take_its_range_and_others_are_converted() -> None:
    shapes = {"x": (1, 2), "y": (1, 2), "z": (1, 4), "all": (1, 6)}
    ops = [
        Op("fully_connected", "dense", ("x", "w", "b"), ("y",), DENSE),
        Op("softmax", "softmax", ("x",), ("p",), {"beta": 1.0}),
        Op("concatenation", "join", ("y", "p", "x"), ("all",), {"axis": 1}),
    ]
    graph = real(ops, {**shapes, "p": (1, 2)}, ("x",), ("all",),
                 {"w": [[1, 2], [3, 4]], "b": [0, 0]})  # fmt: skip
    ranges = {"x": (-1.0, 1.0), "y": (-7.0, 7.0), "p": (0.0, 1.0), "all": (-7.0, 7.0)}
    done = check(quantize(graph, ranges))
    assert done.type("y").quant == done.type("all").quant
    assert done.type("p").quant == QuantParams((1 / 256,), (-128,)), "what LiteRT insists on"
    conversions = [op.inputs[0] for op in done.ops if op.kind == "quantize"]
    assert conversions == ["p", "x"], "x has other uses, softmax a fixed scale"


def test_a_maximum_keeps_the_quantization_of_its_input() -> None:
    ops = [Op("reduce_max", "peak", ("x",), ("y",), {"axes": (1,), "keep_dims": False})]
    graph = quantize(real(ops, {"x": (1, 3), "y": (1,)}, ("x",), ("y",)),
                     {"x": (-4, 4), "y": (0, 1)})  # fmt: skip
    assert graph.type("y").quant == graph.type("x").quant


def test_a_shape_that_the_file_declares_wrongly_is_refused() -> None:
    graph = dense([[1.0]], [0.0])
    wrong = Tensor("y", TensorType((1, 2), "float32"))
    with pytest.raises(InputError, match="declares another shape"):
        quantize(Graph("g", {**graph.tensors, "y": wrong}, graph.ops, ("x",), ("y",)),
                 {"x": (-1, 1), "y": (-1, 1)})  # fmt: skip


def normalised() -> Graph:
    """dense, times a factor a channel, plus a term a channel, relu."""
    shapes = {"x": (1, 3), "a": (1, 2), "m": (1, 2), "s": (1, 2), "y": (1, 2)}
    plain = {"activation": "none", "rounding": "double"}
    ops = [
        Op("fully_connected", "dense", ("x", "w"), ("a",), DENSE),
        Op("mul", "mul", ("a", "f"), ("m",), plain),
        Op("add", "add", ("t", "m"), ("s",), plain),
        Op("relu", "relu", ("s",), ("y",), {"bounds": (0.0,), "rounding": "double"}),
    ]
    constants = {"w": [[1, 2, 3], [4, 5, 6]], "f": [2.0, 0.5], "t": [[1.0, -40.0]]}
    return real(ops, shapes, ("x",), ("y",), constants)


def test_normalisation_bias_and_activation_go_into_the_layer() -> None:
    (op,) = fuse(normalised()).ops
    fused = fuse(normalised())
    assert op.attrs["activation"] == "relu" and op.outputs == ("y",)
    assert np.allclose(fused.constant(str(op.inputs[1])), [[2, 4, 6], [2, 2.5, 3]])
    assert np.allclose(fused.constant(str(op.inputs[2])), [1.0, -40.0])


def test_what_the_source_rounds_is_not_fused() -> None:
    graph = normalised()
    rounded = Tensor("a", TensorType((1, 2), "float32", QuantParams((0.1,), (0,))))
    kinds = [op.kind for op in fuse(Graph("g", {**graph.tensors, "a": rounded}, graph.ops,
                                          ("x",), ("y",))).ops]  # fmt: skip
    assert kinds == ["fully_connected", "mul", "add"]


def test_the_fused_float_model_and_its_integers_agree_with_the_float_one() -> None:
    """LiteRT runs all three; the fused model is the same function, the integer one close."""
    rng = np.random.default_rng(1)
    cases = [[rng.normal(size=(1, 3)).astype(np.float32)] for _ in range(40)]
    graph = normalised()
    fused = fuse(graph)
    assert is_real(fused)
    with Oracle() as oracle:
        from motekit.graph.exporters import to_tflite

        a, b = (oracle.run(to_tflite(g), cases) for g in (graph, fused))
        assert np.allclose(np.array(a), np.array(b), atol=1e-5)
        done = check(quantize(fused, calibrate(fused, cases, oracle)))
        assert not is_real(done)
        found = compare(done, fused, cases, oracle)
    assert [layer.layer for layer in found.layers] == ["x", "dense"]
    assert all(layer.sqnr_db > 30 and layer.saturated == 0 for layer in found.layers)
    assert found.distances[0].max_steps < 3


def test_int16_activations_are_symmetric_and_their_biases_have_64_bits() -> None:
    given = dense([[1.0, -0.5], [0.25, 2.0]], [1e6, 0.5])
    graph = quantize(given, {"x": (-1.0, 0.5), "y": (-2.0, 1e6)}, "int16")
    assert graph.type("x") == TensorType(
        (1, 2), "int16", QuantParams((scales.float32(1 / 32767),), (0,))
    )
    assert graph.type("b").dtype == "int64"
    assert int(graph.constant("b")[0]) > 1 << 31  # what int32 could not hold
    assert graph.ops[0].attrs["rounding"] == "real"
    check(graph)


def test_an_op_without_int16_names_int8_as_the_way_out() -> None:
    given = real(
        [Op("hard_swish", "swish", ("x",), ("y",))], {"x": (1, 4), "y": (1, 4)}, ("x",), ("y",)
    )
    with pytest.raises(InputError, match=r"swish.*int8.*--activations"):
        quantize(given, {"x": (-1.0, 1.0), "y": (0.0, 1.0)}, "int16")
