"""Whether values can be what their unit says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from motekit.core.recording import Recording, Stream
from motekit.recordings.units import GRAVITY, NO_UNIT

from .finding import CheckParams, Finding

_MEAN_S = 2.0  # movement cancels out over this time, gravity does not
_BAND = (0.7, 1.3)  # of gravity

# unit → (lowest, highest median that happens, what it then may be)
_SPANS = {
    "Cel": (-90.0, 200.0, "kelvin or raw counts"),
    "K": (180.0, 500.0, "degrees Celsius or raw counts"),
    "%RH": (0.0, 105.0, "raw counts or another unit"),
    "Pa": (2e4, 1.3e5, "hPa, kPa or mbar"),
    "hPa": (200.0, 1300.0, "Pa or kPa"),
    "bpm": (20.0, 260.0, "beats per second, or RR intervals"),
    "lx": (0.0, 2e5, "raw counts"),
    "rad/s": (-60.0, 60.0, "degrees per second"),
    "%EL": (0.0, 100.0, "mV or raw counts"),
}


def check(recording: Recording, params: CheckParams) -> Iterator[Finding]:
    """Findings about units."""
    for stream in recording.streams:
        yield from _gravity(recording, stream)
        yield from _spans(recording, stream)


def gravity(values: npt.NDArray[np.float64], rate_hz: float) -> float:
    """Length of the mean vector over 2 s, median over the recording: gravity, if it is in."""
    length = max(2, min(round(_MEAN_S * rate_hz), len(values)))
    usable = len(values) // length * length
    means = values[:usable].reshape(-1, length, values.shape[1]).mean(axis=1)
    return float(np.median(np.linalg.norm(means, axis=1))) if len(means) else 0.0


def _gravity(recording: Recording, stream: Stream) -> Iterator[Finding]:
    """Three axes of acceleration must show 1 g; g and m/s2 are easily mistaken."""
    by_unit: dict[str, list[int]] = {}
    for i, channel in enumerate(stream.channels):
        word = f"{stream.sensor} {channel.name}".lower()
        named = "acc" in word and "gyr" not in channel.name.lower()
        if channel.unit in ("g", "mg", "m/s2") or (channel.unit == NO_UNIT and named):
            by_unit.setdefault(channel.unit, []).append(i)
    for symbol, columns in by_unit.items():
        if len(columns) != 3 or len(stream) < 2:
            continue
        scale = np.array([stream.channels[i].scale for i in columns])
        found = gravity(stream.values[:, columns].astype(np.float64) * scale, stream.rate_hz)
        looks = [unit for unit, g in (("g", 1.0), ("m/s2", GRAVITY), ("mg", 1000.0))
                 if _BAND[0] * g <= found <= _BAND[1] * g]  # fmt: skip
        if not looks or symbol in looks:
            continue
        unknown = symbol == NO_UNIT
        one_g = {"g": 1.0, "mg": 1000.0, "m/s2": GRAVITY}.get(symbol)
        yield Finding(
            kind="unit", severity="note" if unknown else "error",
            what=f"the acceleration looks like {looks[0]}"
            + (", its unit is not told" if unknown else f", not {symbol}"),
            value=f"gravity is {found:.3g} {'' if unknown else symbol}".strip(),
            expected=f"{one_g:g} {symbol}" if one_g else "a unit",
            way_out=f"import it with the unit {looks[0]}",
            recording=recording.name, sensor=stream.sensor,
        )  # fmt: skip


def _spans(recording: Recording, stream: Stream) -> Iterator[Finding]:
    for i, channel in enumerate(stream.channels):
        if channel.unit not in _SPANS or not len(stream):
            continue
        low, high, instead = _SPANS[channel.unit]
        values = stream.values[:, i].astype(np.float64) * channel.scale
        values = values[np.isfinite(values)]
        if not len(values):
            continue
        far = channel.unit == "rad/s"  # a rotation's median is 0: look at its peaks
        seen = np.percentile(np.abs(values), 99) if far else np.median(values)
        if low <= seen <= high:
            continue
        yield Finding(
            kind="unit", severity="warning",
            what=f"values that are not plausible in {channel.unit}; they may be {instead}",
            value=f"{'99th percentile' if far else 'median'} {seen:.4g} {channel.unit}",
            expected=f"{low:g} to {high:g} {channel.unit}", way_out="import it with its true unit",
            recording=recording.name, sensor=stream.sensor, channel=channel.name,
        )  # fmt: skip
