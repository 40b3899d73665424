"""The meaning of `image`: pixels are whole numbers from 0 to 255 until they are scaled."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64, I32, Feature, Signal

from .geometry import LUMA, colours, gains, geometry, rows
from .params import Params

I64 = npt.NDArray[np.int64]
FINE = 256  # integers of a fixed-point feature in one step of a pixel


def features(signal: Signal, p: Params) -> tuple[Feature, ...]:
    names = ("luma",) if p.grayscale else signal.channels
    if p.scaling == "bgr":
        names = tuple(reversed(names))
    return tuple(
        Feature(f"{name}[{y},{x}]")
        for y in range(p.height) for x in range(p.width) for name in names
    )  # fmt: skip


def shape(signal: Signal, p: Params) -> tuple[int, ...]:
    """Rows, columns, colours."""
    return (p.height, p.width, colours(signal, p))


@lru_cache(maxsize=64)
def _overlaps(source: int, out: int) -> I64:
    """out × source: how much of a source pixel lies under an output pixel, in 1/out of it."""
    i, j = np.arange(source)[None, :], np.arange(out)[:, None]
    high = np.minimum((i + 1) * out, (j + 1) * source)
    return np.asarray(np.maximum(0, high - np.maximum(i * out, j * source)))


def nearest(source: int, out: int) -> I64:
    """The source pixel in the middle of each output pixel."""
    return np.asarray((2 * np.arange(out) + 1) * source // (2 * out))


def pixels(counts: I64, signal: Signal, p: Params) -> I64:
    """(… × samples × channels) → (… × height × width × colours), 0 to 255."""
    g = geometry(signal, p)
    x = np.clip(counts, 0, 255).reshape(*counts.shape[:-2], rows(signal, p), p.source_width, -1)
    x = x[..., g.top : g.top + g.height, g.left : g.left + g.width, :]
    if p.grayscale and x.shape[-1] > 1:
        x = ((x @ np.array(LUMA)) + 32768 >> 16)[..., None]
    if p.resize == "nearest" or p.fit == "crop":
        down, across = nearest(g.height, g.out_height), nearest(g.width, g.out_width)
        inner = x[..., down[:, None], across[None, :], :]
    else:
        down, across = _overlaps(g.height, g.out_height), _overlaps(g.width, g.out_width)
        sums = np.einsum("jy,...yxc,ix->...jic", down, x, across, optimize=True)
        total = g.width * g.height
        inner = (sums + total // 2) // total
    out = np.zeros((*x.shape[:-3], p.height, p.width, x.shape[-1]), dtype=np.int64)
    out[..., g.out_top : g.out_top + g.out_height, g.out_left : g.out_left + g.out_width, :] = inner
    return out[..., ::-1] if p.scaling == "bgr" else out


def _counts(x: F64, signal: Signal) -> I64:
    if signal.sample == "int16":
        return np.asarray(np.rint(x / np.array(signal.scale)).astype(np.int64))
    limited = np.clip(x, 0.0, 255.0).astype(np.float32)
    return np.asarray((limited + np.float32(0.5)).astype(np.int64))


def reference(x: F64, signal: Signal, p: Params) -> F64:
    """(… × samples × channels) → (… × features)."""
    gain, offset = (np.array(v) for v in gains(signal, p))
    out = pixels(_counts(x, signal), signal, p) * gain + offset
    return np.asarray(out.reshape(*x.shape[:-2], -1))


def offsets(signal: Signal, p: Params) -> tuple[int, ...]:
    """What 0 is, in integers of a fixed-point feature, per colour."""
    return tuple(round(b * FINE / a) for a, b in zip(*gains(signal, p), strict=True))


def fixed_reference(x: npt.NDArray[np.int16], signal: Signal, p: Params) -> I32:
    out = pixels(x.astype(np.int64), signal, p) * FINE + np.array(offsets(signal, p))
    return np.asarray(out.reshape(*x.shape[:-2], -1), dtype=np.int32)


def lsb(signal: Signal, p: Params) -> tuple[float, ...]:
    """Worth of one integer of each fixed-point feature."""
    return tuple(a / FINE for a in gains(signal, p)[0]) * (p.width * p.height)


def bound(signal: Signal, p: Params, arithmetic: str, windows: F64) -> F64:
    """Pixels are the same in all arithmetics; what is left is their scaling."""
    gain, offset = (np.array(v) for v in gains(signal, p))
    if arithmetic == "fixed":
        one = 0.501 * gain / FINE
    else:
        one = 4 * 2.0**-24 * (255 * gain + np.abs(offset))
    out = np.tile(one, p.width * p.height)
    return np.broadcast_to(out, (*windows.shape[:-2], len(out))).copy()
