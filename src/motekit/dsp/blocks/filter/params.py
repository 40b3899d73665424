"""Parameters of `filter`."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param

KINDS = ("low", "high", "band", "stop", "notch", "gravity", "median")


@dataclass(frozen=True)
class Params:
    """Parameters of `filter`."""

    kind: str = param(
        "low",
        "low, high: what is below or above cutoff_hz passes; band, stop: what is between cutoff_hz "
        "and high_hz passes, or does not; notch: cutoff_hz itself does not; gravity: a high-pass "
        "for accelerations; median: of `taps` samples",
        choices=KINDS,
    )
    design: str = param(
        "butterworth", "recursive, or a linear-phase FIR of `taps` (Hamming window)",
        choices=("butterworth", "fir"),
    )  # fmt: skip
    cutoff_hz: float = param(3.0, "cutoff, lower edge or centre", unit="Hz", minimum=1e-6)
    high_hz: float = param(0.0, "upper edge of band and stop", unit="Hz", minimum=0.0)
    order: int = param(
        4, "of the Butterworth filter: low, high and gravity 2, 4, 6 or 8; band and stop 1 to 4 "
        "an edge", minimum=1, maximum=8,
    )  # fmt: skip
    quality: float = param(
        30.0, "of the notch: its frequency by its width at −3 dB", minimum=0.5, maximum=200.0
    )
    taps: int = param(
        31, "length of a FIR or median, odd; a median takes 15 at most", minimum=3, maximum=511
    )
    keep_every: int = param(1, "decimation: one of so many frames is kept", minimum=1, maximum=1000)
    settle_s: float = param(
        0.0, "frames of so long at the start of the window are dropped, while the filter settles",
        unit="s", minimum=0.0,
    )  # fmt: skip
    start: str = param(
        "steady", "before the window the signal stood at its first sample, or was 0",
        choices=("steady", "rest"),
    )  # fmt: skip
    finer: int = param(
        0, "bits by which the new signal's counts are finer than the old ones'; what does not fit "
        "16 bits saturates", minimum=0, maximum=8,
    )  # fmt: skip
