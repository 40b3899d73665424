"""The training loop of a network as compiled functions, for many folds at once.

Everything here runs under `jax.vmap` over folds: nothing of a fold depends on another one.
Batches are drawn with replacement, so that folds of different size share one compiled loop. The
seed of a fold decides its first weights and its batches; noise and dropout follow a sequence that
all folds share, because drawing them costs more than the arithmetic of a small network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from .net import Net, Schedule, Weights

NEAR = 0.5  # standard deviations of the targets: as good as right, for the curves
# Half the compile time, the same run time: the loops are too small for LLVM's higher levels.
_QUICK_COMPILE = {"xla_backend_optimization_level": 1}


class Table(NamedTuple):
    """What one fold trains on.

    Args:
        train, validate: row numbers, padded to the longest fold's length.
        train_count, validate_count: how many of them are real.
        validate_group: number of each validation row's group in this fold.
        keep: checkpoint to keep, counted from 1; 0 chooses by validation loss.
        weights: loss weight of each class.
        mean, inverse, limit: z = clip((x − mean) × inverse, ±limit).
        seed: of this fold.
        target: mean and standard deviation of the targets of a regression, else (0, 1).
    """

    train: jax.Array
    train_count: jax.Array
    validate: jax.Array
    validate_count: jax.Array
    validate_group: jax.Array
    keep: jax.Array
    weights: jax.Array
    mean: jax.Array
    inverse: jax.Array
    limit: jax.Array
    seed: jax.Array
    target: jax.Array


class State(NamedTuple):
    """A fold between two checkpoints; `best` are the weights of its lowest validation loss."""

    layers: Weights
    optimizer: Any
    checkpoint: jax.Array
    best: Weights
    best_loss: jax.Array
    best_at: jax.Array
    waited: jax.Array


class Curves(NamedTuple):
    """One checkpoint's numbers; NaN where there are no validation rows.

    Args:
        group_loss, group_accuracy: the same for each group of validation rows.
    """

    loss: jax.Array
    accuracy: jax.Array
    validation_loss: jax.Array
    validation_accuracy: jax.Array
    group_loss: jax.Array
    group_accuracy: jax.Array


def _rows(table: Table, x: jax.Array, rows: jax.Array) -> jax.Array:
    z = (x[rows] - table.mean) * table.inverse
    return jnp.clip(z, -table.limit, table.limit)


def _loss(
    layers: Weights, net: Net, z: jax.Array, labels: jax.Array, weight: jax.Array, p: Schedule,
    key: jax.Array,
) -> tuple[jax.Array, jax.Array]:  # fmt: skip
    """(mean weighted cross entropy, share of right answers); for values the mean Huber loss of
    standardised targets, and the share that is off by less than NEAR."""
    logits = net.logits(layers, z, p.dropout, key)
    if net.regression:
        off = logits[:, 0] - labels
        return optax.huber_loss(off).mean(), (jnp.abs(off) < NEAR).mean()
    smooth = p.label_smoothing
    target = jax.nn.one_hot(labels, logits.shape[-1]) * (1 - smooth) + smooth / logits.shape[-1]
    each = optax.softmax_cross_entropy(logits, target)
    total = jnp.maximum(weight.sum(), 1e-9)
    right = (logits.argmax(-1) == labels) * weight
    return (each * weight).sum() / total, right.sum() / total


def _standardised(table: Table, targets: jax.Array) -> jax.Array:
    return (targets - table.target[0]) / table.target[1]


def _infer(net: Net, layers: Weights, table: Table, x: jax.Array) -> jax.Array:
    """Outputs for the validation rows, so many at a time that they fit the cache."""
    if not net.at_once:
        return net.infer(layers, _rows(table, x, table.validate))
    parts = table.validate.reshape(-1, net.at_once)
    found: jax.Array = jax.lax.map(lambda rows: net.infer(layers, _rows(table, x, rows)), parts)
    return found.reshape(table.validate.shape[0], -1)


def _settle(net: Net, layers: Weights, table: Table, x: jax.Array) -> Weights:
    """Weights as they are kept, from training rows spread evenly."""
    if not net.settle_rows:
        return layers
    share = jnp.arange(net.settle_rows, dtype=jnp.float32) / net.settle_rows
    rows = table.train[(share * table.train_count).astype(jnp.int32)]
    return net.settle(layers, _rows(table, x, rows))


@lru_cache(maxsize=32)
def trainer(
    p: Schedule, net: Net, groups: int
) -> tuple[Callable[..., State], Callable[..., tuple[State, Curves]]]:
    """(start, advance): `advance` trains all folds from one checkpoint to the next, compiled.

    start: seeds → state. advance: (state, table, x, labels, steps done) → (state, curves).

    Args:
        net: the architecture.
        groups: most groups among the validation rows of any fold.
    """
    per_checkpoint = -(-p.steps // p.checkpoints)
    rate = optax.cosine_decay_schedule(p.learning_rate, per_checkpoint * p.checkpoints)
    rule = optax.adamw(rate, weight_decay=p.weight_decay)

    def start(seeds: Sequence[int]) -> State:
        layers, folds = net.first(seeds), len(seeds)
        zero = jnp.zeros(folds, jnp.int32)
        worst = jnp.full(folds, jnp.inf, jnp.float32)
        best = jax.tree.map(jnp.copy, layers)  # the loop takes over its arguments' memory
        return State(
            layers, jax.vmap(rule.init)(layers), zero, best, worst, zero.copy(), zero.copy()
        )

    def one_step(carry: tuple[Any, ...], step: jax.Array) -> tuple[tuple[Any, ...], Any]:
        layers, optimizer, table, x, labels = carry
        draw = jax.random.fold_in(jax.random.key(table.seed), step)
        drop, jitter = jax.random.split(jax.random.fold_in(jax.random.key(0), step))
        rows = table.train[jax.random.randint(draw, (p.batch,), 0, table.train_count)]
        z = _rows(table, x, rows)
        if p.noise > 0:
            z = z + p.noise * jax.random.normal(jitter, z.shape)
        grad = jax.value_and_grad(_loss, has_aux=True)
        if net.regression:
            told, weight = _standardised(table, labels[rows]), jnp.ones(p.batch)
        else:
            told, weight = labels[rows], table.weights[labels[rows]]
        (loss, right), slope = grad(layers, net, z, told, weight, p, drop)
        update, optimizer = rule.update(slope, optimizer, layers)
        layers = optax.apply_updates(layers, update)
        return (layers, optimizer, table, x, labels), (loss, right)

    def judge(kept: Weights, table: Table, x: jax.Array, labels: jax.Array) -> jax.Array:
        """(mean weighted loss, accuracy) of each validation group, then of all; NaN if empty."""
        of_row = labels[table.validate]
        inside = jnp.arange(table.validate.shape[0]) < table.validate_count
        logits = _infer(net, kept, table, x)
        if net.regression:
            known, weight = inside, inside.astype(jnp.float32)
            off = logits[:, 0] - _standardised(table, of_row)
            loss, right = optax.huber_loss(off), jnp.abs(off) < NEAR
        else:
            known = inside & (of_row >= 0)
            weight = jnp.where(known, table.weights[of_row], 0.0)
            loss = optax.softmax_cross_entropy_with_integer_labels(logits, jnp.maximum(of_row, 0))
            right = logits.argmax(-1) == of_row
        columns = jnp.stack([loss * weight, weight, right * known, known], axis=1)
        sums = jax.ops.segment_sum(columns, table.validate_group, groups)
        sums = jnp.append(sums, sums.sum(axis=0, keepdims=True), axis=0)
        return sums[:, 0::2] / jnp.where(sums[:, 1::2] > 0, sums[:, 1::2], np.nan)

    def choose(state: State, kept: Weights, table: Table, loss: jax.Array) -> State:
        """Keep the weights of this checkpoint if they are the ones asked for, or the best."""
        judged = table.validate_count > 0
        lower = (loss < state.best_loss) & (state.waited < p.patience)
        by_loss = jnp.where(judged, lower, True)
        asked = state.checkpoint == jnp.minimum(table.keep, p.checkpoints)
        better = jnp.where(table.keep > 0, asked, by_loss)
        best = jax.tree.map(lambda new, old: jnp.where(better, new, old), kept, state.best)
        past = jnp.where(state.checkpoint >= table.keep, p.patience, 0)
        return state._replace(
            best=best,
            best_loss=jnp.where(better, loss, state.best_loss),
            best_at=jnp.where(better, state.checkpoint, state.best_at),
            waited=jnp.where(table.keep > 0, past, jnp.where(better, 0, state.waited + 1)),
        )

    def advance(
        state: State, table: Table, x: jax.Array, labels: jax.Array, done: jax.Array
    ) -> tuple[State, Curves]:
        carry = (state.layers, state.optimizer, table, x, labels)
        steps = done + jnp.arange(per_checkpoint)
        carry, (losses, rights) = jax.lax.scan(one_step, carry, steps)
        state = state._replace(layers=carry[0], optimizer=carry[1], checkpoint=state.checkpoint + 1)
        kept = _settle(net, state.layers, table, x)
        shares = judge(kept, table, x, labels)
        state = choose(state, kept, table, shares[-1, 0])
        return state, Curves(
            losses.mean(), rights.mean(), shares[-1, 0], shares[-1, 1], shares[:-1, 0],
            shares[:-1, 1],
        )  # fmt: skip

    over_folds = jax.vmap(advance, in_axes=(0, 0, None, None, None))
    compiled = jax.jit(over_folds, donate_argnums=0, compiler_options=_QUICK_COMPILE)
    return start, compiled
