"""Filters of the wavelets, computed from what defines them.

Source: I. Daubechies, Ten Lectures on Wavelets, SIAM 1992: chapter 6 (orthonormal wavelets of
compact support), section 8.1.1 (symlets), 8.2 (coiflets), 8.3.4 (biorthogonal spline wavelets and
those of little difference in length). Names and the places of the taps are those of MATLAB and
PyWavelets.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64

C128 = npt.NDArray[np.complex128]
ROOT2 = np.sqrt(2.0)

# Which pairs of roots, those of Daubechies' polynomial sorted by (real part, size of the imaginary
# part), lie outside the unit circle so that the filter is least asymmetric.
SYMLETS = {2: 0, 3: 0, 4: 2, 5: 1, 6: 5, 7: 1, 8: 10, 9: 6, 10: 21}
# Coiflets to three decimals: Newton's method finds the others.
COIFLETS = {
    1: (-73, 338, 853, 385, -73, -16),
    2: (16, -41, -67, 386, 813, 417, -76, -59, 24, 6, -2, -1),
    3: (-4, 8, 23, -66, -61, 405, 794, 428, -72, -82, 35, 16, -9, -3, 1, 0, 0, 0),
}
# Zeros at half the rate of (synthesis, analysis) filters and which of the pairs of roots belong to
# the synthesis filter, where neither is a spline.
SPLIT = {"4.4": (4, 4, 1), "5.5": (6, 4, 1), "6.8": (6, 8, 2)}
SPLINES = (
    "1.3", "1.5", "2.2", "2.4", "2.6", "2.8", "3.1", "3.3", "3.5", "3.7", "3.9",
)  # fmt: skip
BIORTHOGONAL = (*SPLINES, *SPLIT)
NAMES = (
    "haar", *(f"db{n}" for n in range(2, 11)), *(f"sym{n}" for n in range(2, 11)),
    *(f"coif{n}" for n in COIFLETS), *(f"bior{n}" for n in BIORTHOGONAL),
    *(f"rbio{n}" for n in BIORTHOGONAL),
)  # fmt: skip


def _groups(k: int) -> list[C128]:
    """Roots of Σ C(k−1+n, n) yⁿ, n < k: real ones alone, complex ones with their conjugates."""
    powers = np.array([comb(k - 1 + n, n) for n in range(k)], dtype=np.float64)
    polynomial = np.polynomial.Polynomial(powers)
    y = polynomial.roots().astype(np.complex128)
    for _ in range(3):  # Newton: the roots of a companion matrix lack some digits
        y = y - polynomial(y) / polynomial.deriv()(y)
    real = [np.array([r.real + 0j]) for r in y if abs(r.imag) < 1e-9]
    pairs = [np.array([r, r.conj()]) for r in y if r.imag >= 1e-9]
    return sorted(real + pairs, key=lambda g: (round(g[0].real, 9), g[0].imag))


def _inside(y: C128) -> C128:
    """The zeros z inside the unit circle whose sin² of half the angle is y."""
    half = 1 - 2 * y
    root = np.sqrt(half * half - 1)
    z = half + root
    return np.where(np.abs(z) < 1, z, half - root)


def _filter(zeros: int, roots: C128) -> F64:
    """Taps with so many zeros at half the rate, and these; they add up to the root of 2."""
    taps = np.poly(np.concatenate([np.full(zeros, -1.0 + 0j), roots])).real
    return np.asarray(taps * (ROOT2 / taps.sum()))


def _orthonormal(n: int, outside: int) -> F64:
    """The synthesis low-pass with n zeros; bit i of `outside`: pair i lies outside."""
    roots: list[C128] = [np.zeros(0, np.complex128)]
    for i, group in enumerate(_groups(n)):
        z = _inside(group)
        roots.append(1 / z if outside >> i & 1 else z)
    return _filter(n, np.concatenate(roots))


def _coiflet(n: int) -> F64:
    """6n taps that are orthonormal to their even shifts, with 2n moments of either sort gone."""
    h = np.array(COIFLETS[n]) / 1000
    t, length = np.arange(6 * n) - 2.0 * n, 6 * n
    signs = (-1.0) ** np.arange(length)
    for _ in range(20):
        values, rows = [h.sum() - ROOT2], [np.ones(length)]
        for shift in range(0, length, 2):
            values.append(h[shift:] @ h[: length - shift] - (shift == 0))
            row = np.zeros(length)
            row[shift:] += h[: length - shift]
            row[: length - shift] += h[shift:]
            rows.append(row)
        for power in range(2 * n):
            for weights in (t**power * signs, *([t**power] if power else [])):
                size = np.abs(weights).max()
                values.append(weights @ h / size)
                rows.append(weights / size)
        h = h - np.linalg.lstsq(np.array(rows), np.array(values), rcond=None)[0]
    return h


def _pair(name: str) -> tuple[F64, F64]:
    """(analysis, synthesis) low-passes of a biorthogonal wavelet, in their places."""
    if name in SPLIT:
        synthesis, analysis, mine = SPLIT[name]
        groups = _groups((synthesis + analysis) // 2)
        parts: list[list[C128]] = [[np.zeros(0, np.complex128)], [np.zeros(0, np.complex128)]]
        for i, group in enumerate(groups):
            z = _inside(group)
            parts[mine >> i & 1] += [z, 1 / z]
        dec = _filter(analysis, np.concatenate(parts[0]))
        rec = _filter(synthesis, np.concatenate(parts[1]))
    else:
        synthesis, analysis = (int(part) for part in name.split("."))
        inside = [_inside(group) for group in _groups((synthesis + analysis) // 2)]
        every = np.concatenate([np.zeros(0, np.complex128), *inside])
        dec = _filter(analysis, np.concatenate([every, 1 / every]))
        rec = _filter(synthesis, np.zeros(0, np.complex128))
    longest = max(len(dec), len(rec))
    length = longest + longest % 2
    odd = len(dec) % 2
    return _placed(dec, length, odd), _placed(rec, length, 0)


def _placed(taps: F64, length: int, later: int) -> F64:
    """Taps in the middle of `length` places, odd ones one place `later` than the middle's first."""
    out = np.zeros(length)
    at = (length - len(taps)) // 2 + (later if len(taps) % 2 else 0)
    out[at : at + len(taps)] = taps
    return out


@lru_cache(maxsize=64)
def filters(name: str) -> tuple[F64, F64]:
    """(low, high) analysis filters of a wavelet, equally many taps of each."""
    if name[:4] in ("bior", "rbio"):
        dec, rec = _pair(name[4:])
        if name.startswith("rbio"):
            dec, rec = rec[::-1], dec[::-1]
    else:
        kind = name.rstrip("0123456789")
        n = int(name[len(kind) :] or 1)
        rec = (
            _coiflet(n)
            if kind == "coif"
            else _orthonormal(n, SYMLETS.get(n, 0) if kind == "sym" else 0)
        )
        dec = rec[::-1]
    signs = -((-1.0) ** np.arange(len(rec)))
    return dec, rec * signs
