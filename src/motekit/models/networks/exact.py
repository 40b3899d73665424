"""A trained `Stack` in float64: what its quantized graph is compared with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motekit.core.learner import F32, Arrays, Fitted

from .stack import Layer, Stack

F64 = npt.NDArray[np.float64]
CHUNK = 512  # rows computed at a time: bounds memory


def arrays(stack: Stack, weights: object) -> dict[str, npt.NDArray[np.generic]]:
    """Settled weights (of `convnet`) as a fitted learner keeps them.

    "<layer>_w" is [out, kh, kw, in] ([kh, kw, channels] for a depthwise layer), "<layer>_b" is
    [out]; the dense end is "logits_w" [out, in] and "logits_b".
    """
    found: dict[str, npt.NDArray[np.generic]] = {}
    parts = [tuple(map(np.asarray, own)) for own in weights]  # type: ignore[attr-defined]
    for layer, (w, bias, _) in zip(stack.layers, parts[:-1], strict=True):
        depth = (layer.inputs,) if layer.kind == "conv" else ()
        full = w.reshape(*layer.size, *depth, layer.outputs)
        found[f"{layer.name}_w"] = np.ascontiguousarray(
            np.moveaxis(full, -1, 0) if layer.kind == "conv" else full
        )
        found[f"{layer.name}_b"] = bias
    found["logits_w"], found["logits_b"] = np.ascontiguousarray(parts[-1][0].T), parts[-1][1]
    return found


def stack_of(fitted: Fitted) -> Stack:
    """The architecture of a fitted network."""
    return Stack.of(fitted.facts["stack"])


def convolve(layer: Layer, found: Arrays, x: F64) -> F64:
    """One convolution with bias and ReLU, shape (rows, height, width, channels)."""
    w = found[f"{layer.name}_w"].astype(np.float64)
    top, bottom, left, right = layer.padding((x.shape[1], x.shape[2]))
    height, width = layer.places((x.shape[1], x.shape[2]))
    padded = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
    (kh, kw), (sh, sw) = layer.size, layer.stride
    out = np.zeros((len(x), height, width, layer.outputs))
    for i in range(kh):
        for j in range(kw):
            tap = padded[:, i : i + (height - 1) * sh + 1 : sh, j : j + (width - 1) * sw + 1 : sw]
            out += tap @ w[:, i, j].T if layer.kind == "conv" else tap * w[i, j]
    return np.maximum(out + found[f"{layer.name}_b"].astype(np.float64), 0.0)


def outputs(fitted: Fitted, z: F32) -> list[F64]:
    """Output of every convolution, then of the mean, then of the dense end."""
    stack, found = stack_of(fitted), fitted.arrays
    x = z.astype(np.float64).reshape(-1, *stack.shape)
    out = []
    for layer in stack.layers:
        x = convolve(layer, found, x)
        out.append(x)
    mean = x.mean(axis=(1, 2))
    w, bias = (found[f"logits_{part}"].astype(np.float64) for part in "wb")
    return [*out, mean, mean @ w.T + bias]


def softmax(logits: F64) -> F64:
    """Probabilities, stable for large logits."""
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def final(fitted: Fitted, z: F32) -> F64:
    """Outputs of the dense end, shape (rows, outputs), a few rows at a time."""
    rows = [outputs(fitted, z[i : i + CHUNK])[-1] for i in range(0, len(z), CHUNK)]
    return np.concatenate(rows) if rows else np.zeros((0, stack_of(fitted).outputs))


def predict(fitted: Fitted, z: F32) -> F64:
    """Class probabilities of the float network, shape (rows, classes)."""
    return softmax(final(fitted, z))


def activations(fitted: Fitted, z: F32) -> list[F64]:
    """What each op of the lowered graph would put out without quantization."""
    found = outputs(fitted, z)
    return [z.astype(np.float64), *found, softmax(found[-1])]
