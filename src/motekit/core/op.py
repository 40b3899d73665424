"""The contract of a graph op and of its kernels.

An op is one folder of motekit.graph.ops: shape rule, integer reference, how TFLite spells it,
and a `kernels/` folder with one sub-folder per C kernel (portable, or for an ISA feature).
Adding an op, or a kernel variant to one, touches one folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .graph import Graph, Op
from .target import TargetSpec
from .tensors import TensorType

Array = npt.NDArray[np.generic]


@dataclass(frozen=True)
class TfliteSpelling:
    """How one TFLite builtin maps to an op and back.

    Args:
        builtin: BuiltinOperator name ("FULLY_CONNECTED").
        read: (options object or None, input types, output types) → attrs. Raises InputError
            for a form that this op does not cover, with the reason.
        write: attrs → (BuiltinOptions name, options object) for the exporter.
    """

    builtin: str
    read: Callable[[Any, Sequence[TensorType | None], Sequence[TensorType]], Mapping[str, Any]]
    write: Callable[[Mapping[str, Any]], tuple[str, Any]]


@dataclass(frozen=True)
class OpSpec:
    """An op plugin; the module constant OP.

    Args:
        kind: folder name.
        infer: (op, graph) → output types; raises InputError if the inputs do not fit. The
            executable spec compares it with the types the graph declares.
        reference: (op, graph, input arrays) → output arrays, in the stored integers, equal to
            LiteRT's BUILTIN_REF on every element (where LiteRT has the op).
        macs: (op, graph) → multiply-accumulates.
        tflite: spellings this op covers; empty if TFLite has none.
    """

    kind: str
    summary: str
    infer: Callable[[Op, Graph], tuple[TensorType, ...]]
    reference: Callable[[Op, Graph, Sequence[Array]], tuple[Array, ...]]
    macs: Callable[[Op, Graph], int]
    tflite: tuple[TfliteSpelling, ...]
    package: str


@dataclass(frozen=True)
class Constant:
    """An array for flash. `role` is "weights", "bias" or "table" (counted as code size)."""

    name: str
    ctype: str
    values: Array
    role: str = "table"


@dataclass(frozen=True)
class Emitted:
    """One op as C, under the chosen kernel.

    Args:
        sources: kernel files to copy, as (package, file name).
        constants: arrays to print; names get the layer's prefix.
        struct: name of the kernel's parameter struct, or "" if it has none.
        fields: struct fields → value: number, or the name of a constant.
        call: C expression with {params}, {in0}, {in1}, {out0}, {scratch} to be filled in.
        scratch_bytes: taken from the arena while the op runs, 4-byte aligned.
        stack_bytes: the kernel's largest frame, as a bound.
        defines: macros for the model's config header by which the kernel specialises itself.
    """

    sources: tuple[tuple[str, str], ...]
    constants: tuple[Constant, ...]
    struct: str
    fields: Mapping[str, Any]
    call: str
    scratch_bytes: int = 0
    stack_bytes: int = 0
    defines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Cost:
    """What a kernel would take for one op: model cycles, flash beyond shared code, RAM."""

    cycles: int
    flash_bytes: int
    ram_bytes: int


@dataclass(frozen=True)
class Kernel:
    """A kernel plugin; the module constant KERNEL of ops/<op>/kernels/<name>/.

    Args:
        applies: (op, graph, target) → None if it can run the op, else the reason it cannot.
        cost: (op, graph, target) → Cost, for the choice among kernels.
        emit: (op, graph, target) → Emitted.
        in_place: (input position, output position) pairs that may share memory from the same
            address on.
    """

    name: str
    applies: Callable[[Op, Graph, TargetSpec], str | None]
    cost: Callable[[Op, Graph, TargetSpec], Cost]
    emit: Callable[[Op, Graph, TargetSpec], Emitted]
    in_place: tuple[tuple[int, int], ...] = ()
