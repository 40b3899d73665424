"""How far the C of an audio block may be from the reference, for given windows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64
from motekit.dsp.common import EPS
from motekit.dsp.errors import LOG2_Q, LOG10F, ROUNDING, SIGMAS, log_bound

from . import narrow
from .c import kept_lsb, q15
from .fixed_plan import ROOM, SHIFT, fixed_plan
from .pcen import compressed, equalised, smoothed
from .plan import AudioPlan
from .reference import around, cut, normalised, powers, values

FFT_UNITS = 24.0  # error of mk_fft_power_q's amplitudes, in halves of its units
SHARE = 2.0**-17  # of a weight in 16 bits
CHUNK = 1 << 21


def _line(x: F64, pl: AudioPlan, fixed: bool) -> F64:
    """Largest error of an amplitude |X| of counts, … × frames × 1."""
    f = pl.frames
    frames = cut(x, f)
    energy = np.sqrt(np.sum(frames**2, axis=-1, keepdims=True))
    top = np.max(np.abs(x), axis=-1)[..., None, None]
    root = np.sqrt(f.used)
    if not fixed:
        steps = np.log2(max(f.fft, 2))
        each = 3 * EPS * top * root if f.emphasis else 0.0
        return np.asarray(SIGMAS * ROUNDING * np.sqrt(4 * steps + 4) * energy + each)
    error = FFT_UNITS * f.fft * _unit(x, pl)
    if f.emphasis:
        rounded = abs(round(f.emphasis * 32768) / 32768 - f.emphasis)
        error = error + rounded * np.sum(np.abs(x[..., _places(pl)]), axis=-1, keepdims=True)
    if f.tapered:
        plain = np.abs(cut(x, replace(f, taper=np.ones(f.used))))
        wrong = np.abs(q15(f.taper) / 32768 - f.taper)
        error = error + np.sum(plain * wrong, axis=-1, keepdims=True) + 2.0 ** -(SHIFT - 1) * root
    return np.asarray(error)


def _places(pl: AudioPlan) -> npt.NDArray[np.int64]:
    """Where the samples of each frame lie in a window, frames × used."""
    return np.asarray(
        np.arange(pl.frames.count)[:, None] * pl.frames.hop + np.arange(pl.frames.used)
    )


def _unit(x: F64, pl: AudioPlan) -> F64:
    """Largest worth, in counts, of one unit of the frames that the fixed-point FFT is given."""
    peak = np.max(np.abs(cut(x, pl.frames)), axis=-1, keepdims=True)
    return np.asarray(np.maximum(peak * 2.0**-27, 2.0 ** -(SHIFT + fixed_plan(pl).most)))


def _lost(x: F64, pl: AudioPlan) -> F64:
    """Power that fixed point cuts off."""
    cut_off = 2.0**ROOM if pl.mel is not None else 4.0
    return np.asarray(pl.unit2 * (pl.frames.fft / 4 * _unit(x, pl)) ** 2 * cut_off)


def _bands(x: F64, pl: AudioPlan, fixed: bool) -> tuple[F64, F64, F64, F64]:
    """(powers of bands, their largest errors, powers of bins, theirs), … × frames × bands."""
    power = powers(x, pl)
    narrowed = fixed and pl.narrow
    line = narrow.line(x, pl, fixed_plan(pl).most, power) if narrowed else _line(x, pl, fixed)
    error = 2 * np.sqrt(power * pl.unit2) * line + pl.unit2 * line**2
    if fixed and not narrowed:
        error = error + _lost(x, pl)
    if pl.mel is None:
        bands, wrong = (a[..., pl.bins[0] : pl.bins[1]] for a in (power, error))
    else:
        touched = (pl.mel.matrix > 0).astype(np.float64)
        bands, wrong = power @ pl.mel.matrix.T, error @ touched.T
        near = power @ touched.T
        width = touched.sum(axis=1)
        slope = float(pl.mel.slope.max()) if fixed else 0.0
        share = SHARE * (2 + width) * (1 + slope) if fixed else (width + 8) * EPS
        wrong = wrong + share * near
    return bands, wrong, power, error


def _levels(x: F64, pl: AudioPlan, fixed: bool) -> tuple[F64, F64]:
    """(bound of the log10 of each band, of that of the energy), … × frames × bands."""
    bands, wrong, power, error = _bands(x, pl, fixed)
    own = LOG2_Q if fixed else LOG10F + 12 * EPS * 40
    energy = log_bound(power.sum(axis=-1), error.sum(axis=-1), pl.least) + own
    floor = np.maximum(pl.noise, pl.least)
    level = log_bound(bands, wrong, floor)
    return level + own, energy


def _pcen(x: F64, pl: AudioPlan, fixed: bool) -> F64:
    """Bound of each value of a frame: means grow with every energy, and values fall with means."""
    assert pl.pcen is not None
    pcen = pl.pcen
    bands, wrong, _, _ = _bands(x, pl, fixed)
    energy = bands + pl.noise
    kept = (2.0**-16 if fixed else 2.0**-17) if pl.kept else 4 * EPS
    least = np.maximum(pl.noise - (_lost(x, pl) if fixed else 0.0), 0.0)
    low = np.maximum(energy - wrong, least) * (1 - kept)
    high = (energy + wrong) * (1 + kept)
    memory = min(2 / pcen.smooth, 2 * pl.frames.count) + 4
    drift = memory * (2.0**-31 if fixed else EPS)
    low_mean = (pcen.floor + smoothed(low, pcen.smooth)) * (1 - drift)
    high_mean = (pcen.floor + smoothed(high, pcen.smooth)) * (1 + drift)
    step = np.log(2) / 65536
    logs = (4 + 5 * pcen.gain + 2) * step if fixed else 6 * LOG10F + 200 * EPS
    up = high / low_mean**pcen.gain * (1 + logs)
    down = low / high_mean**pcen.gain * (1 - logs)
    out = equalised(energy, pcen)
    root = (5 * pcen.power + 2) * step if fixed else 3 * LOG10F * pcen.power + 100 * EPS
    error = np.maximum(compressed(up, pcen) - out, out - compressed(down, pcen))
    lsb = 2.0 ** (1 - fixed_plan(pl).pcen_bits) if fixed else 0.0
    error = error + (out + pcen.offset + error) * root + lsb
    if pl.cosines is None:
        return np.asarray(error)
    rows = np.abs(pl.cosines)
    sums = (out + error) @ rows.T
    if not fixed:
        return np.asarray(error @ rows.T + 64 * EPS * sums)
    lsbs = np.array(fixed_plan(pl).coefficient_lsb(pl))
    return np.asarray(error @ rows.T + 2.0**-15 * sums + lsbs * (rows.shape[1] / 2 + 2))


def _values(x: F64, pl: AudioPlan, fixed: bool) -> F64:
    """Bound of each value of a frame, before it is normalised."""
    if pl.pcen is not None:
        return _pcen(x, pl, fixed)
    level, energy = _levels(x, pl, fixed)
    kept = pl.norm > 0 or pl.kept
    if pl.cosines is None:
        out = level * pl.gain + (8 * EPS if not fixed else 2.0**-15) * (1 + abs(pl.base))
        lsb = 0.0 if fixed else kept_lsb(pl)
        return np.minimum(out + (lsb if kept else 0.0), 1.0) if pl.clip else out + lsb
    rows = np.abs(pl.cosines)
    ln10 = np.log(10)
    size = 40 * ln10 * rows.sum(axis=1)
    out = ln10 * level @ rows.T
    if fixed:
        fp = fixed_plan(pl)
        out = out + 2.0**-15 * size + np.array(fp.coefficient_lsb(pl)) * (rows.shape[1] / 2 + 2)
    else:
        out = out + EPS * 10 * size + (kept_lsb(pl) if kept else 0.0)
    if pl.energy:
        extra = fixed_plan(pl).coefficient_lsb(pl)[0] if fixed else 100 * 4 * EPS + kept_lsb(pl)
        out[..., 0] = ln10 * energy + extra
    return np.asarray(out)


def _normal(x: F64, pl: AudioPlan, fixed: bool) -> F64:
    v = values(x, pl)
    wrong = np.max(_values(x, pl, fixed), axis=-2, keepdims=True)
    d = v - around(v, pl.norm).mean(axis=-1)
    deviation = around(d, pl.norm).std(axis=-1)
    safe = np.where(deviation > 0, deviation, 1e-300)
    z = np.abs(normalised(v, pl.norm))
    share = 4 * wrong / safe
    lsb = np.array(fixed_plan(pl).coefficient_lsb(pl)) if fixed else kept_lsb(pl)
    # A deviation that is lost in rounding may come out as small as one unit over the width.
    most = z + (np.abs(d) + 2 * wrong) * pl.norm / lsb
    small = share * (1 + z) + (2.0**-14 if fixed else 16 * EPS) * (1 + z)
    return np.asarray(np.where(share > 0.2, most, np.minimum(1.5 * small, most)))


def bound(counts: F64, pl: AudioPlan, arithmetic: str) -> F64:
    """(… × samples) of counts → (… × features)."""
    fixed = arithmetic == "fixed"
    one = _normal if pl.norm else _values
    rows = counts.reshape(-1, counts.shape[-1])
    step = max(1, CHUNK // max(1, pl.frames.count * pl.frames.fft))
    parts = [one(rows[i : i + step], pl, fixed) for i in range(0, max(1, len(rows)), step)]
    out = np.concatenate([part.reshape(len(part), -1) for part in parts])
    return out.reshape(*counts.shape[:-1], pl.frames.count * pl.values)
