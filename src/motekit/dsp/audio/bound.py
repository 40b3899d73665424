"""How far the C of an audio block may be from the reference, for given windows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64
from motekit.dsp.common import EPS
from motekit.dsp.errors import LOG2_Q, LOG10F, ROUNDING, SIGMAS, log_bound

from .c import kept_lsb, q15
from .fixed_plan import ROOM, SHIFT, fixed_plan
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


def _levels(x: F64, pl: AudioPlan, fixed: bool) -> tuple[F64, F64]:
    """(bound of the log10 of each band, of that of the energy), … × frames × bands."""
    power = powers(x, pl)
    line = _line(x, pl, fixed)
    error = 2 * np.sqrt(power * pl.unit2) * line + pl.unit2 * line**2
    if fixed:
        cut_off = 2.0**ROOM if pl.mel is not None else 4.0
        error = error + pl.unit2 * (pl.frames.fft / 4 * _unit(x, pl)) ** 2 * cut_off
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
    own = LOG2_Q if fixed else LOG10F + 12 * EPS * 40
    energy = log_bound(power.sum(axis=-1), error.sum(axis=-1), pl.least) + own
    floor = np.maximum(pl.noise, pl.least)
    level = log_bound(bands, wrong, floor)
    return level + own, energy


def _values(x: F64, pl: AudioPlan, fixed: bool) -> F64:
    """Bound of each value of a frame, before it is normalised."""
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
