"""Parameters of `flatten`."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param


@dataclass(frozen=True)
class Params:
    """Parameters of `flatten`: which statistics of each channel become features.

    The first seven are Edge Impulse's, in its order; the others are off unless asked for.
    """

    scale: float = param(1.0, "factor on every sample", minimum=1e-12, maximum=1e12)
    mean: bool = param(True, "mean")
    minimum: bool = param(True, "smallest sample")
    maximum: bool = param(True, "largest sample")
    rms: bool = param(True, "root of the mean square, mean included")
    stdev: bool = param(True, "standard deviation (biased)")
    skewness: bool = param(True, "skewness (biased)")
    kurtosis: bool = param(True, "kurtosis (biased, 0 for a normal distribution)")
    crossings: bool = param(False, "how often the signal crosses its mean, per second")
    activity: bool = param(False, "mean absolute difference of neighbouring samples")
    zero_crossings: bool = param(False, "how often the signal crosses 0, per second")
    energy: bool = param(False, "mean square")
    percentiles: tuple[float, ...] = param(
        (), "percentiles of the samples, such as 25, 50 and 75", unit="%", minimum=0, maximum=100
    )
    correlation: bool = param(False, "correlation of every pair of channels")
    magnitude_area: bool = param(
        False, "signal magnitude area: mean over time of the sum of magnitudes of all channels"
    )
