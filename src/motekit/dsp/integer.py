"""Integer filters, moments and FFT: what the `_q` files of runtime/dsp equal bit for bit.

Arrays are int64 here, their values fit the int32 (or, for sums and powers, int64) of the C.
The last axis is time; leading axes are windows.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from . import wide as w

I64 = npt.NDArray[np.int64]
TOP_BITS = 28


def mulhi(a: I64, b: I64 | int) -> I64:
    """floor(a × b / 2^32)."""
    return np.asarray((a * b) >> 32)


def biquad(x: I64, section: tuple[int, int, int, int]) -> I64:
    """One section from rest: (b1, a1, a2, shift) as in mk_biquad.h."""
    b1, a1, a2, shift = section
    out = np.empty_like(x)
    s1 = np.zeros(x.shape[:-1], dtype=np.int64)
    s2 = s1
    for i in range(x.shape[-1]):
        v = x[..., i] >> shift
        y = v + s1
        out[..., i] = y
        s1 = s2 + mulhi(y * 2, a1) * 2 + b1 * v
        s2 = v + mulhi(y * 2, a2)
    return out


def center(x: I64, most: int) -> tuple[I64, I64, w.Wide, I64, I64]:
    """Remove the mean and scale up: (values, exponent, mean square, skewness, kurtosis)."""
    total = x.sum(axis=-1)
    n = w.wide(np.uint64(x.shape[-1]))
    size = w.to(w.over(w.wide(np.abs(total).astype(np.uint64)), n), 0)
    d = x - np.where(total < 0, -size, size)[..., None]
    bits = np.bitwise_or.reduce(np.abs(d), axis=-1)
    up = np.full(bits.shape, TOP_BITS, dtype=np.int64)
    for _ in range(TOP_BITS + 4):
        up -= (up > -4) & ((bits >> (TOP_BITS - up)) != 0)
    up = np.minimum(up, most)
    each = up[..., None]
    d = np.where(each < 0, d >> np.maximum(0, -each), d << np.maximum(0, each))
    square, skewness, kurtosis = shape((d + 4096) >> 13)
    return d, up, square, skewness, kurtosis


def shape(e: I64) -> tuple[w.Wide, I64, I64]:
    """(mean square, skewness in 2^-16ths, kurtosis in 2^-14ths) of |e| ≤ 2^15 without mean."""
    r2 = (e * e + 16384) >> 15
    s2, s3, s4 = np.sum(e * e, axis=-1), np.sum(r2 * e, axis=-1), np.sum(r2 * r2, axis=-1)
    n = w.wide(np.full(s2.shape, e.shape[-1], dtype=np.uint64))
    ws2 = w.wide(s2.astype(np.uint64))
    square = w.over(ws2, n)
    none = ws2.m == 0
    by = w.Wide(np.where(none, np.uint64(1 << 31), ws2.m), ws2.e)
    by_root = w.root(square)
    by_root = w.Wide(np.where(none, np.uint64(1 << 31), by_root.m), by_root.e)
    third = w.wide(np.abs(s3).astype(np.uint64), 15)
    skewness = w.to(w.over(w.over(third, by), by_root), -16)
    fourth = w.times(w.wide(s4.astype(np.uint64), 30), n)
    kurtosis = w.to(w.over(w.over(fourth, by), by), -14) - 3 * 16384
    signed = np.where(s3 < 0, -skewness, skewness)
    return square, np.where(none, 0, signed), np.where(none, 0, kurtosis)


@lru_cache(maxsize=64)
def twiddles(length: int) -> npt.NDArray[np.int32]:
    """cos, sin of 2πk/length in 2^-30ths for k = 0 … length/4 − 1, interleaved."""
    angle = 2 * np.pi * np.arange(length // 4) / length
    table = np.round(np.stack([np.cos(angle), np.sin(angle)], axis=-1) * 2**30)
    out = table.astype(np.int32).reshape(-1)
    out.setflags(write=False)
    return out


def _turn(length: int, k: npt.NDArray[np.int64]) -> tuple[I64, I64]:
    """Cosine and sine of k/length turns, k < 3·length/4, from the quarter table."""
    table = twiddles(length).astype(np.int64)
    quadrant, k = np.divmod(k, length // 4)
    c, s = table[2 * k], table[2 * k + 1]
    return (
        np.select([quadrant == 0, quadrant == 1], [c, -s], -c),
        np.select([quadrant == 0, quadrant == 1], [s, c], -s),
    )


def _turned(re: I64, im: I64, turn: tuple[I64, I64]) -> tuple[I64, I64]:
    """(re, im) × (c, −s) / 4; plainly shifted where the angle is 0."""
    c, s = turn
    plain = s == 0
    out_re = np.where(plain, re >> 2, mulhi(re, c) + mulhi(im, s))
    return out_re, np.where(plain, im >> 2, mulhi(im, c) - mulhi(re, s))


def _radix4(z: tuple[I64, I64], block: int, length: int) -> tuple[I64, I64]:
    lead, half = z[0].shape[:-1], z[0].shape[-1]
    a, b, c, d = (
        tuple(part.reshape(*lead, half // block, 4, block // 4)[..., i, :] for part in z)
        for i in range(4)
    )
    p, q = (a[0] + c[0], a[1] + c[1]), (a[0] - c[0], a[1] - c[1])
    r, s = (b[0] + d[0], b[1] + d[1]), (b[1] - d[1], d[0] - b[0])
    k = np.arange(block // 4) * (length // block)
    plain = ((p[0] + r[0]) >> 2, (p[1] + r[1]) >> 2)
    second = _turned(p[0] - r[0], p[1] - r[1], _turn(length, 2 * k))
    first = _turned(q[0] + s[0], q[1] + s[1], _turn(length, k))
    third = _turned(q[0] - s[0], q[1] - s[1], _turn(length, 3 * k))
    parts = [np.stack(four, axis=-2) for four in zip(plain, second, first, third, strict=True)]
    return parts[0].reshape(*lead, half), parts[1].reshape(*lead, half)


def bit_reversed(half: int) -> npt.NDArray[np.int64]:
    """Position of complex value k after the passes, for k = 0 … half − 1."""
    bits = half.bit_length() - 1
    k = np.arange(half)
    return np.asarray(sum(((k >> i) & 1) << (bits - 1 - i) for i in range(bits)))


def fft_power(x: I64) -> npt.NDArray[np.uint64]:
    """|4 X[k] / length|² of windows of 2^i samples, k = 0 … length/2, as mk_fft_power_q."""
    length = x.shape[-1]
    half = length // 2
    z = (x[..., 0::2], x[..., 1::2])
    block = half
    while block >= 4:
        z = _radix4(z, block, length)
        block //= 4
    if block == 2:
        even, odd = tuple(p[..., 0::2] for p in z), tuple(p[..., 1::2] for p in z)
        z = tuple(  # type: ignore[assignment]  # a pair again
            np.stack([(e + o) >> 1, (e - o) >> 1], axis=-1).reshape(*x.shape[:-1], half)
            for e, o in zip(even, odd, strict=True)
        )
    order = bit_reversed(half)
    return _split(z[0][..., order], z[1][..., order], length)


def _split(re: I64, im: I64, length: int) -> npt.NDArray[np.uint64]:
    half = length // 2
    k = np.arange(1, half // 2)
    c, s = _turn(length, k)
    er, ei = re[..., k] + re[..., half - k], im[..., k] - im[..., half - k]
    fr, fi = im[..., k] + im[..., half - k], re[..., half - k] - re[..., k]
    tr = (mulhi(fr, c) + mulhi(fi, s)) * 4
    ti = (mulhi(fi, c) - mulhi(fr, s)) * 4
    out = np.empty((*re.shape[:-1], half + 1), dtype=np.int64)
    out[..., k] = (er + tr) ** 2 + (ei + ti) ** 2
    out[..., half - k] = (er - tr) ** 2 + (ei - ti) ** 2
    middle = half // 2
    out[..., middle] = (2 * re[..., middle]) ** 2 + (2 * im[..., middle]) ** 2
    out[..., 0] = (2 * (re[..., 0] + im[..., 0])) ** 2
    out[..., half] = (2 * (re[..., 0] - im[..., 0])) ** 2
    return out.astype(np.uint64)
