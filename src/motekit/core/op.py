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

from .graph import Graph, Op, Tensor
from .target import TargetSpec
from .tensors import TensorType

Array = npt.NDArray[np.generic]


@dataclass(frozen=True)
class TfliteForm:
    """One op as TFLite spells it, for the exporter.

    Args:
        fields: fields of the options table by the names of the object API; enums as integers.
        inputs: tensor names, arrays or tensors (written as constants, an array without
            quantization), or None for an absent input.
        intermediates: types of an LSTM's intermediates.
        version: operator version of this form, if it is not the spelling's.
    """

    fields: Mapping[str, Any]
    inputs: tuple[str | Array | Tensor | None, ...]
    intermediates: tuple[TensorType, ...] = ()
    version: int = 0


@dataclass(frozen=True)
class TfliteSpelling:
    """How one TFLite builtin maps to an op and back.

    Args:
        builtin: BuiltinOperator name ("FULLY_CONNECTED").
        version: operator version of the int8 form, as the TFLite converter writes it.
        options: name of its options table ("FullyConnectedOptions"), or "" if it has none.
        read: (options table or None, input tensors and after them the intermediates, output
            tensors) → attrs. Raises InputError for a form that this op does not cover, with
            the reason.
        write: (op, graph) → TfliteForm for the exporter, or None if this spelling cannot say
            the op; None in its place if it never can.
        data_inputs: positions of the inputs that stay inputs of the op, the others became
            attrs; None for all.
        state_inputs: positions of variables that the op updates: our op gives their new
            values as further outputs, in this order.
    """

    builtin: str
    version: int
    options: str
    read: Callable[[Any, Sequence[Tensor | None], Sequence[Tensor]], Mapping[str, Any]]
    write: Callable[[Op, Graph], TfliteForm | None] | None
    data_inputs: tuple[int, ...] | None = None
    state_inputs: tuple[int, ...] = ()


@dataclass(frozen=True)
class Span:
    """What is known of a tensor, one entry an element of its last axis ("channel"): every
    stored value of channel c lies in low[c] to high[c]."""

    low: npt.NDArray[np.int64]
    high: npt.NDArray[np.int64]

    @property
    def constant(self) -> npt.NDArray[np.bool_]:
        """Channels that hold one value, whatever the inputs are."""
        return np.asarray(self.low == self.high)


Mask = npt.NDArray[np.bool_]


Masks = Sequence[Mask | None]
Spans = Sequence[Span | None]


@dataclass(frozen=True)
class ChannelFlow:
    """How an op treats channels (elements of the last axis), for removing those that cannot
    matter. Spans and masks are those of the op's inputs, None for constant and absent ones.

    Args:
        applies: (op, graph) → whether all this holds for the op; else all channels are kept.
        spans: (op, graph, input spans) → spans of the outputs. Must hold for every input.
        needs: (op, graph, input spans, kept channels of each output) → channels of each input
            that a kept output depends on. A constant channel is not needed where `cut` can put
            its value into a bias.
        ties: (op, graph, kept channels of each input, of each output) → the same, grown until
            the op can do with them; most ops can do with any.
        cut: (op, graph, input spans, kept channels of each input, of each output) → (op,
            constants it uses instead).
    """

    applies: Callable[[Op, Graph], bool]
    spans: Callable[[Op, Graph, Spans], tuple[Span, ...]]
    needs: Callable[[Op, Graph, Spans, Sequence[Mask]], Masks]
    ties: Callable[[Op, Graph, Masks, Sequence[Mask]], tuple[Masks, Sequence[Mask]]]
    cut: Callable[[Op, Graph, Spans, Masks, Sequence[Mask]], tuple[Op, tuple[Tensor, ...]]]


@dataclass(frozen=True)
class Reach:
    """Which frames along time an op's outputs come from: output frame j from the frames
    first + j · stride to first + j · stride + size − 1 of every input that moves, in the same
    way for every j.

    Args:
        axis: of the outputs, along which they move.
        piece: frames of the output → the op that makes them from the frames they come from.
    """

    axis: int
    size: int
    stride: int
    first: int
    piece: Callable[[int], Op]


