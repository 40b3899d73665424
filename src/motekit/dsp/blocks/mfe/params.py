"""Parameters of `mfe`."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param


@dataclass(frozen=True)
class Params:
    """Parameters of `mfe`; the defaults are Edge Impulse's where it has the parameter."""

    numerics: str = param(
        "motekit",
        "whose numbers: motekit tapers frames, weights true frequencies and adds the sensor's "
        "quantization noise before a logarithm; edge_impulse_v4 follows that block",
        choices=("motekit", "edge_impulse_v4"),
    )
    frame_s: float = param(0.02, "length of a frame", unit="s", minimum=1e-6, maximum=60.0)
    stride_s: float = param(0.01, "from frame to frame", unit="s", minimum=1e-6, maximum=60.0)
    filters: int = param(40, "mel filters", minimum=2, maximum=128)
    fft_length: int = param(
        0, "samples per FFT; 0: as a frame needs (256 in edge_impulse_v4)", minimum=0, maximum=4096
    )
    fft: str = param(
        "q31", "bits of frames in fixed point: q15 halves their memory and is quicker, for "
        "edge_impulse_v4 with a floor that hides what it loses", choices=("q31", "q15"),
    )  # fmt: skip
    low_hz: float = param(0.0, "lower end of the mel filters", unit="Hz", minimum=0.0)
    high_hz: float = param(
        0.0, "upper end of the mel filters; 0: half the rate", unit="Hz", minimum=0.0
    )
    emphasis: float = param(
        0.98, "share of the sample before that is taken from each", minimum=0.0, maximum=1.0
    )
    taper: str = param(
        "hann", "weight of a frame's samples (edge_impulse_v4: all alike)",
        choices=("hann", "hamming", "rectangular"),
    )  # fmt: skip
    noise_floor_db: float = param(
        -52.0, "edge_impulse_v4: the level that becomes 0; 12 dB become 1",
        unit="dB", minimum=-200.0, maximum=-1.0,
    )  # fmt: skip
    pcen: bool = param(
        False, "per-channel energy normalization instead of logarithms (motekit): how far a band "
        "stands out of its own smoothed past",
    )  # fmt: skip
    pcen_time_s: float = param(
        0.4, "pcen: time constant of the smoother", unit="s", minimum=1e-3, maximum=10.0
    )
    pcen_gain: float = param(
        0.98, "pcen: how much of the level is taken away", minimum=0.0, maximum=1.0
    )
    pcen_bias: float = param(2.0, "pcen: added before the root", minimum=0.0, maximum=1000.0)
    pcen_power: float = param(
        0.5, "pcen: exponent of the root that compresses", minimum=0.01, maximum=1.0
    )
    pcen_floor: float = param(
        1e-6,
        "pcen: added to the smoothed energy, in squares of a count",
        minimum=1e-12,
        maximum=1e9,
    )
