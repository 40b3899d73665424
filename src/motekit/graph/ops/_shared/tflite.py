"""Fused activations as TFLite numbers them, and errors for forms an op does not cover."""

from __future__ import annotations

from collections.abc import Sequence

from motekit.core.errors import InputError
from motekit.core.graph import Tensor

ACTIVATIONS = ("none", "relu", "relu_n1_to_1", "relu6")


def activation(code: int) -> str:
    """Name of a fused activation. Raises InputError for tanh and sign bit, which no int8
    kernel of LiteRT fuses."""
    if not 0 <= code < len(ACTIVATIONS):
        raise InputError("this fused activation is not supported", value=code)
    return ACTIVATIONS[code]


def require_dtypes(
    tensors: Sequence[Tensor | None], allowed: Sequence[tuple[str, ...]], what: str = "input"
) -> None:
    """Raise InputError unless tensor i has one of the types `allowed[i]`."""
    for i, (tensor, types) in enumerate(zip(tensors, allowed, strict=False)):
        if tensor is not None and tensor.type.dtype not in types:
            raise InputError(
                f"{what} {i} must be {' or '.join(types)}",
                value=tensor.type.dtype,
                way_out="quantize the model to full int8",
            )
