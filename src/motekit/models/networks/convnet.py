"""A `Stack` in JAX. Convolutions are unfolded into matrix products: on a CPU several times as
fast as XLA's own for networks of this size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from .stack import Layer, Stack

# A convolution is (weights, bias, gain), the dense end (weights, bias). Weights are
# [kh · kw · in, out], [kh · kw, channels] for a depthwise layer.
Weights = tuple[tuple[jax.Array, ...], ...]
EPSILON = 1e-3  # added to variances


@dataclass(frozen=True)
class ConvNet:
    """A stack as the training loop takes it (`networks.net.Net`)."""

    stack: Stack
    together: int = 1
    at_once: int = 256
    settle_rows: int = 512
    regression: bool = False

    def first(self, seeds: Sequence[int]) -> Weights:
        """He-normal weights, zero biases and gains of 1, of many folds, stacked."""
        parts = [_first(self.stack, np.random.default_rng(seed)) for seed in seeds]
        return tuple(
            tuple(jnp.asarray(np.stack(arrays), jnp.float32) for arrays in zip(*own, strict=True))
            for own in zip(*parts, strict=True)
        )

    def logits(self, weights: Weights, z: jax.Array, dropout: float, key: jax.Array) -> jax.Array:
        """Outputs with batch statistics; the dense end's inputs are dropped at random."""
        x = z.reshape(-1, *self.stack.shape)
        for layer, own in zip(self.stack.layers, weights[:-1], strict=True):
            y = convolve(layer, own[0], x)
            mean, variance = _moments(y)
            y = (y - mean) * (jax.lax.rsqrt(variance + EPSILON) * own[2]) + own[1]
            x = jax.nn.relu(y)
        x = x.mean(axis=(1, 2))
        if dropout > 0:
            keep = jax.random.bernoulli(key, 1 - dropout, x.shape)
            x = jnp.where(keep, x / (1 - dropout), 0.0)
        return x @ weights[-1][0] + weights[-1][1]

    def settle(self, weights: Weights, z: jax.Array) -> Weights:
        """Statistics of these rows folded into weights and biases, layer after layer."""
        x, out = z.reshape(-1, *self.stack.shape), []
        for layer, (w, bias, gain) in zip(self.stack.layers, weights[:-1], strict=True):
            y = convolve(layer, w, x)
            mean, variance = _moments(y)
            factor = jax.lax.rsqrt(variance + EPSILON) * gain
            shift = bias - mean * factor
            out.append((w * factor, shift, gain))
            x = jax.nn.relu(y * factor + shift)
        return (*out, weights[-1])

    def infer(self, settled: Weights, z: jax.Array) -> jax.Array:
        """Outputs of settled weights."""
        x = z.reshape(-1, *self.stack.shape)
        for layer, own in zip(self.stack.layers, settled[:-1], strict=True):
            x = jax.nn.relu(convolve(layer, own[0], x) + own[1])
        return x.mean(axis=(1, 2)) @ settled[-1][0] + settled[-1][1]


def _moments(y: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Mean and variance of each channel over rows and places."""
    mean = y.mean(axis=(0, 1, 2))
    return mean, ((y - mean) ** 2).mean(axis=(0, 1, 2))


def _first(stack: Stack, rng: np.random.Generator) -> list[tuple[np.ndarray, ...]]:
    out: list[tuple[np.ndarray, ...]] = []
    for layer in stack.layers:
        w = rng.normal(0, np.sqrt(2 / layer.fan_in), (layer.fan_in, layer.outputs))
        out.append((w, np.zeros(layer.outputs), np.ones(layer.outputs)))
    w = rng.normal(0, np.sqrt(1 / stack.width), (stack.width, stack.outputs))
    return [*out, (w, np.zeros(stack.outputs))]


def convolve(layer: Layer, w: jax.Array, x: jax.Array) -> jax.Array:
    """One convolution without bias, shape (rows, height, width, channels)."""
    top, bottom, left, right = layer.padding((x.shape[1], x.shape[2]))
    height, width = layer.places((x.shape[1], x.shape[2]))
    x = jnp.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
    (kh, kw), (sh, sw) = layer.size, layer.stride
    taps = [
        x[:, i : i + (height - 1) * sh + 1 : sh, j : j + (width - 1) * sw + 1 : sw]
        for i in range(kh)
        for j in range(kw)
    ]
    if layer.kind == "depthwise":
        return sum((tap * w[i] for i, tap in enumerate(taps[1:], 1)), taps[0] * w[0])
    return (taps[0] if len(taps) == 1 else jnp.concatenate(taps, axis=-1)) @ w