@dataclass(frozen=True)
class RowWindow:
    """The rows of its inputs (axis 1 of [1, rows, columns, channels]) that a row of an op's output
    depends on: row y sees the rows from y * stride - above on, `size` of them; rows outside hold
    the zero point. Inputs that are constant have no rows.

    Args:
        attrs: of the op that is given just those rows, so without padding above and below.
    """

    size: int
    stride: int
    above: int
    attrs: Mapping[str, object]


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
        arity: fewest and most inputs.
        optional: positions of inputs that may be left out.
        channels: how channels flow through the op; without it all of them are kept.
        time: (op, graph, for each input the axis it moves along, or None) → how the outputs move
            when the inputs do, or the reason why they do not; without it they never do.
        rows: (op, graph) → how rows of the output depend on rows of the inputs, or None where
            they do not in this way. With it, layers run row by row in groups.
        view: the output is the input's bytes under another shape; it needs no kernel unless
            both are given from outside.
        weights_axis: the channel axis of input 1, for an op whose input 1 are int8 weights
            with a scale a channel and whose input 2 is the int32 bias. This is all that
            quantizing a float model needs to know of an op; the rest `infer` tells: whether
            the output's quantization is free, the input's, or fixed.
    """

    kind: str
    summary: str
    infer: Callable[[Op, Graph], tuple[TensorType, ...]]
    reference: Callable[[Op, Graph, Sequence[Array]], tuple[Array, ...]]
    macs: Callable[[Op, Graph], int]
    tflite: tuple[TfliteSpelling, ...]
    package: str
    arity: tuple[int, int] = (1, 1)
    channels: ChannelFlow | None = None
    time: Callable[[Op, Graph, Sequence[int | None]], Reach | str] | None = None
    rows: Callable[[Op, Graph], RowWindow | None] | None = None
    view: bool = False
    weights_axis: int | None = None
    optional: tuple[int, ...] = ()

    def misfit(self, op: Op) -> str | None:
        """What is wrong with the number of inputs and outputs of an op of this kind, or None."""
        fewest, most = self.arity
        if not fewest <= len(op.inputs) <= most or not op.outputs:
            return f"has {len(op.inputs)} inputs and {len(op.outputs)} outputs"
        for i, name in enumerate(op.inputs):
            if name is None and i not in self.optional:
                return f"lacks input {i}"
        return None


@dataclass(frozen=True)
class Constant:
    """An array for flash.

    Args:
        name: unique within the op; the generator puts the layer's name before it.
        ctype: C element type ("int8_t").
        values: any shape; printed flat, in rows of the last axis where that reads well.
        role: "weights", "bias" or "table" (counted as code size).
        align: alignment in bytes that the kernel relies on.
        note: what the reader of the C should know (layout, unit, range).
    """

    name: str
    ctype: str
    values: Array
    role: str = "table"
    align: int = 1
    note: str = ""


@dataclass(frozen=True)
class Emitted:
    """One op as C, under the chosen kernel.

    Args:
        sources: kernel files to copy, as (package, file name); headers are included by the
            generated code where they declare `struct` or the function called.
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
    """What a kernel would take for one op.

    Args:
        cycles: of the Cortex-M4 timing model, estimated.
        flash_bytes: parameters and tables; weights and biases only where a kernel stores them
            larger than they are.
        ram_bytes: scratch.
    """

    cycles: int
    flash_bytes: int
    ram_bytes: int


def no_overlap(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int | None]:
    """For kernels whose output may share no memory with an input that is still alive."""
    return {}


@dataclass(frozen=True)
class Kernel:
    """A kernel plugin; the module constant KERNEL of ops/<op>/kernels/<name>/.

    Args:
        name: folder name.
        summary: one line for the build's explanation.
        applies: (op, graph, target) → None if it can run the op, else the reason it cannot.
        cost: (op, graph, target) → Cost, for the choice among kernels.
        emit: (op, graph, target) → Emitted.
        overlap: (op, graph, target) → {(input position, output position): lead}. The two may
            share memory if the output starts at least `lead` bytes below the input
            (input address − output address ≥ lead); lead 0 is in place, a negative lead lets
            the output start above the input. A kernel that walks its input upwards has
            lead = max over its steps of (output bytes written − first input byte still needed).
            Lead None: exactly in place or apart.
        running: (op, graph, target) → Emitted for an op that is fed one row of its input at a
            time, from the first to the last, and has its output after the last; None if the
            kernel cannot. Its call has a further hole {row}, the number of that row; its scratch
            keeps what it holds from call to call.
        code_bytes: flash of the kernel's own functions on a Cortex-M4 at -Os, shared by all
            ops that use it; a test compares it with the compiler's output.
        common: the same of functions that other kernels use too: their name → bytes.
    """

    name: str
    summary: str
    applies: Callable[[Op, Graph, TargetSpec], str | None]
    cost: Callable[[Op, Graph, TargetSpec], Cost]
    emit: Callable[[Op, Graph, TargetSpec], Emitted]
    overlap: Callable[[Op, Graph, TargetSpec], Mapping[tuple[int, int], int | None]] = no_overlap
    running: Callable[[Op, Graph, TargetSpec], Emitted | None] | None = None
    code_bytes: int = 0
    common: Mapping[str, int] = field(default_factory=dict)
