"""What a user may choose of the regressor."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param
from motekit.models.networks import params


@dataclass(frozen=True)
class Params:
    """A multilayer perceptron with ReLU between its layers and one value at its end."""

    hidden: tuple[int, ...] = param(
        (16,), "neurons of each hidden layer; empty: a linear model", minimum=1, maximum=4096
    )
    steps: int = params.steps(2000)
    batch: int = params.batch(64)
    learning_rate: float = params.learning_rate(1e-2)
    weight_decay: float = params.weight_decay()
    dropout: float = params.dropout(0.0, "hidden neurons")
    noise: float = params.noise(0.0)
    checkpoints: int = params.checkpoints(30)
    patience: int = params.patience()
    per_channel: bool = param(False, "one weight scale per neuron instead of per layer")
    calibration: str = params.calibration()

    @property
    def label_smoothing(self) -> float:
        """Values are not smoothed."""
        return 0.0

    @property
    def balance(self) -> bool:
        """There are no classes to weight."""
        return False
