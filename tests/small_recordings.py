"""Recordings of a few samples."""

from __future__ import annotations

import numpy as np

from motekit.core.recording import Channel, Recording, Stream


def made(name: str = "a", seed: int = 0, **facts: object) -> Recording:
    """One stream of 40 samples at 10 Hz."""
    values = np.random.default_rng(seed).integers(-99, 99, (40, 1)).astype(np.int16)
    stream = Stream("acc", (Channel("x", "g", 0.5),), 10.0, values)
    return Recording(name, (stream,), **facts)  # type: ignore[arg-type]
