"""python -m benchmarks.heart [--data DIR] [--peers DIR] [--json]

Peers are optional: pip install --target DIR neurokit2 heartpy
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from motekit import dsp
from motekit.core.block import Signal

from .data import F64, Heart, recordings

WINDOW_S, STRIDE_S = 20.0, 10.0
SLOWEST, FASTEST = 40.0, 200.0
TRUSTED = 0.7  # quality from which a rate counts as trusted
NAMES = ("rate", "quality", "beat_rate", "spectral_rate", "periodicity")
OWN = ("motekit", "motekit_beats", "motekit_spectrum")
PEERS = ("spectral_peak", "neurokit2", "heartpy")


def windows(heart: Heart) -> tuple[F64, F64]:
    """(start of each window in s, windows × samples)."""
    length, stride = round(WINDOW_S * heart.rate_hz), round(STRIDE_S * heart.rate_hz)
    starts = np.arange(0, len(heart.x) - length + 1, stride)
    return starts / heart.rate_hz, np.stack([heart.x[s : s + length] for s in starts])


def motekit_rates(heart: Heart, x: F64) -> F64:
    """NAMES of each window, (windows, 5), by the block's reference."""
    block = dsp.block("heart")
    signal = Signal(heart.rate_hz, x.shape[1], x.shape[1], ("pulse",), ("count",), (1.0,))
    params = block.params(kind=heart.kind, invert=heart.invert, fastest_bpm=FASTEST, sdnn=False,
                          rmssd=False, beat_rate=True, spectral_rate=True)  # fmt: skip
    block.check(signal, params)
    return block.reference(x[..., None].astype(np.float64), signal, params)


def strap_rates(heart: Heart, starts: F64) -> F64:
    """Mean rate of the chest strap over each window, NaN where it has too few beats."""
    if heart.strap is None:
        return np.full(len(starts), np.nan)
    at, gaps = heart.strap
    out = []
    for s in starts:
        inside = (at - gaps / 1000 >= s) & (at <= s + WINDOW_S)
        covered = gaps[inside].sum() / 1000 > 0.6 * WINDOW_S
        out.append(60000 / gaps[inside].mean() if covered else np.nan)
    return np.array(out)


def spectral_peak(heart: Heart, w: F64) -> float:
    """The plainest way: where the spectrum under a Hann window is highest."""
    size = np.abs(np.fft.rfft((w - w.mean()) * np.hanning(len(w)), 1 << 15))
    rate = np.fft.rfftfreq(1 << 15, 1 / heart.rate_hz) * 60
    return float(rate[np.argmax(size * ((rate >= SLOWEST) & (rate <= FASTEST)))])


def peer_rates(heart: Heart, x: F64) -> dict[str, F64]:
    """The same windows by a plain spectral peak (PPG), NeuroKit2 and HeartPy, where installed."""
    found: dict[str, F64] = {}
    sign = -1.0 if heart.invert else 1.0
    if heart.kind == "ppg":
        found["spectral_peak"] = np.array([spectral_peak(heart, w.astype(float)) for w in x])
    try:
        import neurokit2 as nk
    except ImportError:
        nk = None
    try:
        import heartpy as hp
    except ImportError:
        hp = None
    for name, module, one in (("neurokit2", nk, _neurokit), ("heartpy", hp, _heartpy)):
        if module is not None:
            found[name] = np.array([one(module, heart, sign * w.astype(float)) for w in x])
    return found


def _neurokit(nk: Any, heart: Heart, w: F64) -> float:
    rate = heart.rate_hz
    try:
        if heart.kind == "ppg":
            clean = nk.ppg_clean(w, sampling_rate=round(rate), method="elgendi")
            peaks = nk.ppg_findpeaks(clean, sampling_rate=round(rate), method="elgendi")
            at = np.asarray(peaks["PPG_Peaks"], float)
        else:
            clean = nk.ecg_clean(w, sampling_rate=round(rate))
            at = np.asarray(nk.ecg_findpeaks(clean, round(rate))["ECG_R_Peaks"], float)
        return float(60 * rate / np.diff(at).mean()) if len(at) > 2 else np.nan
    except (ValueError, IndexError, ZeroDivisionError):
        return np.nan


