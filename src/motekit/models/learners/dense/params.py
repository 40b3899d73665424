"""What a user may choose of the dense classifier."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param
from motekit.models.networks import params


@dataclass(frozen=True)
class DenseParams:
    """A multilayer perceptron with ReLU between its layers and softmax at its end."""

    hidden: tuple[int, ...] = param(
        (32, 16), "neurons of each hidden layer; empty: a linear classifier", minimum=1,
        maximum=4096,
    )  # fmt: skip
    steps: int = params.steps(2000)
    batch: int = params.batch(64)
    learning_rate: float = params.learning_rate(1e-2)
    weight_decay: float = params.weight_decay()
    dropout: float = params.dropout(0.1, "hidden neurons")
    noise: float = params.noise(0.1)
    label_smoothing: float = params.label_smoothing()
    balance: bool = params.balance()
    checkpoints: int = params.checkpoints(30)
    patience: int = params.patience()
    per_channel: bool = param(
        False, "one weight scale per neuron instead of per layer: 5 bytes a neuron more"
    )
    calibration: str = params.calibration()
