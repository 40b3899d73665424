"""Which pixels go where, and what they are worth."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.block import Signal

from .params import Params

LUMA = (19595, 38470, 7471)  # ITU-R BT.601 in 2^-16ths, as Pillow's convert("L")
MEAN = (0.485, 0.456, 0.406)  # of ImageNet, red first, of 1
DEVIATION = (0.229, 0.224, 0.225)
BGR_MEAN = (103.939, 116.779, 123.68)  # of ImageNet, blue first, of 255


@dataclass(frozen=True)
class Geometry:
    """The part of the source that is used, and the part of the output that it fills; pixels."""

    left: int
    top: int
    width: int
    height: int
    out_left: int
    out_top: int
    out_width: int
    out_height: int


def rows(signal: Signal, p: Params) -> int:
    """Rows of the source."""
    return signal.length // p.source_width


def geometry(signal: Signal, p: Params) -> Geometry:
    """Centred in both."""
    w, h, ow, oh = p.source_width, rows(signal, p), p.width, p.height
    if p.fit == "crop":
        return Geometry((w - ow) // 2, (h - oh) // 2, ow, oh, 0, 0, ow, oh)
    if p.fit == "short":
        cw, ch = min(w, round(h * ow / oh)), min(h, round(w * oh / ow))
        return Geometry((w - cw) // 2, (h - ch) // 2, max(cw, 1), max(ch, 1), 0, 0, ow, oh)
    if p.fit == "long":
        iw, ih = min(ow, round(oh * w / h)), min(oh, round(ow * h / w))
        iw, ih = max(iw, 1), max(ih, 1)
        return Geometry(0, 0, w, h, (ow - iw) // 2, (oh - ih) // 2, iw, ih)
    return Geometry(0, 0, w, h, 0, 0, ow, oh)


def colours(signal: Signal, p: Params) -> int:
    """Values of a pixel of the output."""
    return 1 if p.grayscale else len(signal.channels)


def gains(signal: Signal, p: Params) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """(gain, offset) of each colour of the output, for values of 0 to 255."""
    many = colours(signal, p)
    plain = {"0..1": (1 / 255, 0.0), "-1..1": (2 / 255, -1.0), "-128..127": (1.0, -128.0),
             "0..255": (1.0, 0.0)}  # fmt: skip
    if p.scaling in plain:
        gain, offset = plain[p.scaling]
        return (gain,) * many, (offset,) * many
    if p.scaling == "bgr":
        return (1.0,) * many, tuple(-m for m in BGR_MEAN)
    return (
        tuple(1 / (255 * d) for d in DEVIATION),
        tuple(-m / d for m, d in zip(MEAN, DEVIATION, strict=True)),
    )
