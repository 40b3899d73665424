"""What a user may choose of the mixture."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param


@dataclass(frozen=True)
class Params:
    """A mixture of Gaussians of normal windows; what is unlikely in it is an anomaly."""

    components: int = param(4, "number of Gaussians", minimum=1, maximum=256)
    covariance: str = param(
        "full", "whether a Gaussian may lie askew of the axes: costs axes² / 2 products each",
        choices=("full", "diagonal"),
    )  # fmt: skip
    axes: tuple[str, ...] = param(
        (), 'features to look at: names, or patterns such as "*.rms"; all if empty'
    )
    false_alarm_rate: float = param(
        0.01, "share of normal windows of people or machines not seen before that may be called "
        "anomalies; sets the threshold", minimum=0.0001, maximum=0.5,
    )  # fmt: skip
    floor: float = param(
        0.05, "least standard deviation of a Gaussian in any direction, so that no direction "
        "without noise in training alarms at its first twitch", unit="std", minimum=0.001,
        maximum=10.0,
    )  # fmt: skip
    starts: int = param(2, "starts, of which the likeliest is kept", minimum=1, maximum=100)
