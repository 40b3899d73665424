"""The features of `heart` from the sums over its beats."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64, I32, Feature, Signal
from motekit.dsp import wide as w

from .detect import Sums, counts, every
from .params import Params
from .plan import FINE, count_of
from .spectrum import Peak, scan

NAMES = ("rate", "sdnn", "rmssd", "pnn50", "beats", "amplitude", "quality", "beat_rate",
         "spectral_rate", "periodicity")  # fmt: skip
UNITS = {"rate": "1/min", "sdnn": "ms", "rmssd": "ms", "pnn50": "%", "beats": "", "quality": "",
         "beat_rate": "1/min", "spectral_rate": "1/min", "periodicity": ""}  # fmt: skip
POINTS = {"beats": 0, "amplitude": 8, "quality": 24, "periodicity": 24}  # 16 the others


def wanted(p: Params) -> list[str]:
    """Features in order."""
    return [name for name in NAMES if getattr(p, name)]


def features(signal: Signal, p: Params) -> tuple[Feature, ...]:
    channel = signal.channels[0]
    return tuple(
        Feature(f"{channel}.{name}", UNITS.get(name, signal.units[0])) for name in wanted(p)
    )


def _values(s: Sums, signal: Signal, p: Params) -> list[float]:
    ms = 1000 / (FINE * signal.rate_hz)
    spread = s.n * s.squares - s.total**2
    top = s.peak or Peak(0, 0, 0)
    beats = 60 * FINE * signal.rate_hz * s.n / s.total if s.n else 0.0
    spectral = 60 * signal.rate_hz * top.at / (FINE * scan(signal.rate_hz, signal.length, p).span)
    values = {
        "rate": spectral if s.spectral else beats,
        "sdnn": ms * float(np.sqrt(spread / (s.n * (s.n - 1)))) if s.n > 1 else 0.0,
        "rmssd": ms * float(np.sqrt(s.differences / s.pairs)) if s.pairs else 0.0,
        "pnn50": 100 * s.far / s.pairs if s.pairs else 0.0,
        "beats": float(s.beats),
        "amplitude": s.height / s.beats * count_of(signal, p) if s.beats else 0.0,
        "quality": s.total / (FINE * signal.length),
        "beat_rate": beats,
        "spectral_rate": spectral,
        "periodicity": top.near / top.total if top.total else 0.0,
    }
    return [values[name] for name in wanted(p)]


def reference(x: F64, signal: Signal, p: Params) -> F64:
    """(… × samples × 1) in units → (… × features)."""
    flat = x[..., 0].reshape(-1, x.shape[-2])
    rows = [_values(s, signal, p) for s in every(counts(flat, signal, p), signal, p)]
    return np.array(rows, dtype=np.float64).reshape(*x.shape[:-2], len(wanted(p)))


def scales(signal: Signal, p: Params) -> tuple[float, float, float]:
    """60 · 256 · rate; ms in a 256th of a sample; 1/min in a 256th of a bin of the spectrum."""
    span = scan(signal.rate_hz, signal.length, p).span
    hz = signal.rate_hz
    return 60 * FINE * hz, 1000 / (FINE * hz), 60 * hz / (FINE * span)


def wide(value: float) -> w.Wide:
    """m · 2^e of 32 significant bits."""
    fraction, e = np.frexp(value)
    return w.wide(round(float(fraction) * 2**32), int(e) - 32)


def _ratio(a: w.Wide, b: int, point: int) -> int:
    return int(w.to(w.over(a, w.wide(b)), -point))


def _fixed(s: Sums, signal: Signal, p: Params) -> list[int]:
    rate, ms, per_bin = (wide(v) for v in scales(signal, p))
    top = s.peak or Peak(0, 0, 0)
    beats = _ratio(w.times(rate, w.wide(s.n)), s.total, 16) if s.n else 0
    spectral = int(w.to(w.times(per_bin, w.wide(top.at)), -16))
    spread = w.wide(s.n * s.squares - s.total**2)
    rms = w.root(w.over(w.wide(s.differences), w.wide(max(s.pairs, 1))))
    deviation = w.root(w.over(spread, w.wide(max(s.n * (s.n - 1), 1))))
    values = {
        "rate": spectral if s.spectral else beats,
        "sdnn": int(w.to(w.times(ms, deviation), -16)) if s.n > 1 else 0,
        "rmssd": int(w.to(w.times(ms, rms), -16)) if s.pairs else 0,
        "pnn50": (100 * 65536 * s.far) // s.pairs if s.pairs else 0,
        "beats": s.beats,
        "amplitude": _ratio(w.wide(s.height), s.beats, 8) if s.beats else 0,
        "quality": _ratio(w.wide(s.total), FINE * signal.length, 24),
        "beat_rate": beats,
        "spectral_rate": spectral,
        "periodicity": _ratio(w.wide(top.near), top.total, 24) if top.total else 0,
    }
    return [values[name] for name in wanted(p)]


def fixed_reference(x: npt.NDArray[np.int16], signal: Signal, p: Params) -> I32:
    flat = x[..., 0].reshape(-1, x.shape[-2])
    rows = [_fixed(s, signal, p) for s in every(flat, signal, p)]
    return np.array(rows, dtype=np.int32).reshape(*x.shape[:-2], len(wanted(p)))


def lsb(signal: Signal, p: Params) -> tuple[float, ...]:
    """Worth of one integer of each fixed-point feature."""
    own = {"amplitude": count_of(signal, p)}
    return tuple(own.get(name, 1.0) * 2.0 ** -POINTS.get(name, 16) for name in wanted(p))


def bound(signal: Signal, p: Params, arithmetic: str, windows: F64) -> F64:
    """Beats are the same in all arithmetics; what is left is the rounding of a few divisions."""
    exact = np.abs(reference(windows, signal, p))
    if arithmetic == "fixed":
        return np.asarray(exact * 2.0**-24 + 1.01 * np.array(lsb(signal, p)))
    return np.asarray(exact * 16 * 2.0**-24)