def _heartpy(hp: Any, heart: Heart, w: F64) -> float:
    try:
        _, measures = hp.process(hp.scale_data(w), heart.rate_hz)
        return float(measures["bpm"])
    except Exception:  # whatever it raises on a bad signal: no rate
        return np.nan


def table(hearts: list[Heart]) -> list[dict[str, Any]]:
    """One row for each window."""
    rows = []
    for heart in hearts:
        starts, x = windows(heart)
        own, strap = motekit_rates(heart, x), strap_rates(heart, starts)
        peers = peer_rates(heart, x)
        for i, s in enumerate(starts.tolist()):
            row = {"source": heart.source, "name": heart.name, "kind": heart.kind, "start_s": s}
            rates_of = dict(zip(NAMES, own[i].tolist(), strict=True))
            row |= {"strap": strap[i], "quality": rates_of["quality"]}
            row |= {"motekit": rates_of["rate"] or np.nan}
            row |= {"motekit_beats": rates_of["beat_rate"] or np.nan}
            row |= {"motekit_spectrum": rates_of["spectral_rate"] or np.nan}
            rows.append(row | {name: rates[i] for name, rates in peers.items()})
    return rows


def errors(rows: list[dict[str, Any]], a: str, b: str) -> dict[str, float]:
    """Mean and 95th percentile of |a − b|, and the share of windows in which both have a rate."""
    both = np.array([[r.get(a, np.nan), r.get(b, np.nan)] for r in rows], dtype=float)
    asked = ~np.isnan(both[:, 1])
    have = asked & ~np.isnan(both[:, 0])
    if not have.any():
        return {}
    off = np.abs(both[have, 0] - both[have, 1])
    return {
        "windows": int(asked.sum()), "answered": float(have.sum() / asked.sum()),
        "mean_abs_error_bpm": float(off.mean()), "p95_bpm": float(np.quantile(off, 0.95)),
    }  # fmt: skip


def summary(rows: list[dict[str, Any]]) -> dict[str, dict[str, dict[str, float]]]:
    """Source and kind → comparison → errors."""
    out: dict[str, dict[str, dict[str, float]]] = {}
    for key in dict.fromkeys((r["source"], r["kind"]) for r in rows):
        own = [r for r in rows if (r["source"], r["kind"]) == key]
        trusted = [r for r in own if r["quality"] >= TRUSTED]
        doubted = [r for r in own if r["quality"] < TRUSTED]
        found = {}
        if any(not np.isnan(r["strap"]) for r in own):
            for name in (*OWN, *PEERS):
                found[f"{name} against the strap"] = errors(own, name, "strap")
                found[f"{name} against the strap, trusted"] = errors(trusted, name, "strap")
                found[f"{name} against the strap, doubted"] = errors(doubted, name, "strap")
        for name in PEERS[1:]:
            for ours in OWN:
                found[f"{ours} against {name}"] = errors(own, ours, name)
            found[f"motekit against {name}, trusted"] = errors(trusted, "motekit", name)
        out[f"{key[0]} {key[1]}"] = {what: e for what, e in found.items() if e}
    return out


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.heart")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--peers", type=Path, help="where neurokit2 and heartpy are installed")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    args = parser.parse_args()
    if args.peers is not None:
        sys.path.append(str(args.peers))  # behind our own packages
    warnings.simplefilter("ignore")
    found = recordings(args.data, WINDOW_S)
    if not found:
        parser.error(f"no recordings in {args.data}; name their folder with --data")
    told = summary(table(found))
    if args.json:
        print(
            json.dumps({"window_s": WINDOW_S, "trusted_quality": TRUSTED, "heart": told}, indent=2)
        )
        return
    for source, comparisons in told.items():
        print(source)
        for what, e in comparisons.items():
            print(
                f"    {what:<46}{e['windows']:>5} windows, answered {e['answered']:.0%}, "
                f"mean error {e['mean_abs_error_bpm']:.2f}, 95 % {e['p95_bpm']:.1f} bpm"
            )


if __name__ == "__main__":
    main()
