"""What max and average pooling share: geometry, types and the TFLite spelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Emitted, TfliteForm
from motekit.core.target import TargetSpec
from motekit.core.tensors import TensorType
from motekit.graph import numerics

from . import emit as shared
from . import tflite, types, windows


def geometry(op: Op) -> windows.Window:
    """The sliding window of the op."""
    return windows.window(op.attrs, types.pair(op.attrs, "size"))


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x = types.integers(types.operand(op, graph))
    if len(x.shape) != 4:
        raise InputError("the input must have 4 axes", value=x.shape)
    rows, columns = geometry(op).out(x.shape[1], x.shape[2])
    return (types.same_as(x, (x.shape[0], rows, columns, x.shape[3])),)


def overlap(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int | None]:
    """Pixel by pixel, behind the windows that are still needed."""
    shapes = types.operand(op, graph).shape, graph.type(op.outputs[0]).shape
    found = windows.lead(geometry(op), *shapes, False)
    size = 2 if types.operand(op, graph).dtype == "int16" else 1
    return {} if found is None else {(0, 0): size * found}


def fields(op: Op, graph: Graph) -> dict[str, int]:
    """Sizes of images and window, under the names that the kernels use."""
    image = shared.image_fields(op, graph)
    image["channels"] = image.pop("in_c")
    del image["out_c"]
    window = shared.window_fields(geometry(op))
    return image | {k: v for k, v in window.items() if not k.startswith("dilation")}


def output_range(op: Op, graph: Graph) -> tuple[int, int]:
    """Lowest and highest stored output, fused activation included."""
    out = graph.type(op.outputs[0])
    scale, zero = types.per_tensor(out)
    return numerics.activation_range(str(op.attrs["activation"]), scale, zero, out.dtype)


def emitted(op: Op, graph: Graph, name: str, package: str, portable: str) -> Emitted:
    """The C of a layer.

    Args:
        name: of the function, its files and its parameters.
        package: where the files for one width lie.
        portable: where mk_average_pool.inc or mk_max_pool.inc lies, the code for every width.
    """
    low, high = output_range(op, graph)
    value = f"mk_{op.kind.removesuffix('_2d')}.inc"
    return Emitted(
        sources=(
            (package, f"{name}.h"), (package, f"{name}.c"), (portable, value),
            (shared.HERE, "mk_pool.h"), (shared.HERE, "mk_pool.inc"), shared.REQUANTIZE,
        ),
        constants=(),
        struct=f"{name}_params",
        fields=fields(op, graph) | {"out_min": low, "out_max": high},
        call=f"{name}({{params}}, {{in0}}, {{out0}})",
        stack_bytes=120,
    )  # fmt: skip


def read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    """Attributes of Pool2DOptions."""
    tflite.same_integers(inputs, outputs)
    if options is None or inputs[0] is None or len(inputs[0].type.shape) != 4:
        raise InputError("the op lacks its options or an input of 4 axes")
    size = (options.FilterHeight(), options.FilterWidth())
    stride = (options.StrideH(), options.StrideW())
    if min(*size, *stride) < 1:
        raise InputError("window and stride must be positive", value=(size, stride))
    in_size = inputs[0].type.shape[1:3]
    return {
        "size": size,
        "stride": stride,
        "padding": windows.explicit_padding(
            options.Padding(), (in_size[0], in_size[1]), size, stride
        ),
        "activation": tflite.activation(options.FusedActivationFunction()),
    }


def write(op: Op, graph: Graph) -> TfliteForm:
    """The op as TFLite spells it."""
    w = geometry(op)
    fields = {
        "padding": tflite.scheme(op, w, types.operand(op, graph).shape),
        "strideH": w.stride[0],
        "strideW": w.stride[1],
        "filterHeight": w.size[0],
        "filterWidth": w.size[1],
        "fusedActivationFunction": tflite.ACTIVATIONS.index(str(op.attrs["activation"])),
    }
    version = 3 if types.operand(op, graph).dtype == "int16" else 0
    return TfliteForm(fields, op.inputs, version=version)
