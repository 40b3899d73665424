"""How far the C of an audio block may be from the reference, for given windows.

Rounded constants are no uncertainty: the reference with the constants of the C says what they do.
The rest is what the operations of the C may lose, from stage to stage.
"""

from __future__ import annotations

import numpy as np

from motekit.core.block import F64
from motekit.dsp.common import EPS
from motekit.dsp.errors import LOG10F, ROUNDING, SIGMAS

from .bound_normal import normal_bound
from .bound_powers import Powers, powers_with_errors
from .c import kept_lsb, raw_unit
from .fixed_plan import CLIP_BITS, LOG2_LSB, fixed_plan
from .pcen import compressed, equalised, smoothed
from .plan import AudioPlan
from .reference import normalised, values, values_of
from .rounded import rounded

CHUNK = 1 << 21
LOG2_UNITS = 4.5  # of mk_wide_log2 and of the rounded offset, in its units
LN10 = np.log(10)


def _log(
    power: F64, error: F64, noise: F64 | float, cut: F64 | float, pl: AudioPlan
) -> tuple[F64, F64]:
    """(how far up, how far down) a log10 may be; below `cut` a power may count as none."""
    here = np.maximum(power + noise, pl.least)
    high = np.maximum(power + error + noise, pl.least)
    low = np.maximum(np.maximum(power - error, 0.0) + noise, pl.least)
    low = np.where(power - error < cut, np.maximum(noise, pl.least), low)
    return np.log10(high / here), np.log10(here / low)


def _own(power: F64, noise: F64 | float, pl: AudioPlan, fixed: bool) -> F64:
    """Error of the logarithm itself, as log10."""
    if fixed:
        return np.full(power.shape, LOG2_UNITS * LOG2_LSB)
    raw = np.log10(np.maximum(power + noise, pl.least) / raw_unit(pl))
    return np.asarray(LOG10F + 3 * EPS * (np.abs(raw) + 1))


def _kept(v: F64, pl: AudioPlan, fixed: bool) -> F64 | float:
    """Error of a value that is kept until a window ends."""
    if fixed or not (pl.norm or pl.kept):
        return 0.0
    return np.asarray(kept_lsb(pl) + 2 * EPS * np.abs(v))


def _features(v: F64, pl: AudioPlan, p: Powers, fixed: bool) -> F64:
    """Bound of features that are logarithms."""
    cut = _cut(pl, p, fixed)
    up, down = _log(p.bands, p.bands_error, pl.noise, cut, pl)
    own = _own(p.bands, pl.noise, pl, fixed) * pl.gain
    if not fixed:
        base = abs(pl.gain * np.log10(raw_unit(pl)) + pl.base)
        own = own + 4 * EPS * (np.abs(v) + 2 * base)
    up, down = up * pl.gain + own, down * pl.gain + own
    if not pl.clip:
        return np.asarray(np.maximum(up, down) + _kept(v, pl, fixed))
    plain = np.log10(np.maximum(p.bands + pl.noise, pl.least)) * pl.gain + pl.base
    out = np.maximum(
        np.clip(plain + up, 0.0, 1.0) - v,
        v - np.clip(plain - down, 0.0, 1.0),
    )
    return np.asarray(out + (1.01 * 2.0**-CLIP_BITS if fixed else _kept(v, pl, fixed)))


def _cut(pl: AudioPlan, p: Powers, fixed: bool) -> F64 | float:
    """What counts as no power."""
    nothing = fixed_plan(pl).nothing if fixed else 0
    return p.unit * nothing if nothing > 1 else 0.0


def _cosines(rows: F64, level: F64, wrong: F64, own: F64, pl: AudioPlan, fixed: bool) -> F64:
    """Error of sums of levels (… × filters), off by `wrong` from powers and `own` more each.

    Powers of every other band have no bin in common: their errors are independent.
    """
    out = np.sqrt(2 * (wrong**2 @ (rows**2).T)) + own @ np.abs(rows).T
    half = (rows.shape[1] + 1) // 2
    if fixed:
        fp = fixed_plan(pl)
        lsb = np.array(fp.coefficient_lsb(pl))
        return np.asarray(out + lsb * (half / 2.0 ** (fp.down + 1) + 0.5))
    # Mirrored levels are added, then products summed up one by one, from either end.
    mirror = level[..., ::-1]
    top = np.zeros(out.shape)
    size = np.zeros(out.shape)
    for k, row in enumerate(rows):
        pairs = (level + mirror if k % 2 == 0 else level - mirror)[..., :half]
        terms = pairs * row[:half]
        sums = np.cumsum(terms, axis=-1)
        back = np.cumsum(terms[..., ::-1], axis=-1)
        top[..., k] = np.maximum(np.abs(sums), np.abs(back)).max(axis=-1)
        size[..., k] = np.sqrt(np.sum(terms**2, axis=-1))
    return np.asarray(out + SIGMAS * ROUNDING * (np.sqrt(half) * top + 2 * size))


