"""Windows that slide over the height and width of NHWC tensors: conv and pooling share them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.op import Array

from . import types

SAME, VALID = 0, 1  # Padding of the TFLite schema


@dataclass(frozen=True)
class Window:
    """Geometry of a sliding window; pairs are (height, width).

    Args:
        padding: (top, bottom, left, right).
    """

    size: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: tuple[int, int, int, int]

    def out(self, height: int, width: int) -> tuple[int, int]:
        """Height and width of the output. Raises InputError if no window fits."""
        top, bottom, left, right = self.padding
        spans = [(n - 1) * d + 1 for n, d in zip(self.size, self.dilation, strict=True)]
        rest = (height + top + bottom - spans[0], width + left + right - spans[1])
        if min(rest) < 0:
            raise InputError(f"a window of {spans} does not fit", value=(height, width))
        return rest[0] // self.stride[0] + 1, rest[1] // self.stride[1] + 1


@cache
def lead(w: Window, image: tuple[int, ...], out: tuple[int, ...], copied: bool) -> int | None:
    """How far below its input the output of a kernel must start that makes one pixel after the
    other, for images [1, height, width, channels]; None for several images.

    Args:
        copied: what a pixel sees is copied before the pixel is written.
    """
    if image[0] != 1:
        return None
    _, _, width, depth = image

    def first(y: int, x: int) -> int:
        """The first byte that a pixel sees."""
        row, column = y * w.stride[0] - w.padding[0], x * w.stride[1] - w.padding[2]
        return (max(0, row) * width + max(0, column)) * depth

    worst = -image[1] * width * depth
    for y in range(out[1]):
        below = [first(y + 1, 0)] if y + 1 < out[1] else []
        for x in range(out[2]):
            needed = [*below, *([] if copied else [first(y, x)])]
            if x + 1 < out[2]:
                needed.append(first(y, x + 1))
            written = (y * out[2] + x + 1) * out[3]
            worst = max(worst, written - min(needed, default=image[1] * width * depth))
    return worst


def window(attrs: Mapping[str, Any], size: tuple[int, int]) -> Window:
    """The window of an op's attributes stride, dilation and padding."""
    padding = types.ints(attrs, "padding")
    if len(padding) != 4 or min(padding) < 0:
        raise InputError("padding must be (top, bottom, left, right)", value=padding)
    return Window(
        size,
        types.pair(attrs, "stride"),
        types.pair(attrs, "dilation"),
        (padding[0], padding[1], padding[2], padding[3]),
    )


def explicit_padding(
    scheme: int,
    in_size: tuple[int, int],
    size: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int] = (1, 1),
) -> tuple[int, int, int, int]:
    """(top, bottom, left, right) of TFLite's SAME or VALID; the odd one goes to the end."""
    if scheme == VALID:
        return 0, 0, 0, 0
    if min(stride) < 1:
        raise InputError("stride must be positive", value=stride)
    out: list[int] = []
    for n, k, s, d in zip(in_size, size, stride, dilation, strict=True):
        total = max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
        out += [total // 2, total - total // 2]
    return out[0], out[1], out[2], out[3]


def scheme_of(w: Window, in_size: tuple[int, int]) -> int | None:
    """SAME or VALID if TFLite can say the padding that way, else None."""
    if w.padding == (0, 0, 0, 0):
        return VALID
    same = explicit_padding(SAME, in_size, w.size, w.stride, w.dilation)
    return SAME if same == w.padding else None


def taps(x: Array, w: Window, fill: int) -> Iterator[tuple[int, int, Array]]:
    """(row, column, the input under this tap of every window), shape (N, out h, out w, C)."""
    top, bottom, left, right = w.padding
    padded = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=fill)
    rows, columns = w.out(x.shape[1], x.shape[2])
    for i in range(w.size[0]):
        for j in range(w.size[1]):
            y, z = i * w.dilation[0], j * w.dilation[1]
            part = padded[
                :,
                y : y + (rows - 1) * w.stride[0] + 1 : w.stride[0],
                z : z + (columns - 1) * w.stride[1] + 1 : w.stride[1],
            ]
            yield i, j, part
