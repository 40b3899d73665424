"""Parameters of `heart`."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param


@dataclass(frozen=True)
class Params:
    """Parameters of `heart`."""

    kind: str = param("ppg", "what the channel is", choices=("ppg", "ecg"))
    invert: bool = param(False, "beats point downwards (some PPG sensors, some leads)")
    slowest_bpm: float = param(
        40.0, "slowest heart rate to expect", unit="1/min", minimum=20.0, maximum=300.0
    )
    fastest_bpm: float = param(
        180.0, "fastest heart rate to expect", unit="1/min", minimum=30.0, maximum=400.0
    )
    tolerance: int = param(
        30, "an interval counts if it differs from their median by no more", unit="%",
        minimum=5, maximum=100,
    )  # fmt: skip
    resolution: float = param(
        0.0, "samples in float only: what one of the counts is worth on which beats are found",
        unit="units of the signal", minimum=0.0,
    )  # fmt: skip
    rate: bool = param(True, "heart rate: of the beats, or of the spectrum where they do not hold")
    sdnn: bool = param(True, "standard deviation of the intervals between beats")
    rmssd: bool = param(True, "root mean square of differences of neighbouring intervals")
    pnn50: bool = param(False, "share of neighbouring intervals that differ by more than 50 ms")
    beats: bool = param(False, "beats found")
    amplitude: bool = param(False, "mean height of the beats in the pass band")
    quality: bool = param(True, "share of the window that intervals which count explain")
    beat_rate: bool = param(False, "heart rate of the beats alone, 0 without intervals that count")
    spectral_rate: bool = param(False, "heart rate of the spectrum alone")
    periodicity: bool = param(
        True, "share of the spectrum's power at its strongest rate and multiples"
    )


def listens(p: Params) -> bool:
    """Whether any feature needs the spectrum."""
    return p.rate or p.spectral_rate or p.periodicity
