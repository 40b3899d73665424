"""python -m benchmarks.heart.noise [--data DIR] [--json]

Which of the two rates of the block `heart` holds in noise. Clean windows of real PPG and ECG (all
sets but the one beside a chest strap, which stays for judging) get noise of a known strength; the
truth is the rate of the clean window's beats. Recordings are also played slower and faster, so
that no rate is favoured. The block's rule was chosen by this, the spectrum's score by an earlier
form of it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from .__main__ import SLOWEST, motekit_rates, windows
from .data import F64, Heart, recordings

CLEAN = 0.85  # quality
MOST = 40  # windows of a recording
PACES = (0.7, 1.0, 1.4)
DECIBELS = (3, -3, -6, -9)  # signal to noise, in what the block's pass band is for the PPG
RATES = ("rate", "beat_rate", "spectral_rate")
OFF = 5.0  # an error a minute that makes a rate wrong
SIGNAL = {"ppg": (0.5, 8.0), "ecg": (8.0, 20.0)}  # Hz


def band(rng: np.random.Generator, x: F64, rate_hz: float, hz: tuple[float, float],
         slope: float) -> F64:  # fmt: skip
    """Noise between two frequencies, amplitude falling with f^slope; of deviation 1."""
    f = np.fft.rfftfreq(x.shape[1], 1 / rate_hz)
    size = ((f >= hz[0]) & (f <= hz[1])) * np.maximum(f, 1e-3) ** -slope
    bins = rng.normal(size=(2, len(x), len(f))) * size
    noise = np.fft.irfft(bins[0] + 1j * bins[1], x.shape[1], axis=1)
    return np.asarray(noise / noise.std(axis=1, keepdims=True))


def bursts(rng: np.random.Generator, x: F64, rate_hz: float, top: float) -> F64:
    """Two movements of 3 s in each window."""
    noise, moves = band(rng, x, rate_hz, (0.5, 4.0), 0.0), np.zeros(x.shape)
    for row in moves:
        for start in rng.integers(0, x.shape[1], size=2):
            row[start : start + round(3 * rate_hz)] = 3.0
    return np.asarray(noise * moves)


NOISES: dict[str, Callable[[np.random.Generator, F64, float, float], F64]] = {
    "white": lambda rng, x, hz, top: band(rng, x, hz, (0.0, top), 0.0),
    "pink": lambda rng, x, hz, top: band(rng, x, hz, (0.3, top), 1.0),
    "bursts": bursts,
    "drift": lambda rng, x, hz, top: band(rng, x, hz, (0.1, 0.9), 1.0),
}


def strength(x: F64, rate_hz: float, kind: str) -> F64:
    """Deviation of each window within the frequencies of its beats."""
    f = np.fft.rfftfreq(x.shape[1], 1 / rate_hz)
    inside = (f >= SIGNAL[kind][0]) & (f <= SIGNAL[kind][1])
    return np.asarray(np.fft.irfft(np.fft.rfft(x) * inside, x.shape[1]).std(axis=1, keepdims=True))


def trial(heart: Heart, rng: np.random.Generator) -> dict[str, F64]:
    """Noise → (windows, 3 rates and the truth): of one recording."""
    _, x = windows(heart)
    clean = motekit_rates(heart, x)
    fit = np.flatnonzero((clean[:, 1] >= CLEAN) & (clean[:, 2] > SLOWEST))[:MOST]
    if not len(fit):
        return {}
    x, truth = x[fit].astype(np.float64), clean[fit, 2]
    size = strength(x, heart.rate_hz, heart.kind)
    out = {}
    for name, make in NOISES.items():
        rows = []
        for decibels in DECIBELS:
            noise = make(rng, x, heart.rate_hz, 8.0 if heart.kind == "ppg" else 40.0)
            noisy = np.rint(x + noise * size * 10 ** (-decibels / 20))
            found = motekit_rates(heart, np.clip(noisy, -32768, 32767).astype(np.int16))
            rows.append(np.stack([*found[:, [0, 2, 3]].T, truth], axis=1))
        out[name] = np.concatenate(rows)
    return out


def judged(rows: F64) -> dict[str, float]:
    """Windows; mean error and share of wrong ones of each rate."""
    off = np.abs(rows[:, :3] - rows[:, 3:])
    found: dict[str, float] = {"windows": len(rows)}
    for rate, errors in zip(RATES, off.T, strict=True):
        found |= {rate: float(errors.mean()), f"{rate} wrong": float((errors > OFF).mean())}
    return found


def summary(tried: list[dict[str, F64]]) -> dict[str, dict[str, float]]:
    """Noise → judgement, over all windows and over those whose beats do not hold."""
    out: dict[str, dict[str, float]] = {}
    for name in NOISES:
        rows = np.concatenate([t[name] for t in tried if t])
        out[f"{name}, all"] = judged(rows)
        loose = rows[rows[:, 0] != rows[:, 1]]
        if len(loose):
            out[f"{name}, no hold"] = judged(loose)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.heart.noise")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--json", action="store_true", help="one JSON object")
    args = parser.parse_args()
    hearts = [h for h in recordings(args.data, 20.0) if h.strap is None]
    if not hearts:
        parser.error(f"no recordings in {args.data}; name their folder with --data")
    rng = np.random.default_rng(1)
    told = {}
    for kind in ("ppg", "ecg"):
        own = [replace(h, rate_hz=h.rate_hz * pace) for h in hearts if h.kind == kind
               for pace in PACES]  # fmt: skip
        told[kind] = summary([trial(h, rng) for h in own if len(h.x) >= 20.0 * h.rate_hz])
    if args.json:
        print(json.dumps(told, indent=2))
        return
    for kind, rows in told.items():
        for name, e in rows.items():
            rates = ", ".join(f"{r} {e[r]:.1f} ({e[f'{r} wrong']:.0%} wrong)" for r in RATES)
            print(f"{kind} {name:<16}{e['windows']:>5.0f} windows: {rates}")


if __name__ == "__main__":
    main()
