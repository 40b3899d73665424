"""The network and its training loop as compiled functions, for many folds at once.

Everything here runs under `jax.vmap` over folds: one fold's parameters, optimizer state and
random numbers never depend on another fold. Batches are drawn with replacement, so that folds
of different size share one compiled loop.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from .params import DenseParams

# Half the compile time, the same run time: the loops are too small for LLVM's higher levels.
_QUICK_COMPILE = {"xla_backend_optimization_level": 1}

Layers = tuple[tuple[jax.Array, jax.Array], ...]


class Table(NamedTuple):
    """What one fold trains on.

    Args:
        train, validate: row numbers, padded to the longest fold's length.
        train_count, validate_count: how many of them are real.
        weights: loss weight of each class.
        mean, inverse, limit: z = clip((x − mean) × inverse, ±limit).
        seed: of this fold.
    """

    train: jax.Array
    train_count: jax.Array
    validate: jax.Array
    validate_count: jax.Array
    weights: jax.Array
    mean: jax.Array
    inverse: jax.Array
    limit: jax.Array
    seed: jax.Array


class State(NamedTuple):
    """A fold between two checkpoints; `best` are the weights of its lowest validation loss."""

    layers: Layers
    optimizer: Any
    step: jax.Array
    best: Layers
    best_loss: jax.Array
    best_at: jax.Array
    waited: jax.Array


class Curves(NamedTuple):
    """One checkpoint's numbers; NaN where there are no validation rows."""

    loss: jax.Array
    accuracy: jax.Array
    validation_loss: jax.Array
    validation_accuracy: jax.Array


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


def _start(widths: tuple[int, ...], seed: jax.Array) -> Layers:
    """He-normal weights, zero biases."""
    keys = jax.random.split(jax.random.key(seed), len(widths) - 1)
    return tuple(
        (jax.random.normal(key, (n, m)) * np.sqrt(2.0 / n), jnp.zeros(m))
        for key, n, m in zip(keys, widths[:-1], widths[1:], strict=True)
    )


def _rows(table: Table, x: jax.Array, rows: jax.Array) -> jax.Array:
    z = (x[rows] - table.mean) * table.inverse
    return jnp.clip(z, -table.limit, table.limit)


def _loss(
    layers: Layers, z: jax.Array, labels: jax.Array, weight: jax.Array, smooth: float,
    dropout: float, key: jax.Array | None,
) -> tuple[jax.Array, jax.Array]:  # fmt: skip
    """(mean weighted cross entropy, share of right answers)."""
    logits = forward(layers, z, dropout, key)
    target = jax.nn.one_hot(labels, logits.shape[-1]) * (1 - smooth) + smooth / logits.shape[-1]
    each = optax.softmax_cross_entropy(logits, target)
    total = jnp.maximum(weight.sum(), 1e-9)
    right = (logits.argmax(-1) == labels) * weight
    return (each * weight).sum() / total, right.sum() / total


@lru_cache(maxsize=32)
def trainer(
    p: DenseParams, widths: tuple[int, ...]
) -> tuple[Callable[..., State], Callable[..., tuple[State, Curves]]]:
    """Compiled (start, advance): `advance` trains all folds from one checkpoint to the next.

    start: table → state. advance: (state, table, x, labels) → (state, curves).
    """
    per_checkpoint = -(-p.steps // p.checkpoints)
    rate = optax.cosine_decay_schedule(p.learning_rate, per_checkpoint * p.checkpoints)
    rule = optax.adamw(rate, weight_decay=p.weight_decay)

    def start(table: Table) -> State:
        layers = _start(widths, table.seed)
        zero = jnp.int32(0)
        return State(layers, rule.init(layers), zero, layers, jnp.float32(np.inf), zero, zero)

    def one_step(carry: tuple[Any, ...], _: None) -> tuple[tuple[Any, ...], Any]:
        layers, optimizer, step, table, x, labels = carry
        key = jax.random.fold_in(jax.random.key(table.seed), step + 1)
        draw, drop, jitter = jax.random.split(key, 3)
        rows = table.train[jax.random.randint(draw, (p.batch,), 0, table.train_count)]
        z = _rows(table, x, rows)
        if p.noise > 0:
            z = z + p.noise * jax.random.normal(jitter, z.shape)
        grad = jax.value_and_grad(_loss, has_aux=True)
        (loss, right), slope = grad(
            layers, z, labels[rows], table.weights[labels[rows]], p.label_smoothing, p.dropout, drop
        )
        update, optimizer = rule.update(slope, optimizer, layers)
        layers = optax.apply_updates(layers, update)
        return (layers, optimizer, step + 1, table, x, labels), (loss, right)

    def judge(state: State, table: Table, x: jax.Array, labels: jax.Array) -> tuple[Any, Any]:
        real = jnp.arange(table.validate.shape[0]) < table.validate_count
        of_row = labels[table.validate]
        weight = jnp.where(real, table.weights[of_row], 0.0)
        return _loss(state.layers, _rows(table, x, table.validate), of_row, weight, 0.0, 0.0, None)

    def advance(
        state: State, table: Table, x: jax.Array, labels: jax.Array
    ) -> tuple[State, Curves]:
        carry = (state.layers, state.optimizer, state.step, table, x, labels)
        carry, (losses, rights) = jax.lax.scan(one_step, carry, None, per_checkpoint)
        state = state._replace(layers=carry[0], optimizer=carry[1], step=carry[2])
        loss, right = judge(state, table, x, labels)
        judged = table.validate_count > 0
        better = jnp.logical_or(~judged, (loss < state.best_loss) & (state.waited < p.patience))
        best = jax.tree.map(lambda new, old: jnp.where(better, new, old), state.layers, state.best)
        state = state._replace(
            best=best,
            best_loss=jnp.where(better, loss, state.best_loss),
            best_at=jnp.where(better, state.step, state.best_at),
            waited=jnp.where(better, 0, state.waited + 1),
        )
        none = jnp.float32(np.nan)
        return state, Curves(
            losses.mean(), rights.mean(), jnp.where(judged, loss, none),
            jnp.where(judged, right, none),
        )  # fmt: skip

    over_folds = jax.vmap(advance, in_axes=(0, 0, None, None))
    compiled = jax.jit(over_folds, donate_argnums=0, compiler_options=_QUICK_COMPILE)
    return jax.jit(jax.vmap(start)), compiled
