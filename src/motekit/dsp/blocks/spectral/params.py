"""Parameters of `spectral`."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param

from .filters import NAMES

EI = "edge_impulse_v4"
WAVELET = "wavelet"


@dataclass(frozen=True)
class Params:
    """Parameters of `spectral`; the defaults are Edge Impulse's where it has the parameter."""

    numerics: str = param(
        "motekit",
        "whose numbers: motekit adds the sensor's quantization noise to a power before its "
        "logarithm; edge_impulse_v4 follows that block to the letter",
        choices=("motekit", EI),
    )
    scale: float = param(1.0, "factor on every sample", minimum=1e-12, maximum=1e12)
    decimation: int = param(
        1, "keep every n-th sample, behind a Chebyshev low-pass", choices=(1, 3, 10, 30, 100, 1000)
    )
    filter: str = param("none", "Butterworth filter", choices=("none", "low", "high"))
    cutoff_hz: float = param(3.0, "cutoff of the filter (-3 dB)", unit="Hz", minimum=1e-6)
    order: int = param(6, "order of the filter; 0 only leaves out bins", choices=(0, 2, 4, 6, 8))
    statistics: bool = param(True, "RMS, skewness and kurtosis of the filtered window")
    analysis: str = param(
        "fft", "a spectrum, or the components of a wavelet", choices=("fft", WAVELET)
    )
    wavelet: str = param("db4", "wavelet of the components", choices=NAMES)
    level: int = param(
        1, "how often the wavelet splits a window; it needs 32 samples, twice as many a level",
        minimum=0, maximum=10,
    )  # fmt: skip
    spectral_moments: bool = param(
        False, "skewness and kurtosis over the powers (always on in edge_impulse_v4)"
    )
    fft_length: int = param(
        16,
        "samples per FFT, even, a product of 2, 3 and 5 (a power of two in edge_impulse_v4); 0 for "
        "no spectrum",
        minimum=0,
        maximum=16384,
    )
    log: bool = param(True, "log10 of the powers")
    overlap: bool = param(True, "frames overlap by half")
    combine: str = param("max", "how the powers of frames combine", choices=("max", "mean"))
    taper: str = param("rectangular", "weight of a frame", choices=("rectangular", "hann"))
    mask: bool = param(True, "leave out the bins that the filter stops")
    bands: int = param(0, "average the bins into so many equal bands; 0 keeps every bin", minimum=0)
