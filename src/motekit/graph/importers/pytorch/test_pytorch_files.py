"""Hand-made .pt2 archives: what is read, what is refused, and that nothing is unpickled."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.graph import check
from motekit.graph.exporters import to_tflite
from motekit.graph.importers import load, read_model
from motekit.graph.importers.opened import open_model
from motekit.graph.oracle import Oracle

CODES = {"float32": 7, "int8": 2, "int64": 5}


def meta(shape: tuple[int, ...], dtype: str = "float32") -> dict[str, Any]:
    strides = [int(np.prod(shape[i + 1 :])) for i in range(len(shape))]
    as_ints = [[{"as_int": int(n)} for n in values] for values in (shape, strides)]
    return {"dtype": CODES[dtype], "sizes": as_ints[0], "strides": as_ints[1],
            "storage_offset": {"as_int": 0}, "layout": 7}  # fmt: skip


def arg(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"as_tensor": {"name": value}}
    if isinstance(value, list):
        return {"as_ints": value}
    kinds = {bool: "as_bool", int: "as_int", float: "as_float"}
    return {"as_none": True} if value is None else {kinds[type(value)]: value}


def call(target: str, out: str, **args: Any) -> dict[str, Any]:
    return {"target": f"torch.ops.{target}", "outputs": [arg(out)],
            "inputs": [{"name": n, "arg": arg(v), "kind": 1} for n, v in args.items()],
            "metadata": {}}  # fmt: skip


def program(
    nodes: list[Any], inputs: dict[str, tuple[int, ...]], out: str, constants: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(model.json, table of weights)."""
    specs: list[Any] = [{"parameter": {"arg": {"name": n}, "parameter_name": n}} for n in constants]
    specs += [{"user_input": {"arg": arg(n)}} for n in inputs]
    values = {n: meta(s) for n, s in inputs.items()}
    module = {
        "graph": {"nodes": nodes, "tensor_values": values},
        "signature": {"input_specs": specs, "output_specs": [{"user_output": {"arg": arg(out)}}]},
    }
    table = {
        n: {"path_name": f"w_{n}", "is_param": True, "use_pickle": False,
            "tensor_meta": meta(a.shape, str(a.dtype))}
        for n, a in constants.items()
    }  # fmt: skip
    return {"schema_version": {"major": 8, "minor": 20}, "graph_module": module}, {"config": table}


