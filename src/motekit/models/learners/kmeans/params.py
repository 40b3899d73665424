"""What a user may choose of the K-means anomaly detector."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param


@dataclass(frozen=True)
class KmeansParams:
    """Clusters of normal windows; what lies outside all of them is an anomaly."""

    clusters: int = param(32, "number of clusters", minimum=1, maximum=1024)
    axes: tuple[str, ...] = param(
        (), 'features to look at: names, or patterns such as "*.rms"; all if empty'
    )
    false_alarm_rate: float = param(
        0.01, "share of normal windows of people or machines not seen before that may be called "
        "anomalies; sets the threshold", minimum=0.0001, maximum=0.5,
    )  # fmt: skip
    starts: int = param(4, "random starts, of which the tightest is kept", minimum=1, maximum=100)
