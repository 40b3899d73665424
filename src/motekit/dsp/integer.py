"""Integer filters, moments and FFT: what the `_q` files of runtime/dsp equal bit for bit.

Arrays are int64 here, their values fit the int32 (or, for sums and powers, int64) of the C.
The last axis is time; leading axes are windows.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from . import wide as w
from .tables import turns

I64 = npt.NDArray[np.int64]
Complex = tuple[I64, I64]  # real and imaginary parts
TOP_BITS = 28
FINE = 64  # MK_FINE


def mulhi(a: I64, b: I64 | int) -> I64:
    """floor(a × b / 2^32)."""
    return np.asarray((a * b) >> 32)


def mul16(a: I64, b: I64 | int) -> I64:
    """floor(a × b / 2^16), b of 16 bits."""
    return np.asarray((a * b) >> 16)


@dataclass(frozen=True)
class Section:
    """A second-order section as mk_biquad_q computes it; see mk_biquad.h for the fields."""

    level: int
    slope: int
    level_part: int
    slope_part: int
    level_shift: int
    slope_shift: int
    shift: int
    b: int
    fine: bool = False

    def words(self) -> tuple[int, ...]:
        """The eight int16 of the C."""
        *first, shift, b, fine = astuple(self)
        return (*first, shift + FINE * fine, b)

    def taps(self) -> tuple[float, float]:
        """(a1, a2) of 1 + a1/z + a2/z² that the integers stand for."""
        a2 = self.slope + self.slope_part / 2.0 ** (16 + self.slope_shift)
        total = self.level + self.level_part / 2.0 ** (16 + self.level_shift)
        return -(total + a2), a2


def section(b1: float, a1: float, a2: float, shift: int, fine: bool = False) -> Section:
    """The nearest section to 1 + a1/z + a2/z², numerators 1 + b1/z + 1/z².

    fine: what is cut off of a sum counts for the next sample.
    """
    slope, slope_part, slope_shift = _split(a2)
    level, level_part, level_shift = _split(-(a1 + a2))
    return Section(
        level, slope, level_part, slope_part, level_shift, slope_shift, shift, round(b1), fine
    )  # fmt: skip


def _split(value: float) -> tuple[int, int, int]:
    """value ≈ integer + part × 2^-(16 + shift), |part| < 2^15."""
    whole = round(value)
    rest = value - whole
    shift = 0
    while shift < 15 and abs(rest) * 2.0 ** (17 + shift) < 32767:
        shift += 1
    return whole, max(-32768, min(32767, round(rest * 2.0 ** (16 + shift)))), shift


def biquad(x: I64, k: Section) -> I64:
    """One section from rest."""
    out = np.empty_like(x)
    x1 = np.zeros(x.shape[:-1], dtype=np.int64)
    x2 = y1 = d1 = rest = x1
    for i in range(x.shape[-1]):
        v = x[..., i] if k.fine else x[..., i] >> k.shift
        y = v + x2 + k.b * x1
        x2, x1 = x1, v
        if k.fine:
            rest = rest + _below_one(y, k.shift) + _below_one(y1 * k.level_part, 16 + k.level_shift)
            rest = rest + _below_one(d1 * k.slope_part, 16 + k.slope_shift)
            y = (y >> k.shift) + (rest >> 32)
            rest = rest & 0xFFFFFFFF
        y = y + k.level * y1 + (mul16(y1, k.level_part) >> k.level_shift)
        y = y + k.slope * d1 + (mul16(d1, k.slope_part) >> k.slope_shift)
        d1, y1 = y - y1, y
        out[..., i] = y
    return out


def _below_one(a: I64, point: int) -> I64:
    """What a / 2^point has below one, in 2^-32nds; point is at most 31."""
    return (a & ((1 << point) - 1)) << (32 - point)


def remove_mean(x: I64) -> tuple[I64, I64]:
    """(values without their mean, rounded towards zero; bits of their magnitudes, or-ed)."""
    total = x.sum(axis=-1)
    n = w.wide(np.uint64(x.shape[-1]))
    size = w.to(w.over(w.wide(np.abs(total).astype(np.uint64)), n), 0)
    d = x - np.where(total < 0, -size, size)[..., None]
    return d, np.bitwise_or.reduce(np.abs(d), axis=-1)


def scale(d: I64, bits: I64, most: int) -> tuple[I64, I64]:
    """(values scaled up to 28 bits, by at most 2^most; the exponent)."""
    up = np.full(bits.shape, TOP_BITS, dtype=np.int64)
    for _ in range(TOP_BITS + 2):
        up -= (up > -2) & ((bits >> (TOP_BITS - up)) != 0)
    up = np.minimum(up, most)
    each = up[..., None]
    return (d << np.maximum(0, each)) >> np.maximum(0, -each), up


def center(x: I64, most: int) -> tuple[I64, I64, w.Wide, I64, I64]:
    """Remove the mean and scale up: (values, exponent, mean square, skewness, kurtosis)."""
    d, up = scale(*remove_mean(x), most)
    square, skewness, kurtosis = shape(((d >> (TOP_BITS - 15)) + 1) >> 1)
    return d, up, square, skewness, kurtosis


def shape(e: I64) -> tuple[w.Wide, I64, I64]:
    """(mean square, skewness in 2^-16ths, kurtosis in 2^-14ths) of |e| ≤ 2^14 without mean."""
    r2 = (e * e + 8192) >> 14
    sums = np.sum(e * e, axis=-1), np.sum(r2 * e, axis=-1), np.sum(r2 * r2, axis=-1)
    return shape_of(sums, e.shape[-1], 14)


def shape_of(sums: tuple[I64, I64, I64], count: int, point: int) -> tuple[w.Wide, I64, I64]:
    """The same from sums of squares, of cubes in 2^point and of fourth powers in 2^(2 point)."""
    s2, s3, s4 = sums
    n = w.wide(np.full(s2.shape, count, dtype=np.uint64))
    ws2 = w.wide(s2.astype(np.uint64))
    square = w.over(ws2, n)
    none = ws2.m == 0
    cube = _or_one(w.times(ws2, w.root(square)), none)
    third = w.wide(np.abs(s3).astype(np.uint64), point)
    skewness = w.to(w.over(third, cube), -16)
    fourth = w.times(w.wide(s4.astype(np.uint64), 2 * point), n)
    kurtosis = w.to(w.over(fourth, _or_one(w.times(ws2, ws2), none)), -14) - 3 * 16384
    signed = np.where(s3 < 0, -skewness, skewness)
    return square, np.where(none, 0, signed), np.where(none, 0, kurtosis)


def _or_one(a: w.Wide, none: npt.NDArray[np.bool_]) -> w.Wide:
    """A divisor: anything but zero where it does not matter."""
    return w.Wide(np.where(none, np.uint64(1 << 31), a.m), a.e)


def q31(angles: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
    """Cosines and sines in 2^-31sts, all shorter by 2e-9: sums of their products fit 32 bits."""
    return np.round(angles * (2.0**31 - 4)).astype(np.int32)


@lru_cache(maxsize=64)
def twiddles(length: int) -> npt.NDArray[np.int32]:
    """cos, sin of tables.turns, interleaved, for mk_fft.h."""
    angle = 2 * np.pi * turns(length // 4)
    out = q31(np.stack([np.cos(angle), np.sin(angle)], axis=-1)).reshape(-1)
    out.setflags(write=False)
    return out


def _turned(re: I64, im: I64, c: I64, s: I64) -> tuple[I64, I64]:
    """(re, im) × (c, −s), both in 2^-31sts; of two products one is rounded down, one up."""
    return (mulhi(re, c) - mulhi(im, -s)) * 2, (mulhi(im, c) - mulhi(re, s)) * 2


def _turn_blocks(z: Complex, angles: I64) -> list[Complex]:
    """The quarters of blocks (… × blocks × 4 × values), turned; the first block is left alone."""
    blocks = z[0].shape[-3]
    table = angles[:blocks]
    c1, s1 = table[:, 0], table[:, 1]
    half, odd = np.arange(blocks) // 2, np.arange(blocks) % 2 == 1
    c2 = np.where(odd, -table[half, 1], table[half, 0])
    s2 = np.where(odd, table[half, 0], table[half, 1])
    c3, s3 = (mulhi(c1, c2) - mulhi(s1, s2)) * 2, (mulhi(c1, s2) + mulhi(s1, c2)) * 2
    first = (np.arange(blocks) == 0)[:, None]
    out = [(z[0][..., 0, :], z[1][..., 0, :])]
    for i, (c, s) in enumerate(((c1, s1), (c2, s2), (c3, s3)), 1):
        re, im = z[0][..., i, :], z[1][..., i, :]
        turned = _turned(re, im, c[:, None], s[:, None])
        out.append((np.where(first, re, turned[0]), np.where(first, im, turned[1])))
    return out


def _radix4(z: Complex, quarter: int, length: int, angles: I64 | None = None) -> Complex:
    """One pass; quarter: complex values in a quarter of a block."""
    lead, half = z[0].shape[:-1], z[0].shape[-1]
    if angles is None:
        angles = twiddles(length).astype(np.int64).reshape(-1, 2)
    shape = (*lead, half // (4 * quarter), 4, quarter)
    a, b, c, d = _turn_blocks((z[0].reshape(shape), z[1].reshape(shape)), angles)
    p = (a[0] + c[0] + 2, a[1] + c[1] + 2)  # and half of what is cut off
    q = (a[0] - c[0] + 2, a[1] - c[1] + 2)
    r, s = (b[0] + d[0], b[1] + d[1]), (b[1] - d[1], d[0] - b[0])
    re = [p[0] + r[0], p[0] - r[0], q[0] + s[0], q[0] - s[0]]
    im = [p[1] + r[1], p[1] - r[1], q[1] + s[1], q[1] - s[1]]
    return (
        (np.stack(re, axis=-2) >> 2).reshape(*lead, half),
        (np.stack(im, axis=-2) >> 2).reshape(*lead, half),
    )


def _radix2(z: Complex, length: int) -> Complex:
    """The last pass where the number of values is twice a power of four."""
    lead, half = z[0].shape[:-1], z[0].shape[-1]
    table = twiddles(length).astype(np.int64).reshape(-1, 2)[: half // 4]
    c = np.stack([table[:, 0], -table[:, 1]], axis=-1).reshape(-1)
    s = np.stack([table[:, 1], table[:, 0]], axis=-1).reshape(-1)
    pairs = [part.reshape(*lead, half // 2, 2) for part in z]
    br, bi = _turned(pairs[0][..., 1], pairs[1][..., 1], c, s)
    ar, ai = pairs[0][..., 0], pairs[1][..., 0]
    return (
        ((np.stack([ar + br, ar - br], axis=-1) + 1) >> 1).reshape(*lead, half),
        ((np.stack([ai + bi, ai - bi], axis=-1) + 1) >> 1).reshape(*lead, half),
    )


def bit_reversed(half: int) -> npt.NDArray[np.int64]:
    """Position of complex value k after the passes, for k = 0 … half − 1."""
    bits = half.bit_length() - 1
    k = np.arange(half)
    return np.asarray(sum(((k >> i) & 1) << (bits - 1 - i) for i in range(bits)))


def fft_power(x: I64) -> npt.NDArray[np.uint64]:
    """|4 X[k] / length|² of windows of 2^i samples, k = 0 … length/2, as mk_fft_power_q."""
    length = x.shape[-1]
    z: Complex = (x[..., 0::2], x[..., 1::2])
    quarter = length // 8
    while quarter >= 1:
        z = _radix4(z, quarter, length)
        quarter //= 4
    if (length // 2).bit_length() % 2 == 0:
        z = _radix2(z, length)
    order = bit_reversed(length // 2)
    return _split_spectrum(z[0][..., order], z[1][..., order], length)


def _split_spectrum(re: I64, im: I64, length: int) -> npt.NDArray[np.uint64]:
    half = length // 2
    place = bit_reversed(half)
    table = twiddles(length).astype(np.int64).reshape(-1, 2)
    k = np.arange(1, half)
    k = k[place[k] % 2 == 0]  # of k and half − k the one whose place is even
    c, s = table[place[k] // 2, 0], table[place[k] // 2, 1]
    er, ei = re[..., k] + re[..., half - k], im[..., k] - im[..., half - k]
    fr, fi = im[..., k] + im[..., half - k], re[..., half - k] - re[..., k]
    tr, ti = _turned(fr, fi, c, s)
    out = np.empty((*re.shape[:-1], half + 1), dtype=np.int64)
    out[..., k] = (er + tr) ** 2 + (ei + ti) ** 2
    out[..., half - k] = (er - tr) ** 2 + (ei - ti) ** 2
    middle = half // 2
    out[..., middle] = (2 * re[..., middle]) ** 2 + (2 * im[..., middle]) ** 2
    out[..., 0] = (2 * (re[..., 0] + im[..., 0])) ** 2
    out[..., half] = (2 * (re[..., 0] - im[..., 0])) ** 2
    return out.astype(np.uint64)
