"""Parameters that every network has, each said once; a learner gives its own defaults."""

from __future__ import annotations

from typing import Any

from motekit.core.params import param


def steps(default: int) -> Any:
    return param(default, "optimizer steps", minimum=1, maximum=10_000_000)


def batch(default: int, least: int = 1) -> Any:
    return param(default, "windows a step sees", minimum=least, maximum=65536)


def learning_rate(default: float) -> Any:
    return param(
        default, "of AdamW at the start; falls to 0 as a half cosine", minimum=0.0, maximum=1.0
    )


def weight_decay() -> Any:
    return param(1e-2, "of AdamW", minimum=0.0, maximum=10.0)


def dropout(default: float, what: str) -> Any:
    return param(default, f"share of {what} left out", minimum=0.0, maximum=0.95)


def noise(default: float) -> Any:
    return param(
        default, "Gaussian noise on the features while training", unit="std", minimum=0.0,
        maximum=10.0,
    )  # fmt: skip


def label_smoothing() -> Any:
    return param(0.05, "share of the target spread over all classes", minimum=0.0, maximum=0.9)


def balance() -> Any:
    return param(True, "weight classes by 1 / frequency in the loss")


def checkpoints(default: int) -> Any:
    return param(
        default, "points of the learning curves, and places where training may stop", minimum=1,
        maximum=1000,
    )  # fmt: skip


def patience() -> Any:
    return param(
        10, "checkpoints without a lower validation loss after which training stops", minimum=1,
        maximum=1000,
    )  # fmt: skip


def calibration() -> Any:
    return param(
        "sqnr", "activation ranges: extremes of the calibration rows, or whichever clipping of "
        "them has the best signal-to-noise ratio", choices=("sqnr", "minmax"),
    )  # fmt: skip
