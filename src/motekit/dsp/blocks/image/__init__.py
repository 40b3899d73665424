"""Images: cut, fitted, made smaller, gray and scaled, pixel by pixel as they come."""

from __future__ import annotations

from typing import Any

import numpy as np

from motekit.core.block import Block, CBlock, Signal
from motekit.core.errors import InputError
from motekit.dsp.common import FEATURES, named, require_fixed_input
from motekit.dsp.quantity import require_quantity

from .geometry import colours, gains, geometry, rows
from .params import Params
from .reference import (
    FINE,
    bound,
    features,
    fixed_reference,
    lsb,
    offsets,
    reference,
    shape,
)

MOST_PIXELS = 65535
SHARED = (
    "mk_image.h", "mk_image.c", "mk_block.h", "mk_types.h", "mk_history.h", "mk_features.h",
)  # fmt: skip
HEADER_BYTES = 12  # of mk_image_state


def check(signal: Signal, p: Params) -> None:
    """Raises InputError if the block cannot compute on this signal."""
    channels = len(signal.channels)
    if channels not in (1, 3):
        raise InputError(
            f"an image has one channel or red, green and blue, {named(signal)}",
            where="image.channels", way_out="choose one or three, such as channels = [0]",
        )  # fmt: skip
    if signal.length > MOST_PIXELS:
        raise InputError(
            f"a window is one image, and {signal.length} samples are more than {MOST_PIXELS} "
            "pixels", where="image", way_out="make the window shorter: length is width × height",
        )  # fmt: skip
    if signal.length % p.source_width:
        raise InputError(
            f"a window is one image, and {signal.length} samples are "
            f"{signal.length / p.source_width:.4g} rows of {p.source_width} pixels",
            where="image.source_width", value=p.source_width,
            way_out="set it to the width of the images, and length below [signal] to width × "
            "height",
        )  # fmt: skip
    require_quantity("image", signal, ("/",), "pixels", "choose the channels of a camera")
    if any(s != 1.0 for s in signal.scale):
        raise InputError("a pixel is a count from 0 to 255", where="image", value=signal.scale,
                         way_out="record pixels with a scale of 1")  # fmt: skip
    if p.scaling in ("torch", "bgr") and colours(signal, p) != 3:
        raise InputError(f"{p.scaling} is for three colours", where="image.scaling",
                         value=p.scaling, way_out="choose 0..1 or -1..1")  # fmt: skip
    g = geometry(signal, p)
    if g.width < g.out_width or g.height < g.out_height or g.left < 0 or g.top < 0:
        raise InputError(
            f"the images have {p.source_width} × {rows(signal, p)} pixels and would have to grow",
            where="image.width", value=f"{p.width} × {p.height}",
            way_out="choose a smaller width and height",
        )  # fmt: skip


def c(signal: Signal, p: Params, arithmetic: str) -> CBlock:
    """Either variant: the same pixels, scaled at the end."""
    many, g = colours(signal, p), geometry(signal, p)
    gain, offset = gains(signal, p)
    fields: dict[str, Any] = {}
    words: tuple[float, ...] = ()
    if arithmetic == "float":
        fields["gain"] = np.array(gain, dtype=np.float32)
        fields["offset"] = np.array(offset, dtype=np.float32)
    else:
        require_fixed_input(signal)
        fields["offset"] = np.array(offsets(signal, p), dtype=np.int32)
        fields["fine"] = FINE
        words = lsb(signal, p)
    fields |= {
        "source_width": p.source_width, "left": g.left, "top": g.top, "width": g.width,
        "height": g.height, "out_left": g.out_left, "out_top": g.out_top,
        "out_width": g.out_width, "out_height": g.out_height, "all_width": p.width,
        "all_height": p.height, "channels": len(signal.channels), "colours": many,
        "nearest": int(p.resize == "nearest" or p.fit == "crop"),
        "backwards": int(p.scaling == "bgr"),
    }  # fmt: skip
    line = g.out_width * many
    state = HEADER_BYTES + 8 * line + 4 * -(-line * g.out_height // 4)
    own = "mk_image_f32.c" if arithmetic == "float" else "mk_image_q.c"
    return CBlock((*SHARED, own, *FEATURES[arithmetic]), fields, state, 0, lsb=words)


BLOCK = Block(
    name="image",
    summary="Images cut, fitted, made smaller, gray and scaled",
    params=Params,
    check=check,
    features=features,
    reference=reference,
    fixed_reference=fixed_reference,
    c=c,
    bound=bound,
    history=False,
    package=__name__,
    restarts=True,
    shape=shape,
)
