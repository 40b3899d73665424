"""Dense: a small multilayer perceptron on standardised features.

Reference: Rumelhart, Hinton, Williams, Nature 323 (1986); AdamW by Loshchilov and Hutter (2019);
cosine schedule by the same authors (2017).
"""

from __future__ import annotations

from motekit.core.learner import Learner

from .fit import activations, fit, predict
from .lower import lower
from .params import DenseParams

LEARNER = Learner(
    name="dense",
    summary="small neural network: layers of neurons with ReLU, softmax at the end",
    task="classifier",
    params=DenseParams,
    fit=fit,
    predict=predict,
    lower=lower,
    package=__name__,
    activations=activations,
)
