"""What the training loop asks of a network and of its parameters."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import jax

Weights = Any  # a pytree of arrays


class Schedule(Hashable, Protocol):
    """Parameters of the training loop; see `training.NetworkParams` for their meaning."""

    @property
    def steps(self) -> int: ...
    @property
    def batch(self) -> int: ...
    @property
    def learning_rate(self) -> float: ...
    @property
    def weight_decay(self) -> float: ...
    @property
    def dropout(self) -> float: ...
    @property
    def noise(self) -> float: ...
    @property
    def label_smoothing(self) -> float: ...
    @property
    def balance(self) -> bool: ...
    @property
    def checkpoints(self) -> int: ...
    @property
    def patience(self) -> int: ...


class Net(Hashable, Protocol):
    """An architecture. Hashable: compiled loops are kept by it.

    Args:
        together: folds in one compiled call: fewer waste the loop's overhead, more spill the
            cache.
        at_once: rows that are judged at a time; 0: all of them.
        settle_rows: training rows that `settle` is given; 0: it needs none.
        regression: the one output is a value; targets are standardised numbers, not classes.
    """

    @property
    def regression(self) -> bool: ...

    @property
    def together(self) -> int: ...
    @property
    def at_once(self) -> int: ...
    @property
    def settle_rows(self) -> int: ...

    def first(self, seeds: Sequence[int]) -> Weights:
        """First weights of many folds, stacked along a leading axis."""

    def logits(
        self, weights: Weights, z: jax.Array, dropout: float, key: jax.Array
    ) -> jax.Array:  # fmt: skip
        """Outputs while training, shape (rows, outputs); the key is for what is random."""

    def settle(self, weights: Weights, z: jax.Array) -> Weights:
        """Weights as they are used and kept, from training rows: same structure and shapes."""

    def infer(self, settled: Weights, z: jax.Array) -> jax.Array:
        """Outputs of settled weights, shape (rows, outputs)."""
