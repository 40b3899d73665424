"""Nested loops over tensors: axes merged where one loop can do for two."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Strides = tuple[int, ...]


def contiguous(shape: Sequence[int]) -> Strides:
    """Elements from one index to the next of every axis, rows stored densely."""
    return tuple(math.prod(shape[i + 1 :]) for i in range(len(shape)))


def broadcast_strides(shape: Sequence[int], to: Sequence[int]) -> Strides:
    """Strides by which a tensor of `shape` is read as one of shape `to`: 0 where it repeats."""
    own = contiguous(shape)
    lead = len(to) - len(shape)
    return (0,) * lead + tuple(
        0 if n == 1 else stride for n, stride in zip(shape, own, strict=True)
    )


@dataclass(frozen=True)
class Walk:
    """Loops from the outermost to the innermost: their counts, and for each tensor its strides."""

    counts: tuple[int, ...]
    strides: tuple[Strides, ...]

    def padded(self, loops: int) -> Walk | None:
        """The same with exactly `loops` loops (outer ones run once), or None if it has more."""
        lead = loops - len(self.counts)
        if lead < 0:
            return None
        return Walk(
            (1,) * lead + self.counts, tuple((0,) * lead + strides for strides in self.strides)
        )


def walk(shape: Sequence[int], strides: Sequence[Strides]) -> Walk:
    """The fewest loops that visit every index of `shape` in order."""
    counts: list[int] = []
    kept: list[list[int]] = [[] for _ in strides]
    for axis, n in enumerate(shape):
        if n == 1:
            continue
        if counts and all(k[-1] == s[axis] * n for k, s in zip(kept, strides, strict=True)):
            counts[-1] *= n
            for k, s in zip(kept, strides, strict=True):
                k[-1] = s[axis]
        else:
            counts.append(n)
            for k, s in zip(kept, strides, strict=True):
                k.append(s[axis])
    if not counts:
        return Walk((1,), tuple((0,) for _ in strides))
    return Walk(tuple(counts), tuple(tuple(k) for k in kept))
