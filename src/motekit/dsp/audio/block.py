"""From plans to plugins: everything of an audio block but its parameters and their plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64, I32, Block, CBlock, Feature, Signal

from . import bound as bounds
from . import fixed, reference
from .c import c_block
from .plan import AudioPlan


def counts(x: F64, signal: Signal) -> F64:
    """(… × samples × 1) in units → (… × samples) of counts."""
    return np.asarray(x[..., 0] / signal.scale[0])


def audio_block(
    name: str,
    summary: str,
    params: type[Any],
    package: str,
    check: Callable[[Signal, Any], None],
    plan: Callable[[Signal, Any], AudioPlan],
    names: Callable[[Signal, Any], tuple[Feature, ...]],
) -> Block:
    """The plugin.

    Args:
        check: refuses what `plan` cannot take.
        names: of the values of one frame.
    """

    def features(signal: Signal, p: Any) -> tuple[Feature, ...]:
        each = names(signal, p)
        count = plan(signal, p).frames.count
        channel = signal.channels[0]
        return tuple(
            Feature(f"{channel}.t{t}.{one.name}", one.unit) for t in range(count) for one in each
        )

    def reference_of(x: F64, signal: Signal, p: Any) -> F64:
        return reference.reference(counts(x, signal), plan(signal, p))

    def fixed_of(x: npt.NDArray[np.int16], signal: Signal, p: Any) -> I32:
        return fixed.fixed_reference(x[..., 0], plan(signal, p))

    def c(signal: Signal, p: Any, arithmetic: str) -> CBlock:
        return c_block(name, signal, plan(signal, p), arithmetic)

    def bound(signal: Signal, p: Any, arithmetic: str, windows: F64) -> F64:
        return bounds.bound(counts(windows, signal), plan(signal, p), arithmetic)

    def shape(signal: Signal, p: Any) -> tuple[int, ...]:
        pl = plan(signal, p)
        return pl.frames.count, pl.values

    return Block(
        name=name, summary=summary, params=params, check=check, features=features,
        reference=reference_of, fixed_reference=fixed_of, c=c, bound=bound, history=False,
        package=package, shape=shape,
    )  # fmt: skip
