"""Parameters of `bands`."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param


@dataclass(frozen=True)
class Params:
    """Parameters of `bands`. The defaults are those of the EEG."""

    edges_hz: tuple[float, ...] = param(
        (0.5, 4.0, 8.0, 13.0, 30.0, 45.0), "where one band ends and the next begins", unit="Hz",
        minimum=1e-3,
    )  # fmt: skip
    names: tuple[str, ...] = param(
        ("delta", "theta", "alpha", "beta", "gamma"), "of the bands between the edges"
    )
    order: int = param(3, "of the Butterworth filter at each edge", minimum=1, maximum=4)
    settle_s: float = param(
        0.0, "so much of the start of the window does not count, while the filters settle",
        unit="s", minimum=0.0,
    )  # fmt: skip
    floor: float = param(
        0.01, "added to powers, so that silence stays finite", unit="square units of the signal",
        minimum=1e-15, maximum=1e15,
    )  # fmt: skip
    power: bool = param(True, "power of each band, as its logarithm to base 10")
    relative: bool = param(True, "share of each band in the power of all of them")
    ratios: tuple[str, ...] = param(
        (), "ratios of bands as logarithms, such as 'theta/beta' or 'beta/alpha+theta'"
    )
