"""Softmax over the last axis, int8 in, int8 out with scale 1/256 and zero point −128, or int16 in
and out with scale 1/32768 (see `wide.py`).

BUILTIN_REF computes it in fixed point: exponentials of (x − max) in Q0.31 from a polynomial and
seven constants, their sum in Q12.19, a reciprocal by three Newton steps. See `fixed.py`.
Attributes: beta, a positive number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, OpSpec, TfliteForm, TfliteSpelling
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph.ops._shared import frames, tflite, types

from . import fixed, wide

MAX_SIZE = 511  # a sum of more exponentials can reach 2**9, which its reference does not foresee
MAX_WIDE = 65535  # sums of that many in Q16.15 stay below 2**31


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x = types.integers(graph.type(_input(op)))
    most = MAX_SIZE if x.dtype == "int8" else MAX_WIDE
    if not x.shape or not 0 < x.shape[-1] <= most:
        raise InputError(
            f"the last axis must have 1 to {most} elements, beyond that LiteRT aborts",
            value=x.shape,
        )
    if x.dtype == "int16":
        wide_scaling(op, graph)
        return (replace(x, quant=QuantParams((1 / 32768,), (0,))),)
    scaling(op, graph)
    return (replace(x, quant=QuantParams((1 / 256,), (-128,))),)


def _input(op: Op) -> str:
    (name,) = op.inputs
    assert name is not None
    return name


def scaling(op: Op, graph: Graph) -> fixed.Scaling:
    """The fixed-point input factor and the smallest difference that counts."""
    quant = graph.type(_input(op)).quant
    assert quant is not None
    beta = op.attrs.get("beta", 1.0)
    assert isinstance(beta, float | int)
    return fixed.scaling(quant.per_tensor[0], float(beta))


def wide_scaling(op: Op, graph: Graph) -> wide.Scaling:
    """The fixed-point input factor of int16."""
    scale, _ = types.per_tensor(graph.type(_input(op)))
    return wide.scaling(scale, types.real({"beta": 1.0, **op.attrs}, "beta"))


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    x = inputs[0].astype(np.int64)
    if inputs[0].dtype == np.int16:
        shares = wide.rows(x.reshape(-1, x.shape[-1]), wide_scaling(op, graph))
        return (shares.reshape(x.shape).astype(np.int16),)
    rows = fixed.softmax_rows(x.reshape(-1, x.shape[-1]), scaling(op, graph))
    return (rows.reshape(x.shape),)


def macs(op: Op, graph: Graph) -> int:
    return 0


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    tflite.same_integers(inputs, outputs)
    return {"beta": float(options.Beta()) if options else 1.0}


def _write(op: Op, graph: Graph) -> TfliteForm:
    version = 3 if graph.type(_input(op)).dtype == "int16" else 0
    return TfliteForm({"beta": op.attrs.get("beta", 1.0)}, op.inputs, version=version)


OP = OpSpec(
    kind="softmax",
    summary="scores to probabilities over the last axis",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(TfliteSpelling("SOFTMAX", 2, "SoftmaxOptions", _read, _write),),
    package=__name__,
    time=frames.kept_axis(lambda op, graph: len(graph.type(_input(op)).shape) - 1),
)
