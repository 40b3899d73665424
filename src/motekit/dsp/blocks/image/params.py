"""Parameters of `image`."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param


@dataclass(frozen=True)
class Params:
    """Parameters of `image`."""

    source_width: int = param(96, "pixels in a row of what comes", minimum=1, maximum=65535)
    width: int = param(96, "pixels in a row of what the features are", minimum=1, maximum=4096)
    height: int = param(96, "rows of what the features are", minimum=1, maximum=4096)
    fit: str = param(
        "short",
        "short: the shorter side fits, the longer one is cut; long: the longer side fits, black "
        "bars beside; squash: both fit, the aspect changes; crop: nothing is scaled, the middle "
        "is cut out",
        choices=("short", "long", "squash", "crop"),
    )
    resize: str = param(
        "area", "area: mean of all pixels under a new one; nearest: the one in its middle",
        choices=("area", "nearest"),
    )  # fmt: skip
    grayscale: bool = param(False, "one luma value in place of red, green and blue")
    scaling: str = param(
        "0..1", "what 0 and 255 become; torch: ImageNet's mean and deviation; bgr: blue first, "
        "less ImageNet's mean", choices=("0..1", "-1..1", "-128..127", "0..255", "torch", "bgr"),
    )  # fmt: skip
