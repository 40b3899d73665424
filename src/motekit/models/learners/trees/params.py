"""What a user may choose of an ensemble of trees."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param


@dataclass(frozen=True)
class Params:
    """An ensemble of decision trees; its size on the device is about 6 bytes a split."""

    kind: str = param(
        "extra_trees", "how they are grown: thresholds drawn at random, thresholds searched on "
        "bootstrap samples, or a single tree",
        choices=("extra_trees", "random_forest", "tree"),
    )  # fmt: skip
    trees: int = param(24, "number of trees", minimum=1, maximum=1000)
    depth: int = param(8, "most comparisons from a root to a leaf", minimum=1, maximum=64)
    leaves: int = param(0, "most leaves of a tree; 0: no limit", minimum=0, maximum=16384)
    leaf_windows: int = param(4, "fewest training windows in a leaf", minimum=1, maximum=65536)
    features: float = param(
        0.0, "share of the features that a split may choose from; 0: the square root of their "
        "number", minimum=0.0, maximum=1.0,
    )  # fmt: skip
    levels: int = param(
        15, "steps of the class shares in a leaf; with fewer, more leaves are equal and stored "
        "once", minimum=1, maximum=63,
    )  # fmt: skip
    balance: bool = param(True, "weight classes by 1 / frequency")
