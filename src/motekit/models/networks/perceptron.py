"""A multilayer perceptron in JAX: layers of neurons with ReLU between them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

Layers = tuple[tuple[jax.Array, jax.Array], ...]


@dataclass(frozen=True)
class Perceptron:
    """Layers of neurons (`networks.net.Net`).

    Args:
        widths: features, neurons of each hidden layer, outputs.
        regression: the one output is a value, not a class's logit.
    """

    widths: tuple[int, ...]
    regression: bool = False
    together: int = 8
    at_once: int = 0
    settle_rows: int = 0

    def first(self, seeds: Sequence[int]) -> Layers:
        """He-normal weights and zero biases of many folds, stacked."""
        rngs = [np.random.default_rng(seed) for seed in seeds]
        return tuple(
            (
                jnp.asarray([r.normal(0, np.sqrt(2 / n), (n, m)) for r in rngs], jnp.float32),
                jnp.zeros((len(rngs), m)),
            )
            for n, m in itertools.pairwise(self.widths)
        )

    def logits(self, weights: Layers, z: jax.Array, dropout: float, key: jax.Array) -> jax.Array:
        """Logits, shape (rows, classes), with hidden neurons dropped at random."""
        return forward(weights, z, dropout, key)

    def settle(self, weights: Layers, z: jax.Array) -> Layers:
        """Nothing to settle."""
        return weights

    def infer(self, settled: Layers, z: jax.Array) -> jax.Array:
        """Logits, shape (rows, classes)."""
        return forward(settled, z, 0.0, None)


def forward(layers: Layers, x: jax.Array, dropout: float, key: jax.Array | None) -> jax.Array:
    """Logits, shape (rows, classes); with a key, hidden neurons are dropped at random."""
    for i, (w, b) in enumerate(layers):
        x = x @ w + b
        if i < len(layers) - 1:
            x = jax.nn.relu(x)
            if key is not None and dropout > 0:
                keep = jax.random.bernoulli(jax.random.fold_in(key, i), 1 - dropout, x.shape)
                x = jnp.where(keep, x / (1 - dropout), 0.0)
    return x
