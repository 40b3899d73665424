"""How channels flow through the ops: by shared rules for layers, and for elementwise ops."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, ChannelFlow, Mask, Masks, Span, Spans
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph import numerics

from . import accumulate, types

Reference = Callable[[Op, Graph, Sequence[Array]], tuple[Array, ...]]
I64 = numerics.I64


def always(op: Op, graph: Graph) -> bool:
    """For ops whose flow holds for all their forms."""
    return True


def no_ties(op: Op, graph: Graph, ins: Masks, outs: Sequence[Mask]) -> tuple[Masks, Sequence[Mask]]:
    """For ops that can do with any channels."""
    return ins, outs


def tie_all(op: Op, graph: Graph, ins: Masks, outs: Sequence[Mask]) -> tuple[Masks, Sequence[Mask]]:
    """For ops whose inputs and outputs have the same channels."""
    union = np.logical_or.reduce([m for m in (*ins, *outs) if m is not None])
    return [None if m is None else union for m in ins], [union for _ in outs]


def no_cut(
    op: Op, graph: Graph, spans: Spans, ins: Masks, outs: Sequence[Mask]
) -> tuple[Op, tuple[Tensor, ...]]:
    """For ops that work on any number of channels."""
    return op, ()


def needs_same(op: Op, graph: Graph, spans: Spans, live: Sequence[Mask]) -> Masks:
    """For ops whose channel c depends on channel c only."""
    return [None if span is None else live[0] for span in spans]


def alike(op: Op, graph: Graph) -> bool:
    """Whether all inputs are computed and have the channels of the output."""
    channels = graph.type(op.outputs[0]).shape[-1:]
    return bool(channels) and all(
        name is not None
        and not graph.tensors[name].is_constant
        and graph.type(name).shape[-1:] == channels
        for name in op.inputs
    )


def monotone(reference: Reference, applies: Callable[[Op, Graph], bool] = alike) -> ChannelFlow:
    """For ops that keep channels apart and never fall when an input rises: their spans are
    their values at the ends of the inputs' spans."""

    def spans(op: Op, graph: Graph, given: Spans) -> tuple[Span, ...]:
        ends = []
        for end in ("low", "high"):
            arrays: list[Array] = []
            for i, span in enumerate(given):
                assert span is not None
                type_ = types.operand(op, graph, i)
                values = np.broadcast_to(getattr(span, end), type_.shape)
                arrays.append(values.astype(type_.dtype))
            ends.append(reference(op, graph, arrays)[0].astype(np.int64))
        low, high = (e.reshape(-1, e.shape[-1]) for e in ends)
        return (Span(low.min(axis=0), high.max(axis=0)),)

    return ChannelFlow(applies, spans, needs_same, tie_all, no_cut)


def tabulated(table: Callable[[Op, Graph], Array]) -> ChannelFlow:
    """For elementwise functions of one int8 value."""

    def spans(op: Op, graph: Graph, given: Spans) -> tuple[Span, ...]:
        (span,) = given
        assert span is not None
        values = table(op, graph).astype(np.int64)
        ends = zip(span.low + 128, span.high + 129, strict=True)
        parts = [values[low:high] for low, high in ends]
        return (Span(np.array([p.min() for p in parts]), np.array([p.max() for p in parts])),)

    return ChannelFlow(_alike_int8, spans, needs_same, tie_all, no_cut)


def _alike_int8(op: Op, graph: Graph) -> bool:
    return alike(op, graph) and types.operand(op, graph).dtype == "int8"


def requantized_span(op: Op, graph: Graph, low: I64, high: I64) -> Span:
    """The span of a layer's outputs from that of its accumulators: requantizing never falls."""
    ends = [accumulate.finish(op, graph, acc, None).astype(np.int64) for acc in (low, high)]
    return Span(ends[0], ends[1])


def products(weights: I64, low: I64, high: I64) -> tuple[I64, I64]:
    """(smallest, largest) of weight × value, elementwise, for values between low and high."""
    ends = weights * low, weights * high
    return np.minimum(*ends), np.maximum(*ends)


def foldable(span: Span, zero: int, padded: bool) -> Mask:
    """Constant channels whose share of a sum is the same for every output pixel."""
    return np.asarray(span.constant & ((span.low == zero) | (not padded)))


def own_name(op: Op, graph: Graph, name: str) -> str:
    """A name for an op's changed constant: the old one if no other op uses that."""
    return name if graph.consumers(name) == (op,) else f"{op.name}.{name}"


def subset(tensor: Tensor, name: str, masks: Mapping[int, Mask]) -> Tensor:
    """A constant with some entries of some axes (axis → mask), its per-axis scales too."""
    data, quant = tensor.data, tensor.type.quant
    assert data is not None
    for axis, mask in masks.items():
        data = np.compress(mask, data, axis=axis)
        if quant is not None and quant.axis == axis:
            quant = _chosen(quant, mask)
    type_ = replace(tensor.type, shape=data.shape, quant=quant)
    return Tensor(name, type_, np.ascontiguousarray(data))


def _chosen(quant: QuantParams, mask: Mask) -> QuantParams:
    scales = tuple(s for s, m in zip(quant.scale, mask, strict=True) if m)
    zeros = tuple(z for z, m in zip(quant.zero_point, mask, strict=True) if m)
    return QuantParams(scales, zeros, None if len(scales) == 1 else quant.axis)


def cut_layer(
    op: Op, graph: Graph, masks: Mapping[int, Mask], keep: Mask, extra: I64
) -> tuple[Op, tuple[Tensor, ...]]:
    """A layer with fewer channels.

    Args:
        masks: axis of the weights → what to keep of it.
        keep: kept outputs.
        extra: to add to the bias of every output (before cutting), for dropped constants.
    """
    weights = str(op.inputs[1])
    smaller = subset(graph.tensors[weights], own_name(op, graph, weights), masks)
    bias = subset(_bias(op, graph, extra), _bias_name(op, graph), {0: keep})
    inputs = (op.inputs[0], smaller.name, bias.name)
    return replace(op, inputs=inputs), (smaller, bias)


def _bias_name(op: Op, graph: Graph) -> str:
    if types.optional(op, graph, 2) is None:
        return f"{op.name}.bias"
    return own_name(op, graph, str(op.inputs[2]))


def _bias(op: Op, graph: Graph, extra: I64) -> Tensor:
    if types.optional(op, graph, 2) is not None:
        old = graph.tensors[str(op.inputs[2])]
        assert old.data is not None
        total = old.data.astype(np.int64) + extra
        return replace(old, data=_stored(total, old.type.dtype, op))
    dtype = "int64" if types.operand(op, graph).dtype == "int16" else "int32"
    weights, x = types.operand(op, graph, 1).quant, types.operand(op, graph).quant
    assert weights is not None and x is not None
    scales = tuple(float(np.float32(x.scale[0] * s)) for s in weights.scale)
    quant = QuantParams(scales, (0,) * len(scales), None if len(scales) == 1 else 0)
    return Tensor("", TensorType(extra.shape, dtype, quant), _stored(extra, dtype, op))


def _stored(values: I64, dtype: str, op: Op) -> Array:
    if np.abs(values).max(initial=0) > np.iinfo(dtype).max:
        raise InputError(f"a bias leaves the range of {dtype}", where=op.name)
    return values.astype(dtype)
