"""Parameters of the NPZ format."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param


@dataclass(frozen=True)
class Params:
    """How an NPZ file is to be read; what is given here wins over the file's own arrays."""

    values: str = param("values", "name of the array with the samples")
    rate_hz: float = param(0.0, "rate; 0: the array rate_hz", unit="Hz", minimum=0.0, maximum=1e9)
    sensor: str = param("sensor", "name of the stream")
    channels: tuple[str, ...] = param((), "names of the channels; empty: the array channels")
    units: tuple[str, ...] = param((), "unit of each channel, or one for all")
    scale: tuple[float, ...] = param((), "units per count of each channel, or one for all")
    nan: str = param(
        "refuse", "NaN and infinity: refuse the file or keep them as NaN",
        choices=("refuse", "keep"),
    )  # fmt: skip