def _cepstra(v: F64, pl: AudioPlan, p: Powers, fixed: bool) -> F64:
    """Bound of coefficients, before they are normalised."""
    assert pl.cosines is not None
    cut = _cut(pl, p, fixed)
    wrong = np.maximum(*_log(p.bands, p.bands_error, pl.noise, cut, pl))
    own = _own(p.bands, pl.noise, pl, fixed)
    unit = 1.0 if fixed else raw_unit(pl)
    level = np.log10(np.maximum(p.bands + pl.noise, pl.least) / unit)
    out = _cosines(pl.cosines * LN10, level, wrong, own, pl, fixed)
    if not fixed:
        out = out + 4 * EPS * (
            np.abs(v) + abs(LN10 * np.log10(unit)) * (np.arange(v.shape[-1]) == 0)
        )
    if pl.energy:
        cut = cut[..., 0] if isinstance(cut, np.ndarray) else cut
        far = np.maximum(*_log(p.total, p.total_error, 0.0, cut, pl))
        far = far + _own(p.total, 0.0, pl, fixed)
        out[..., 0] = LN10 * far + (0.0 if fixed else 8 * EPS * abs(LN10 * np.log10(unit)))
    return np.asarray(out + _kept(v, pl, fixed))


def _pcen(out: F64, pl: AudioPlan, p: Powers, fixed: bool) -> F64:
    """Bound of each value of a frame: means grow with every energy, and values fall with means."""
    assert pl.pcen is not None
    pcen = pl.pcen
    energy = p.bands + pl.noise
    kept = (2.0**-16 if fixed else 2.0**-17) if pl.kept else 4 * EPS
    least = np.maximum(pl.noise - p.unit, 0.0)
    low = np.maximum(energy - p.bands_error, least) * (1 - kept)
    high = (energy + p.bands_error) * (1 + kept)
    memory = min(2 / pcen.smooth, 2 * pl.frames.count) + 4
    drift = memory * (2.0**-31 if fixed else EPS)
    low_mean = (pcen.floor + smoothed(low, pcen.smooth)) * (1 - drift)
    high_mean = (pcen.floor + smoothed(high, pcen.smooth)) * (1 + drift)
    step = np.log(2) / 65536
    logs = (4 + 5 * pcen.gain + 2) * step if fixed else 6 * LOG10F + 200 * EPS
    up = high / low_mean**pcen.gain * (1 + logs)
    down = low / high_mean**pcen.gain * (1 - logs)
    value = equalised(energy, pcen)
    root = (5 * pcen.power + 2) * step if fixed else 3 * LOG10F * pcen.power + 100 * EPS
    error = np.maximum(compressed(up, pcen) - value, value - compressed(down, pcen))
    lsb = 2.0 ** (1 - fixed_plan(pl).pcen_bits) if fixed else 0.0
    error = error + (value + pcen.offset + error) * root + lsb
    if pl.cosines is None:
        return np.asarray(error)
    none = np.zeros_like(error)
    total = _cosines(pl.cosines, value, none, error, pl, fixed)
    return total + (0.0 if fixed else 4 * EPS * np.abs(out))


def _rows(x: F64, pl: AudioPlan, fixed: bool) -> F64:
    """Bound of windows (rows) of counts, rows × frames × values."""
    own = rounded(pl, fixed)
    p = powers_with_errors(x, own, fixed)
    v, wanted = values_of(p.bins, own), values(x, pl)
    if own.pcen is not None:
        wrong = _pcen(v, own, p, fixed)
    else:
        wrong = (_features if own.cosines is None else _cepstra)(v, own, p, fixed)
    if not pl.norm:
        return np.asarray(np.abs(v - wanted) + wrong)
    if fixed:
        lsb = np.array(fixed_plan(pl).coefficient_lsb(pl))
    else:
        lsb = np.full(pl.values, kept_lsb(pl))
    rounding = (2.0**-26, 2.0**-16) if fixed else (8 * EPS, 0.0)
    moved = np.abs(normalised(v, pl.norm) - normalised(wanted, pl.norm))
    return np.asarray(moved + normal_bound(v, wrong, pl.norm, lsb, rounding))


def bound(counts: F64, pl: AudioPlan, arithmetic: str) -> F64:
    """(… × samples) of counts → (… × features)."""
    fixed = arithmetic == "fixed"
    rows = counts.reshape(-1, counts.shape[-1])
    step = max(1, CHUNK // max(1, pl.frames.count * pl.frames.fft))
    parts = [_rows(rows[i : i + step], pl, fixed) for i in range(0, max(1, len(rows)), step)]
    out = np.concatenate([part.reshape(len(part), -1) for part in parts])
    return out.reshape(*counts.shape[:-1], pl.frames.count * pl.values)
