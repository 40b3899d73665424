"""Parameters of `spectrogram`."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param


@dataclass(frozen=True)
class Params:
    """Parameters of `spectrogram`; the defaults are Edge Impulse's where it has the parameter."""

    numerics: str = param(
        "motekit",
        "whose numbers: motekit tapers frames and adds the sensor's quantization noise before a "
        "logarithm; edge_impulse_v4 follows that block",
        choices=("motekit", "edge_impulse_v4"),
    )
    frame_s: float = param(0.02, "length of a frame", unit="s", minimum=1e-6, maximum=60.0)
    stride_s: float = param(0.01, "from frame to frame", unit="s", minimum=1e-6, maximum=60.0)
    fft_length: int = param(
        0, "samples per FFT; 0: as a frame needs (128 in edge_impulse_v4)", minimum=0, maximum=4096
    )
    fft: str = param(
        "q31", "bits of frames in fixed point: q15 halves their memory and is quicker, for "
        "edge_impulse_v4 with a floor that hides what it loses", choices=("q31", "q15"),
    )  # fmt: skip
    low_hz: float = param(0.0, "lowest frequency (motekit)", unit="Hz", minimum=0.0)
    high_hz: float = param(
        0.0, "highest frequency (motekit); 0: half the rate", unit="Hz", minimum=0.0
    )
    taper: str = param(
        "hann", "weight of a frame's samples (edge_impulse_v4: all alike)",
        choices=("hann", "hamming", "rectangular"),
    )  # fmt: skip
    noise_floor_db: float = param(
        -52.0, "edge_impulse_v4: the level that becomes 0; 12 dB become 1",
        unit="dB", minimum=-200.0, maximum=-1.0,
    )  # fmt: skip
