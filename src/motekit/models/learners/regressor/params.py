"""What a user may choose of the regressor."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param


@dataclass(frozen=True)
class Params:
    """A multilayer perceptron with ReLU between its layers and one value at its end."""

    hidden: tuple[int, ...] = param(
        (16,), "neurons of each hidden layer; empty: a linear model", minimum=1, maximum=4096
    )
    steps: int = param(2000, "optimizer steps", minimum=1, maximum=10_000_000)
    batch: int = param(64, "windows a step sees", minimum=1, maximum=65536)
    learning_rate: float = param(
        1e-2, "of AdamW at the start; falls to 0 as a half cosine", minimum=0.0, maximum=1.0
    )
    weight_decay: float = param(1e-2, "of AdamW", minimum=0.0, maximum=10.0)
    dropout: float = param(0.0, "share of hidden neurons left out", minimum=0.0, maximum=0.95)
    noise: float = param(
        0.0, "Gaussian noise on the features while training", unit="std", minimum=0.0,
        maximum=10.0,
    )  # fmt: skip
    checkpoints: int = param(
        30, "points of the learning curves, and places where training may stop", minimum=1,
        maximum=1000,
    )  # fmt: skip
    patience: int = param(
        10, "checkpoints without a lower validation loss after which training stops", minimum=1,
        maximum=1000,
    )  # fmt: skip
    per_channel: bool = param(False, "one weight scale per neuron instead of per layer")
    calibration: str = param(
        "sqnr", "activation ranges: extremes of the calibration rows, or whichever clipping of "
        "them has the best signal-to-noise ratio", choices=("sqnr", "minmax"),
    )  # fmt: skip

    @property
    def label_smoothing(self) -> float:
        """Values are not smoothed."""
        return 0.0

    @property
    def balance(self) -> bool:
        """There are no classes to weight."""
        return False
