"""A serialized ExportedProgram as plain values: nodes, constants, inputs, outputs.

Source: the schema that torch.export writes (torch/_export/serde/schema.py), version 8.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError

from .archive import Archive

DTYPES = {1: "u1", 2: "i1", 3: "<i2", 4: "<i4", 5: "<i8", 6: "<f2", 7: "<f4", 8: "<f8", 12: "?"}
CODES = {1: "uint8", 2: "int8", 3: "int16", 4: "int32", 5: "int64", 6: "float16", 7: "float32",
         8: "float64", 12: "bool", 13: "bfloat16"}  # fmt: skip
SCHEMA = 8
MAX_ELEMENTS = 1 << 26
MAX_RANK = 8
Array = npt.NDArray[np.generic]


@dataclass(frozen=True)
class Name:
    """A reference to a value of the program."""

    name: str


@dataclass(frozen=True)
class Node:
    """One call. `args` by the names of the op's schema; values are plain, or `Name`s.

    Args:
        target: such as "aten.conv2d", without overload.
        outputs: names of all tensors it makes.
    """

    index: int
    target: str
    args: Mapping[str, Any]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Program:
    """A program. `inputs` are those of the user: name → (shape, dtype)."""

    nodes: tuple[Node, ...]
    constants: Mapping[str, Array]
    inputs: Mapping[str, tuple[tuple[int, ...], str]]
    outputs: tuple[str, ...]


def read(archive: Archive, path: Path) -> Program:
    """The program. Raises InputError: damaged, dynamic shapes, state, or a newer schema."""
    try:
        return _program(archive)
    except InputError as error:
        raise InputError(error.what, where=f"{path}: {error.where}" if error.where else path,
                         value=error.value, way_out=error.way_out) from None  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        detail = " ".join(str(error).split())[:100]
        raise InputError(f"the .pt2 file is damaged: {type(error).__name__} {detail}", where=path,
                         way_out="export or download the model again") from error  # fmt: skip


def _program(archive: Archive) -> Program:
    version = archive.program["schema_version"]["major"]
    if version != SCHEMA:
        raise InputError("this version of the .pt2 format is not known", value=version,
                         way_out="export with a PyTorch that writes version 8, such as 2.13"
                         )  # fmt: skip
    module = archive.program["graph_module"]
    graph, signature = module["graph"], module["signature"]
    constants: dict[str, Array] = {}
    inputs: dict[str, tuple[tuple[int, ...], str]] = {}
    for spec in signature["input_specs"]:
        ((kind, body),) = spec.items()
        if kind == "user_input":
            name = _argument(body["arg"])
            if not isinstance(name, Name):
                raise InputError("an input of the program is not a tensor", value=str(body)[:80])
            inputs[name.name] = _meta(name.name, graph["tensor_values"][name.name])
        elif kind in ("parameter", "buffer", "tensor_constant"):
            constants[body["arg"]["name"]] = _stored(archive, kind, body)
        else:
            raise InputError("this kind of input is not supported", value=kind)
    outputs = []
    for spec in signature["output_specs"]:
        ((kind, body),) = spec.items()
        if kind != "user_output":
            raise InputError("a program that changes its own state is not supported", value=kind,
                             way_out="export the model in eval mode and without state"
                             )  # fmt: skip
        name = _argument(body["arg"])
        if isinstance(name, Name):
            outputs.append(name.name)
    nodes = tuple(_node(i, n) for i, n in enumerate(graph["nodes"]))
    return Program(nodes, constants, inputs, tuple(outputs))


def _sizes(given: Sequence[Any], name: str) -> tuple[int, ...]:
    sizes = []
    for axis, size in enumerate(given):
        if not isinstance(size, dict) or set(size) != {"as_int"}:
            raise InputError(f"axis {axis} has no fixed size", where=name,
                             way_out="export without dynamic_shapes")  # fmt: skip
        sizes.append(int(size["as_int"]))
    if len(sizes) > MAX_RANK or min(sizes, default=0) < 0 or math.prod(sizes) > MAX_ELEMENTS:
        raise InputError("this shape is not possible", where=name, value=tuple(sizes))
    return tuple(sizes)


def _meta(name: str, meta: Mapping[str, Any]) -> tuple[tuple[int, ...], str]:
    return _sizes(meta["sizes"], name), CODES.get(meta["dtype"], str(meta["dtype"]))


def _stored(archive: Archive, kind: str, body: Mapping[str, Any]) -> Array:
    label = str(body.get(f"{kind}_name", body["arg"]["name"]))
    for folder, table in (("weights", archive.weights), ("constants", archive.constants)):
        entry = table["config"].get(label)
        if entry is None:
            continue
        if entry["use_pickle"]:
            raise InputError("this constant is stored pickled, which is never read", where=label,
                             way_out="make it a plain tensor, parameter or buffer")  # fmt: skip
        return _tensor(label, archive.blob(folder, str(entry["path_name"])), entry["tensor_meta"])
    raise InputError("the archive lacks the values of a constant", where=label)


def _tensor(label: str, raw: bytes, meta: Mapping[str, Any]) -> Array:
    if meta["dtype"] not in DTYPES:
        raise InputError("this element type is not supported", where=label,
                         value=CODES.get(meta["dtype"], meta["dtype"]))  # fmt: skip
    dtype = np.dtype(DTYPES[meta["dtype"]])
    shape, strides = _sizes(meta["sizes"], label), _sizes(meta["strides"], label)
    offset = int(meta["storage_offset"]["as_int"])
    if len(raw) % dtype.itemsize or len(strides) != len(shape) or offset < 0:
        raise ValueError(f"{label}: sizes do not fit together")
    values = np.frombuffer(raw, dtype)
    last = offset + sum((n - 1) * s for n, s in zip(shape, strides, strict=True))
    if 0 in shape or (shape and last >= len(values)) or not len(values):
        raise ValueError(f"{label}: {len(values)} values for shape {shape}")
    steps = tuple(s * dtype.itemsize for s in strides)
    view = np.lib.stride_tricks.as_strided(values[offset:], shape, steps, writeable=False)
    kind = {"<f2": "f4", "<f8": "f4"}.get(DTYPES[meta["dtype"]], dtype.newbyteorder("="))
    return np.array(view, kind, order="C")


def _node(index: int, node: Mapping[str, Any]) -> Node:
    target = str(node["target"]).removeprefix("torch.ops.")
    parts = target.split(".")
    short = ".".join(parts[:2])
    # In-place forms compute the same; names that begin with an underscore keep it.
    short = short[:-1] if short.endswith("_") and not short.endswith("__") else short
    args = {str(a["name"]): _argument(a["arg"]) for a in node["inputs"]}
    outputs: list[str] = []
    for out in node["outputs"]:
        found = _argument(out)
        outputs += [n.name for n in (found if isinstance(found, list) else [found])
                    if isinstance(n, Name)]  # fmt: skip
    return Node(index, short, args, tuple(outputs))


def _argument(arg: Mapping[str, Any]) -> Any:
    """A plain value, a Name, or a list of these."""
    ((kind, value),) = arg.items()
    if kind == "as_none":
        return None
    if kind == "as_tensor":
        return Name(str(value["name"]))
    if kind in ("as_tensors", "as_nested_tensors"):
        return [Name(str(v["name"])) for v in value]
    if kind == "as_optional_tensors":
        return [_argument(v) for v in value]
    if kind == "as_optional_tensor":
        return _argument(value)
    if kind in ("as_sym_int", "as_sym_bool", "as_sym_float"):
        return _argument(value)
    if kind == "as_sym_ints":
        return [_argument(v) for v in value]
    if kind in ("as_int", "as_bool", "as_float", "as_string", "as_scalar_type"):
        if not isinstance(value, int | float | str):
            raise ValueError(f"{kind} holds {type(value).__name__}")
        return value
    if kind in ("as_ints", "as_bools", "as_floats", "as_strings"):
        return list(value)
    return None  # devices, layouts, memory formats
