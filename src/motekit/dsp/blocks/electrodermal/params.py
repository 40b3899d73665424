"""Parameters of `electrodermal`."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param


@dataclass(frozen=True)
class Params:
    """Parameters of `electrodermal`."""

    tonic_hz: float = param(
        0.05, "what moves more slowly is the tonic level", unit="Hz", minimum=0.005, maximum=0.5
    )
    smooth_hz: float = param(
        1.0, "what moves faster is noise", unit="Hz", minimum=0.1, maximum=10.0
    )
    threshold: float = param(
        0.05, "rise from trough to peak that makes a response", unit="units of the signal",
        minimum=1e-12,
    )  # fmt: skip
    resolution: float = param(
        0.0, "samples in float only: what one of the counts is worth that all is computed on",
        unit="units of the signal", minimum=0.0,
    )  # fmt: skip
    tonic: bool = param(True, "mean and slope of the tonic level")
    phasic: bool = param(True, "mean magnitude and maximum of what is above or below it")
    responses: bool = param(True, "responses a minute, and their mean rise")