def packed(model: Any, table: Any, constants: dict[str, Any], **more: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, values in constants.items():
            archive.writestr(f"net/data/weights/w_{name}", values.tobytes())
        archive.writestr("net/data/weights/model_weights_config.json", json.dumps(table))
        archive.writestr("net/models/model.json", json.dumps(model))
        for name, data in more.items():
            archive.writestr(name.replace("__", "/"), data)
    return buffer.getvalue()


CONSTANTS = {
    "w": np.arange(-6, 6, dtype=np.float32).reshape(2, 6) / 5,
    "b": np.array([0.5, -1], np.float32),
}
NODES = [
    call("aten.linear.default", "h", input="x", weight="w", bias="b"),
    call("aten.relu_.default", "r", self="h"),
    call("aten.softmax.int", "y", self="r", dim=-1),
]


def dense(nodes: list[Any] | None = None) -> tuple[Any, Any]:
    return program(NODES if nodes is None else nodes, {"x": (1, 6)}, "y", CONSTANTS)


def test_a_float_program_is_read_and_quantized(tmp_path: Path) -> None:
    path = tmp_path / "net.pt2"
    path.write_bytes(packed(*dense(), CONSTANTS))
    graph, importer, _ = read_model(path)
    assert importer.name == "pytorch"
    x = np.random.default_rng(0).normal(size=(20, 1, 6)).astype(np.float32)
    np.save(tmp_path / "x.npy", x)
    with Oracle() as oracle:
        got = np.array(oracle.run(to_tflite(graph), [[row] for row in x]))[:, 0, 0]
        opened = open_model(path, None, tmp_path / "x.npy", oracle)
    scores = np.maximum(x[:, 0] @ CONSTANTS["w"].T + CONSTANTS["b"], 0)
    exponentials = np.exp(scores)
    assert np.allclose(got, exponentials / exponentials.sum(1, keepdims=True), atol=1e-6)
    check(opened.graph)
    assert [op.kind for op in opened.graph.ops] == ["fully_connected", "softmax"]
    assert opened.comparison is not None and opened.comparison.distances[0].max_steps < 4


def test_a_quantized_program_keeps_its_integers() -> None:
    weights = np.array([[1, -127, 3], [4, 5, 127]], np.int8)
    constants = {"w": weights, "s": np.array([0.5, 0.25], np.float32),
                 "z": np.zeros(2, np.int64), "b": np.array([1.0, -1.0], np.float32)}  # fmt: skip
    per = {"quant_min": -128, "quant_max": 127}
    scalar = {"as_scalar_type": 2}

    def with_type(node: Any) -> Any:
        node["inputs"].append({"name": "dtype", "arg": scalar, "kind": 1})
        return node

    q, dq = "quantized_decomposed.quantize_per_tensor", "quantized_decomposed.dequantize_per_tensor"
    nodes = [
        with_type(call("quantized_decomposed.dequantize_per_channel.default", "wd", input="w",
                       scales="s", zero_points="z", axis=0, **per)),
        with_type(call(f"{q}.default", "xq", input="x", scale=0.1, zero_point=3, **per)),
        with_type(call(f"{dq}.default", "xd", input="xq", scale=0.1, zero_point=3, **per)),
        call("aten.linear.default", "h", input="xd", weight="wd", bias="b"),
        with_type(call(f"{q}.default", "hq", input="h", scale=2.0, zero_point=-7, **per)),
        with_type(call(f"{dq}.default", "y", input="hq", scale=2.0, zero_point=-7, **per)),
    ]  # fmt: skip
    content = packed(*program(nodes, {"x": (1, 3)}, "y", constants), constants)
    from motekit.graph.floats.quantize import quantize
    from motekit.graph.importers.pytorch import load as read

    graph = check(quantize(read(content, "net", Path("net.pt2"))))
    (op,) = graph.ops
    assert np.array_equal(graph.constant(str(op.inputs[1])), weights)
    assert graph.type(str(op.inputs[1])).quant.scale == (0.5, 0.25)  # type: ignore[union-attr]
    assert graph.type("x").quant.per_tensor == (float(np.float32(0.1)), 3)  # type: ignore[union-attr]
    assert graph.type(op.outputs[0]).quant.per_tensor == (2.0, -7)  # type: ignore[union-attr]
    assert graph.constant(str(op.inputs[2])).tolist() == [20, -40]


class Bomb:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_pickled_parts_are_never_read(tmp_path: Path) -> None:
    bomb = pickle.dumps(Bomb(tmp_path / "exploded"))
    path = tmp_path / "net.pt2"
    path.write_bytes(packed(*dense(), CONSTANTS, net__data__sample_inputs__model=bomb))
    read_model(path)
    model, table = dense()
    table["config"]["w"]["use_pickle"] = True
    path.write_bytes(packed(model, table, {**CONSTANTS, "w": np.frombuffer(bomb, np.uint8)}))
    with pytest.raises(InputError, match=r"w: this constant is stored pickled.*never read"):
        load(path)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("net/data.pkl", bomb)
    path.write_bytes(buffer.getvalue())
    with pytest.raises(InputError, match=r"pickled PyTorch file.*torch\.export\.save"):
        load(path)
    assert not (tmp_path / "exploded").exists()


def test_every_hopeless_op_is_listed_before_any_work(tmp_path: Path) -> None:
    nodes = [
        call("aten.gelu.default", "a", self="x"),
        call("aten.linear.default", "b", input="x", weight="x", bias=None),
        call("aten.log_softmax.int", "y", self="a", dim=-1),
    ]
    path = tmp_path / "net.pt2"
    path.write_bytes(packed(*dense(nodes), CONSTANTS))
    with pytest.raises(InputError) as caught:
        load(path)
    line = caught.value.line()
    for part in ("3 op(s)", "op 0 aten.gelu 'a' 1x6: motekit cannot", "relu or hardswish",
                 "op 1 aten.linear 'b' 1x6: the argument 'weight'", "op 2 aten.log_softmax",
                 "export softmax"):  # fmt: skip
        assert part in line, line


def broken(**changes: Any) -> bytes:
    model, table = dense()
    for path, value in changes.items():
        at: Any = {"model": model, "table": table}
        *way, last = path.split("__")
        for key in way:
            at = at[int(key) if isinstance(at, list) else key]
        at[int(last) if isinstance(at, list) else last] = value
    return packed(model, table, CONSTANTS)


BAD = {
    "schema": (broken(model__schema_version__major=9), "version of the .pt2 format"),
    "dynamic": (broken(model__graph_module__graph__tensor_values__x__sizes=[{"as_expr": {}}]),
                "x: axis 0 has no fixed size.*dynamic_shapes"),
    "huge": (broken(model__graph_module__graph__tensor_values__x__sizes=[{"as_int": 1 << 40}]),
             "shape is not possible"),
    "negative": (broken(table__config__w__tensor_meta__sizes=[{"as_int": -2}, {"as_int": 6}]),
                 "not possible"),
    "stride": (broken(table__config__w__tensor_meta__strides=[{"as_int": 600}, {"as_int": 1}]),
               "12 values for shape"),
    "offset": (broken(table__config__w__tensor_meta__storage_offset={"as_int": 9}), "12 values"),
    "dtype": (broken(table__config__w__tensor_meta__dtype=13), "w: .*'bfloat16'"),
    "absent": (broken(table__config__w__path_name="elsewhere"), "entry of the archive is missing"),
    "mutation": (broken(model__graph_module__signature__output_specs__0={"buffer_mutation": {}}),
                 "changes its own state"),
    "nodes": (broken(model__graph_module__graph__nodes=[[]]), "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_programs_are_refused(name: str, tmp_path: Path) -> None:
    content, message = BAD[name]
    path = tmp_path / "bad.pt2"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        load(path)
    assert str(path) in caught.value.line()


def test_json_nested_too_deep_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.pt2"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/models/model.json", "[" * 200_000)
    with pytest.raises(InputError, match="no JSON"):
        load(path)
